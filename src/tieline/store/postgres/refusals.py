"""What LINE would not take, in PostgreSQL."""

from datetime import datetime
from typing import Any

from psycopg import AsyncConnection

from tieline.ports.refusals import Refusal
from tieline.store.postgres.broadcast_desk import PostgresBroadcastDesk

LINE = "line"
"""Who stopped it, in the place of a person."""
_RUNNING = ("ready", "planning", "planned", "drifted")


class PostgresRefusals:
    """RefusalStore."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def refused(self, refusal: Refusal, at: datetime) -> None:
        """Keep it, and stop the broadcast it comes from."""
        await self._connection.execute(
            """
            insert into line_refusal (workspace_id, origin, step, account, pointer, sentence, at)
            values (%s, %s, %s, %s, %s, %s, %s)
            on conflict (workspace_id, origin, step) do update
            set account = excluded.account, pointer = excluded.pointer, sentence = excluded.sentence, at = excluded.at
            """,
            (
                refusal.workspace_id,
                refusal.origin,
                refusal.step,
                refusal.account,
                refusal.pointer,
                refusal.sentence,
                at,
            ),
        )
        kind, _, key = refusal.origin.partition(":")
        if kind == "broadcast":
            desk = PostgresBroadcastDesk(self._connection)
            if await desk.change(refusal.workspace_id, key, _RUNNING, "stopped", at):
                await desk.halt(refusal.workspace_id, key, LINE, at)

    async def of(self, workspace_id: int, origin: str) -> list[dict[str, Any]]:
        """Return what LINE would not take of an origin, by step."""
        cursor = await self._connection.execute(
            "select step, pointer, sentence, at from line_refusal where workspace_id = %s and origin = %s order by step",
            (workspace_id, origin),
        )
        return [
            {"step": step, "pointer": pointer, "sentence": sentence, "at": at}
            for step, pointer, sentence, at in await cursor.fetchall()
        ]
