"""History and the conditions asked of it: memory and ClickHouse keep the same promises."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

import pytest

from tieline.condition.parse import parse
from tieline.condition.rewrite import rewrite
from tieline.ports import HistoryBatch
from tieline.store.clickhouse.engine import ClickHouse
from tieline.store.clickhouse.evaluate import ClickHouseEvaluator
from tieline.store.clickhouse.history import ClickHouseHistory
from tieline.store.memory.history import MemoryHistory
from tieline.testing.build import NOON, WORKSPACE, batch, changed, identified, minutes, moved, name

ORDERED = {"event": "Order Completed"}
GOLD = {"trait": "tier", "op": "eq", "value": "gold"}
VIP = {"tag": "vip"}


class Doors(NamedTuple):
    history: MemoryHistory | ClickHouseHistory
    evaluator: MemoryHistory | ClickHouseEvaluator

    async def append(self, *batches: HistoryBatch) -> None:
        await self.history.append(batches, NOON)

    async def members(self, definition: dict[str, Any], now: datetime = NOON) -> set[bytes]:
        node = rewrite(parse(definition), {})
        return await self.evaluator.members(WORKSPACE, node, now, "Asia/Taipei")

    async def which(self, conditions: dict[str, dict[str, Any]], *profiles: str) -> dict[bytes, set[str]]:
        nodes = {key: rewrite(parse(definition), {}) for key, definition in conditions.items()}
        asked = [name(profile) for profile in profiles]
        return await self.evaluator.which(WORKSPACE, nodes, asked, minutes(60), "Asia/Taipei")


@pytest.fixture(params=["memory", "clickhouse"])
def doors(request: pytest.FixtureRequest) -> Iterator[Doors]:
    if request.param == "memory":
        memory = MemoryHistory()
        yield Doors(memory, memory)
        return
    history = ClickHouseHistory(request.getfixturevalue("clickhouse"))
    yield Doors(history, ClickHouseEvaluator(history))


def orders(profile: str, count: int, log_offset: int, **properties: Any) -> HistoryBatch:
    """Return a batch in which a person, known since then, orders so often."""
    events = [
        identified("Order Completed", profile, at=NOON, log_offset=log_offset, place=place, **properties)
        for place in range(count)
    ]
    return batch(log_offset, events, [changed(profile, {})], [moved(profile, "", profile)])


def often(count: int) -> dict[str, Any]:
    return {**ORDERED, "op": "gte", "value": count}


async def test_history_is_complete_up_to_what_was_appended(doors: Doors) -> None:
    before = await doors.history.mark()
    await doors.append(orders("ann", 1, 5), orders("ben", 1, 9))

    assert (before, await doors.history.mark()) == (0, 9)


async def test_a_batch_that_comes_again_is_counted_once(doors: Doors) -> None:
    await doors.append(orders("ann", 2, 5))
    await doors.append(orders("ann", 2, 5), orders("ben", 1, 6))

    assert await doors.members(often(1)) == {name("ann"), name("ben")}
    assert await doors.members(often(2)) == {name("ann")}
    assert await doors.members(often(3)) == set()


async def test_the_newest_row_of_a_profile_counts(doors: Doors) -> None:
    await doors.append(batch(1, (), [changed("ann", {"tier": "blue"}), changed("ben", {"tier": "gold"})]))
    await doors.append(
        batch(2, (), [changed("ann", {"tier": "gold"}, ["vip"]), changed("ben", {"tier": "blue"})])
    )

    assert (await doors.members(GOLD), await doors.members(VIP)) == ({name("ann")}, {name("ann")})


async def test_who_is_gone_is_in_nothing(doors: Doors) -> None:
    await doors.append(batch(1, (), [changed("ann", {"tier": "gold"})]))
    await doors.append(batch(2, (), [changed("ann")]))

    assert await doors.members(GOLD) == set()
    assert not any((await doors.which({"gold": GOLD}, "ann")).values())


async def test_what_a_person_did_who_is_gone_counts_for_nobody_until_they_are_back(doors: Doors) -> None:
    await doors.append(orders("ann", 1, 5), orders("ben", 1, 6), batch(7, [], [changed("ann")]))
    gone = await doors.members(often(1))
    await doors.append(batch(8, [], [changed("ann", {})]))

    assert gone == {name("ben")}
    assert await doors.members(often(1)) == {name("ann"), name("ben")}


async def test_events_follow_their_node_to_another_profile_and_back(doors: Doors) -> None:
    await doors.append(orders("ann", 1, 1), orders("phone", 2, 2))
    await doors.append(batch(3, (), [changed("ann", {}), changed("phone")], [moved("phone", "phone", "ann")]))
    together = (await doors.members(often(3)), await doors.members(often(1)))
    await doors.append(
        batch(4, (), [changed("ann", {}), changed("phone", {})], [moved("phone", "ann", "phone")])
    )
    apart = (await doors.members(often(2)), await doors.members(often(1)))

    assert together == ({name("ann")}, {name("ann")})
    assert apart == ({name("phone")}, {name("ann"), name("phone")})


async def test_an_event_that_comes_after_its_node_moved_counts_for_the_new_profile(doors: Doors) -> None:
    await doors.append(orders("ann", 1, 1), orders("phone", 1, 2))
    await doors.append(batch(3, (), [changed("ann", {}), changed("phone")], [moved("phone", "phone", "ann")]))
    await doors.append(batch(4, [identified("Order Completed", "phone", "ann", log_offset=4)]))

    assert await doors.members(often(3)) == {name("ann")}


async def test_many_conditions_are_answered_for_those_who_are_asked_about(doors: Doors) -> None:
    await doors.append(
        orders("ann", 1, 1),
        batch(2, (), [changed("ben", {"tier": "gold"}), changed("eve", {"tier": "gold"})]),
    )

    found = await doors.which({"ordered": ORDERED, "gold": GOLD, "vip": VIP}, "ann", "ben", "nobody")

    assert {who: holds for who, holds in found.items() if holds} == {
        name("ann"): {"ordered"},
        name("ben"): {"gold"},
    }


async def test_one_and_all_are_the_same_question(doors: Doors) -> None:
    await doors.append(*(orders(f"p{number}", 1 + number % 3, 1 + number) for number in range(9)))

    asked = await doors.which({"often": often(2)}, *(f"p{number}" for number in range(9)))

    assert {who for who, holds in asked.items() if holds} == await doors.members(often(2), minutes(60))


async def test_properties_keep_their_kind(doors: Doors) -> None:
    await doors.append(orders("ann", 1, 1, total=12.5, sku="007", gift=True, 名稱="鞋"))

    for path, value in (("total", 12.5), ("sku", "007"), ("gift", True), ("名稱", "鞋")):
        where = {"property": path, "op": "eq", "value": value}
        assert await doors.members({**ORDERED, "where": where}) == {name("ann")}, path


async def test_a_window_moves_with_time(doors: Doors) -> None:
    await doors.append(orders("ann", 1, 1))
    lately = {**ORDERED, "window": {"last": "PT1H"}}

    assert await doors.members(lately, minutes(59)) == {name("ann")}
    assert await doors.members(lately, minutes(60)) == set()


async def test_what_a_clock_dated_ahead_counts_at_once_except_in_a_window_that_moves(doors: Doors) -> None:
    await doors.append(orders("ann", 1, 5))
    before = minutes(-30)

    assert await doors.members(often(1), before) == {name("ann")}
    assert await doors.members({**ORDERED, "window": {"last": "P1D"}}, before) == set()
    assert await doors.members({**ORDERED, "window": {"last": "P1D"}}) == {name("ann")}


async def test_another_workspace_sees_nothing(doors: Doors) -> None:
    await doors.append(orders("ann", 1, 1))
    node = rewrite(parse(ORDERED), {})

    assert await doors.evaluator.members(WORKSPACE + 1, node, NOON, "UTC") == set()


async def test_the_rest_of_an_interrupted_append_is_not_counted_twice(clickhouse: ClickHouse) -> None:
    whole = orders("ann", 2, 5)
    clickhouse.insert("event", whole.events)  # and then the process died, before the mark
    history = ClickHouseHistory(clickhouse)
    doors = Doors(history, ClickHouseEvaluator(history))

    await doors.append(whole)

    assert (await history.mark(), await doors.members(often(2)), await doors.members(often(3))) == (
        5,
        {name("ann")},
        set(),
    )
