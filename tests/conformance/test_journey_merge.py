"""Two people on one journey who turn out to be one: the older enrolment goes on, the younger ends."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, NamedTuple

import pytest

from tieline.deliver.fill import fill_tree
from tieline.journey.effects import stored
from tieline.journey.enrolment import Enrolment
from tieline.journey.stage import JourneyStage
from tieline.model.signal import Signal
from tieline.store.memory.history import MemoryHistory
from tieline.store.memory.identity import MemoryIdentity
from tieline.store.memory.journeys import MemoryJourneys
from tieline.store.memory.log import MemoryLog
from tieline.store.memory.signals import MemorySignals
from tieline.store.memory.unit import MemoryUnit
from tieline.store.postgres.identity import PostgresIdentity
from tieline.store.postgres.journeys import PostgresJourneys
from tieline.store.postgres.signals import PostgresSignals
from tieline.store.postgres.unit import PostgresUnit
from tieline.testing.build import NOON, WORKSPACE, minutes, name, placed, signal

SEND = {
    "kind": "send_line",
    "account": "main",
    "purpose": "marketing",
    "messages": [{"type": "text", "text": "hi"}],
}
CART = {
    "key": "cart",
    "name": "cart",
    "trigger": {"kind": "event", "event": "Product Added"},
    "reentry": {"mode": "always", "key": "cart_id"},
    "start": "wait",
    "steps": [
        {"id": "wait", "kind": "wait", "for": "PT30M", "next": "remind"},
        {"id": "remind", **SEND},
    ],
}
ASKS = {
    **CART,
    "steps": [
        {
            "id": "wait",
            "kind": "wait_for_event",
            "event": "Looked",
            "timeout": "PT30M",
            "next": "remind",
            "on_timeout": "remind",
        },
        {"id": "remind", **SEND, "next": "ask"},
        {"id": "ask", "kind": "condition", "if": {"event": "Bought"}, "else": "again"},
        {"id": "again", **SEND},
    ],
}


class Doors(NamedTuple):
    unit: MemoryUnit | PostgresUnit
    journeys: MemoryJourneys | PostgresJourneys
    signals: MemorySignals | PostgresSignals
    identity: MemoryIdentity | PostgresIdentity

    async def begin(self, definition: dict[str, Any] = CART, second_key: str = "") -> JourneyStage:
        """Let ann enter at noon and bob five minutes later."""
        async with self.unit.transaction():
            await self.identity.save(WORKSPACE, [placed("ann"), placed("bob")], [])
            await self.journeys.put(WORKSPACE, "cart", "cart", definition, "live", "ann", NOON)
        stage = JourneyStage(self.journeys, MemoryHistory(), fill_tree, {WORKSPACE: "UTC"})
        entering = [
            signal("Product Added", "ann"),
            signal("Product Added", "bob", minutes(5), 2, **({"cart_id": second_key} if second_key else {})),
        ]
        await self.run(stage, 6, entering)
        return stage

    async def merge(self) -> None:
        async with self.unit.transaction():
            await self.identity.save(WORKSPACE, [placed("ann", "ann"), placed("bob", "ann")], [])

    async def part(self) -> None:
        async with self.unit.transaction():
            await self.identity.save(WORKSPACE, [placed("ann"), placed("bob")], [])

    async def run(self, stage: JourneyStage, at: float, signals: Sequence[Signal] = ()) -> list[bytes]:
        """Return to whom messages were planned."""
        async with self.unit.transaction():
            await self.signals.put(signals)
        async with self.unit.transaction():
            return [request.person for request in (await stage.process(minutes(at), 100)).requests]

    async def ends(self) -> dict[bytes, Enrolment]:
        async with self.unit.transaction():
            if isinstance(self.journeys, MemoryJourneys):
                return {row.person: stored(row) for row in self.journeys.enrolments.values()}
            assert isinstance(self.unit, PostgresUnit)
            cursor = await self.unit.connection.execute("select body from enrolment")
            found = [
                stored(_Body(row[0]))  # type: ignore[arg-type] # only the body is read
                for row in await cursor.fetchall()
            ]
            return {one.person: one for one in found}


class _Body(NamedTuple):
    body: Any


@pytest.fixture(params=["memory", "postgres"])
async def doors(request: pytest.FixtureRequest) -> AsyncIterator[Doors]:
    if request.param == "memory":
        identity, signals = MemoryIdentity(), MemorySignals()
        log = MemoryLog()
        journeys = MemoryJourneys(identity.everyone, log, signals)
        yield Doors(MemoryUnit(identity, log, signals, journeys), journeys, signals, identity)
        return
    unit = await PostgresUnit.open(request.getfixturevalue("postgres_url"))
    async with unit.transaction():
        await unit.connection.execute(
            "insert into workspace (key, name, identity_key, created_at) values ('b', 'B', 'x', %s)", (NOON,)
        )
    line = unit.connection
    yield Doors(unit, PostgresJourneys(line), PostgresSignals(line), PostgresIdentity(line))
    await unit.close()


async def test_who_was_merged_meanwhile_is_written_to_once_though_the_timers_fire_apart(doors: Doors) -> None:
    stage = await doors.begin()
    await doors.merge()

    planned = [person for at in (30, 35, 60) for person in await doors.run(stage, at)]

    assert planned == [name("ann")]
    younger = (await doors.ends())[name("bob")]
    assert (younger.state, younger.reason) == ("exited", "merged")


async def test_who_was_merged_meanwhile_is_written_to_once_when_both_timers_fire_together(
    doors: Doors,
) -> None:
    stage = await doors.begin()
    await doors.merge()

    assert await doors.run(stage, 60) == [name("ann")]


async def test_an_event_that_both_wait_for_moves_the_older(doors: Doors) -> None:
    stage = await doors.begin(ASKS)
    await doors.merge()

    assert await doors.run(stage, 10, [signal("Looked", "bob", minutes(9), 3)]) == [name("ann"), name("ann")]
    assert await doors.run(stage, 60) == []


async def test_a_way_that_was_over_before_the_merge_does_not_end_the_other(doors: Doors) -> None:
    stage = await doors.begin(ASKS)
    assert await doors.run(stage, 10, [signal("Looked", "bob", minutes(9), 3)]) == [name("bob"), name("bob")]
    await doors.merge()

    # Bob's way is over before the merge; what he was sent is not taken back, and ann's goes on.
    assert await doors.run(stage, 30) == [name("ann"), name("ann")]
    assert (await doors.ends())[name("bob")].reason == "end"


async def test_nothing_is_sent_twice_after_they_are_parted_again(doors: Doors) -> None:
    stage = await doors.begin()
    await doors.merge()
    first = await doors.run(stage, 30)
    await doors.part()

    assert first + await doors.run(stage, 60) == [name("ann")]


async def test_two_who_are_parted_before_anything_moved_both_go_on(doors: Doors) -> None:
    stage = await doors.begin()
    await doors.merge()
    await doors.part()

    assert sorted(await doors.run(stage, 60)) == sorted([name("ann"), name("bob")])


async def test_a_merged_person_goes_on_for_each_of_two_carts(doors: Doors) -> None:
    stage = await doors.begin(second_key="c2")
    await doors.merge()

    assert await doors.run(stage, 60) == [name("ann"), name("bob")]


async def test_an_order_that_is_told_after_a_later_event_is_still_in_time(doors: Doors) -> None:
    """A clock that was set back tells things in another order than it dates them."""
    stage = await doors.begin({**CART, "exit_on": [{"event": "Order Completed"}]})

    heard = [signal("Looked", "ann", minutes(33), 3), signal("Order Completed", "ann", minutes(20), 4)]

    assert await doors.run(stage, 34, heard) == []
