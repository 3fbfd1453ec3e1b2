"""Workspaces with their sources and keys in PostgreSQL."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb
from psycopg_pool import AsyncConnectionPool

from tieline.errors import ConflictError, NotFoundError
from tieline.model.event import Source
from tieline.store.postgres.log import PostgresSources

OWN_SOURCE = "tieline"


class Workspace(NamedTuple):
    """One brand."""

    workspace_id: int
    key: str
    name: str
    time_zone: str
    country: str
    identity_key: bytes
    settings: Mapping[str, Any]


class PostgresKeys:
    """KeyStore over a pool, for processes that answer requests."""

    def __init__(self, pool: AsyncConnectionPool) -> None:
        self._pool = pool

    async def write_keys(self) -> Mapping[str, Source]:
        """Return every live source by its write key."""
        async with self._pool.connection() as connection:
            sources = await PostgresSources(connection).sources()
            cursor = await connection.execute(
                "select write_key, source_id from source where revoked_at is null"
            )
            return {str(key): sources[int(source_id)] for key, source_id in await cursor.fetchall()}


class PostgresWorkspaces:
    """Creates and finds workspaces."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def create(self, key: str, name: str, time_zone: str, country: str, at: datetime) -> int:
        """Create a workspace with the source for Tieline's own events.

        Raises:
            ConflictError: The key is taken.
        """
        cursor = await self._connection.execute(
            """
            insert into workspace (key, name, time_zone, country, identity_key, created_at)
            values (%s, %s, %s, %s, %s, %s) on conflict do nothing returning workspace_id
            """,
            (key, name, time_zone, country, secrets.token_bytes(32), at),
        )
        row = await cursor.fetchone()
        if row is None:
            raise ConflictError(f"The workspace {key} exists already.", way_out="Choose another key.")
        await self.add_source(int(row[0]), OWN_SOURCE, "tieline", "Tieline", at)
        return int(row[0])

    async def add_source(
        self,
        workspace_id: int,
        key: str,
        kind: str,
        name: str,
        at: datetime,
        settings: Mapping[str, Any] | None = None,
    ) -> tuple[int, str]:
        """Create a source; return its id and write key.

        Raises:
            ConflictError: The key is taken in this workspace.
        """
        write_key = f"pk_{secrets.token_urlsafe(18)}"
        cursor = await self._connection.execute(
            """
            insert into source (workspace_id, key, kind, name, write_key, settings, created_at)
            values (%s, %s, %s, %s, %s, %s, %s) on conflict do nothing returning source_id
            """,
            (workspace_id, key, kind, name, write_key, Jsonb(dict(settings or {})), at),
        )
        row = await cursor.fetchone()
        if row is None:
            raise ConflictError(
                f"The source {key} exists already.", field="/key", way_out="Choose another key."
            )
        return int(row[0]), write_key

    async def add_secret_key(self, workspace_id: int, name: str, hashed: bytes, at: datetime) -> None:
        """Store the hash of a secret key."""
        await self._connection.execute(
            "insert into secret_key (workspace_id, key_hash, name, created_at) values (%s, %s, %s, %s)",
            (workspace_id, hashed, name, at),
        )

    async def add_user(
        self, workspace_id: int, email: str, password_hash: str, role: str, at: datetime
    ) -> None:
        """Store someone who may log in to the console."""
        await self._connection.execute(
            """
            insert into console_user (workspace_id, email, password_hash, role, created_at)
            values (%s, %s, %s, %s, %s)
            """,
            (workspace_id, email, password_hash, role, at),
        )

    async def all(self) -> list[Workspace]:
        """Return every workspace."""
        cursor = await self._connection.execute(
            "select workspace_id, key, name, time_zone, country, identity_key, settings from workspace order by 1"
        )
        return [Workspace(*row) for row in await cursor.fetchall()]

    async def find(self, workspace_id: int) -> Workspace:
        """Return one workspace.

        Raises:
            NotFoundError: There is none with this id.
        """
        found = [workspace for workspace in await self.all() if workspace.workspace_id == workspace_id]
        if not found:
            raise NotFoundError(f"There is no workspace {workspace_id}.")
        return found[0]
