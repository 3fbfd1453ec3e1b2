"""Log in to the console, know who one is, change the password, log out."""

from collections.abc import Sequence
from datetime import datetime

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from tieline.access import session, table
from tieline.access.password import LENGTH_MAX, Passwords, check_new
from tieline.access.throttle import WINDOW, Bucket, buckets
from tieline.api import audit
from tieline.api.callers import DEVICE, Callers
from tieline.api.doors import Doors
from tieline.api.keys import caller
from tieline.errors import ConflictError, LoginRequiredError, RateLimitedError
from tieline.model.access import MEMBER, Caller, Entry, Member
from tieline.store.postgres.console import PostgresConsole
from tieline.store.postgres.workspaces import PostgresWorkspaces

EMAIL_MAX = 254


class Credentials(BaseModel):
    """`workspace`: its key, needed only by who has the same password in several."""

    email: str = Field(max_length=EMAIL_MAX)
    password: str = Field(max_length=LENGTH_MAX)
    workspace: str = Field("", max_length=80)


class NewPassword(BaseModel):
    """The password of now, and the one from now on."""

    current: str = Field(max_length=LENGTH_MAX)
    new: str = Field(max_length=4 * LENGTH_MAX)


class WorkspaceName(BaseModel):
    """The workspace that a session is about."""

    key: str
    name: str
    time_zone: str
    country: str


class Me(BaseModel):
    """Who asks, and what they may do.

    `sees`: whose personal data are shown in full: of `all`, of `one` person at a time, or of `nobody`.
    `csrf_token`: to be sent as X-CSRF-Token with everything that is no GET; empty for a key.
    """

    kind: str
    id: int
    name: str
    role: str
    permissions: list[str]
    sees: str
    csrf_token: str
    workspace: WorkspaceName
    as_of: datetime


def router(doors: Doors, callers: Callers, passwords: Passwords) -> APIRouter:
    """Build the routes under /api/session."""
    routes = APIRouter(prefix="/api/session", tags=["session"])

    @routes.post("")
    async def log_in(request: Request, response: Response, body: Credentials) -> Me:
        """Log in; the session is an HttpOnly cookie, and any that the browser had before has ended."""
        member = await _prove(callers, passwords, request, body)
        csrf = await callers.begin(request, response, member)
        await audit.write(
            doors.pool,
            member.workspace_id,
            _entry(callers, f"{MEMBER}:{member.member_id}", "session.begun", "done", ""),
        )
        known = Caller(
            member.workspace_id,
            MEMBER,
            member.member_id,
            member.email,
            member.role,
            table.of_role(member.role),
        )
        return await _me(doors, known, csrf)

    @routes.get("")
    async def who_am_i(request: Request) -> Me:
        """Return who asks."""
        found = caller(request)
        return await _me(doors, found, callers.csrf(request) if found.kind == MEMBER else "")

    @routes.delete("", status_code=204)
    async def log_out(request: Request, response: Response) -> None:
        """End the session."""
        await callers.end(response, caller(request))

    @routes.post("/password")
    async def change_password(request: Request, response: Response, body: NewPassword) -> Me:
        """Change one's password; all other sessions end, and this one gets a new token."""
        found = caller(request)
        async with doors.pool.connection() as connection:
            member = await PostgresConsole(connection).member(found.workspace_id, found.caller_id)
        if found.kind != MEMBER or member is None:
            raise LoginRequiredError("Only a member who is logged in has a password.")
        await _count(callers, (Bucket(f"password\x1f{member.member_id}", 10),), [member])
        if not await passwords.same(member.password_hash, body.current):
            raise LoginRequiredError("The password of now is another one.", field="/current")
        check_new(body.new, member.email, "/new")
        hashed = await passwords.hash(body.new)
        async with doors.pool.connection() as connection, connection.transaction():
            console = PostgresConsole(connection)
            await console.set_password(member, hashed, callers.clock.now(), changed=True)
            await console.close_all(member.workspace_id, member.member_id)
            await console.succeed(f"password\x1f{member.member_id}")
            done = _entry(callers, f"{MEMBER}:{member.member_id}", "password.changed", "done", "")
            await audit.opened(connection).add(member.workspace_id, done)
        return await _me(doors, found, await callers.begin(request, response, member))

    return routes


async def _prove(callers: Callers, passwords: Passwords, request: Request, body: Credentials) -> Member:
    """Return the member whose password was given.

    Raises:
        LoginRequiredError: No member has this address and password.
        RateLimitedError: It was tried too often.
        ConflictError: Several workspaces have such a member.
    """
    email, cookie = body.email.strip().lower(), request.cookies.get(DEVICE, "")
    async with callers.pool.connection() as connection:
        console = PostgresConsole(connection)
        candidates = await console.members_of(email, body.workspace)
        device = await console.device_of(session.token_hash(cookie)) if cookie else None
    known = any(member.member_id == device for member in candidates)
    address = request.client.host if request.client else ""
    counted = buckets(body.workspace, email, address, session.token_hash(cookie).hex() if known else "")
    where = "known device" if known else "strange device"
    await _count(callers, counted, candidates)
    asked: Sequence[Member | None] = candidates or [None]  # who does not exist takes as long
    fitting = [one for one in asked if await _fits(passwords, one, body.password) and one]
    if not fitting:
        await _failed(callers, candidates, f"wrong password, {where}")
        raise LoginRequiredError(
            "Address and password do not fit.", way_out="Check both; an owner can invite you anew."
        )
    if len(fitting) > 1:
        async with callers.pool.connection() as connection:
            keys = [(await PostgresWorkspaces(connection).find(one.workspace_id)).key for one in fitting]
        raise ConflictError(
            "This address belongs to several workspaces.",
            field="/workspace",
            way_out=f"Name one: {', '.join(keys)}.",
        )
    member = fitting[0]
    rehashed = await passwords.hash(body.password) if passwords.outdated(member.password_hash) else ""
    async with callers.pool.connection() as connection, connection.transaction():
        console = PostgresConsole(connection)
        for bucket in counted:
            await console.succeed(bucket.name)
        if rehashed:
            await console.set_password(member, rehashed, callers.clock.now(), changed=False)
    return member


async def _fits(passwords: Passwords, member: Member | None, password: str) -> bool:
    return await passwords.same(member.password_hash if member else "", password)


async def _count(callers: Callers, counted: tuple[Bucket, ...], candidates: Sequence[Member]) -> None:
    """Count an attempt before it is made, so that many at once are not more than one after the other.

    Raises:
        RateLimitedError: There were too many.
    """
    now = callers.clock.now()
    async with callers.pool.connection() as connection, connection.transaction():
        console = PostgresConsole(connection)
        found = [(bucket, *await console.attempt(bucket.name, now, WINDOW)) for bucket in counted]
    for bucket, failures, since_at in found:
        if failures > bucket.most:
            if failures == bucket.most + 1:  # the first of many: a flood does not fill the log
                await _failed(callers, candidates, "too many attempts")
            wait = (since_at + WINDOW - now).total_seconds()
            raise RateLimitedError(
                "There were too many attempts to log in.", retry_after_seconds=max(1.0, wait)
            )


async def _failed(callers: Callers, candidates: Sequence[Member], detail: str) -> None:
    """Write a failed log-in into the log of every workspace that has such a member."""
    for member in candidates:
        entry = _entry(
            callers, audit.NOBODY, "session.failed", "refused", detail, f"member:{member.member_id}"
        )
        await audit.write(callers.pool, member.workspace_id, entry)


def _entry(
    callers: Callers, actor: str, action: str, outcome: str, detail: str, thing: str = "session"
) -> Entry:
    return Entry(callers.clock.now(), actor, action, thing, outcome, detail)


async def _me(doors: Doors, found: Caller, csrf: str) -> Me:
    async with doors.pool.connection() as connection:
        workspace = await PostgresWorkspaces(connection).find(found.workspace_id)
    sees = "all" if table.ALL in found.permissions else "one" if table.ONE in found.permissions else "nobody"
    return Me(
        kind=found.kind,
        id=found.caller_id,
        name=found.name,
        role=found.role,
        permissions=sorted(found.permissions),
        sees=sees,
        csrf_token=csrf,
        workspace=WorkspaceName(
            key=workspace.key, name=workspace.name, time_zone=workspace.time_zone, country=workspace.country
        ),
        as_of=doors.clock.now(),
    )
