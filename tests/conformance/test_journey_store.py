"""Journeys, the people on them and the shelf: memory and PostgreSQL keep the same promises."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import NamedTuple

import pytest
from msgspec.structs import replace

from tieline.errors import NotFoundError
from tieline.model.event import LogKind, NewLogRow
from tieline.model.identity import Placed
from tieline.model.signal import EnrolmentRow
from tieline.store.memory.identity import MemoryIdentity
from tieline.store.memory.journeys import MemoryJourneys
from tieline.store.memory.log import MemoryLog
from tieline.store.memory.signals import MemorySignals
from tieline.store.memory.unit import MemoryUnit
from tieline.store.postgres.identity import PostgresIdentity
from tieline.store.postgres.journeys import PostgresJourneys
from tieline.store.postgres.log import PostgresLog
from tieline.store.postgres.signals import PostgresSignals
from tieline.store.postgres.unit import PostgresUnit
from tieline.testing.build import NOON, WORKSPACE, enrolment, minutes, name, placed, signal, undone

CART = {"key": "cart", "start": "wait", "steps": []}


class Doors(NamedTuple):
    unit: MemoryUnit | PostgresUnit
    journeys: MemoryJourneys | PostgresJourneys
    signals: MemorySignals | PostgresSignals
    log: MemoryLog | PostgresLog
    identity: MemoryIdentity | PostgresIdentity

    async def place(self, *nodes: Placed) -> None:
        async with self.unit.transaction():
            await self.identity.save(WORKSPACE, nodes, [])

    async def save(self, *rows: EnrolmentRow) -> None:
        async with self.unit.transaction():
            await self.journeys.save(rows, NOON)

    async def put(self, key: str = "cart", state: str = "live") -> int:
        async with self.unit.transaction():
            return await self.journeys.put(WORKSPACE, key, key, {**CART, "key": key}, state, "ann", NOON)


@pytest.fixture(params=["memory", "postgres"])
async def doors(request: pytest.FixtureRequest) -> AsyncIterator[Doors]:
    if request.param == "memory":
        identity, log, signals = MemoryIdentity(), MemoryLog(), MemorySignals()
        journeys = MemoryJourneys(identity.everyone, log, signals)
        journeys.stock(WORKSPACE, {"gift": ["G1", "G2"]}, {"product": {"p1": {"name": "鞋"}}})
        yield Doors(MemoryUnit(identity, log, signals, journeys), journeys, signals, log, identity)
        return
    unit = await PostgresUnit.open(request.getfixturevalue("postgres_url"))
    async with unit.transaction():
        await _stock(unit)
    line = unit.connection
    yield Doors(
        unit, PostgresJourneys(line), PostgresSignals(line), PostgresLog(line), PostgresIdentity(line)
    )
    await unit.close()


async def _stock(unit: PostgresUnit) -> None:
    await unit.connection.execute(
        "insert into workspace (key, name, identity_key, created_at) values ('b', 'B', 'x', %s)", (NOON,)
    )
    await unit.connection.execute(
        "insert into coupon_code (workspace_id, pool, code) values (1, 'gift', 'G1'), (1, 'gift', 'G2')"
    )
    await unit.connection.execute(
        "insert into catalog_item (workspace_id, catalog, key, data, updated_at) values (1, 'product', 'p1', %s, %s)",
        ('{"name": "鞋"}', NOON),
    )


async def test_the_newest_version_is_there_and_an_older_one_while_someone_is_on_it(doors: Doors) -> None:
    await doors.place(placed("ann"))
    await doors.put()
    await doors.save(enrolment("ann"))
    assert await doors.put() == 2

    async with doors.unit.transaction():
        both = {one.version: (one.newest, one.state) for one in await doors.journeys.journeys()}
    await doors.save(enrolment("ann", state="done", due_at=None))
    async with doors.unit.transaction():
        left = [one.version for one in await doors.journeys.journeys()]

    assert both == {1: (False, "live"), 2: (True, "live")}
    assert left == [2]


async def test_a_definition_comes_back_as_it_was_saved(doors: Doors) -> None:
    await doors.put()

    async with doors.unit.transaction():
        (journey,) = await doors.journeys.journeys()

    assert (journey.workspace_id, journey.key, journey.definition) == (WORKSPACE, "cart", CART)


async def test_a_journey_can_be_paused_and_an_unknown_one_cannot(doors: Doors) -> None:
    await doors.put()

    async with doors.unit.transaction():
        await doors.journeys.set_state(WORKSPACE, "cart", "paused", NOON)
        (journey,) = await doors.journeys.journeys()
    with pytest.raises(NotFoundError):
        await doors.journeys.set_state(WORKSPACE, "gone", "paused", NOON)

    assert journey.state == "paused"


async def test_an_enrolment_is_replaced_as_a_whole(doors: Doors) -> None:
    await doors.place(placed("ann"))
    first = enrolment("ann", key="c1")
    later = replace(first, state="waiting_event", step="next", due_at=minutes(99), body={"a": [1, "鞋"]})
    await doors.save(first)
    await doors.save(later)

    async with doors.unit.transaction():
        found = await doors.journeys.open_of(WORKSPACE, [name("ann")])

    assert found == {name("ann"): [later]}


async def test_people_are_found_by_the_profile_they_have_now(doors: Doors) -> None:
    await doors.place(placed("ann"), placed("ann2"))
    rows = [enrolment("ann2", at=minutes(1)), enrolment("ann"), enrolment("ann", "other", minutes(2))]
    await doors.save(*rows)
    await doors.place(placed("ann2", "ann"))

    async with doors.unit.transaction():
        found = await doors.journeys.open_of(WORKSPACE, [name("ann"), name("ann2")])
        entered = await doors.journeys.entered(WORKSPACE, [name("ann")])
        now = await doors.journeys.profiles_now(WORKSPACE, [name("ann"), name("ann2"), name("nobody")])
        called = await doors.journeys.identifiers(WORKSPACE, [name("ann2"), name("nobody")])

    assert found == {name("ann"): [rows[1], rows[0], rows[2]]}
    assert entered == {(name("ann"), "cart"): minutes(1), (name("ann"), "other"): minutes(2)}
    assert now == {name("ann"): name("ann"), name("ann2"): name("ann")}
    assert called == {name("ann2"): ("member_id", "ann2")}


@pytest.mark.parametrize("state", ["done", "exited", "expired"])
async def test_who_has_come_to_an_end_is_not_on_the_way_but_has_entered(doors: Doors, state: str) -> None:
    await doors.place(placed("ann"))
    await doors.save(enrolment("ann", state=state, due_at=None))

    async with doors.unit.transaction():
        assert await doors.journeys.open_of(WORKSPACE, [name("ann")]) == {}
        assert await doors.journeys.entered(WORKSPACE, [name("ann")]) == {(name("ann"), "cart"): NOON}


async def test_timers_are_due_at_their_moment_earliest_first(doors: Doors) -> None:
    await doors.place(placed("ann"))
    rows = [enrolment("ann", key=str(minute), due_at=minutes(minute)) for minute in (3, 1, 2)]
    await doors.save(*rows, enrolment("ann", key="none", due_at=None))

    async with doors.unit.transaction():
        assert [row.correlation for row in await doors.journeys.due(minutes(2), 10)] == ["1", "2"]
        assert [row.correlation for row in await doors.journeys.due(minutes(9), 1)] == ["1"]
        assert await doors.journeys.due(minutes(1) - timedelta(microseconds=1), 10) == []


async def test_a_question_can_be_answered_once_history_has_come_that_far(doors: Doors) -> None:
    await doors.place(placed("ann"))
    rows = [
        enrolment("ann", key=str(offset), state="waiting_history", due_at=None, needs_offset=offset)
        for offset in (7, 5, 6)
    ]
    await doors.save(*rows, enrolment("ann"))

    async with doors.unit.transaction():
        assert [row.correlation for row in await doors.journeys.answerable(6, 10)] == ["5", "6"]
        assert [row.correlation for row in await doors.journeys.answerable(9, 1)] == ["5"]
        assert await doors.journeys.answerable(4, 10) == []


async def test_the_horizon_is_the_earliest_arrival_that_was_not_absorbed(doors: Doors) -> None:
    async with doors.unit.transaction():
        assert (await doors.journeys.head(), await doors.journeys.horizon()) == (0, None)
        for minute in (5, 9, 1):  # the third machine's clock is behind
            last = await doors.log.append([NewLogRow(WORKSPACE, 1, LogKind.TRACK, 1, minutes(minute), b"{}")])
    async with doors.unit.transaction():
        before_the_first_batch = await doors.journeys.horizon()
        await doors.log.save_position("stream", last - 2, NOON)
        one_absorbed = await doors.journeys.horizon()
        await doors.log.save_position("stream", last, NOON)

        assert await doors.journeys.head() == last
        assert await doors.journeys.horizon() is None
    assert (before_the_first_batch, one_absorbed) == (minutes(1), minutes(1))


async def test_signals_are_taken_once_and_can_be_heard_again(doors: Doors) -> None:
    await doors.place(placed("ann"), placed("ann2", "ann"), placed("ben"))
    said = [
        signal("Order Completed", "ann", minutes(3), cart_id="c1"),
        signal("page", "ann2", minutes(1)),
        signal("page", "ben", minutes(2)),
    ]
    async with doors.unit.transaction():
        await doors.signals.put([*said, signal("later", "ann", minutes(4))])

    async with doors.unit.transaction():
        taken = await doors.journeys.take_signals(3)
        heard = await doors.journeys.heard(WORKSPACE, [name("ann")], NOON)
        since = await doors.journeys.heard(WORKSPACE, [name("ann")], minutes(1))

    assert [one.name for one in taken] == ["Order Completed", "page", "page"]
    assert {who: [one.name for one in many] for who, many in heard.items()} == {
        name("ann"): ["page", "Order Completed"]
    }
    assert {who: [one.data for one in many] for who, many in since.items()} == {
        name("ann"): [{"cart_id": "c1"}]
    }


async def test_what_was_heard_is_forgotten_in_time(doors: Doors) -> None:
    await doors.place(placed("ann"))
    async with doors.unit.transaction():
        await doors.signals.put([signal("old", "ann", minutes(1)), signal("new", "ann", minutes(3))])
        await doors.journeys.take_signals(9)
        await doors.signals.put([signal("waits", "ann", minutes(1))])
        await doors.journeys.forget_heard(minutes(2))

        heard = await doors.journeys.heard(WORKSPACE, [name("ann")], NOON)
        waiting = await doors.journeys.take_signals(9)

    assert [one.name for one in heard[name("ann")]] == ["new"]
    assert [one.name for one in waiting] == ["waits"]


async def test_a_code_is_issued_once_and_the_same_to_whoever_asks_again(doors: Doors) -> None:
    async def issue(key: str, pool: str = "gift") -> str | None:
        async with doors.unit.transaction():
            return await doors.journeys.issue_coupon(WORKSPACE, pool, name(key), name("ann"), NOON)

    first, second = await issue("1"), await issue("2")

    assert {first, second} == {"G1", "G2"}
    assert (await issue("1"), await issue("2")) == (first, second)
    assert (await issue("3"), await issue("4", "no pool")) == (None, None)


async def test_a_code_that_was_issued_in_vain_is_free_again(doors: Doors) -> None:
    async with undone(doors.unit):
        await doors.journeys.issue_coupon(WORKSPACE, "gift", name("1"), name("ann"), NOON)

    async with doors.unit.transaction():
        codes = {
            await doors.journeys.issue_coupon(WORKSPACE, "gift", name(key), name("ann"), NOON) for key in "23"
        }

    assert codes == {"G1", "G2"}


async def test_an_item_of_the_catalog_is_read_as_it_is_now(doors: Doors) -> None:
    async with doors.unit.transaction():
        assert await doors.journeys.item(WORKSPACE, "product", "p1") == {"name": "鞋"}
        assert await doors.journeys.item(WORKSPACE, "product", "p2") is None
        assert await doors.journeys.item(WORKSPACE + 1, "product", "p1") is None
