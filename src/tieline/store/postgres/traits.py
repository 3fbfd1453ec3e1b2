"""Definitions of computed traits in PostgreSQL."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from tieline.condition.computed import PREFIX
from tieline.errors import NotFoundError
from tieline.store.postgres.segments import PostgresSegments


class PostgresTraits:
    """Computed traits."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, workspace_id: int, trait: Mapping[str, Any], author: str, at: datetime) -> None:
        """Create a trait or change it; segments that refer to it are computed as a whole next."""
        await self._connection.execute(
            """
            insert into computed_trait (workspace_id, key, name, definition, model, author, state, updated_at)
            values (%s, %s, %s, %s, %s, %s, 'live', %s)
            on conflict (workspace_id, key) do update
            set name = excluded.name, definition = excluded.definition, model = excluded.model, state = 'live',
                author = excluded.author, updated_at = excluded.updated_at
            """,
            (
                workspace_id, trait["key"], trait["name"], Jsonb(trait["definition"]),
                Jsonb(trait["model"]) if trait.get("model") else None, author, at,
            ),
        )  # fmt: skip
        await PostgresSegments(self._connection).compute_anew(workspace_id, f"{PREFIX}{trait['key']}")

    async def of(self, workspace_id: int) -> list[dict[str, Any]]:
        """Return every live trait."""
        async with self._connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(
                "select key, name, definition, model, author, updated_at from computed_trait"
                " where workspace_id = %s and state = 'live' order by key",
                (workspace_id,),
            )
            return await cursor.fetchall()

    async def find(self, workspace_id: int, key: str) -> dict[str, Any]:
        """Return one trait.

        Raises:
            NotFoundError: There is none with this key.
        """
        found = next((trait for trait in await self.of(workspace_id) if trait["key"] == key), None)
        if found is None:
            raise NotFoundError(f"There is no computed trait {key}.")
        return found

    async def delete(self, workspace_id: int, key: str, at: datetime) -> None:
        """Delete a trait; saving it again brings it back."""
        await self._connection.execute(
            "update computed_trait set state = 'deleted', updated_at = %s where workspace_id = %s and key = %s",
            (at, workspace_id, key),
        )
