"""Secret keys with their scopes in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from psycopg import AsyncConnection

_TOUCH = timedelta(minutes=1)


class ApiKey(NamedTuple):
    """A secret key; the key itself is stored nowhere.

    Attributes:
        shown: Its first and last characters, to tell keys apart.
        last_used_at: Exact to the minute.
    """

    workspace_id: int
    key_id: int
    name: str
    scopes: list[str]
    shown: str
    made_by: str
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None


_COLUMNS = "workspace_id, key_id, name, scopes, shown, made_by, created_at, last_used_at, expires_at"


class PostgresApiKeys:
    """Makes, finds and revokes keys."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def use(self, key_hash: bytes, at: datetime) -> ApiKey | None:
        """Return the living key with this hash, and write down that it was used."""
        cursor = await self._connection.execute(
            f"select {_COLUMNS} from secret_key where key_hash = %s and revoked_at is null and coalesce(expires_at > %s, true)",  # sql: own names
            (key_hash, at),
        )
        row = await cursor.fetchone()
        if row is None:
            return None
        found = ApiKey(*row)
        if found.last_used_at is None or at - found.last_used_at > _TOUCH:
            await self._connection.execute(
                "update secret_key set last_used_at = %s where workspace_id = %s and key_id = %s",
                (at, found.workspace_id, found.key_id),
            )
        return found

    async def living(self, workspace_id: int, at: datetime) -> Sequence[ApiKey]:
        """Return the keys that still open something, the newest first."""
        cursor = await self._connection.execute(
            f"""
            select {_COLUMNS} from secret_key
            where workspace_id = %s and revoked_at is null and coalesce(expires_at > %s, true) order by key_id desc
            """,  # sql: own names
            (workspace_id, at),
        )
        return [ApiKey(*row) for row in await cursor.fetchall()]

    async def add(self, key: ApiKey, key_hash: bytes) -> int:
        """Store the hash of a new key; return its number."""
        cursor = await self._connection.execute(
            """
            insert into secret_key (workspace_id, key_hash, name, scopes, shown, made_by, created_at, expires_at)
            values (%s, %s, %s, %s, %s, %s, %s, %s) returning key_id
            """,
            (
                key.workspace_id, key_hash, key.name, key.scopes, key.shown, key.made_by, key.created_at,
                key.expires_at,
            ),
        )  # fmt: skip
        row = await cursor.fetchone()
        return int(row[0]) if row else 0

    async def revoke(self, workspace_id: int, key_id: int, at: datetime) -> bool:
        """Let a key open nothing from now on; False if there is no such living key."""
        cursor = await self._connection.execute(
            "update secret_key set revoked_at = %s where workspace_id = %s and key_id = %s and revoked_at is null",
            (at, workspace_id, key_id),
        )
        return bool(cursor.rowcount)
