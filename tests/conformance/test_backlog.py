"""What waits in the log and may take back a permission: memory and PostgreSQL see the same."""

from collections.abc import AsyncIterator
from typing import NamedTuple

import pytest

from tieline.model.event import LogKind, NewLogRow
from tieline.store.memory.log import MemoryLog
from tieline.store.memory.unit import MemoryUnit
from tieline.store.postgres.backlog import PostgresBacklog
from tieline.store.postgres.log import PostgresLog
from tieline.store.postgres.unit import PostgresUnit
from tieline.testing.build import NOON


class Doors(NamedTuple):
    unit: MemoryUnit | PostgresUnit
    log: MemoryLog | PostgresLog
    backlog: MemoryLog | PostgresBacklog


@pytest.fixture(params=["memory", "postgres"])
async def doors(request: pytest.FixtureRequest) -> AsyncIterator[Doors]:
    if request.param == "memory":
        log = MemoryLog()
        yield Doors(MemoryUnit(log), log, log)
        return
    unit = await PostgresUnit.open(request.getfixturevalue("postgres_url"))
    yield Doors(unit, PostgresLog(unit.connection), PostgresBacklog(unit.connection))
    await unit.close()


async def put(doors: Doors, workspace_id: int, body: bytes) -> int:
    async with doors.unit.transaction():
        return await doors.log.append([NewLogRow(workspace_id, 1, LogKind.TRACK, 1, NOON, body)])


async def may_withdraw(doors: Doors) -> set[int]:
    async with doors.unit.transaction():
        return await doors.backlog.may_withdraw()


async def absorb(doors: Doors, through: int) -> None:
    async with doors.unit.transaction():
        await doors.log.save_position("stream", through, NOON)


@pytest.mark.parametrize(
    "body",
    [
        b'{"events":[{"type":"unfollow","source":{"userId":"U1"}}]}',
        b'{"event":"consent_updated","properties":{"state":"withdrawn"}}',
        b'{"batch":[{"event":"import_undone"}]}',
        b'{"batch":[{"event":"identity_decided"}]}',
    ],
)
async def test_a_request_that_may_withdraw_is_seen_until_it_is_absorbed(doors: Doors, body: bytes) -> None:
    await put(doors, 1, b'{"event":"Order Completed"}')
    assert await may_withdraw(doors) == set()

    offset = await put(doors, 2, body)
    await put(doors, 3, b'{"event":"Order Completed"}')
    assert await may_withdraw(doors) == {2}
    assert await may_withdraw(doors) == {2}

    await absorb(doors, offset)
    assert await may_withdraw(doors) == set()


async def test_what_was_absorbed_before_anyone_looked_is_not_seen(doors: Doors) -> None:
    await absorb(doors, await put(doors, 1, b"unfollow"))

    assert await may_withdraw(doors) == set()


async def test_each_withdrawal_holds_until_its_own_turn(doors: Doors) -> None:
    first = await put(doors, 1, b"withdrawn")
    second = await put(doors, 1, b"withdrawn")
    assert await may_withdraw(doors) == {1}

    await absorb(doors, first)
    assert await may_withdraw(doors) == {1}
    await absorb(doors, second)
    assert await may_withdraw(doors) == set()


async def test_what_came_while_permissions_were_read_is_seen_absorbed_or_not(doors: Doors) -> None:
    await absorb(doors, await put(doors, 1, b"withdrawn"))
    async with doors.unit.transaction():
        since = await doors.backlog.absorbed()
    await absorb(doors, await put(doors, 2, b"withdrawn"))
    await put(doors, 3, b"withdrawn")

    async with doors.unit.transaction():
        assert await doors.backlog.may_withdraw(since) == {2, 3}
    assert await may_withdraw(doors) == {3}
