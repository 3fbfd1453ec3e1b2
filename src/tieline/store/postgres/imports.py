"""Imports in PostgreSQL: what each file was, how far it came and what became of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from tieline.errors import InvalidInputError, NotFoundError
from tieline.ports import KnownImport
from tieline.store.postgres.workspaces import OWN_SOURCE, PostgresWorkspaces

LISTED_MAX = 200
_COLUMNS = """
    import_id, source, kind, file_name, state, rows_read, rows_taken, rows_refused, items, first_offset, last_offset,
    created_at, finished_at, undone_at,
    coalesce(last_offset, 0) <= (select log_offset from position where consumer = 'stream') as absorbed
"""


class PostgresImports:
    """ImportJobs, and the imports as people look at them."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def times_undone(self, workspace_id: int, name: str) -> int:
        """Return how often imports of this name were taken back; each time, the next one has a new id."""
        cursor = await self._connection.execute(
            """
            select count(*) from import_job
            where workspace_id = %s and (import_id = %s or starts_with(import_id, %s)) and state in ('undoing', 'undone')
            """,
            (workspace_id, name, f"{name}-"),
        )
        row = await cursor.fetchone()
        return int(row[0]) if row else 0

    async def find(self, workspace_id: int, import_id: str) -> KnownImport | None:
        """Return an import, locked until the transaction ends."""
        cursor = await self._connection.execute(
            """
            select import_id, kind, state, created_at from import_job
            where workspace_id = %s and import_id = %s for update
            """,
            (workspace_id, import_id),
        )
        row = await cursor.fetchone()
        return KnownImport(*row) if row else None

    async def begin(
        self,
        workspace_id: int,
        import_id: str,
        file_name: str,
        file_hash: str,
        mapping: Mapping[str, Any],
        at: datetime,
    ) -> int:
        """Begin an import, or go on with one that was begun; return its source, which is made if there is none.

        Raises:
            InvalidInputError: The source takes no files.
        """
        source_id = await self._source(workspace_id, str(mapping["source"]), at)
        await self._connection.execute(
            """
            insert into import_job (workspace_id, import_id, source, kind, file_name, file_hash, mapping, state, created_at)
            values (%s, %s, %s, %s, %s, %s, %s, 'running', %s)
            on conflict (workspace_id, import_id) do update set state = 'running', finished_at = null
            """,
            (
                workspace_id,
                import_id,
                mapping["source"],
                mapping["kind"],
                file_name,
                file_hash,
                Jsonb(dict(mapping)),
                at,
            ),
        )
        return source_id

    async def taken(self, workspace_id: int, import_id: str, first_offset: int, last_offset: int) -> None:
        """Note log rows that were appended."""
        await self._connection.execute(
            """
            update import_job set first_offset = coalesce(first_offset, %s), last_offset = %s
            where workspace_id = %s and import_id = %s
            """,
            (first_offset, last_offset, workspace_id, import_id),
        )

    async def shelve(self, workspace_id: int, items: Sequence[Mapping[str, Any]], at: datetime) -> None:
        """Insert or replace items of catalogues: each has "catalog", "key" and "data"."""
        latest = {(item["catalog"], item["key"]): item["data"] for item in items}
        await self._connection.execute(
            """
            insert into catalog_item (workspace_id, catalog, key, data, updated_at)
            select %s, catalog, key, data, %s from unnest(%s::text[], %s::text[], %s::jsonb[]) as new (catalog, key, data)
            on conflict (workspace_id, catalog, key) do update set data = excluded.data, updated_at = excluded.updated_at
            """,
            (
                workspace_id,
                at,
                [catalog for catalog, _ in latest],
                [key for _, key in latest],
                [Jsonb(data) for data in latest.values()],
            ),
        )

    async def ended(
        self, workspace_id: int, import_id: str, state: str, report: Mapping[str, Any], at: datetime
    ) -> None:
        """Note how an import ended, with its report."""
        await self._connection.execute(
            """
            update import_job
            set state = %s, finished_at = %s, report = %s, rows_read = %s, rows_taken = %s, rows_refused = %s, items = %s
            where workspace_id = %s and import_id = %s and state = 'running'
            """,
            (
                state,
                at,
                Jsonb(dict(report)),
                *(report[name] for name in ("rows_read", "rows_taken", "rows_refused", "items")),
                workspace_id,
                import_id,
            ),
        )

    async def undoing(self, workspace_id: int, import_id: str) -> int:
        """Note that an import is to be taken back; return Tieline's own source."""
        await self._connection.execute(
            "update import_job set state = 'undoing' where workspace_id = %s and import_id = %s",
            (workspace_id, import_id),
        )
        cursor = await self._connection.execute(
            "select source_id from source where workspace_id = %s and key = %s", (workspace_id, OWN_SOURCE)
        )
        row = await cursor.fetchone()
        return int(row[0]) if row else 0

    async def behind(self) -> tuple[int, int]:
        """Return how many log rows the stream has not absorbed, and how far it has come."""
        cursor = await self._connection.execute(
            """
            select (select count(*) from log where log.log_offset > position.log_offset), log_offset
            from position where consumer = 'stream'
            """
        )
        row = await cursor.fetchone()
        return (int(row[0]), int(row[1])) if row else (0, 0)

    async def owner(self, import_id: str) -> int:
        """Return the workspace of an import.

        Raises:
            NotFoundError: There is no such import.
        """
        cursor = await self._connection.execute(
            "select workspace_id from import_job where import_id = %s", (import_id,)
        )
        row = await cursor.fetchone()
        if row is None:
            raise missing(import_id)
        return int(row[0])

    async def describe(self, workspace_id: int, import_id: str) -> dict[str, Any]:
        """Return one import with its mapping and report.

        Raises:
            NotFoundError: There is no such import.
        """
        found = await self._rows(
            f"select {_COLUMNS}, mapping, report from import_job where workspace_id = %s and import_id = %s",
            (workspace_id, import_id),
        )
        if not found:
            raise missing(import_id)
        return found[0]

    async def all(self, workspace_id: int) -> list[dict[str, Any]]:
        """Return the newest imports of a workspace."""
        return await self._rows(
            f"select {_COLUMNS} from import_job where workspace_id = %s order by created_at desc, import_id limit %s",
            (workspace_id, LISTED_MAX),
        )

    async def _rows(self, sql: str, parameters: Sequence[Any]) -> list[dict[str, Any]]:
        cursor = await self._connection.execute(sql.encode(), parameters)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in await cursor.fetchall()]

    async def _source(self, workspace_id: int, key: str, at: datetime) -> int:
        cursor = await self._connection.execute(
            "select source_id, kind, revoked_at from source where workspace_id = %s and key = %s",
            (workspace_id, key),
        )
        row = await cursor.fetchone()
        if row is None:
            return (
                await PostgresWorkspaces(self._connection).add_source(workspace_id, key, "import", key, at)
            )[0]
        source_id, kind, revoked_at = row
        if kind in {"tieline", "line"} or revoked_at is not None:
            raise InvalidInputError(
                f"The source {key} takes no files.",
                field="/source",
                way_out="Name the system that the file comes from.",
            )
        return int(source_id)


def missing(import_id: str) -> NotFoundError:
    """Return the error for an import that is not there."""
    return NotFoundError(f"There is no import {import_id}.", way_out="GET /api/imports lists them.")
