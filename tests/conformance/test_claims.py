"""Who takes what waits takes no more than was asked for, whichever way the database joins."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import UTC, datetime

import pytest

from tieline.store.postgres import destinations
from tieline.store.postgres.destinations import PostgresDestinations
from tieline.store.postgres.menus import PostgresMenus
from tieline.store.postgres.signals import PostgresSignals
from tieline.store.postgres.unit import PostgresUnit
from tieline.testing.build import signal

WAITING, ASKED = 40, 7
LOOPS_ONLY = ("hashagg", "hashjoin", "mergejoin", "sort", "material", "memoize")
Claim = Callable[[PostgresUnit], Awaitable[Sequence[object]]]


async def _signals(unit: PostgresUnit) -> Sequence[object]:
    return await PostgresSignals(unit.connection).take(ASKED)


async def _menus(unit: PostgresUnit) -> Sequence[object]:
    return await PostgresMenus(unit.connection).due(1, ASKED)


async def _destinations(unit: PostgresUnit) -> Sequence[object]:
    await PostgresDestinations(unit.connection).changed()
    left = await unit.connection.execute("select count(*) from destination_change")
    row = await left.fetchone()
    return range(WAITING - (row[0] if row else 0))


@pytest.fixture
async def unit(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[PostgresUnit]:
    monkeypatch.setattr(destinations, "CHANGES_TOGETHER", ASKED)
    opened = await PostgresUnit.open(postgres_url)
    at = datetime(2026, 11, 1, tzinfo=UTC)
    async with opened.transaction():
        await PostgresSignals(opened.connection).put([signal("bought", f"p{n}") for n in range(WAITING)])
        cursor = opened.connection.cursor()
        people = [(b"%032d" % number,) for number in range(WAITING)]
        await cursor.executemany(
            "insert into rich_menu_due (workspace_id, profile_id) values (1, %s)", people
        )
        await cursor.executemany(
            "insert into destination_change (workspace_id, segment, profile_id, entered, at) values (1, 's', %s, true, %s)",
            [(*person, at) for person in people],
        )
    yield opened
    await opened.close()


@pytest.mark.parametrize("claim", [_signals, _menus, _destinations])
async def test_a_claim_takes_what_it_asked_for_where_the_planner_joins_in_loops(
    unit: PostgresUnit, claim: Claim
) -> None:
    async with unit.transaction():
        for way in LOOPS_ONLY:
            await unit.connection.execute(f"set local enable_{way} = off")  # sql: own names
        taken = await claim(unit)

    assert len(taken) == ASKED
