"""Broadcasts so large that all are looked at together: planned in stretches, with every promise of those planned one by one."""

import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import pytest
from mass_desk import Desk

from tieline import pipeline
from tieline.app import stages
from tieline.deliver import broadcast as deliver
from tieline.store.postgres import broadcasts
from tieline.store.postgres.forget import FORGET
from tieline.store.postgres.unit import PostgresUnit

STRETCH = 40


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broadcasts, "TOGETHER_FROM", 2)
    monkeypatch.setattr(deliver, "STRETCH_MAX", STRETCH)


@asynccontextmanager
async def planning(desk: Desk) -> AsyncIterator[pipeline.Broadcast]:
    """The loop that plans, for tests that stop it in between."""
    unit, directory = await PostgresUnit.open(desk.url), await desk.directory()
    yield stages.broadcast(desk.brand.settings, unit, None, directory, desk.clock)  # type: ignore[arg-type] - no trial, so history is not asked
    await unit.close()


async def looked_at(desk: Desk) -> int:
    """Return for how many it was seen, when the list was frozen, that they may be written to."""
    rows = await desk.brand.rows("select count(*) from broadcast_recipient where line_user is not null")
    return int(rows[0][0])


async def chunks(desk: Desk) -> list[int]:
    """Return how many members the chunks have, the largest first."""
    return [size for (size,) in await desk.brand.rows("select members from multicast order by 1 desc")]


async def gone(*_: object) -> int:
    raise ConnectionError("The process is gone.")


async def test_everybody_who_may_is_planned_in_stretches_and_gets_it_once(desk: Desk) -> None:
    users = await desk.brand.befriend(2 * STRETCH + 3)
    await desk.brand.befriend(7, consent=False)
    await desk.start()
    await desk.plan()
    assert await looked_at(desk) == len(users)
    assert await chunks(desk) == [STRETCH, STRETCH, 3]

    await desk.send()

    assert desk.received() == Counter(users)
    assert await desk.states() == {"accepted": len(users), "suppressed": 7}
    shown = await desk.brand.call("GET", "/api/broadcasts/sale")
    assert (shown["state"], shown["frozen"], shown["planned"]) == ("planned", len(users) + 7, len(users) + 7)


async def test_each_arm_gets_its_own_message_and_those_held_out_get_none(desk: Desk) -> None:
    await desk.brand.befriend(5 * STRETCH)
    variants = [
        {"name": name, "messages": [{"type": "text", "text": text}]}
        for name, text in (("a", "甲"), ("b", "乙"))
    ]
    body = {"key": "sale", "account": "main", "segment": None, "purpose": "marketing", "variants": variants}
    await desk.brand.call("POST", "/api/broadcasts", {**body, "holdout_percent": 20})
    await desk.plan()
    assert await looked_at(desk) == 5 * STRETCH
    drawn = dict(await desk.brand.rows("select arm, count(*) from broadcast_recipient group by 1"))

    await desk.send()

    texts = [
        json.loads(one.messages)[0]["text"]
        for friend in desk.brand.line.friends.values()
        for one in friend.deliveries()
    ]
    assert Counter(texts) == {"甲": drawn["a"], "乙": drawn["b"]}
    assert sum(desk.received().values()) == 5 * STRETCH - drawn["held_out"]
    assert set(desk.received().values()) == {1}
    steps = dict(await desk.brand.rows("select step, count(*) from send group by 1"))
    assert steps == {"a": drawn["a"], "b": drawn["b"]}


async def test_a_name_in_the_message_makes_it_a_push_each_and_all_are_looked_at_one_by_one(
    desk: Desk,
) -> None:
    users = await desk.brand.befriend(STRETCH + 1)
    await desk.start(messages=[{"type": "text", "text": "{{ profile.given_name }} 您好"}])
    await desk.plan()

    assert await looked_at(desk) == 0
    assert await chunks(desk) == []
    assert await desk.states() == {"planned": len(users)}


async def test_who_withdraws_after_the_list_was_frozen_gets_nothing(desk: Desk) -> None:
    users = await desk.brand.befriend(2 * STRETCH)
    await desk.start()
    async with planning(desk) as loop:
        assert await loop.step() == 1
    await desk.withdraw(users[0])
    await desk.plan()
    assert await chunks(desk) == [STRETCH, STRETCH]

    await desk.send()

    assert desk.received() == Counter(users[1:])


async def test_a_list_that_has_lain_a_while_is_looked_at_again_when_it_is_planned(desk: Desk) -> None:
    users = await desk.brand.befriend(2 * STRETCH)
    await desk.start()
    async with planning(desk) as loop:
        assert await loop.step() == 1
    await desk.withdraw(users[0])
    desk.clock.ahead += broadcasts.STOOD_FOR + timedelta(seconds=1)
    await desk.plan()

    assert await desk.states() == {"grouped": 2 * STRETCH - 1, "suppressed": 1}
    assert await chunks(desk) == [2 * STRETCH - 1]


async def test_killed_between_two_stretches_it_goes_on_where_it_was(desk: Desk) -> None:
    users = await desk.brand.befriend(4 * STRETCH)
    await desk.start()
    for _ in range(6):
        async with planning(desk) as loop:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(loop.broadcast, "stretched", gone)
                with suppress(ConnectionError):
                    await loop.step()
            await loop.step()

    await desk.send()

    assert desk.received() == Counter(users)
    assert await chunks(desk) == [STRETCH] * 4


async def test_who_is_erased_after_the_list_was_frozen_is_not_planned(desk: Desk) -> None:
    users = await desk.brand.befriend(2 * STRETCH)
    await desk.start()
    async with planning(desk) as loop:
        assert await loop.step() == 1
    nodes = await desk.brand.rows("select node_id from node where value = %s", users[0])
    async with desk.brand.unit.transaction():
        for statement in FORGET["broadcast_recipient"]:
            named = {"workspace": desk.brand.workspace_id, "nodes": [nodes[0][0]]}
            await desk.brand.unit.connection.execute(statement, named)
    await desk.plan()

    assert await desk.brand.rows("select count(*) from send where line_user = %s", users[0]) == [(0,)]

    await desk.send()

    assert desk.received() == Counter(users[1:])


async def test_a_line_user_whom_two_people_have_is_in_no_chunk_twice(desk: Desk) -> None:
    users = await desk.brand.befriend(STRETCH)
    await desk.shared(users[0])
    await desk.start()
    await desk.plan()

    assert await looked_at(desk) == STRETCH - 1
    assert await chunks(desk) == [STRETCH - 1]


@pytest.mark.parametrize("said", [{"per_minute": 20}, {"frequency_cap": {"messages": 1, "days": 7}}])
async def test_what_is_spread_or_capped_is_looked_at_one_by_one(desk: Desk, said: dict[str, object]) -> None:
    await desk.brand.befriend(STRETCH)
    await desk.start(**said)
    async with planning(desk) as loop:
        assert await loop.step() == 1

    assert await looked_at(desk) == 0
