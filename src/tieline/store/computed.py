"""Values of computed traits for templates: definitions from PostgreSQL, values from history, at the moment of asking."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection

from tieline.condition import valued
from tieline.store.clickhouse.evaluate import ClickHouseEvaluator
from tieline.store.postgres.segments import PostgresSegments
from tieline.store.postgres.traits import PostgresTraits


class ComputedOfPeople:
    """ComputedValues."""

    def __init__(self, connection: AsyncConnection, evaluator: ClickHouseEvaluator) -> None:
        self._connection = connection
        self._traits = PostgresTraits(connection)
        self._segments = PostgresSegments(connection)
        self._evaluator = evaluator

    async def of_people(
        self, workspace_id: int, people: Sequence[bytes], now: datetime
    ) -> dict[bytes, Mapping[str, Any]]:
        """Return the computed traits of people, each named by a node."""
        traits = {
            trait["key"]: valued.compiled(trait["definition"])
            for trait in await self._traits.of(workspace_id)
        }
        if not traits:
            return {}
        cursor = await self._connection.execute(
            "select node_id, profile_id from node where workspace_id = %s and node_id = any(%s)",
            (workspace_id, list(people)),
            binary=True,
        )
        profile_of = {bytes(node_id): bytes(profile_id) for node_id, profile_id in await cursor.fetchall()}
        zone = await self._segments.time_zone(workspace_id)
        told = await self._evaluator.values(workspace_id, traits, sorted(set(profile_of.values())), now, zone)
        return {node_id: told[profile_id] for node_id, profile_id in profile_of.items() if profile_id in told}
