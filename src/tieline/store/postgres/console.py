"""Members, their sessions and devices, and attempts to log in, in PostgreSQL."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from psycopg import AsyncConnection

from tieline.model.access import Member, Session


class PostgresConsole:
    """Who may log in, and who has."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def members_of(self, email: str, workspace: str) -> Sequence[Member]:
        """Return the members with this address, of one workspace if its key is given."""
        cursor = await self._connection.execute(
            """
            select u.workspace_id, member_id, email, role, password_hash
            from console_user u join workspace w using (workspace_id)
            where lower(email) = lower(%s) and removed_at is null and (%s = '' or w.key = %s)
            order by u.workspace_id limit 5
            """,
            (email, workspace, workspace),
        )
        return [Member(*row) for row in await cursor.fetchall()]

    async def member(self, workspace_id: int, member_id: int) -> Member | None:
        """Return a member who was not removed."""
        cursor = await self._connection.execute(
            """
            select workspace_id, member_id, email, role, password_hash from console_user
            where workspace_id = %s and member_id = %s and removed_at is null
            """,
            (workspace_id, member_id),
        )
        row = await cursor.fetchone()
        return Member(*row) if row else None

    async def set_password(self, member: Member, password_hash: str, at: datetime, *, changed: bool) -> None:
        """Store a new hash; `changed` if it is of another password."""
        await self._connection.execute(
            """
            update console_user
            set password_hash = %s, password_changed_at = case when %s then %s else password_changed_at end
            where workspace_id = %s and member_id = %s
            """,
            (password_hash, changed, at, member.workspace_id, member.member_id),
        )

    async def open(self, member: Member, token_hash: bytes, at: datetime) -> None:
        """Begin a session."""
        await self._connection.execute(
            """
            insert into console_session (workspace_id, token_hash, member_id, started_at, seen_at)
            values (%s, %s, %s, %s, %s)
            """,
            (member.workspace_id, token_hash, member.member_id, at, at),
        )

    async def session(self, token_hash: bytes) -> Session | None:
        """Return the session of a token, if its member was not removed."""
        cursor = await self._connection.execute(
            """
            select u.workspace_id, u.member_id, u.email, u.role, u.password_hash, s.started_at, s.seen_at
            from console_session s join console_user u using (workspace_id, member_id)
            where s.token_hash = %s and u.removed_at is null
            """,
            (token_hash,),
        )
        row = await cursor.fetchone()
        return Session(Member(*row[:5]), row[5], row[6]) if row else None

    async def touch(self, token_hash: bytes, at: datetime) -> None:
        """Write down that a session was used."""
        await self._connection.execute(
            "update console_session set seen_at = %s where token_hash = %s", (at, token_hash)
        )

    async def close(self, token_hash: bytes) -> None:
        """End a session."""
        await self._connection.execute("delete from console_session where token_hash = %s", (token_hash,))

    async def close_all(self, workspace_id: int, member_id: int) -> None:
        """End all sessions of a member."""
        await self._connection.execute(
            "delete from console_session where workspace_id = %s and member_id = %s",
            (workspace_id, member_id),
        )

    async def sweep(self, started_before: datetime, seen_before: datetime) -> None:
        """Forget sessions that have ended by themselves."""
        await self._connection.execute(
            "delete from console_session where started_at < %s or seen_at < %s", (started_before, seen_before)
        )

    async def know_device(self, member: Member, token_hash: bytes, at: datetime) -> None:
        """Remember a browser that has logged in."""
        await self._connection.execute(
            """
            insert into console_device (workspace_id, token_hash, member_id, used_at) values (%s, %s, %s, %s)
            on conflict (token_hash) do update set used_at = excluded.used_at, member_id = excluded.member_id,
                workspace_id = excluded.workspace_id
            """,
            (member.workspace_id, token_hash, member.member_id, at),
        )

    async def device_of(self, token_hash: bytes) -> int | None:
        """Return the number of the member who logged in on this browser."""
        cursor = await self._connection.execute(
            "select member_id from console_device where token_hash = %s", (token_hash,)
        )
        row = await cursor.fetchone()
        return int(row[0]) if row else None

    async def attempt(self, bucket: str, at: datetime, window: timedelta) -> tuple[int, datetime]:
        """Count one more attempt as failed; return how many in the window, and when it began."""
        cursor = await self._connection.execute(
            """
            insert into login_attempt as l (bucket, failures, since_at) values (%(bucket)s, 1, %(at)s)
            on conflict (bucket) do update set
                failures = case when l.since_at <= %(before)s then 1 else l.failures + 1 end,
                since_at = case when l.since_at <= %(before)s then %(at)s else l.since_at end
            returning failures, since_at
            """,
            {"bucket": _named(bucket), "at": at, "before": at - window},
        )
        row: tuple[Any, ...] = await cursor.fetchone() or (1, at)
        return int(row[0]), row[1]

    async def succeed(self, bucket: str) -> None:
        """Take back what `attempt` counted: it did not fail."""
        await self._connection.execute(
            "update login_attempt set failures = failures - 1 where bucket = %s", (_named(bucket),)
        )


def _named(bucket: str) -> bytes:
    """Return the name under which a bucket is stored: no address stands in the table."""
    return hashlib.blake2b(bucket.encode(), digest_size=16).digest()
