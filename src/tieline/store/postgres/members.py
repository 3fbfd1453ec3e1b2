"""Members of a workspace and the invitations that lead to it, in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from psycopg import AsyncConnection

from tieline.errors import ConflictError, NotFoundError

OWNER = "owner"


class Listed(NamedTuple):
    """A member as the list shows them."""

    member_id: int
    email: str
    role: str
    created_at: datetime
    last_seen_at: datetime | None


class Invitation(NamedTuple):
    """A link that makes whoever holds it a member, once."""

    workspace_id: int
    invitation_id: int
    email: str
    role: str
    made_by: str
    made_at: datetime
    expires_at: datetime


_INVITATION = "workspace_id, invitation_id, email, role, made_by, made_at, expires_at"


class PostgresMembers:
    """Invites, changes and removes members; a workspace keeps an owner whatever happens at once."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def all(self, workspace_id: int) -> Sequence[Listed]:
        """Return the members, by address."""
        cursor = await self._connection.execute(
            """
            select member_id, email, role, created_at,
                   (select max(seen_at) from console_session s
                    where s.workspace_id = u.workspace_id and s.member_id = u.member_id)
            from console_user u where workspace_id = %s and removed_at is null order by email
            """,
            (workspace_id,),
        )
        return [Listed(*row) for row in await cursor.fetchall()]

    async def set_role(self, workspace_id: int, member_id: int, role: str) -> None:
        """Give a member another role; their sessions have it at once.

        Raises:
            NotFoundError: There is no such member.
            ConflictError: Nobody would be an owner.
        """
        await self._keep_an_owner(workspace_id, member_id, role)
        await self._connection.execute(
            "update console_user set role = %s where workspace_id = %s and member_id = %s",
            (role, workspace_id, member_id),
        )

    async def remove(self, workspace_id: int, member_id: int, at: datetime) -> None:
        """Let a member come in no more; their number stays for the audit log, their password does not.

        Raises:
            NotFoundError: There is no such member.
            ConflictError: Nobody would be an owner.
        """
        await self._keep_an_owner(workspace_id, member_id, "")
        mine = (workspace_id, member_id)
        await self._connection.execute(
            "update console_user set removed_at = %s, password_hash = '' where workspace_id = %s and member_id = %s",
            (at, *mine),
        )
        for table in ("console_session", "console_device"):
            await self._connection.execute(
                f"delete from {table} where workspace_id = %s and member_id = %s",  # sql: own names
                mine,
            )

    async def invite(
        self,
        workspace_id: int,
        email: str,
        role: str,
        made_by: str,
        token_hash: bytes,
        at: datetime,
        expires_at: datetime,
    ) -> Invitation:
        """Make an invitation; an earlier one to the same address opens nothing any more.

        Raises:
            ConflictError: The address is a member's.
        """
        cursor = await self._connection.execute(
            "select 1 from console_user where workspace_id = %s and lower(email) = lower(%s) and removed_at is null",
            (workspace_id, email),
        )
        if await cursor.fetchone() is not None:
            raise ConflictError("This address is a member's already.", field="/email")
        await self._connection.execute(
            "delete from invitation where workspace_id = %s and lower(email) = lower(%s) and used_at is null",
            (workspace_id, email),
        )
        cursor = await self._connection.execute(
            f"""
            insert into invitation (workspace_id, token_hash, email, role, made_by, made_at, expires_at)
            values (%s, %s, %s, %s, %s, %s, %s) returning {_INVITATION}
            """,  # sql: own names
            (workspace_id, token_hash, email, role, made_by, at, expires_at),
        )
        row = await cursor.fetchone()
        assert row is not None  # noqa: S101 - an insert returns its row
        return Invitation(*row)

    async def invitations(self, workspace_id: int, at: datetime) -> Sequence[Invitation]:
        """Return the invitations that still open the door, the newest first."""
        cursor = await self._connection.execute(
            f"""
            select {_INVITATION} from invitation
            where workspace_id = %s and used_at is null and expires_at > %s order by invitation_id desc
            """,  # sql: own names
            (workspace_id, at),
        )
        return [Invitation(*row) for row in await cursor.fetchall()]

    async def withdraw(self, workspace_id: int, invitation_id: int) -> None:
        """Take an invitation back.

        Raises:
            NotFoundError: There is none that still opens the door.
        """
        cursor = await self._connection.execute(
            "delete from invitation where workspace_id = %s and invitation_id = %s and used_at is null",
            (workspace_id, invitation_id),
        )
        if not cursor.rowcount:
            raise NotFoundError(f"There is no open invitation {invitation_id}.")

    async def invited(self, token_hash: bytes, at: datetime) -> Invitation:
        """Return the invitation of a token, locked until the transaction ends.

        Raises:
            NotFoundError: It was used, taken back, has expired, or never was.
        """
        cursor = await self._connection.execute(
            f"select {_INVITATION} from invitation where token_hash = %s and used_at is null and expires_at > %s for update",  # sql: own names
            (token_hash, at),
        )
        row = await cursor.fetchone()
        if row is None:
            raise NotFoundError(
                "This invitation opens nothing: it was used, taken back or has expired.",
                way_out="Ask an owner for a new one.",
            )
        return Invitation(*row)

    async def accept(self, invitation: Invitation, password_hash: str, at: datetime) -> int:
        """Make the invited a member; return their number. Who was removed before gets their number back."""
        await self._connection.execute(
            "update invitation set used_at = %s where workspace_id = %s and invitation_id = %s",
            (at, invitation.workspace_id, invitation.invitation_id),
        )
        cursor = await self._connection.execute(
            """
            insert into console_user (workspace_id, email, password_hash, role, created_at) values (%s, %s, %s, %s, %s)
            on conflict (workspace_id, email) do update
            set password_hash = excluded.password_hash, role = excluded.role, removed_at = null,
                password_changed_at = excluded.created_at
            returning member_id
            """,
            (invitation.workspace_id, invitation.email, password_hash, invitation.role, at),
        )
        row = await cursor.fetchone()
        return int(row[0]) if row else 0

    async def _keep_an_owner(self, workspace_id: int, member_id: int, role: str) -> None:
        """Refuse a change after which nobody is an owner; changes of one workspace wait for each other."""
        await self._connection.execute(
            "select 1 from workspace where workspace_id = %s for update", (workspace_id,)
        )
        members = {one.member_id: one.role for one in await self.all(workspace_id)}
        if member_id not in members:
            raise NotFoundError(f"There is no member {member_id}.")
        others = [one for one, held in members.items() if held == OWNER and one != member_id]
        if role != OWNER and members[member_id] == OWNER and not others:
            raise ConflictError(
                "A workspace keeps at least one owner.", way_out="Make somebody else an owner first."
            )
