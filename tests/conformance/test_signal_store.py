"""Signals for journeys: memory and PostgreSQL keep the same promises."""

from collections.abc import AsyncIterator
from typing import NamedTuple

import pytest
from msgspec.structs import replace

from tieline.model.signal import SignalKind
from tieline.store.memory.signals import MemorySignals
from tieline.store.memory.unit import MemoryUnit
from tieline.store.postgres.signals import PostgresSignals
from tieline.store.postgres.unit import PostgresUnit
from tieline.testing.build import minutes, signal, undone


class Doors(NamedTuple):
    unit: MemoryUnit | PostgresUnit
    signals: MemorySignals | PostgresSignals


@pytest.fixture(params=["memory", "postgres"])
async def doors(request: pytest.FixtureRequest) -> AsyncIterator[Doors]:
    if request.param == "memory":
        signals = MemorySignals()
        yield Doors(MemoryUnit(signals), signals)
        return
    unit = await PostgresUnit.open(request.getfixturevalue("postgres_url"))
    yield Doors(unit, PostgresSignals(unit.connection))
    await unit.close()


async def test_signals_come_back_as_they_were_put_in_order(doors: Doors) -> None:
    said = [
        signal("Order Completed", "b", minutes(5), 7, cart_id="c1", lines=[{"sku": "鞋"}]),
        replace(signal("gold", "a", minutes(1)), kind=SignalKind.SEGMENT_ENTERED),
    ]
    async with doors.unit.transaction():
        await doors.signals.put(said)
        await doors.signals.put([])

    async with doors.unit.transaction():
        taken = await doors.signals.take(10)

    assert [replace(one, signal_id=0) for one in taken] == said
    assert taken[0].signal_id < taken[1].signal_id


async def test_a_signal_is_taken_once_oldest_first(doors: Doors) -> None:
    async with doors.unit.transaction():
        await doors.signals.put([signal(event, "a") for event in ("1", "2", "3")])

    taken = []
    for _ in range(3):
        async with doors.unit.transaction():
            taken.append([one.name for one in await doors.signals.take(2)])

    assert taken == [["1", "2"], ["3"], []]


async def test_what_was_taken_in_vain_waits_again(doors: Doors) -> None:
    async with doors.unit.transaction():
        await doors.signals.put([signal("1", "a")])
    async with undone(doors.unit):
        await doors.signals.take(10)

    async with doors.unit.transaction():
        assert [one.name for one in await doors.signals.take(10)] == ["1"]
