"""The SQL of a condition finds exactly the people whom `match` finds, asked about everybody and about some.

Over 2,000 conditions, many in one statement: each world is stored once and asked for 32 of them, as of now and as of three
days before.
"""

from datetime import datetime, timedelta
from typing import Any

import pytest
from condition_table import Table, profile_id
from condition_worlds import NOW, World, conditions, worlds
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tieline.condition import sql
from tieline.condition.match import match, rankings
from tieline.condition.node import Node
from tieline.condition.parse import parse
from tieline.condition.rewrite import rewrite
from tieline.condition.sql import Scope
from tieline.store.clickhouse.engine import ClickHouse

pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")
zones = st.sampled_from(("Asia/Taipei", "UTC", "America/New_York", "Asia/Kathmandu"))


@pytest.fixture(scope="module")
def table(_clickhouse_engine: ClickHouse) -> Table:
    return Table(_clickhouse_engine)


def expected(nodes: list[Node], world: World, zone: str, now: datetime = NOW) -> dict[bytes, list[int]]:
    people = {
        profile_id(index): person
        for index in range(len(world.people))
        if (person := world.person(index, profile_id(index))) is not None
    }
    first = {leaf: ids for node in nodes for leaf, ids in rankings(node, people.values(), now, zone).items()}
    return {
        key: [int(match(node, person, now, zone, first)) for node in nodes] for key, person in people.items()
    }


@pytest.mark.slow
@settings(max_examples=63, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    world=worlds(),
    trees=st.lists(conditions, min_size=32, max_size=34),
    picked=st.sets(st.integers(0, 7)),
    zone=zones,
)
def test_the_sql_finds_whom_match_finds(
    table: Table, world: World, trees: list[Any], picked: set[int], zone: str
) -> None:
    table.store(world)
    nodes = [rewrite(parse(tree)) for tree in trees]
    right = expected(nodes, world, zone)
    moved = any(row.written_for != world.owners[row.node] for row in world.log)
    everybody = Scope(table.workspace, NOW, zone, overrides=moved)
    assert table.combined(nodes, everybody) == right

    candidates = {profile_id(index) for index in picked}
    former = {
        profile_id(row.written_for) for row in world.log if profile_id(world.owners[row.node]) in candidates
    }
    some = Scope(table.workspace, NOW, zone, tuple(candidates), tuple(former), overrides=moved)
    assert table.combined(nodes, some) == {key: holds for key, holds in right.items() if key in candidates}

    (tally,) = table.rows(sql.compile_tally(nodes, everybody))
    assert tally["members"] == [sum(column) for column in zip(*right.values(), strict=True)]

    then = NOW - timedelta(days=3)
    heard = world._replace(log=[row for row in world.log if row.event.at <= then])
    asked_then = Scope(table.workspace, then, zone, overrides=moved, past=True)
    assert table.combined(nodes, asked_then) == expected(nodes, heard, zone, then)

    for index, node in enumerate(nodes[:1]):
        members = {key for key, holds in right.items() if holds[index]}
        assert table.ids(sql.compile_members(node, everybody)) == members
        assert table.ids(sql.compile_members(node, some)) == members & candidates
        assert table.count(sql.compile_count(node, some)) == len(members & candidates)
