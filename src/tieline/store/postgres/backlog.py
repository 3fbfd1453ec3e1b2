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

    async def may_withdraw(self) -> set[int]:
        """Return the workspaces of which a request that waits may take back a permission."""
        cursor = await self._connection.execute(
            """
            select coalesce((select log_offset from position where consumer = 'stream'), 0),
                   coalesce((select max(log_offset) from log), 0)
            """
        )
        row = await cursor.fetchone()
        absorbed, head = (int(row[0]), int(row[1])) if row else (0, 0)
        self._looked_through = max(self._looked_through, absorbed)
        while self._looked_through < head:
            await self._look(min(head, self._looked_through + ROWS_TOGETHER))
        self._withdrawing = [one for one in self._withdrawing if one[0] > absorbed]
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
