"""The history of all events in ClickHouse: each batch once, whatever was interrupted before."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from tieline.model.erasure import ErasedNode, spellings
from tieline.model.event import IMPORT_UNDONE, import_source
from tieline.ports import HistoryBatch
from tieline.store.clickhouse import erased
from tieline.store.clickhouse.as_sent import AS_SENT
from tieline.store.clickhouse.engine import ClickHouse
from tieline.store.clickhouse.squashed import NODES_TOGETHER, squash
from tieline.store.clickhouse.written import SOME_MOVED, WRITTEN_BY

NOWHERE = b"\0" * 16
OWN = "tieline"
"""Key of the source under which Tieline tells what it did itself."""


class ClickHouseHistory:
    """History.

    A batch is complete when its offset stands in `history_mark`, which is written last. What lies beyond the mark is
    the rest of an interrupted append; it is removed before the next one.
    """

    def __init__(self, engine: ClickHouse) -> None:
        self._engine = engine
        self._mark = 0
        self._interrupted = True  # true until the rest of an earlier process's append is known to be gone
        self._writing = asyncio.Lock()

    async def append(self, batches: Sequence[HistoryBatch], at: datetime) -> None:
        """Add batches once each."""
        async with self._writing:
            await asyncio.to_thread(self._append, batches, at)

    async def mark(self) -> int:
        """Return the log offset up to which history is complete."""
        if self._interrupted and not self._writing.locked():
            async with self._writing:
                await asyncio.to_thread(self._recover)
        return self._mark

    async def query(self, sql: str, parameters: Mapping[str, Any]) -> pa.Table:
        """Run one statement with bound parameters."""
        return await asyncio.to_thread(self._engine.query, sql, parameters)

    async def written(self, workspace_id: int, profile_ids: Iterable[bytes]) -> list[bytes]:
        """Return the ids under which events of these profiles may have been written: their own and former ones."""
        own = set(profile_ids)
        table = await self.query(
            f"select distinct from_id from ({WRITTEN_BY})",
            {"workspace": workspace_id, "profiles": [profile_id.hex().upper() for profile_id in own]},
        )
        return sorted(own | {bytes(value) for value in table["from_id"].to_pylist()})

    async def erase(self, workspace_id: int, nodes: Sequence[ErasedNode]) -> int:
        """Delete the events and profiles of the nodes; return how many events went. May be repeated."""
        if not nodes:
            return 0
        words = spellings((node.namespace, node.value) for node in nodes)
        async with self._writing:
            return await asyncio.to_thread(erased.erase, self._engine, workspace_id, nodes, words)

    async def has_overrides(self, workspace_id: int) -> bool:
        """Say whether any event was written under another profile than it has now."""
        table = await self.query(SOME_MOVED, {"workspace": workspace_id})
        return bool(table["some"][0].as_py())

    async def squash(self, nodes_max: int = NODES_TOGETHER) -> int:
        """Write events of nodes that moved under the profile they have now; return how many nodes that settled."""
        async with self._writing:
            await asyncio.to_thread(self._recover)
            return await asyncio.to_thread(squash, self._engine, nodes_max)

    def _append(self, batches: Sequence[HistoryBatch], at: datetime) -> None:
        self._recover()
        fresh = [batch for batch in batches if batch.log_offset > self._mark]
        if fresh:
            self._interrupted = True  # until the new mark is written, so that a failure here is cleaned up
            through = fresh[-1].log_offset
            self._insert_events(pa.concat_tables([batch.events for batch in fresh]).combine_chunks())
            self._insert_as_sent(
                "profile", pa.concat_tables([batch.profiles for batch in fresh]).combine_chunks()
            )
            self._override(fresh)
            self._engine.insert(
                "history_mark",
                pa.table(
                    {
                        "log_offset": pa.array([through], pa.uint64()),
                        "at": pa.array([at], pa.timestamp("ms", tz="UTC")),
                    }
                ),
            )
            self._mark, self._interrupted = through, False

    def _insert_events(self, events: pa.Table) -> None:
        """Insert events; of an import that is taken back among them, remove what it had brought.

        Doing so again after an interruption changes nothing: an import that was taken back says nothing more.
        """
        undone = pc.and_(pc.equal(events["event"], IMPORT_UNDONE), pc.equal(events["source"], OWN))
        self._insert_as_sent("event", events.filter(pc.invert(undone)))
        for row in events.filter(undone).select(["workspace_id", "properties"]).to_pylist():
            import_id = msgspec.json.decode(row["properties"])["import_id"]
            self._engine.command(
                """
                alter table event delete where workspace_id = {workspace:UInt32} and source = {source:String}
                settings mutations_sync = 1
                """,
                {"workspace": row["workspace_id"], "source": import_source(import_id)},
            )

    def _insert_as_sent(self, table: str, rows: pa.Table) -> None:
        """Insert rows with a JSON column through a table that takes it as text.

        Only so do the settings reach the reader of JSON, which would otherwise turn texts that look like dates into
        dates, and a birthday would no longer be the text that was sent.
        """
        if not rows.num_rows:
            return
        self._engine.command(f"truncate table {table}_arrival")  # sql: own names
        self._engine.insert(f"{table}_arrival", rows)
        columns = ", ".join(rows.column_names)
        self._engine.command(  # sql: own names
            f"insert into {table} ({columns}) select {columns} from {table}_arrival settings {AS_SENT}"
        )

    def _override(self, batches: Sequence[HistoryBatch]) -> None:
        tables = []
        for batch in batches:
            moved = batch.moves.filter(
                pc.not_equal(batch.moves["from_id"], pa.scalar(NOWHERE, pa.binary(16)))
            )
            if moved.num_rows:
                version = pa.array([batch.log_offset] * moved.num_rows, pa.uint64())
                tables.append(moved.append_column("version", version))
        if tables:
            self._engine.insert("override", pa.concat_tables(tables).combine_chunks())
            self._engine.command("system reload dictionary override_map")

    def _recover(self) -> None:
        """Remove what lies beyond the mark after an interruption."""
        if not self._interrupted:
            return
        table = self._engine.query("select max(log_offset) as mark from history_mark")
        mark = int(table["mark"][0].as_py())
        beyond = self._engine.query(
            "select count() as n from event where log_offset > {mark:UInt64}", {"mark": mark}
        )
        if beyond["n"][0].as_py():
            self._engine.command(
                "alter table event delete where log_offset > {mark:UInt64} settings mutations_sync = 1",
                {"mark": mark},
            )
        self._mark, self._interrupted = mark, False
