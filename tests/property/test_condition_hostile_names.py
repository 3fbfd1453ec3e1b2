"""Whatever a person types as a name or a value is either refused or found, and never becomes part of the statement."""

from typing import Any

import pytest
from condition_table import Table, profile_id
from condition_worlds import NOW, World, Written
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tieline.condition.match import HistoryEvent, Person
from tieline.condition.node import Node
from tieline.condition.parse import parse
from tieline.condition.path import FORBIDDEN
from tieline.condition.sql import Scope
from tieline.errors import InvalidConditionError
from tieline.store.clickhouse.engine import ClickHouse

ATTACKS = (
    "`", "a`b", "a\\", "a\\`b", "x` = 1 OR 1 = 1 --", "'; drop table event; --", "{p1:String}", "{workspace:UInt32}", "%(p1)s",
    ".:String", "a.:Int64", "^a", "a[]b", "[]", "a..b", ".", "null", "size0", "size", "a b", " a", "$heredoc$", "$$", "--", "/*", "#!",
    "訂單 額", "\u200b", "é", "e\u0301", "😀", "0", "0a", "a-b", "a/b", "a(b)", "a,b", "a;b", "a=b", "SELECT", "x", "d", "c0", "said", "properties",
)  # fmt: skip
names = st.one_of(st.sampled_from(ATTACKS), st.text(min_size=1, max_size=8))
texts = st.one_of(st.sampled_from(ATTACKS), st.text(max_size=20))


@pytest.fixture(scope="module")
def table(_clickhouse_engine: ClickHouse) -> Table:
    return Table(_clickhouse_engine)


def world_with(data: dict[str, Any], event: str) -> World:
    """Person 0 has `data` in traits and in one event; person 1 has neither."""
    person = Person(traits=data, tags=frozenset({event}))
    return World([person, Person()], [0], [Written(0, 0, HistoryEvent(event, NOW, data))])


def statements(name: str, value: str, event: str) -> list[Node]:
    return [
        parse({"trait": name, "op": "eq", "value": value}),
        parse({"trait": f"list[].{name}", "op": "in", "value": [value, "?"]}),
        parse({"event": event, "where": {"property": f"{name}[]", "op": "eq", "value": value}}),
        parse({"event": event, "measure": {"fn": "distinct", "property": name}, "op": "gte", "value": 1}),
        parse({"tag": event}),
    ]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(name=names, value=texts, event=texts)
@example(name="a", value="\\N", event="\\N")
@example(name="a", value="\t\n\r\\'\"`\x01\x7f", event="O'Brien\\")
def test_a_hostile_name_or_value_is_refused_or_found(table: Table, name: str, value: str, event: str) -> None:
    try:
        nodes = statements(name, value, event)
    except InvalidConditionError:
        return
    keys = name.split(".")
    assert all(keys)
    assert not FORBIDDEN & set(name)
    for data, held in (
        ({name: value, "list": [{name: value}]}, [1, 1, 0, 1, 1]),
        ({name: [value]}, [0, 0, 1, 0, 1]),
    ):
        table.store(world_with(data, event))
        scope = Scope(table.workspace, NOW)
        assert table.combined(nodes, scope) == {profile_id(0): held, profile_id(1): [0] * 5}
