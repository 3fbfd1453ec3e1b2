"""All zones decided at once are what the engine came to fact by fact, and what other rules would have come to."""

from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from identify_worlds import worlds
from msgspec.structs import replace
from test_identify_history import Run, finish

from tieline.identify.rebuild import difference, rebuild, signed
from tieline.identify.rules import Rules
from tieline.model.columns import Kept, Links, Nodes, Whole
from tieline.model.identity import Assertion

SINCE = datetime(2000, 1, 1, tzinfo=UTC)


def since_2000(at: datetime) -> int:
    return (at - SINCE) // timedelta(microseconds=1)


def ids(named):
    return np.frombuffer(b"".join(named), np.uint8).reshape(-1, 16)


def columns(store, rules: Rules) -> Whole:
    """What PostgreSQL would read of a store in memory."""
    placed = sorted(store.everyone(1), key=lambda one: one.node.node_id)
    names = sorted({one.node.namespace for one in placed})
    place = {one.node.node_id: index for index, one in enumerate(placed)}
    listed = [(rules.of(one.node.namespace), one.node.value) for one in placed]
    nodes = Nodes(
        ids([one.node.node_id for one in placed]),
        names,
        np.array([names.index(one.node.namespace) for one in placed], np.int64),
        np.array([since_2000(one.node.first_at) for one in placed], np.int64),
        np.array([hash(one.node.marks) | 1 if one.node.marks else 0 for one in placed], np.int64),
        np.array([value in rule.blocked for rule, value in listed], np.bool_),
        np.array([value in rule.allowed for rule, value in listed], np.bool_),
    )
    links = [link for (workspace_id, *_), link in store.linked.items() if workspace_id == 1]
    kept = Kept(
        ids([one.zone_id for one in placed]),
        ids([one.profile_id for one in placed]),
        ids([one.proven_id for one in placed]),
        np.array([one.core for one in placed], np.bool_),
        np.array([one.shared for one in placed], np.int8),
    )
    said = Links(
        np.array([place[link.a] for link in links], np.int64),
        np.array([place[link.b] for link in links], np.int64),
        np.array([link.proof for link in links], np.int8),
        np.array([since_2000(link.first_at) for link in links], np.int64),
        np.array([since_2000(link.last_at) for link in links], np.int64),
    )
    return Whole(
        nodes, said, kept, lambda rows: np.array([place.get(row.tobytes(), -1) for row in rows], np.int64)
    )


async def quiet(_fraction: float) -> None:
    """Nobody watches."""


def rebuilt(run, rules):
    epoch = run.store.epochs_of.get(1)
    said = list(run.store.asserted.values())
    return finish(rebuild(1, columns(run.store, rules), said, rules, epoch, run.store, quiet))


def played(world, rules):
    run = Run(rules, epoch=world.epoch)
    for step in [*world.events, *world.decisions]:
        if isinstance(step, Assertion):
            run.decide(step)
        else:
            run.take([step])
    return run


@given(worlds())
@settings(max_examples=400, deadline=None)
def test_a_rebuild_is_what_the_engine_came_to(world):
    run = played(world, world.rules)

    found = rebuilt(run, world.rules)

    assert found.changed.tolist() == []
    assert found.signature() == found.signature_kept()


@given(worlds(), worlds(0))
@settings(max_examples=400, deadline=None)
def test_a_rebuild_by_other_rules_is_what_these_would_have_come_to(world, other):
    run, wanted = played(world, world.rules), played(world, other.rules)

    found = rebuilt(run, other.rules)

    expected = columns(wanted.store, other.rules)
    assert found.read.nodes.ids.tolist() == expected.nodes.ids.tolist()
    assert found.signature() == signed(expected.nodes.ids, *expected.kept)


groups = st.lists(st.integers(0, 5), min_size=1, max_size=12)


@given(groups, st.data())
def test_a_difference_counts_what_merges_splits_and_moves(before, data):
    after = data.draw(st.lists(st.integers(0, 5), min_size=len(before), max_size=len(before)))

    found = difference(np.array(before), np.array(after))

    old = {group: {after[i] for i, one in enumerate(before) if one == group} for group in set(before)}
    new = {group: {before[i] for i, one in enumerate(after) if one == group} for group in set(after)}
    assert (found.before, found.after) == (len(old), len(new))
    assert found.split == sum(len(parts) > 1 for parts in old.values())
    assert found.merged == sum(len(parts) > 1 for parts in new.values())
    assert found.merging == len({one for parts in new.values() if len(parts) > 1 for one in parts})
    assert found.moved == sum(a != b for a, b in zip(before, after, strict=True))
    assert len(found.merged_examples) == min(found.merged, 5)
    assert len(found.split_examples) == min(found.split, 5)
    pairs = set(zip(before, after, strict=True))
    across = {(one, other) for one, other in pairs if len(old[one]) > 1 and len(new[other]) > 1}
    assert len(found.moved_examples) == min(len(across), 5)
    for movers, left, there in found.moved_examples:
        ((one, other),) = {(before[i], after[i]) for i in movers}
        assert (one, other) in across
        assert {before[i] for i in left} == {one}
        assert other not in {after[i] for i in left}
        assert {after[i] for i in there} == {other}
        assert one not in {before[i] for i in there}


@given(worlds())
@settings(max_examples=150, deadline=None)
def test_values_that_other_rules_block_stand_alone_from_then_on(world):
    phone = replace(world.rules.of("phone"), blocked=("+886987654301", "+886987654311"))
    table = tuple(one for one in world.rules.table if one.namespace != "phone")
    rules = replace(world.rules, table=(*table, phone))
    run = played(world, world.rules)

    found = rebuilt(run, rules)

    names, kinds = found.read.nodes.namespaces, found.read.nodes.namespace
    alone = [place for place, kind in enumerate(kinds) if names[kind] == "phone"]
    assert all(found.now.zone[place] == found.now.profile[place] == place for place in alone)
    assert not set(alone) & set(np.delete(found.now.profile, alone).tolist())
