"""Signals for journeys in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from tieline.model.signal import Signal, SignalKind


class PostgresSignals:
    """SignalStore."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, signals: Sequence[Signal]) -> None:
        """Queue signals in the transaction that caused them."""
        if not signals:
            return
        await self._connection.execute(
            """
            insert into signal (workspace_id, kind, name, node_id, profile_id, at, log_offset, data)
            select * from unnest(%s::int[], %s::smallint[], %s::text[], %s::bytea[], %s::bytea[], %s::timestamptz[],
                                 %s::bigint[], %s::jsonb[])
            """,
            (
                [signal.workspace_id for signal in signals],
                [int(signal.kind) for signal in signals],
                [signal.name for signal in signals],
                [signal.node_id for signal in signals],
                [signal.profile_id for signal in signals],
                [signal.at for signal in signals],
                [signal.log_offset for signal in signals],
                [Jsonb(dict(signal.data)) for signal in signals],
            ),
        )

    async def take(self, signals_max: int) -> list[Signal]:
        """Return the oldest signals that nobody has taken, in order."""
        cursor = await self._connection.execute(
            """
            with next as materialized (  -- once: joined in a loop, a limit would be taken anew for every row
                select signal_id from signal where taken_at is null order by signal_id limit %s for update skip locked),
            taken as (
                update signal set taken_at = now()
                where signal_id = any(array(select signal_id from next))  -- by index: joined, all signals ever may be read
                returning *)
            select workspace_id, kind, name, node_id, profile_id, at, log_offset, data, signal_id
            from taken order by signal_id
            """,
            (signals_max,),
            binary=True,
        )
        return [_signal(row) for row in await cursor.fetchall()]

    async def heard(
        self, workspace_id: int, profile_ids: Sequence[bytes], since: datetime
    ) -> dict[bytes, list[Signal]]:
        """Return the events after `since` that were taken already, by the profile their node belongs to now."""
        cursor = await self._connection.execute(
            """
            select s.workspace_id, s.kind, s.name, s.node_id, n.profile_id, s.at, s.log_offset, s.data, s.signal_id
            from node n join signal s using (workspace_id, node_id)
            where n.workspace_id = %s and n.profile_id = any(%s) and s.at > %s and s.taken_at is not null and s.kind = 1
            order by s.at, s.signal_id
            """,
            (workspace_id, list(profile_ids), since),
            binary=True,
        )
        found: dict[bytes, list[Signal]] = {}
        for row in await cursor.fetchall():
            found.setdefault(row[4], []).append(_signal(row))
        return found

    async def forget_before(self, at: datetime) -> None:
        """Drop taken signals that no trigger can still want to hear."""
        await self._connection.execute("delete from signal where taken_at is not null and at < %s", (at,))


def _signal(row: Sequence[Any]) -> Signal:
    return Signal(row[0], SignalKind(row[1]), *row[2:])
