"""The message library in PostgreSQL: every saved version stays, because what was sent must stay readable."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from tieline.errors import NotFoundError


class SavedMessage(NamedTuple):
    """One version of a kept message."""

    key: str
    name: str
    version: int
    messages: Sequence[Mapping[str, Any]]
    updated_at: datetime
    archived_at: datetime | None


_COLUMNS = "m.key, m.name, v.version, v.messages, v.at, m.archived_at"


class PostgresLibrary:
    """Keeps and finds messages."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def save(
        self, workspace_id: int, key: str, name: str, messages: Sequence[Mapping[str, Any]], at: datetime
    ) -> int:
        """Keep a message and return its version; the same content again makes no new one."""
        cursor = await self._connection.execute(
            """
            select m.version, v.messages = %s::jsonb from message m join message_version v using (workspace_id, key, version)
            where workspace_id = %s and key = %s for update of m
            """,
            (Jsonb(messages), workspace_id, key),
        )
        row = await cursor.fetchone()
        version = 1 if row is None else int(row[0]) + (not row[1])
        await self._connection.execute(
            """
            insert into message (workspace_id, key, name, version, updated_at) values (%s, %s, %s, %s, %s)
            on conflict (workspace_id, key) do update
            set name = excluded.name, version = excluded.version, updated_at = excluded.updated_at, archived_at = null
            """,
            (workspace_id, key, name, version, at),
        )
        await self._connection.execute(
            """
            insert into message_version (workspace_id, key, version, messages, at) values (%s, %s, %s, %s, %s)
            on conflict do nothing
            """,
            (workspace_id, key, version, Jsonb(messages), at),
        )
        return version

    async def all(self, workspace_id: int, *, archived: bool) -> list[SavedMessage]:
        """Return the newest version of every message, last saved first."""
        cursor = await self._connection.execute(
            f"""
            select {_COLUMNS} from message m join message_version v using (workspace_id, key, version)
            where workspace_id = %s and (archived_at is not null) = %s order by m.updated_at desc, key
            """,  # sql: own names
            (workspace_id, archived),
        )
        return [SavedMessage(*row) for row in await cursor.fetchall()]

    async def versions(self, workspace_id: int, key: str) -> list[SavedMessage]:
        """Return every version of a message, newest first.

        Raises:
            NotFoundError: There is no such message.
        """
        cursor = await self._connection.execute(
            f"""
            select {_COLUMNS} from message m join message_version v using (workspace_id, key)
            where workspace_id = %s and key = %s order by v.version desc
            """,  # sql: own names
            (workspace_id, key),
        )
        found = [SavedMessage(*row) for row in await cursor.fetchall()]
        if not found:
            raise NotFoundError(f"There is no message {key}.", way_out="Save it under /api/messages.")
        return found

    async def find(self, workspace_id: int, key: str, version: int | None = None) -> SavedMessage:
        """Return one version of a message, the newest if none is named.

        Raises:
            NotFoundError: There is no such message or version.
        """
        versions = await self.versions(workspace_id, key)
        for one in versions:
            if version is None or one.version == version:
                return one
        raise NotFoundError(f"The message {key} has no version {version}.")

    async def archive(self, workspace_id: int, key: str, at: datetime) -> None:
        """Put a message away; its versions stay.

        Raises:
            NotFoundError: There is no such message.
        """
        cursor = await self._connection.execute(
            "update message set archived_at = %s where workspace_id = %s and key = %s",
            (at, workspace_id, key),
        )
        if not cursor.rowcount:
            raise NotFoundError(f"There is no message {key}.")
