"""Batches on their way to history, in PostgreSQL: one row of Arrow per stream batch."""

from datetime import datetime

import pyarrow as pa
from psycopg import AsyncConnection

from tieline.ports import HistoryBatch

_COMPRESSED = pa.ipc.IpcWriteOptions(compression="lz4")


class PostgresHistoryOutbox:
    """HistoryOutbox."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, batch: HistoryBatch, at: datetime) -> None:
        """Queue a batch in the stream's transaction."""
        await self._connection.execute(
            "insert into history_outbox (log_offset, events, profiles, moves, at) values (%b, %b, %b, %b, %b)",
            (batch.log_offset, _pack(batch.events), _pack(batch.profiles), _pack(batch.moves), at),
        )

    async def peek(self, batches_max: int) -> list[HistoryBatch]:
        """Return the oldest batches in order."""
        cursor = await self._connection.execute(
            "select log_offset, events, profiles, moves from history_outbox order by log_offset limit %s",
            (batches_max,),
            binary=True,
        )
        return [
            HistoryBatch(offset, _unpack(events), _unpack(profiles), _unpack(moves))
            for offset, events, profiles, moves in await cursor.fetchall()
        ]

    async def done(self, log_offset: int) -> None:
        """Forget batches up to and including `log_offset`."""
        await self._connection.execute("delete from history_outbox where log_offset <= %s", (log_offset,))


def _pack(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=_COMPRESSED) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue().to_pybytes())


def _unpack(data: bytes) -> pa.Table:
    with pa.ipc.open_stream(data) as reader:
        return reader.read_all()
