"""Random worlds in the real engine, each in a workspace of its own, so that nothing needs to be emptied."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

import msgspec
import pyarrow as pa
from condition_worlds import World

from tieline.condition import sql
from tieline.condition.node import Node
from tieline.condition.sql import Query, Scope
from tieline.store.clickhouse.engine import ClickHouse

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
AS_SENT = """
    input_format_try_infer_dates = 0, input_format_try_infer_datetimes = 0,
    input_format_json_read_bools_as_numbers = 0, type_json_skip_duplicated_paths = 1
"""
"""Keeps JSON as it was sent: texts that look like dates stay texts, booleans in lists stay booleans, of a path said twice
the first value counts."""
_workspaces = count(1_000)
WORDS = pa.list_(pa.string())
TYPES = {
    "event": {
        "event": pa.string(),
        "node_id": pa.binary(16),
        "at": pa.timestamp("ms", "UTC"),
        "properties": pa.string(),
    },
    "profile": {
        "version": pa.uint64(),
        "gone": pa.uint8(),
        "traits": pa.string(),
        "tags": WORDS,
        "consents": WORDS,
        "friends": WORDS,
        "namespaces": WORDS,
        "first_seen_at": pa.timestamp("ms", "UTC"),
    },
    "override": {"node_id": pa.binary(16), "from_id": pa.binary(16), "version": pa.uint64()},
}


def profile_id(index: int) -> bytes:
    return bytes([index + 1]) + b"\0" * 15  # zero bytes at the end are easily lost


def node_id(index: int) -> bytes:
    return b"\xff" * 14 + bytes([index, 0])


class Table:
    """Puts worlds into the engine and asks it."""

    def __init__(self, engine: ClickHouse) -> None:
        self.engine = engine
        self.workspace = 0
        self._columns_as_text: dict[str, str] = {}
        for name in TYPES:
            rows = engine.query(f"describe table {name}").to_pylist()
            types = {row["name"]: "String" if row["type"].startswith("JSON") else row["type"] for row in rows}
            self._columns_as_text[name] = ", ".join(f"{column} {kind}" for column, kind in types.items())

    def store(self, world: World) -> None:
        self.workspace = next(_workspaces)
        self._insert("event", [_event(row) for row in world.log])
        people = [_profile(index, person) for index, person in enumerate(world.people)]
        self._insert("profile", people)
        moved = [
            {
                "node_id": node_id(row.node),
                "from_id": profile_id(row.written_for),
                "profile_id": profile_id(world.owners[row.node]),
                "version": 1,
            }
            for row in world.log
            if row.written_for != world.owners[row.node]
        ]
        self._insert("override", moved)
        if moved:
            self.engine.command("system reload dictionary override_map")

    def ids(self, query: Query) -> set[bytes]:
        found = [
            bytes(value) for value in self.engine.query(query.sql, query.parameters)["profile_id"].to_pylist()
        ]
        assert len(found) == len(set(found))
        return set(found)

    def rows(self, query: Query) -> list[dict[str, Any]]:
        return self.engine.query(query.sql, query.parameters).to_pylist()

    def count(self, query: Query) -> int:
        (row,) = self.engine.query(query.sql, query.parameters).to_pylist()
        return int(row["members"])

    def combined(self, nodes: list[Node], scope: Scope) -> dict[bytes, list[int]]:
        query = sql.compile_combined(nodes, scope)
        rows = self.engine.query(query.sql, query.parameters).to_pylist()
        return {bytes(row["profile_id"]): row["holds"] for row in rows}

    def _insert(self, name: str, rows: list[dict[str, Any]]) -> None:
        types = {"workspace_id": pa.uint32(), "profile_id": pa.binary(16), **TYPES[name]}
        rows = [{"workspace_id": self.workspace, **row} for row in rows]
        # Gone again at the end: other tests look at which tables there are.
        self.engine.command(
            f"create or replace table {name}_as_text ({self._columns_as_text[name]}) engine = Memory"
        )
        self.engine.insert(f"{name}_as_text", pa.Table.from_pylist(rows, pa.schema(list(types.items()))))
        columns = ", ".join(types)
        self.engine.command(
            f"insert into {name} ({columns}) select {columns} from {name}_as_text settings {AS_SENT}"
        )
        self.engine.command(f"drop table {name}_as_text sync")


def _event(row: Any) -> dict[str, Any]:
    return {
        "event": row.event.event,
        "profile_id": profile_id(row.written_for),
        "node_id": node_id(row.node),
        "at": row.event.at,
        "properties": msgspec.json.encode(row.event.properties).decode(),
    }


def _profile(index: int, person: Any) -> dict[str, Any]:
    return {
        "profile_id": profile_id(index),
        "version": 2,
        "gone": int(person is None),
        "traits": msgspec.json.encode(person.traits if person else {}).decode(),
        "tags": sorted(person.tags) if person else [],
        "consents": sorted(person.consents) if person else [],
        "friends": sorted(person.friends) if person else [],
        "namespaces": sorted(person.namespaces) if person else [],
        "first_seen_at": LONG_AGO,
    }
