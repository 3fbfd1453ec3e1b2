"""The SQL of a condition finds exactly the people whom `match` finds."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pyarrow as pa
import pytest
from condition_worlds import NOW, World, conditions, worlds
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tieline.condition import sql
from tieline.condition.match import match
from tieline.condition.node import Node
from tieline.condition.parse import parse
from tieline.condition.rewrite import rewrite
from tieline.condition.sql import Query, Scope
from tieline.store.clickhouse.engine import ClickHouse

WORKSPACE = 7
ZONE = "Asia/Taipei"
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def profile_id(index: int) -> bytes:
    return bytes([index + 1]) + b"\0" * 15  # zero bytes at the end are easily lost


def node_id(index: int) -> bytes:
    return b"\xff" * 14 + bytes([index, 0])


AS_SENT = "input_format_try_infer_dates = 0, input_format_try_infer_datetimes = 0, input_format_json_read_bools_as_numbers = 0"
"""Keeps JSON as it was sent: texts that look like dates stay texts, booleans in lists stay booleans."""


class Table:
    """Random worlds in a real engine, each in a workspace of its own, so that nothing needs to be emptied."""

    def __init__(self, engine: ClickHouse) -> None:
        self.engine = engine
        self.workspace = WORKSPACE
        for name in ("event", "profile", "override"):
            described = engine.query(f"describe table {name}").to_pylist()
            columns = ", ".join(
                f"{row['name']} {'String' if row['name'] in {'properties', 'traits'} else row['type']}"
                for row in described
            )
            engine.command(f"create or replace table {name}_as_text ({columns}) engine = Memory")

    def store(self, world: World) -> None:
        self.workspace += 1
        rows = [
            {
                "event": row.event.event,
                "profile_id": profile_id(row.written_for),
                "node_id": node_id(row.node),
                "at": row.event.at,
                "properties": msgspec.json.encode(row.event.properties).decode(),
            }
            for row in world.log
        ]
        self._insert("event", rows, {"event": pa.string(), "node_id": pa.binary(16), "at": pa.timestamp("ms", "UTC"), "properties": pa.string()})  # fmt: skip
        people = [
            {
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
            for index, person in enumerate(world.people)
        ]
        words = pa.list_(pa.string())
        self._insert("profile", people, {"version": pa.uint64(), "gone": pa.uint8(), "traits": pa.string(), "tags": words, "consents": words, "friends": words, "namespaces": words, "first_seen_at": pa.timestamp("ms", "UTC")})  # fmt: skip
        moved = [
            {"node_id": node_id(row.node), "from_id": profile_id(row.written_for), "profile_id": profile_id(world.owners[row.node]), "version": 1}
            for row in world.log
            if row.written_for != world.owners[row.node]
        ]  # fmt: skip
        self._insert(
            "override", moved, {"node_id": pa.binary(16), "from_id": pa.binary(16), "version": pa.uint64()}
        )
        if moved:
            self.engine.command("system reload dictionary override_map")

    def _insert(self, table: str, rows: list[dict[str, Any]], types: dict[str, pa.DataType]) -> None:
        types = {"workspace_id": pa.uint32(), "profile_id": pa.binary(16), **types}
        for row in rows:
            row["workspace_id"] = self.workspace
        self.engine.insert(f"{table}_as_text", pa.Table.from_pylist(rows, pa.schema(list(types.items()))))
        columns = ", ".join(types)
        self.engine.command(
            f"insert into {table} ({columns}) select {columns} from {table}_as_text settings {AS_SENT}"
        )
        self.engine.command(f"truncate table {table}_as_text")

    def ids(self, query: Query) -> set[bytes]:
        found = [
            bytes(value) for value in self.engine.query(query.sql, query.parameters)["profile_id"].to_pylist()
        ]
        assert len(found) == len(set(found))
        return set(found)

    def combined(self, nodes: list[Node], scope: Scope) -> dict[bytes, list[int]]:
        query = sql.compile_combined(nodes, scope)
        rows = self.engine.query(query.sql, query.parameters).to_pylist()
        return {bytes(row["profile_id"]): row["holds"] for row in rows}


@pytest.fixture(scope="module")
def table(_clickhouse_engine: ClickHouse) -> Table:
    return Table(_clickhouse_engine)


def expected(nodes: list[Node], world: World) -> dict[bytes, list[int]]:
    people = ((profile_id(index), world.person(index)) for index in range(len(world.people)))
    return {key: [int(match(node, person, NOW, ZONE)) for node in nodes] for key, person in people if person}


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(world=worlds(), trees=st.lists(conditions, min_size=1, max_size=12), picked=st.sets(st.integers(0, 7)))
def test_the_sql_finds_whom_match_finds(
    table: Table, world: World, trees: list[Any], picked: set[int]
) -> None:
    table.store(world)
    nodes = [rewrite(parse(tree)) for tree in trees]
    right = expected(nodes, world)
    moved = any(row.written_for != world.owners[row.node] for row in world.log)
    everybody = Scope(table.workspace, NOW, ZONE, overrides=moved)
    assert table.combined(nodes, everybody) == right

    candidates = {profile_id(index) for index in picked}
    former = {
        profile_id(row.written_for) for row in world.log if profile_id(world.owners[row.node]) in candidates
    }
    some = Scope(table.workspace, NOW, ZONE, tuple(candidates), tuple(former), overrides=moved)
    assert table.combined(nodes, some) == {key: holds for key, holds in right.items() if key in candidates}

    for index, node in enumerate(nodes[:4]):
        members = {key for key, holds in right.items() if holds[index]}
        assert table.ids(sql.compile_members(node, everybody)) == members
        assert table.ids(sql.compile_members(node, some)) == members & candidates
        count = sql.compile_count(node, everybody)
        assert table.engine.query(count.sql, count.parameters)["members"].to_pylist() == [len(members)]
