"""Events of people who moved are written anew under who they are now: nothing is lost, doubled or asked differently."""

import random
from typing import Any

import pytest

from tieline.condition.parse import parse
from tieline.condition.rewrite import rewrite
from tieline.store.clickhouse import squashed
from tieline.store.clickhouse.engine import ClickHouse
from tieline.store.clickhouse.evaluate import ClickHouseEvaluator
from tieline.store.clickhouse.history import ClickHouseHistory
from tieline.testing.build import NOON, WORKSPACE, batch, changed, identified, moved, name

PEOPLE = ("ann", "ben", "eve", "phone")


async def members(history: ClickHouseHistory, count: int) -> set[bytes]:
    node = rewrite(parse({"event": "Order Completed", "op": "gte", "value": count}), {})
    return await ClickHouseEvaluator(history).members(WORKSPACE, node, NOON, "Asia/Taipei")


async def counted(history: ClickHouseHistory) -> dict[bytes, set[str]]:
    nodes = {
        str(count): rewrite(parse({"event": "Order Completed", "op": "gte", "value": count}), {})
        for count in range(1, 9)
    }
    people = [name(person) for person in PEOPLE]
    return await ClickHouseEvaluator(history).which(WORKSPACE, nodes, people, NOON, "Asia/Taipei")


def stored(engine: ClickHouse) -> list[dict[str, Any]]:
    asked = "select hex(profile_id) as profile, log_offset, toString(properties) as said from event order by log_offset"
    return list(engine.query(asked).to_pylist())


def waiting(engine: ClickHouse) -> int:
    return int(engine.query("select count() as n from override final")["n"][0].as_py())


async def world(history: ClickHouseHistory) -> None:
    """Two people with an order each; then the phone turns out to be Ann's."""
    order = {"total": 5, "on": "2026-01-01"}
    await history.append(
        [
            batch(1, [identified("Order Completed", "ann", log_offset=1, **order)], [changed("ann", {})]),
            batch(2, [identified("Order Completed", "phone", log_offset=2, **order)], [changed("phone", {})]),
            batch(3, (), [changed("phone")], [moved("phone", "phone", "ann")]),
        ],
        NOON,
    )


async def test_events_are_written_under_who_they_belong_to_now(clickhouse: ClickHouse) -> None:
    history = ClickHouseHistory(clickhouse)
    await world(history)
    before = await counted(history)

    settled = await history.squash()

    assert (settled, waiting(clickhouse)) == (1, 0)
    assert {row["profile"] for row in stored(clickhouse)} == {name("ann").hex().upper()}
    assert await counted(history) == before
    assert not await history.has_overrides(WORKSPACE)


async def test_what_an_event_said_stays_the_text_that_was_sent(clickhouse: ClickHouse) -> None:
    history = ClickHouseHistory(clickhouse)
    await world(history)
    before = [row["said"] for row in stored(clickhouse)]

    await history.squash()

    assert [row["said"] for row in stored(clickhouse)] == before


async def test_an_interruption_between_the_new_row_and_the_old_leaves_one_when_taken_up(
    clickhouse: ClickHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world(ClickHouseHistory(clickhouse))

    def killed(sql: str, *_: object) -> None:
        if sql == squashed._GONE:
            raise ConnectionError
        command(sql, *_)

    command = clickhouse.command
    monkeypatch.setattr(clickhouse, "command", killed)
    with pytest.raises(ConnectionError):
        await ClickHouseHistory(clickhouse).squash()
    monkeypatch.undo()
    left = len(stored(clickhouse))
    history = ClickHouseHistory(clickhouse)
    await history.squash()

    assert left == 3
    assert [row["log_offset"] for row in stored(clickhouse)] == [1, 2]
    assert await members(history, 2) == {name("ann")}


@pytest.mark.parametrize("seed", range(4))
async def test_people_who_move_and_move_again_are_counted_alike_at_every_step(
    clickhouse: ClickHouse, seed: int
) -> None:
    drawn, history = random.Random(seed), ClickHouseHistory(clickhouse)
    now_at = {person: person for person in PEOPLE}
    for offset in range(1, 25):
        person, kind = drawn.choice(PEOPLE), drawn.random()
        if kind < 0.5:
            told = identified("Order Completed", person, now_at[person], log_offset=offset)
            await history.append([batch(offset, [told], [changed(now_at[person], {})])], NOON)
        elif kind < 0.8:
            other = drawn.choice([one for one in PEOPLE if one != now_at[person]])
            gone = moved(person, now_at[person], other)
            now_at[person] = other
            await history.append([batch(offset, (), [changed(other, {})], [gone])], NOON)
        else:
            before = await counted(history)
            await history.squash(drawn.choice((1, 2, 100)))
            assert await counted(history) == before
    before, rows = await counted(history), len(stored(clickhouse))

    while await history.squash(1):
        assert await counted(history) == before

    assert (waiting(clickhouse), len(stored(clickhouse))) == (0, rows)


async def test_a_call_takes_no_more_nodes_than_it_may(clickhouse: ClickHouse) -> None:
    history = ClickHouseHistory(clickhouse)
    await world(history)
    await history.append([batch(4, (), (), [moved("ben", "ben", "eve")])], NOON)

    assert (await history.squash(1), waiting(clickhouse)) == (1, 1)
