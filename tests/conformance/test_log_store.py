"""The log keeps its promises in memory and in PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import pytest

from tieline.model.event import LogKind, NewLogRow, Parked
from tieline.store.memory.log import MemoryLog, MemoryMessages
from tieline.store.memory.unit import MemoryUnit
from tieline.store.postgres.log import PostgresLog, PostgresMessages
from tieline.store.postgres.unit import PostgresUnit

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def row(body: bytes = b"{}", items: int = 1) -> NewLogRow:
    return NewLogRow(1, 1, LogKind.BATCH, items, NOON, body)


@pytest.fixture(params=["memory", "postgres"])
async def doors(request: pytest.FixtureRequest, unit: PostgresUnit) -> AsyncIterator[tuple]:
    if request.param == "memory":
        log, messages = MemoryLog(), MemoryMessages()
        yield MemoryUnit(log, messages), log, messages
    else:
        yield unit, PostgresLog(unit.connection), PostgresMessages(unit.connection)


async def test_rows_come_back_byte_for_byte_in_order(doors) -> None:
    unit, log, _ = doors
    bodies = [b"\x00\xff", b"", "綁定".encode(), b'{"a":"\\ud83d"}']
    async with unit.transaction():
        last = await log.append([row(body) for body in bodies])
    async with unit.transaction():
        found = await log.read(0, 100)
        assert [one.body for one in found] == bodies
        assert found[-1].log_offset == last == await log.head()


async def test_a_batch_ends_at_the_row_that_fills_it_and_never_starves(doors) -> None:
    unit, log, _ = doors
    async with unit.transaction():
        await log.append([row(items=60), row(items=60), row(items=60)])
    async with unit.transaction():
        first = await log.read(0, 100)
        assert [one.items for one in first] == [60, 60]
        assert len(await log.read(first[-1].log_offset, 1)) == 1


async def test_what_was_rolled_back_was_never_there(doors) -> None:
    unit, log, messages = doors

    async def fail_after_writing() -> None:
        async with unit.transaction():
            await log.append([row()])
            await messages.claim({1: [b"k" * 16]}, NOON.date())
            await log.save_position("stream", 1, NOON)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail_after_writing()
    async with unit.transaction():
        assert await log.read(0, 10) == []
        assert await log.position("stream") == 0
        assert await messages.claim({1: [b"k" * 16]}, NOON.date()) == set()


async def test_a_message_key_is_claimed_once_per_workspace(doors) -> None:
    unit, _, messages = doors
    day: date = NOON.date()
    async with unit.transaction():
        assert await messages.claim({1: [b"a" * 16, b"a" * 16], 2: [b"a" * 16]}, day) == set()
        assert await messages.claim({1: [b"a" * 16, b"b" * 16]}, day + timedelta(days=7)) == {(1, b"a" * 16)}


async def test_parking_twice_keeps_one(doors) -> None:
    unit, _, messages = doors
    parked = Parked(1, 1, 0, "collect", "too_deep", "The item is nested too deeply.")
    async with unit.transaction():
        await messages.park([parked, parked], NOON)
        await messages.park([parked], NOON)


async def test_a_reader_beside_many_writers_misses_nothing(postgres_url: str) -> None:
    writers, each = 6, 40
    stop = asyncio.Event()
    seen: list[int] = []

    async def write(name: int) -> None:
        unit = await PostgresUnit.open(postgres_url)
        log = PostgresLog(unit.connection)
        for count in range(each):
            async with unit.transaction():
                await log.append([row(b"%d:%d" % (name, count))])
                await asyncio.sleep(0.001 * ((name + count) % 3))
        await unit.close()

    async def read() -> None:
        unit = await PostgresUnit.open(postgres_url)
        log = PostgresLog(unit.connection)
        while True:
            done = stop.is_set()
            async with unit.transaction():
                found = await log.read(seen[-1] if seen else 0, 50)
            seen.extend(one.log_offset for one in found)
            if done and not found:
                break
            await asyncio.sleep(0)
        await unit.close()

    reader = asyncio.create_task(read())
    await asyncio.gather(*(write(name) for name in range(writers)))
    stop.set()
    await reader
    assert len(seen) == len(set(seen)) == writers * each


async def test_without_the_lock_a_reader_would_miss_rows(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: two offsets given in one order and committed in the other."""
    slow, quick, reader = [await PostgresUnit.open(postgres_url) for _ in range(3)]
    monkeypatch.setattr("tieline.store.postgres.log.APPEND_LOCK", 1)
    async with slow.transaction():
        await PostgresLog(slow.connection).append([row(b"slow")])
        monkeypatch.setattr("tieline.store.postgres.log.APPEND_LOCK", 2)
        async with quick.transaction():
            await PostgresLog(quick.connection).append([row(b"quick")])
        async with reader.transaction():
            (first,) = await PostgresLog(reader.connection).read(0, 10)
    async with reader.transaction():
        later = await PostgresLog(reader.connection).read(first.log_offset, 10)
    assert first.body == b"quick"
    assert later == []
    for unit in (slow, quick, reader):
        await unit.close()
