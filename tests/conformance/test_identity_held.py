"""What a stage holds in memory is what is stored, whoever else writes, whatever fails, and whether or not it is told."""

import random
from datetime import timedelta

import psycopg
import pytest
from test_identity_store import AT, SOURCES, history, in_order

from tieline.identify.decide import Decisions
from tieline.identify.erase import EraseStage
from tieline.identify.memory import Memory
from tieline.identify.stage import IdentifyStage
from tieline.ids import keyed_hash
from tieline.model.event import PERSON_ERASED, Event, Identifier, Source
from tieline.store.memory.identity import MemoryIdentity
from tieline.store.postgres.erasure import PostgresErasures
from tieline.store.postgres.identity import PostgresIdentity
from tieline.store.postgres.unit import PostgresUnit
from tieline.store.postgres.workspaces import PostgresWorkspaces

KEY = b"k" * 32
OWN = Source(1, 9, "tieline", "tieline")


@pytest.fixture
async def other(postgres_url):
    opened = await PostgresUnit.open(postgres_url)
    yield opened
    await opened.close()


def stage(unit, memory=None):
    return IdentifyStage(PostgresIdentity(unit.connection), {1: KEY}, {}, memory=memory)


def batches(seed, length=120):
    chance = random.Random(seed)
    waiting = list(history(chance, length))
    while waiting:
        yield [waiting.pop() for _ in range(min(len(waiting), chance.choice((1, 3, 12))))]


async def everyone(unit, said):
    """Return who is who as it is stored, and as one stage makes it that hears everything at once."""
    alone = MemoryIdentity()
    await IdentifyStage(alone, {1: KEY}, {}).process(said)
    ids = [item.node.node_id for item in alone.everyone(1)]
    async with unit.transaction():
        stored = await PostgresIdentity(unit.connection).nodes(1, ids)
    return in_order(stored), in_order(alone.everyone(1))


@pytest.mark.parametrize("seed", range(3))
async def test_another_process_that_wrote_meanwhile_is_noticed(unit, other, seed):
    processes = [(stage(one), one) for one in (unit, other)]
    chance, said = random.Random(seed), []
    for batch in batches(seed):
        identify, its_unit = chance.choice(processes)
        async with its_unit.transaction():
            found = await identify.process(batch)
        assert len(found.identified) == len(batch)
        said += batch

    stored, expected = await everyone(unit, said)
    assert stored == expected


@pytest.mark.parametrize("seed", range(3))
async def test_a_rollback_that_nobody_told_of_leaves_nothing(unit, seed):
    identify, chance, said = stage(unit), random.Random(seed), []
    for batch in batches(seed):
        if chance.random() < 0.3:
            with pytest.raises(ZeroDivisionError):
                await _in_vain(identify, unit, chance.sample(batch, 1) + list(history(chance, 2)))
        async with unit.transaction():
            await identify.process(batch)
        said += batch

    stored, expected = await everyone(unit, said)
    assert stored == expected


async def _in_vain(identify, unit, batch):
    async with unit.transaction():
        await identify.process(batch)
        raise ZeroDivisionError


async def test_a_connection_that_breaks_halfway_leaves_nothing(unit):
    identify, chance, said = stage(unit), random.Random(4), []
    for batch in batches(4, 40):
        with pytest.raises(psycopg.OperationalError):
            await _broken(identify, unit, list(history(chance, 3)))
        async with unit.transaction():
            await identify.process(batch)
        said += batch

    stored, expected = await everyone(unit, said)
    assert stored == expected


async def _broken(identify, unit, batch):
    async with unit.transaction():
        await identify.process(batch)
        await unit.connection.execute("select pg_terminate_backend(pg_backend_pid())")


@pytest.mark.parametrize("nodes_max", [1, 4])
async def test_hardly_any_room_changes_nothing(unit, nodes_max):
    identify, said = stage(unit, Memory(stars_max=2, nodes_max=nodes_max)), []
    for batch in batches(7):
        async with unit.transaction():
            await identify.process(batch)
        said += batch

    stored, expected = await everyone(unit, said)
    assert stored == expected


async def test_a_zone_of_which_half_was_forgotten_stays_one(unit):
    crm = SOURCES[2]

    def seen(number, *names):
        identifiers = tuple(Identifier(namespace, value) for namespace, value in names)
        at = AT + timedelta(minutes=number)
        return Event(1, crm, number, 0, "track", "seen", "", at, at, identifiers, {}, {})

    member, phone = ("member_id", "M1"), ("phone", "+886912000001")
    emails = [("email", f"e{number}@mail.tw") for number in range(6)]
    identify = stage(unit, Memory(stars_max=1, nodes_max=1))
    said = [
        [seen(1, member, phone)],
        [seen(2, phone, emails[0])],  # the member is forgotten after this, and the phone is not
        [seen(3, member, ("pos_card", "C1")), seen(4, phone, emails[1])],
        [seen(5 + number, phone, email) for number, email in enumerate(emails[2:5])],
        [seen(9, phone, emails[5])],  # one more than a person may have
    ]
    for batch in said:
        async with unit.transaction():
            await identify.process(batch)

    stored, expected = await everyone(unit, [event for batch in said for event in batch])
    assert stored == expected


async def test_a_decision_of_another_process_counts_for_what_is_held(unit, other):
    member, phone = Identifier("member_id", "m1"), Identifier("phone", "+886987654301")
    identify, ids = stage(unit), [keyed_hash(KEY, one.namespace, one.value) for one in (member, phone)]
    await _take(unit, identify, seen(member, phone))
    async with other.transaction():
        await Decisions(PostgresIdentity(other.connection)).cut(1, *ids, "ann", "not her", AT)

    found = await _take(unit, identify, seen(member, phone), seen(phone, Identifier("pos_card", "C1")))

    assert [one.profile_id for one in found.identified] == ids
    stored, _ = await everyone(unit, [seen(member, phone)])
    assert {one.zone_id for one in stored} == set(ids)


async def test_a_person_who_was_erased_is_new_when_they_come_again(unit):
    async with unit.transaction():
        assert await PostgresWorkspaces(unit.connection).create("main", "A", "Asia/Taipei", "TW", AT) == 1
    identify, erasures = stage(unit), PostgresErasures(unit.connection)
    member, phone = Identifier("member_id", "m1"), Identifier("phone", "+886987654301")
    await _take(unit, identify, seen(member, phone))
    async with unit.transaction():
        target = keyed_hash(KEY, "member_id", "m1")
        await erasures.ask(1, "e1", target, "ann", "asked", AT)
        erase = EraseStage(erasures, PostgresIdentity(unit.connection), {1: KEY}, {})
        assert await erase.process(_own(PERSON_ERASED, {"erasure_id": "e1"})) is not None

    found = await _take(unit, identify, seen(member, phone, hours=1))

    assert {move.from_id for move in found.moves} == {b""}
    stored, expected = await everyone(unit, [seen(member, phone, hours=1)])
    assert stored == expected


def seen(*names, hours=0):
    at = AT + timedelta(hours=hours)
    return Event(1, SOURCES[2], 1, 0, "track", "seen", "", at, at, names, {}, {})


def _own(name, properties):
    return Event(1, OWN, 1, 0, "track", name, "", AT, AT, (), properties, {})


async def _take(unit, identify, *events):
    async with unit.transaction():
        return await identify.process(list(events))
