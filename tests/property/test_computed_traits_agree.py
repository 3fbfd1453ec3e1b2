"""A computed trait is worth the same to history, asked about everybody or about some, and to the oracle in memory."""

from typing import Any

import pytest
from condition_table import Table, profile_id
from condition_worlds import EVENTS, NOW, World, conditions, maybe_where, paths, windows, worlds
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tieline.condition import sql, tree
from tieline.condition.computed import PREFIX, parse_definition
from tieline.condition.match import match
from tieline.condition.node import Top
from tieline.condition.parse import parse
from tieline.condition.rewrite import rewrite
from tieline.condition.sql import Scope
from tieline.condition.valued import Classes, compiled, read, worth_of
from tieline.store.clickhouse.engine import ClickHouse

pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")
ZONE = "Asia/Taipei"

plain = st.sampled_from(
    ("count", "days_since_last", "days_since_first", "days_between", "first_at", "last_at")
).map(lambda fn: {"fn": fn})
of_property = st.builds(
    lambda fn, path: {"fn": fn, "property": path},
    st.sampled_from(("sum", "min", "max", "avg", "distinct", "first", "last", "most_frequent")),
    paths,
)
recent = st.builds(
    lambda path, many: {"fn": "recent", "property": path, "many": many}, paths, st.integers(1, 4)
)
cycles = st.sampled_from((0.5, 7, 30)).map(lambda days: {"fn": "cycles_since_last", "otherwise_days": days})
measured = st.builds(
    lambda event, where, window, measure: {"event": event, **where, **window, "measure": measure},
    st.sampled_from(EVENTS),
    maybe_where,
    st.one_of(st.just({}), st.builds(lambda found: {"window": found}, windows)),
    st.one_of(plain, of_property, of_property, recent, cycles),
)
alone = conditions.filter(lambda one: not any(isinstance(leaf, Top) for leaf in tree.leaves(parse(one))))
classed = st.builds(
    lambda found: {"classes": [{"label": f"C{at}", "condition": one} for at, one in enumerate(found)]},
    st.lists(alone, min_size=1, max_size=3),
)
definitions = st.one_of(measured, measured, measured, classed)


@pytest.fixture(scope="module")
def table(_clickhouse_engine: ClickHouse) -> Table:
    return Table(_clickhouse_engine)


def asked(table: Table, traits: list[Any], scope: Scope) -> dict[bytes, list[Any]]:
    return {
        bytes(row["profile_id"]): [read(trait, said) for trait, said in zip(traits, row["told"], strict=True)]
        for row in table.rows(sql.compile_values(traits, scope))
    }


@settings(
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    max_examples=60,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(
    world=worlds(),
    written=st.lists(definitions, min_size=12, max_size=14),
    picked=st.sets(st.integers(0, 7)),
)
def test_history_tells_what_the_oracle_tells(
    table: Table, world: World, written: list[Any], picked: set[int]
) -> None:
    table.store(world)
    for one in written:
        parse_definition(one)
    traits = [compiled(one) for one in written]
    people = {
        profile_id(index): person
        for index in range(len(world.people))
        if (person := world.person(index, profile_id(index))) is not None
    }
    right = {key: [worth_of(trait, person, NOW, ZONE) for trait in traits] for key, person in people.items()}
    moved = any(row.written_for != world.owners[row.node] for row in world.log)
    assert asked(table, traits, Scope(table.workspace, NOW, ZONE, overrides=moved)) == right

    candidates = {profile_id(index) for index in picked}
    former = {
        profile_id(row.written_for) for row in world.log if profile_id(world.owners[row.node]) in candidates
    }
    some = Scope(table.workspace, NOW, ZONE, tuple(candidates), tuple(former), overrides=moved)
    assert asked(table, traits, some) == {key: told for key, told in right.items() if key in candidates}


@settings(
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    max_examples=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(world=worlds(), written=classed)
def test_a_condition_on_a_class_holds_for_whom_the_trait_says_so(world: World, written: Any) -> None:
    trait = compiled(written)
    assert isinstance(trait, Classes)
    known = {f"{PREFIX}lifecycle": parse_definition(written)}
    for index in range(len(world.people)):
        person = world.person(index, profile_id(index))
        if person is None:
            continue
        label = worth_of(trait, person, NOW, ZONE)
        for one, _ in trait.known:
            asked = rewrite(parse({"computed": "lifecycle", "op": "eq", "value": one}), known)
            assert match(asked, person, NOW, ZONE) is (one == label)
