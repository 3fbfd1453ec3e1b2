"""What every IdentityStore promises, and that identity comes out the same on each."""

import random
from datetime import UTC, datetime, timedelta
from unittest.mock import AsyncMock

import pytest

from tieline.errors import NotFoundError
from tieline.identify.decide import Decisions
from tieline.identify.stage import IdentifyStage
from tieline.model.event import Event, Identifier, Proof, Source
from tieline.model.identity import CUT, JOIN, Assertion, Link, Mark, Moved, Node, Placed
from tieline.ports import Turn
from tieline.store.memory.identity import MemoryIdentity
from tieline.store.memory.unit import MemoryUnit
from tieline.store.postgres.identity import PostgresIdentity
from tieline.store.postgres.unit import PostgresUnit

AT = datetime(2026, 3, 1, 9, 30, 0, 123456, tzinfo=UTC)
A, B, C, D = (bytes([n]) * 16 for n in range(1, 5))


@pytest.fixture(params=["memory", "postgres"])
def both(request):
    """A store and the transactions around it."""
    if request.param == "memory":
        store = MemoryIdentity()
        return store, MemoryUnit(store)
    unit = request.getfixturevalue("unit")
    return PostgresIdentity(unit.connection), unit


@pytest.fixture
def store(both):
    return both[0]


def placed(node_id, zone_id=None, profile_id=None, at=AT):
    node = Node(node_id, "email", f"{node_id[0]}@mail.tw", at)
    return Placed(node, zone_id or node_id, profile_id or zone_id or node_id)


def link(a, b, source="web", proof=Proof.STATED, first=0, last=0):
    return Link(a, b, source, proof, AT + timedelta(hours=first), AT + timedelta(hours=last))


def in_order(items):
    return sorted(items, key=lambda item: item.node.node_id)


async def test_a_zone_comes_whole(store):
    await store.save(1, [placed(A), placed(B, A), placed(C), placed(D)], [])
    zones = await store.zones(1, [B, D])
    assert in_order(zones.placed) == [placed(A), placed(B, A), placed(D)]


async def test_unknown_nodes_and_other_workspaces_are_left_out(store):
    await store.save(2, [placed(A)], [])
    assert (await store.zones(1, [A])).placed == []
    assert (await store.zones(1, [])).placed == []


async def test_a_node_can_be_given_another_place_and_an_earlier_time(store):
    await store.save(1, [placed(A), placed(B)], [])
    earlier = placed(B, A, at=AT - timedelta(days=1))
    await store.save(1, [earlier], [])
    assert in_order((await store.zones(1, [A])).placed) == [placed(A), earlier]
    assert (await store.zones(1, [B])).placed != []


async def test_a_link_keeps_earliest_first_and_latest_last(store):
    await store.save(1, [], [link(A, B, first=5, last=5)])
    await store.save(1, [], [link(A, B, first=3, last=4)])
    await store.save(1, [], [link(A, B, first=7, last=9)])
    assert await store.links(1, [A]) == [link(A, B, first=3, last=9)]


async def test_what_is_proven_and_what_is_stated_are_two_links(store):
    proven = link(A, B, first=3, last=4, proof=Proof.VERIFIED)
    await store.save(1, [], [link(A, B, first=5, last=5), proven])
    await store.touch(1, [link(A, B, first=5, last=8)])
    found = await store.links(1, [A])
    assert sorted(found, key=lambda one: one.proof) == [link(A, B, first=5, last=8), proven]


async def test_links_are_found_by_either_end(store):
    await store.save(1, [], [link(A, B), link(B, C), link(C, D)])
    found = await store.touching(1, [B])
    assert sorted(found, key=lambda one: one.a) == [link(A, B), link(B, C)]


async def test_a_node_comes_without_its_zone_and_as_it_was_saved(store):
    marks = (Mark("given_name", "怡君", "crm", True), Mark("given_name", "宜君", "web", False))
    node = Node(A, "phone", "+886987654301", AT, marks)
    kept = Placed(node, B, B, A, False, 1)
    await store.save(1, [kept, placed(B)], [])
    assert await store.nodes(1, [A, C]) == [kept]


async def test_links_are_found_by_their_first_end_and_kept_per_source(store):
    await store.save(1, [], [link(A, B), link(A, B, "crm"), link(B, C)])
    found = await store.links(1, [A])
    assert sorted(found, key=lambda item: item.source) == [link(A, B, "crm"), link(A, B)]
    assert await store.links(2, [A]) == []


async def test_a_touch_moves_last_forward_only_and_makes_no_link(store):
    await store.save(1, [], [link(A, B, last=5)])
    await store.touch(1, [link(A, B, first=2, last=3), link(B, C, last=9)])
    assert await store.links(1, [A, B]) == [link(A, B, last=5)]
    await store.touch(1, [link(A, B, first=8, last=8)])
    assert await store.links(1, [A]) == [link(A, B, last=8)]


async def test_decisions_come_with_the_nodes_they_name_even_unknown_ones(store):
    await store.save(1, [placed(A), placed(B, A)], [])
    cut = Assertion(CUT, B, C, AT, author="ann", reason="not her")
    cut_id = await store.add_assertion(1, cut)
    join_id = await store.add_assertion(1, Assertion(JOIN, C, D, AT))
    assert [found.assertion_id for found in (await store.zones(1, [A])).assertions] == [cut_id]
    assert {found.assertion_id for found in (await store.zones(1, [C])).assertions} == {cut_id, join_id}
    assert (await store.zones(2, [C])).assertions == []
    (found,) = (await store.zones(1, [B])).assertions
    assert (found.kind, found.a, found.b, found.at, found.author, found.reason) == (
        CUT,
        B,
        C,
        AT,
        "ann",
        "not her",
    )


async def test_a_decision_taken_back_says_so_and_stays_as_it_was_first(store):
    assertion_id = await store.add_assertion(1, Assertion(CUT, A, B, AT))
    first = await store.revoke_assertion(1, assertion_id, "ann", AT + timedelta(hours=1))
    again = await store.revoke_assertion(1, assertion_id, "bob", AT + timedelta(hours=2))
    assert first == again
    assert first.revoked_at == AT + timedelta(hours=1)
    assert (await store.zones(1, [A])).assertions == [first]


async def test_taking_back_what_is_not_there_is_refused(store):
    assertion_id = await store.add_assertion(1, Assertion(CUT, A, B, AT))
    with pytest.raises(NotFoundError):
        await store.revoke_assertion(2, assertion_id, "ann", AT)


async def test_a_turn_names_the_one_before_it_in_its_workspace(both):
    store, unit = both
    async with unit.transaction():
        first = await store.lock(1)
        again, elsewhere = await store.lock(1), await store.lock(2)
    async with unit.transaction():
        after = await store.lock(1)

    assert (first.last, again.last, after.last, elsewhere.last) == (0, first.now, again.now, 0)
    assert len({first.now, again.now, after.now, elsewhere.now}) == 4


async def test_a_turn_that_was_rolled_back_is_not_the_last_and_never_comes_again(both):
    store, unit = both
    async with unit.transaction():
        kept = await store.lock(1)
    lost = []
    with pytest.raises(RuntimeError):
        await _fail_inside(store, unit, lost)
    async with unit.transaction():
        after = await store.lock(1)

    assert after.last == kept.now
    assert after.now not in {one.now for one in lost}


async def test_the_audit_trail_leaves_arrivals_out(both):
    store, _ = both
    await store.record([Moved(1, A, b"", A), Moved(1, B, C, A)], "link", AT)
    await store.record([Moved(1, D, b"", A)], "link", AT)
    if isinstance(store, MemoryIdentity):
        assert store.changes == [(Moved(1, B, C, A), "link", AT)]
    else:
        cursor = await store._connection.execute(
            "select node_id, from_id, to_id, cause, at from identity_change"
        )
        assert await cursor.fetchall() == [(B, C, A, "link", AT)]


async def test_what_fails_inside_a_transaction_never_was(both):
    store, unit = both
    async with unit.transaction():
        await store.save(1, [placed(A)], [link(A, B)])
    with pytest.raises(RuntimeError):
        await _fail_inside(store, unit, [])
    async with unit.transaction():
        assert (await store.zones(1, [A, B])).placed == [placed(A)]
        assert await store.links(1, [A]) == [link(A, B)]
        assert await store.assertions(1, [A, B]) == []


async def _fail_inside(store, unit, turns):
    async with unit.transaction():
        turns.append(await store.lock(1))
        await store.save(1, [placed(A, B), placed(B)], [link(A, B, last=9), link(A, C)])
        await store.add_assertion(1, Assertion(CUT, A, B, AT))
        raise RuntimeError


POOL = [
    *(("member_id", f"m{n}") for n in range(12)),
    *(("phone", f"09876543{n:02d}") for n in range(6)),
    *(("email", f"p{n}@mail.tw") for n in range(8)),
    *(("anonymous_id", f"b{n}") for n in range(16)),
    *(("line:1", "U" + f"{n:02x}ab" * 8) for n in range(5)),
]
SOURCES = [Source(1, n, kind, kind) for n, kind in enumerate(("web", "pos", "crm"))]


def history(chance, length):
    for _ in range(length):
        at = AT + timedelta(hours=chance.randrange(96))
        names = tuple(Identifier(*name) for name in chance.sample(POOL, chance.choice((1, 2, 2, 3))))
        yield Event(1, chance.choice(SOURCES), 1, 0, "track", "seen", "", at, at, names, {}, {})


async def people(stage, decisions, unit, steps, chance):
    """Return who everyone is after events in batches, crashes and decisions."""
    profiles = {}
    while steps:
        batch = [steps.pop() for _ in range(min(len(steps), chance.choice((1, 5, 20))))]
        if chance.random() < 0.2:
            with pytest.raises(RuntimeError):
                await _crash(stage, unit, batch)
            stage.forget()
        async with unit.transaction():
            said = await stage.process(batch)
        profiles.update((move.node_id, move.to_id) for move in said.moves)
        if chance.random() < 0.3:
            a, b = chance.sample(sorted(profiles), 2)
            async with unit.transaction():
                decide = chance.choice((decisions.cut, decisions.join))
                decided = await decide(1, a, b, "ann", "", AT + timedelta(minutes=len(steps)))
            profiles.update((move.node_id, move.to_id) for move in decided.moves)
            if chance.random() < 0.5:
                async with unit.transaction():
                    undone = await decisions.undo(1, decided.assertion_id, "ann", AT)
                profiles.update((move.node_id, move.to_id) for move in undone.moves)
    return profiles


async def _crash(stage, unit, batch):
    async with unit.transaction():
        await stage.process(batch)
        raise RuntimeError


@pytest.mark.parametrize("seed", range(6))
async def test_the_same_history_makes_the_same_people_on_every_store(unit, seed):
    found = []
    memory, postgres = MemoryIdentity(), PostgresIdentity(unit.connection)
    for store, transactions in ((memory, MemoryUnit(memory)), (postgres, unit)):
        stage = IdentifyStage(store, {1: b"k" * 32}, {})
        steps = list(history(random.Random(seed), 150))
        found.append(await people(stage, Decisions(store), transactions, steps, random.Random(seed)))
    assert found[0] == found[1]
    ids = sorted(found[0])
    stored = await postgres.zones(1, ids)
    assert in_order(stored.placed) == in_order(memory.everyone(1))
    links = [await store.links(1, ids) for store in (memory, postgres)]
    assert sorted(links[0], key=str) == sorted(links[1], key=str)


async def test_two_writers_of_one_workspace_take_turns(unit, postgres_url):
    """Both see the same two people at once; only the lock makes the second see what the first did."""
    other = await PostgresUnit.open(postgres_url)
    try:
        stages = [
            IdentifyStage(PostgresIdentity(each.connection), {1: b"k" * 32}, {}) for each in (unit, other)
        ]
        chance = random.Random(5)
        rounds = [(list(history(chance, 12)), list(history(chance, 12))) for _ in range(8)]
        for batches in rounds:
            assert await _together(stages, (unit, other), batches) == [None, None]
        alone = MemoryIdentity()
        await IdentifyStage(alone, {1: b"k" * 32}, {}).process(
            [event for pair in rounds for batch in pair for event in batch]
        )
        ids = [item.node.node_id for item in alone.everyone(1)]
        async with unit.transaction():
            stored = await PostgresIdentity(unit.connection).zones(1, ids)
        assert in_order(stored.placed) == in_order(alone.everyone(1))
    finally:
        await other.close()


@pytest.mark.parametrize("locked", [True, False])
async def test_many_writers_end_where_one_does_only_because_they_take_turns(
    unit, postgres_url, locked, monkeypatch
):
    """Three workers meet on new phones at once. The negative control, without the lock, has to go wrong."""
    if not locked:
        monkeypatch.setattr(PostgresIdentity, "lock", AsyncMock(return_value=Turn(0, 0)))
    units = [unit, *[await PostgresUnit.open(postgres_url) for _ in range(2)]]
    try:
        stages = [IdentifyStage(PostgresIdentity(one.connection), {1: b"k" * 32}, {}) for one in units]
        rounds = [_on_one_phone(number, len(units)) for number in range(12)]
        failed = [error for batches in rounds for error in await _together(stages, units, batches) if error]
        alone = MemoryIdentity()
        said = [event for batches in rounds for batch in batches for event in batch]
        await IdentifyStage(alone, {1: b"k" * 32}, {}).process(said)
        ids = [item.node.node_id for item in alone.everyone(1)]
        async with unit.transaction():
            stored = await PostgresIdentity(unit.connection).nodes(1, ids)
        # Without the lock they stumble over each other's new nodes, or miss them.
        went_well = not failed and in_order(stored) == in_order(alone.everyone(1))
        assert went_well is locked
    finally:
        for one in units[1:]:
            await one.close()


def _on_one_phone(number, workers):
    """Return one batch per worker; each brings another card to the same phone, which nobody has seen before."""
    phone = Identifier("phone", f"09876{number:05d}")
    return [
        [
            Event(
                1,
                SOURCES[2],
                1,
                0,
                "track",
                "seen",
                "",
                at,
                at,
                (phone, Identifier("pos_card", f"C{number}{worker}")),
                {},
                {},
            )
            for at in [AT + timedelta(hours=worker)]
        ]
        for worker in range(workers)
    ]


async def test_ageing_finds_links_by_when_they_were_seen_last(store):
    await store.save(1, [], [link(A, B, last=5), link(C, D, last=9)])
    assert await store.last_seen_between(1, None, AT + timedelta(hours=6)) == {A, B}
    assert await store.last_seen_between(1, AT + timedelta(hours=6), AT + timedelta(hours=10)) == {C, D}
    await store.age(1, AT)
    assert await store.epochs() == {1: AT}
    assert (await store.zones(1, [A])).aged_at == AT


async def _together(stages, units, batches):
    import asyncio

    async def one(stage, unit, batch):
        stage.forget()
        async with unit.transaction():
            await stage.process(batch)

    together = (one(*each) for each in zip(stages, units, batches, strict=True))
    return await asyncio.gather(*together, return_exceptions=True)
