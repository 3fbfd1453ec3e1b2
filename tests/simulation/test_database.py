"""The simulated database is as strict and as lenient as PostgreSQL at the level "read committed"."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from tieline.clock import FakeClock
from tieline.model.event import LogKind, NewLogRow
from tieline.store.memory.log import MemoryLog, MemoryMessages
from tieline.testing import virtual_time
from tieline.testing.build import NOON
from tieline.testing.database import Database, Session

DAY = NOON.date()


def row(body: bytes) -> NewLogRow:
    return NewLogRow(1, 1, LogKind.TRACK, 1, NOON, body)


class Bench:
    """Two connections to one database."""

    def __init__(self, pace: Callable[[str], Awaitable[None]]) -> None:
        self.database = Database()
        self.log, self.messages = MemoryLog(), MemoryMessages()
        self.database.adopt(self.log)
        self.database.adopt(self.messages)
        self.one, self.two = (Session(self.database, name, pace) for name in ("one", "two"))


async def at_once(_what: str) -> None:
    return


@pytest.fixture
def bench() -> Bench:
    return Bench(at_once)


async def test_a_transaction_sees_what_it_wrote_and_nobody_else_does(bench: Bench) -> None:
    async with bench.one.transaction():
        await bench.one.through(bench.log).append([row(b"mine")])
        mine = await bench.one.through(bench.log).head()
        async with bench.two.transaction():
            theirs = await bench.two.through(bench.log).head()

    assert (mine, theirs, await bench.log.head()) == (1, 0, 1)


async def test_a_transaction_sees_what_others_commit_while_it_runs(bench: Bench) -> None:
    async with bench.one.transaction():
        before = await bench.one.through(bench.log).head()
        async with bench.two.transaction():
            await bench.two.through(bench.log).append([row(b"theirs")])
        after = await bench.one.through(bench.log).head()

    assert (before, after) == (0, 1)


async def test_what_failed_leaves_no_trace_and_what_others_committed_stays(bench: Bench) -> None:
    with pytest.raises(KeyError):
        await fail_beside_another(bench)

    assert [one.body for one in await bench.log.read(0, 9)] == [b"theirs"]
    assert await bench.messages.claim({1: [b"k"]}, DAY) == set()


async def fail_beside_another(bench: Bench) -> None:
    async with bench.one.transaction():
        await bench.one.through(bench.messages).claim({1: [b"k"]}, DAY)
        async with bench.two.transaction():
            await bench.two.through(bench.log).append([row(b"theirs")])
        await bench.one.through(bench.log).append([row(b"mine")])
        raise KeyError


async def test_appends_wait_for_each_other_until_the_end_of_the_transaction(bench: Bench) -> None:
    order: list[str] = []

    async def append(session: Session) -> None:
        async with session.transaction():
            await session.through(bench.log).append([row(session.name.encode())])
            order.append(f"{session.name} wrote")
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        order.append(f"{session.name} ended")

    await asyncio.gather(append(bench.one), append(bench.two))

    assert order == ["one wrote", "one ended", "two wrote", "two ended"]


async def test_a_statement_outside_a_transaction_is_refused(bench: Bench) -> None:
    with pytest.raises(RuntimeError, match="outside a transaction"):
        await bench.one.through(bench.log).head()


async def test_a_commit_that_fails_after_it_was_done_is_done() -> None:
    async def lose_the_answer(what: str) -> None:
        if what == "committed":
            raise OSError

    bench = Bench(lose_the_answer)
    with pytest.raises(OSError):  # noqa: PT011 - the one above
        await write(bench)

    assert await bench.log.head() == 1


async def write(bench: Bench) -> None:
    async with bench.one.transaction():
        await bench.one.through(bench.log).append([row(b"mine")])


def test_hours_pass_at_once_and_clocks_pass_with_them() -> None:
    clock = FakeClock(datetime(2026, 1, 1, tzinfo=UTC))

    async def sleep_long() -> float:
        await asyncio.gather(asyncio.sleep(3_600), asyncio.sleep(7_200))
        return asyncio.get_running_loop().time()

    assert virtual_time.run(sleep_long(), clock) == pytest.approx(7_200)
    assert clock.now() == datetime(2026, 1, 1, 2, tzinfo=UTC)


def test_waiting_for_nobody_is_an_error_and_not_a_hang() -> None:
    async def wait() -> None:
        await asyncio.Event().wait()

    with pytest.raises(RuntimeError, match="Everybody waits"):
        virtual_time.run(wait())
