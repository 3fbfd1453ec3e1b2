"""A day passes: it is said once by whoever says it first, and links that are too old part their people."""

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from line_brand import remembering

from tieline.app import stages
from tieline.clock import FakeClock
from tieline.store.postgres.directory import PostgresDirectory
from tieline.store.postgres.unit import PostgresUnit
from tieline.store.postgres.workspaces import PostgresWorkspaces

DAY = timedelta(days=1)
PEOPLE = "select count(distinct profile_id) from node where value in ('M1', 'browser-1')"
SAID = "select count(*) from log where position('identity_decided' in convert_from(body, 'UTF8')) > 0"


@pytest.fixture
async def brand(tmp_path, postgres_url, clickhouse):
    async with remembering(tmp_path, postgres_url, clickhouse) as made:
        async with made.unit.transaction():
            workspaces = PostgresWorkspaces(made.unit.connection)
            _, made.write_key = await workspaces.add_source(
                made.workspace_id, "shop", "web", "衣著", datetime.now(UTC)
            )
        yield made


@pytest.fixture
async def process(postgres_url):
    """Open the loop as a process of its own has it."""
    opened = []

    async def one(clock):
        units = [await PostgresUnit.open(postgres_url) for _ in range(2)]
        opened.extend(units)
        directory = PostgresDirectory(units[0])
        await directory.learn()
        return stages.pass_day(units[1], directory, clock)

    yield one
    for unit in opened:
        await unit.close()


async def seen(brand, url, days_ago):
    at = datetime.now(UTC) - days_ago * DAY
    item = {
        "type": "track", "event": "seen", "userId": "M1", "anonymousId": "browser-1",
        "timestamp": at.isoformat(), "messageId": f"seen-{days_ago}",
    }  # fmt: skip
    answer = await brand.http.post(
        "/v1/batch", json={"batch": [item]}, auth=(brand.write_key, ""), headers={"Authorization": ""}
    )
    assert answer.is_success, answer.text
    await brand.absorb(url)


async def count(brand, sql):
    ((found,),) = await brand.rows(sql)
    return found


async def test_a_link_past_its_time_parts_two_people_until_they_are_seen_again(brand, process, postgres_url):
    await seen(brand, postgres_url, 729)
    today = await process(FakeClock(datetime.now(UTC)))
    assert await today.step() == 1
    await brand.absorb(postgres_url)
    assert await count(brand, PEOPLE) == 1

    later = await process(FakeClock(datetime.now(UTC) + 2 * DAY))
    assert await later.step() == 1
    await brand.absorb(postgres_url)
    assert await count(brand, PEOPLE) == 2
    assert await count(brand, "select count(*) from dead_letter") == 0

    await seen(brand, postgres_url, 0)
    assert await count(brand, PEOPLE) == 1


async def test_a_day_is_said_once_however_many_say_it(brand, process):
    clock = FakeClock(datetime.now(UTC))
    loops = [await process(clock) for _ in range(4)]

    assert sum(await asyncio.gather(*(loop.step() for loop in loops))) == 1
    assert [await loop.step() for loop in loops] == [0, 0, 0, 0]
    assert await count(brand, SAID) == 1

    clock.advance(DAY)
    assert sum(await asyncio.gather(*(loop.step() for loop in loops))) == 1
    assert await count(brand, SAID) == 2


async def test_a_process_that_dies_before_it_commits_leaves_the_day_to_the_next(brand, process, monkeypatch):
    dying = await process(FakeClock(datetime.now(UTC)))
    whole = dying.unit.transaction

    @asynccontextmanager
    async def cut_short():
        async with whole():
            yield
            raise ConnectionError

    monkeypatch.setattr(dying.unit, "transaction", cut_short)
    with pytest.raises(ConnectionError):
        await dying.step()
    assert await count(brand, SAID) == 0

    next_one = await process(FakeClock(datetime.now(UTC)))
    assert await next_one.step() == 1
    assert await count(brand, SAID) == 1
