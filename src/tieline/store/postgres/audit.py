"""The audit log in PostgreSQL: lines are only ever added, each chained to the one before."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from psycopg import AsyncConnection

from tieline.model.access import Entry

Link = Callable[[bytes, int, int, Entry], bytes]
_LOCK = 0x7469_6175
"""First half of the advisory lock that orders the lines of a workspace."""


class Line(NamedTuple):
    """A stored line."""

    number: int
    entry: Entry
    hash: bytes


class PostgresAudit:
    """Adds lines and reads them.

    Args:
        link: How a line's hash follows from the one before.
        start: The hash before the first line.
    """

    def __init__(self, connection: AsyncConnection, link: Link, start: bytes) -> None:
        self._connection = connection
        self._link = link
        self._start = start

    async def add(self, workspace_id: int, entry: Entry) -> None:
        """Add a line; the caller's transaction holds the order."""
        await self._connection.execute("select pg_advisory_xact_lock(%s, %s)", (_LOCK, workspace_id))
        cursor = await self._connection.execute(
            "select entry_id, hash from audit_entry where workspace_id = %s order by entry_id desc limit 1",
            (workspace_id,),
        )
        row = await cursor.fetchone()
        number, before = (int(row[0]) + 1, bytes(row[1])) if row else (1, self._start)
        await self._connection.execute(
            """
            insert into audit_entry (workspace_id, entry_id, at, actor, action, thing, outcome, detail, hash)
            values (%s, %s, %s, %s, %s, %s, %s, %s, %s)
            """,
            (
                workspace_id, number, entry.at, entry.actor, entry.action, entry.thing, entry.outcome,
                entry.detail, self._link(before, workspace_id, number, entry),
            ),
        )  # fmt: skip

    async def newest(
        self, workspace_id: int, before: int | None, most: int, action: str = "", actor: str = ""
    ) -> Sequence[Line]:
        """Return lines, the newest first, from below the number `before`."""
        cursor = await self._connection.execute(
            """
            select entry_id, at, actor, action, thing, outcome, detail, hash from audit_entry
            where workspace_id = %(workspace)s and (%(before)s::bigint is null or entry_id < %(before)s)
              and (%(action)s = '' or action like %(action)s || '%%') and (%(actor)s = '' or actor = %(actor)s)
            order by entry_id desc limit %(most)s
            """,
            {"workspace": workspace_id, "before": before, "most": most, "action": action, "actor": actor},
        )
        return [_line(row) for row in await cursor.fetchall()]

    async def after(self, workspace_id: int, number: int, most: int) -> Sequence[Line]:
        """Return lines in order, from above `number`."""
        cursor = await self._connection.execute(
            """
            select entry_id, at, actor, action, thing, outcome, detail, hash from audit_entry
            where workspace_id = %s and entry_id > %s order by entry_id limit %s
            """,
            (workspace_id, number, most),
        )
        return [_line(row) for row in await cursor.fetchall()]


def _line(row: tuple[Any, ...]) -> Line:
    return Line(int(row[0]), Entry(*row[1:7]), bytes(row[7]))
