"""Batches on their way to history: memory and PostgreSQL keep the same promises."""

from collections.abc import AsyncIterator
from typing import NamedTuple

import pytest

from tieline.store.memory.log import MemoryOutbox
from tieline.store.memory.unit import MemoryUnit
from tieline.store.postgres.outbox import PostgresHistoryOutbox
from tieline.store.postgres.unit import PostgresUnit
from tieline.testing.build import NOON, batch, changed, identified, moved, undone


class Doors(NamedTuple):
    unit: MemoryUnit | PostgresUnit
    outbox: MemoryOutbox | PostgresHistoryOutbox

    async def put(self, *offsets: int) -> None:
        async with self.unit.transaction():
            for offset in offsets:
                await self.outbox.put(batch(offset), NOON)

    async def waiting(self, most: int = 100) -> list[int]:
        async with self.unit.transaction():
            return [one.log_offset for one in await self.outbox.peek(most)]


@pytest.fixture(params=["memory", "postgres"])
async def doors(request: pytest.FixtureRequest) -> AsyncIterator[Doors]:
    if request.param == "memory":
        outbox = MemoryOutbox()
        yield Doors(MemoryUnit(outbox), outbox)
        return
    unit = await PostgresUnit.open(request.getfixturevalue("postgres_url"))
    yield Doors(unit, PostgresHistoryOutbox(unit.connection))
    await unit.close()


async def test_a_batch_comes_back_as_it_was_put(doors: Doors) -> None:
    put = batch(
        7,
        [identified("Order Completed", "ann", total=3.5, sku="鞋"), identified("page", "ben")],
        [changed("ann", {"tier": "gold"}, ["vip"]), changed("gone")],
        [moved("ben", "", "ben"), moved("ben", "ben", "ann")],
    )
    async with doors.unit.transaction():
        await doors.outbox.put(put, NOON)

    async with doors.unit.transaction():
        (found,) = await doors.outbox.peek(10)

    assert found.log_offset == 7
    for ours, theirs in zip(put[1:], found[1:], strict=True):
        assert ours.equals(theirs)


async def test_batches_wait_in_order_and_are_looked_at_without_being_taken(doors: Doors) -> None:
    await doors.put(30, 10, 20)

    assert await doors.waiting(2) == [10, 20]
    assert await doors.waiting() == [10, 20, 30]


async def test_what_is_done_is_gone_and_the_rest_stays(doors: Doors) -> None:
    await doors.put(10, 20, 30)
    async with doors.unit.transaction():
        await doors.outbox.done(20)

    assert await doors.waiting() == [30]


async def test_a_batch_that_was_rolled_back_never_waits(doors: Doors) -> None:
    async with undone(doors.unit):
        await doors.outbox.put(batch(1), NOON)

    assert await doors.waiting() == []


async def test_what_was_done_in_vain_waits_again(doors: Doors) -> None:
    await doors.put(10)
    async with undone(doors.unit):
        await doors.outbox.done(10)

    assert await doors.waiting() == [10]
