"""Which workspaces wish predictions, and what became of the last ones, in the settings of the workspace."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from tieline.ports.predictions import Wish
from tieline.store.postgres.named import identifiers_of


class PostgresPredictions:
    """PredictStore, and what the console does with it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def wishes(self) -> Sequence[Wish]:
        """Return the workspaces that wish them."""
        cursor = await self._connection.execute(
            """
            select workspace_id, time_zone, settings #>> '{predictions,computed_on}' from workspace
            where settings @> '{"predictions": {"on": true}}' order by 1
            """
        )
        return [Wish(*row) for row in await cursor.fetchall()]

    async def switch(self, workspace_id: int, *, on: bool) -> None:
        """Begin or end to predict; what was told last is kept, and a day that begins anew is worked out at once."""
        await self._keep(workspace_id, {"on": on, "computed_on": None})

    async def computed(self, workspace_id: int, on: date, report: Mapping[str, Any]) -> None:
        """Note what a day's work came to."""
        await self._keep(workspace_id, {"computed_on": on.isoformat(), "report": report})

    async def of(self, workspace_id: int) -> dict[str, Any]:
        """Return whether a workspace wishes them, and the last report."""
        cursor = await self._connection.execute(
            "select settings -> 'predictions' from workspace where workspace_id = %s", (workspace_id,)
        )
        row = await cursor.fetchone()
        return dict(row[0]) if row and row[0] else {}

    async def identifiers(self, workspace_id: int, node_ids: Sequence[bytes]) -> dict[bytes, tuple[str, str]]:
        """Return namespace and value of nodes."""
        return await identifiers_of(self._connection, workspace_id, node_ids)

    async def _keep(self, workspace_id: int, said: Mapping[str, Any]) -> None:
        await self._connection.execute(
            """
            update workspace set settings = jsonb_set(settings, '{predictions}',
                coalesce(settings -> 'predictions', '{}') || %s) where workspace_id = %s
            """,
            (Jsonb(said), workspace_id),
        )
