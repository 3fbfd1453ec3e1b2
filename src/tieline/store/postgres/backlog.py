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
        cursor = await self._connection.execute("select coalesce(max(log_offset), 0) from log")
        row = await cursor.fetchone()
        head = int(row[0]) if row else 0
        self._looked_through = max(self._looked_through, after)
        while self._looked_through < head:
            await self._look(min(head, self._looked_through + ROWS_TOGETHER))
        self._withdrawing = [one for one in self._withdrawing if one[0] > after]
        return {workspace_id for _, workspace_id in self._withdrawing}

    async def _look(self, through: int) -> None:
        cursor = await self._connection.execute(
            """
            select log_offset, workspace_id from log
            where log_offset > %s and log_offset <= %s
              and exists (select from unnest(%s::bytea[]) as word where position(word in body) > 0)
            """,
            (self._looked_through, through, list(WITHDRAWING)),
        )
        self._withdrawing += [
            (int(offset), int(workspace_id)) for offset, workspace_id in await cursor.fetchall()
        ]
        self._looked_through = through
