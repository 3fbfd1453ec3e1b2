"""Calls to other systems in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from tieline.model.signal import DueCall, WebhookCall


class PostgresWebhooks:
    """WebhookStore."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, calls: Sequence[WebhookCall]) -> None:
        """Queue calls, each once."""
        if not calls:
            return
        async with self._connection.cursor() as cursor:
            await cursor.executemany(
                """
                insert into webhook_call (workspace_id, call_id, url, body, state, not_before, created_at, origin, step)
                values (%s, %s, %s, %s, 'planned', %s, %s, %s, %s) on conflict do nothing
                """,
                [
                    (
                        call.workspace_id,
                        call.call_id,
                        call.url,
                        Jsonb(call.body),
                        call.at,
                        call.at,
                        call.origin,
                        call.step,
                    )
                    for call in calls
                ],
            )

    async def due(self, now: datetime, most: int) -> list[DueCall]:
        """Return due calls, locked; what another worker holds is left out."""
        cursor = await self._connection.execute(
            """
            select workspace_id, call_id, url, body, attempts from webhook_call
            where state = 'planned' and not_before <= %s order by not_before limit %s for update skip locked
            """,
            (now, most),
            binary=True,
        )
        return [DueCall(*row) for row in await cursor.fetchall()]

    async def settle(self, call: DueCall, state: str, reason: str, again_at: datetime) -> None:
        """Write down what became of an attempt."""
        await self._connection.execute(
            """
            update webhook_call set state = %s, reason = %s, not_before = %s, attempts = %s
            where workspace_id = %s and call_id = %s
            """,
            (state, reason, again_at, call.attempts + 1, call.workspace_id, call.call_id),
        )
