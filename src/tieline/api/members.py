"""Members of the workspace: see who they are, invite by a link that works once, change a role, remove."""

import re
from datetime import datetime, timedelta

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from tieline.access import session, table
from tieline.access.password import LENGTH_MAX, Passwords, check_new
from tieline.api import audit
from tieline.api.doors import Doors
from tieline.api.keys import caller
from tieline.errors import InvalidInputError
from tieline.model.access import Entry
from tieline.store.postgres.members import Invitation, PostgresMembers
from tieline.store.postgres.workspaces import PostgresWorkspaces

INVITATION_LIFE = timedelta(days=7)
_ADDRESS = re.compile(r"[^@\s]+@[^@\s.]+(?:\.[^@\s.]+)*")


class MemberView(BaseModel):
    """A member. `you`: whether it is who asks."""

    member_id: int
    email: str
    role: str
    created_at: datetime
    last_seen_at: datetime | None
    you: bool


class InvitationView(BaseModel):
    """An invitation that was not used yet."""

    invitation_id: int
    email: str
    role: str
    made_at: datetime
    expires_at: datetime


class RoleView(BaseModel):
    """A role and what it may do."""

    role: str
    meaning: str
    permissions: list[str]


class Members(BaseModel):
    """Who is in, who is invited, and which roles there are."""

    members: list[MemberView]
    invitations: list[InvitationView]
    roles: list[RoleView]
    as_of: datetime


class Invite(BaseModel):
    """Whom to invite, as what."""

    email: str = Field(max_length=254)
    role: str


class Invited(BaseModel):
    """An invitation with its link, which is shown this once and stored nowhere."""

    invitation: InvitationView
    link: str


class NewRole(BaseModel):
    """The role from now on."""

    role: str


class MemberChanged(BaseModel):
    """What a member is now; `role` is "" for who was removed."""

    member_id: int
    role: str


class Token(BaseModel):
    """The part of an invitation's link after #."""

    token: str = Field(max_length=100)


class Acceptance(Token):
    """The token and the password to log in with from now on."""

    password: str = Field(max_length=4 * LENGTH_MAX)


class InvitationLook(BaseModel):
    """Where an invitation leads."""

    email: str
    role: str
    workspace: str
    workspace_name: str
    expires_at: datetime


def router(doors: Doors, passwords: Passwords) -> APIRouter:
    """Build the routes under /api/members and /api/invitations."""
    routes = APIRouter(prefix="/api", tags=["members"])
    clock = doors.callers.clock

    @routes.get("/members")
    async def listed(request: Request) -> Members:
        """Return the members, the open invitations, and what the roles may do."""
        found = caller(request)
        async with doors.pool.connection() as connection:
            store = PostgresMembers(connection)
            members, invitations = (
                await store.all(found.workspace_id),
                await store.invitations(found.workspace_id, clock.now()),
            )
        return Members(
            members=[MemberView(**one._asdict(), you=one.member_id == found.caller_id) for one in members],
            invitations=[_shown(one) for one in invitations],
            roles=[
                RoleView(role=role, meaning=meaning, permissions=sorted(table.of_role(role)))
                for role, meaning in table.ROLES.items()
            ],
            as_of=clock.now(),
        )

    @routes.post("/members/invitations", status_code=201)
    async def invite(request: Request, body: Invite) -> Invited:
        """Invite somebody; the link works once, for a week, and an earlier one to the same address no more."""
        found, now = caller(request), clock.now()
        _known(body.role)
        token = doors.ids.token() + doors.ids.token()
        async with doors.pool.connection() as connection, connection.transaction():
            made = await PostgresMembers(connection).invite(
                found.workspace_id,
                _address(body.email),
                body.role,
                f"{found.kind}:{found.caller_id}",
                session.token_hash(token),
                now,
                now + INVITATION_LIFE,
            )
        audit.noted(request, f"invitation={made.invitation_id} role={made.role}")
        base = doors.settings.public_url.rstrip("/")
        return Invited(invitation=_shown(made), link=f"{base}/join#{token}")

    @routes.delete("/members/invitations/{invitation_id}", status_code=204)
    async def withdraw(request: Request, invitation_id: int) -> None:
        """Take an invitation back."""
        async with doors.pool.connection() as connection:
            await PostgresMembers(connection).withdraw(caller(request).workspace_id, invitation_id)

    @routes.put("/members/{member_id}")
    async def set_role(request: Request, member_id: int, body: NewRole) -> MemberChanged:
        """Give a member another role; it holds at once. The last owner stays one."""
        _known(body.role)
        async with doors.pool.connection() as connection, connection.transaction():
            await PostgresMembers(connection).set_role(caller(request).workspace_id, member_id, body.role)
        return MemberChanged(member_id=member_id, role=body.role)

    @routes.delete("/members/{member_id}")
    async def remove(request: Request, member_id: int) -> MemberChanged:
        """Remove a member; their sessions end at once. The last owner cannot go."""
        async with doors.pool.connection() as connection, connection.transaction():
            await PostgresMembers(connection).remove(caller(request).workspace_id, member_id, clock.now())
        return MemberChanged(member_id=member_id, role="")

    @routes.post("/invitations/look")
    async def look(body: Token) -> InvitationLook:
        """Return where an invitation leads, for the page that asks for a password."""
        async with doors.pool.connection() as connection:
            found = await PostgresMembers(connection).invited(session.token_hash(body.token), clock.now())
            workspace = await PostgresWorkspaces(connection).find(found.workspace_id)
        return InvitationLook(
            email=found.email,
            role=found.role,
            workspace=workspace.key,
            workspace_name=workspace.name,
            expires_at=found.expires_at,
        )

    @routes.post("/invitations/accept", status_code=201)
    async def accept(body: Acceptance) -> InvitationLook:
        """Become a member; the link opens nothing any more, and log-in is by address and password."""
        looked, now = await look(body), clock.now()
        check_new(body.password, looked.email, "/password")
        hashed = await passwords.hash(body.password)
        async with doors.pool.connection() as connection, connection.transaction():
            store = PostgresMembers(connection)
            found = await store.invited(session.token_hash(body.token), now)
            member_id = await store.accept(found, hashed, now)
            detail = f"invitation={found.invitation_id} role={found.role}"
            joined = Entry(now, f"member:{member_id}", "member.joined", f"member:{member_id}", "done", detail)
            await audit.opened(connection).add(found.workspace_id, joined)
        return looked

    return routes


def _shown(one: Invitation) -> InvitationView:
    return InvitationView(
        invitation_id=one.invitation_id,
        email=one.email,
        role=one.role,
        made_at=one.made_at,
        expires_at=one.expires_at,
    )


def _known(role: str) -> None:
    if role not in table.ROLES:
        raise InvalidInputError(
            f"{role!r} is no role; it must be one of {', '.join(table.ROLES)}.", field="/role"
        )


def _address(typed: str) -> str:
    """Return an address as it is kept. It is a name to log in by: no mail is sent, so any domain will do."""
    address = typed.strip().lower()
    if not _ADDRESS.fullmatch(address):
        raise InvalidInputError("This is no e-mail address.", field="/email")
    return address
