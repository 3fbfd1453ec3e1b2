"""Signals for journeys in PostgreSQL."""

from collections.abc import Sequence

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
        """Remove and return the oldest signals, in order."""
        cursor = await self._connection.execute(
            """
            with taken as (
                delete from signal where signal_id in (
                    select signal_id from signal order by signal_id limit %s for update skip locked)
                returning *)
            select workspace_id, kind, name, node_id, profile_id, at, log_offset, data, signal_id
            from taken order by signal_id
            """,
            (signals_max,),
            binary=True,
        )
        return [Signal(row[0], SignalKind(row[1]), *row[2:]) for row in await cursor.fetchall()]
