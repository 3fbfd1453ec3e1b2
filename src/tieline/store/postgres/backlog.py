"""What waits in the log, looked at once per row."""

from psycopg import AsyncConnection

from tieline.model.event import WITHDRAWING

ROWS_TOGETHER = 2_000


class PostgresBacklog:
    """Backlog.

    Rows are committed in the order of their offsets and never change, so what was looked at need not be looked at again.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._looked_through = 0
        self._withdrawing: list[tuple[int, int]] = []

    async def absorbed(self) -> int:
        """Return how far the stream has come."""
        cursor = await self._connection.execute("select log_offset from position where consumer = 'stream'")
        row = await cursor.fetchone()
        return int(row[0]) if row else 0

    async def may_withdraw(self, since: int | None = None) -> set[int]:
        """Return the workspaces of which a request after `since`, or that waits, may take back a permission."""
        after = await self.absorbed() if since is None else since
        self._looked_through = max(self._looked_through, after)
        while await self._look() == ROWS_TOGETHER:
            pass
        self._withdrawing = [one for one in self._withdrawing if one[0] > after]
        return {workspace_id for _, workspace_id in self._withdrawing}

    async def _look(self) -> int:
        """Look at the next rows; return how many there were."""
        cursor = await self._connection.execute(
            """
            with row as (
                select log_offset, workspace_id,
                       exists (select from unnest(%s::bytea[]) as word where position(word in body) > 0) as may
                from log where log_offset > %s order by log_offset limit %s
            )
            select count(*), max(log_offset), array_agg(log_offset) filter (where may),
                   array_agg(workspace_id) filter (where may)
            from row
            """,
            (list(WITHDRAWING), self._looked_through, ROWS_TOGETHER),
        )
        rows, through, offsets, workspaces = await cursor.fetchone() or (0, None, None, None)
        self._withdrawing += zip(offsets or (), workspaces or (), strict=True)
        self._looked_through = through or self._looked_through
        return int(rows)
