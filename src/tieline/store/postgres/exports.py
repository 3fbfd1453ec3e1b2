"""Exports of people in PostgreSQL: what was asked for, and how far it came."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from psycopg import AsyncConnection

from tieline.errors import NotFoundError

ALIVE = timedelta(minutes=2)
"""An export that says nothing for so long was interrupted."""
LISTED_MAX = 100


class Export(NamedTuple):
    """One export. `made_by` is `member:3` or `key:2`."""

    export_id: str
    segment: str
    columns: list[str]
    state: str
    done: int
    total: int | None
    made_by: str
    created_at: datetime
    finished_at: datetime | None


_COLUMNS = """
    export_id, segment, columns, case when state = 'running' and seen_alive_at < %(dead)s then 'failed' else state end,
    done, total, made_by, created_at, finished_at
"""


class PostgresExports:
    """Begins, follows and lists exports."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def begin(self, workspace_id: int, export: Export) -> None:
        """Write down an export that begins."""
        await self._connection.execute(
            """
            insert into export_job (workspace_id, export_id, segment, columns, state, total, made_by, created_at, seen_alive_at)
            values (%s, %s, %s, %s, 'running', %s, %s, %s, %s)
            """,
            (
                workspace_id, export.export_id, export.segment, export.columns, export.total, export.made_by,
                export.created_at, export.created_at,
            ),
        )  # fmt: skip

    async def progress(self, workspace_id: int, export_id: str, done: int, at: datetime) -> None:
        """Write down how far it has come."""
        await self._connection.execute(
            "update export_job set done = %s, seen_alive_at = %s where workspace_id = %s and export_id = %s",
            (done, at, workspace_id, export_id),
        )

    async def end(self, workspace_id: int, export_id: str, state: str, at: datetime) -> None:
        """Write down how it ended."""
        await self._connection.execute(
            "update export_job set state = %s, finished_at = %s where workspace_id = %s and export_id = %s",
            (state, at, workspace_id, export_id),
        )

    async def all(self, workspace_id: int, since: datetime, now: datetime) -> Sequence[Export]:
        """Return exports that began since then, the newest first."""
        cursor = await self._connection.execute(
            f"""
            select {_COLUMNS} from export_job
            where workspace_id = %(workspace)s and created_at >= %(since)s order by created_at desc limit %(most)s
            """,  # sql: own names
            {"workspace": workspace_id, "since": since, "dead": now - ALIVE, "most": LISTED_MAX},
        )
        return [Export(*row) for row in await cursor.fetchall()]

    async def find(self, workspace_id: int, export_id: str, now: datetime) -> Export:
        """Return one export.

        Raises:
            NotFoundError: There is none of this id.
        """
        cursor = await self._connection.execute(
            f"select {_COLUMNS} from export_job where workspace_id = %(workspace)s and export_id = %(id)s",  # sql: own names
            {"workspace": workspace_id, "id": export_id, "dead": now - ALIVE},
        )
        row = await cursor.fetchone()
        if row is None:
            raise NotFoundError("There is no such export.")
        return Export(*row)

    async def page(self, workspace_id: int, segment: str, after: bytes, most: int) -> Sequence[bytes]:
        """Return ids of people in order, of a segment or of everybody."""
        if segment:
            sql = "select profile_id from membership where workspace_id = %s and segment = %s and profile_id > %s order by 1 limit %s"
            given: tuple[object, ...] = (workspace_id, segment, after, most)
        else:
            sql = "select distinct profile_id from node where workspace_id = %s and profile_id > %s order by 1 limit %s"
            given = (workspace_id, after, most)
        cursor = await self._connection.execute(sql, given, binary=True)  # sql: own names
        return [bytes(profile_id) for (profile_id,) in await cursor.fetchall()]

    async def size(self, workspace_id: int, segment: str) -> int:
        """Count the people of a segment, or everybody."""
        sql, given = (
            (
                "select count(*) from membership where workspace_id = %s and segment = %s",
                (workspace_id, segment),
            )
            if segment
            else ("select count(distinct profile_id) from node where workspace_id = %s", (workspace_id,))
        )
        cursor = await self._connection.execute(sql, given)  # sql: own names
        row = await cursor.fetchone()
        return int(row[0]) if row else 0
