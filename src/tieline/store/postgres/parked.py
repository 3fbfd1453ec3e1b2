"""What was parked: looked at, said again, or set aside, in PostgreSQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from psycopg import AsyncConnection

from tieline.model.event import LogKind, LogRow

REPLAYED = "replayed"
DISMISSED = "dismissed"


class Reject(NamedTuple):
    """One item that was parked, with the source that sent it; "" if that is not known."""

    log_offset: int
    item: int
    stage: str
    reason: str
    detail: str
    at: datetime
    source_id: int
    source: str


class Pile(NamedTuple):
    """How many of one kind wait, and since when."""

    source: str
    stage: str
    reason: str
    items: int
    first_at: datetime
    last_at: datetime


class PostgresParked:
    """Reads and answers dead letters that nobody has answered yet."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def piles(self, workspace_id: int) -> Sequence[Pile]:
        """Return what waits, by source and reason, the most first."""
        cursor = await self._connection.execute(
            """
            select coalesce(s.key, ''), d.stage, d.reason, count(*), min(d.at), max(d.at)
            from dead_letter d left join log l using (log_offset) left join source s on s.source_id = l.source_id
            where d.workspace_id = %s and d.answer = '' group by 1, 2, 3 order by 4 desc, 1, 2, 3
            """,
            (workspace_id,),
        )
        return [Pile(*row) for row in await cursor.fetchall()]

    async def waiting(
        self, workspace_id: int, source: str, reason: str, before: tuple[int, int] | None, most: int
    ) -> Sequence[Reject]:
        """Return what waits, the newest first, from below a place."""
        cursor = await self._connection.execute(
            """
            select d.log_offset, d.item, d.stage, d.reason, d.detail, d.at, coalesce(l.source_id, 0), coalesce(s.key, '')
            from dead_letter d left join log l using (log_offset) left join source s on s.source_id = l.source_id
            where d.workspace_id = %(workspace)s and d.answer = ''
              and (%(source)s = '' or s.key = %(source)s) and (%(reason)s = '' or d.reason = %(reason)s)
              and (d.log_offset, d.item) < (%(offset)s, %(item)s)
            order by d.log_offset desc, d.item desc limit %(most)s
            """,
            {
                "workspace": workspace_id,
                "source": source,
                "reason": reason,
                "offset": before[0] if before else 2**62,
                "item": before[1] if before else 0,
                "most": most,
            },
        )
        return [Reject(*row) for row in await cursor.fetchall()]

    async def rows(self, offsets: Sequence[int]) -> Mapping[int, LogRow]:
        """Return log rows by their offset."""
        cursor = await self._connection.execute(
            """
            select log_offset, workspace_id, source_id, kind, items, received_at, body
            from log where log_offset = any(%s)
            """,
            (list(offsets),),
            binary=True,
        )
        found = [LogRow(row[0], row[1], row[2], LogKind(row[3]), *row[4:]) for row in await cursor.fetchall()]
        return {row.log_offset: row for row in found}

    async def claim(self, workspace_id: int, log_offset: int, item: int) -> bool:
        """Lock one that waits until the transaction ends; False if somebody has answered it."""
        cursor = await self._connection.execute(
            """
            select 1 from dead_letter
            where workspace_id = %s and log_offset = %s and item = %s and answer = '' for update
            """,
            (workspace_id, log_offset, item),
        )
        return await cursor.fetchone() is not None

    async def answer(
        self,
        workspace_id: int,
        log_offset: int,
        item: int,
        answer: str,
        by: str,
        at: datetime,
        replayed_as: int | None,
    ) -> None:
        """Write down what was done about it."""
        await self._connection.execute(
            """
            update dead_letter set answer = %s, answered_by = %s, answered_at = %s, replayed_as = %s
            where workspace_id = %s and log_offset = %s and item = %s and answer = ''
            """,
            (answer, by, at, replayed_as, workspace_id, log_offset, item),
        )

    async def latest(
        self, workspace_id: int, source_id: int, after: int, look_back: int, most: int
    ) -> Sequence[LogRow]:
        """Return the newest requests of a source above an offset, the newest first, among the last of all sources."""
        cursor = await self._connection.execute(
            """
            select log_offset, workspace_id, source_id, kind, items, received_at, body from log
            where workspace_id = %s and source_id = %s
              and log_offset > greatest(%s, (select coalesce(max(log_offset), 0) from log) - %s)
            order by log_offset desc limit %s
            """,
            (workspace_id, source_id, after, look_back, most),
            binary=True,
        )
        return [LogRow(row[0], row[1], row[2], LogKind(row[3]), *row[4:]) for row in await cursor.fetchall()]
