"""What was sent is what history keeps, through the path that the stream writes."""

from datetime import UTC, datetime
from typing import Any

from tieline.condition.parse import parse
from tieline.model.event import Event, Identified, Source
from tieline.model.identity import Moved
from tieline.model.profile import Profile, ProfileChanged, Trait
from tieline.ports import HistoryBatch
from tieline.profile import rows
from tieline.store.clickhouse.engine import ClickHouse
from tieline.store.clickhouse.evaluate import ClickHouseEvaluator
from tieline.store.clickhouse.history import ClickHouseHistory

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
WHO, OTHER = b"a" * 15 + b"\0", b"b" * 15 + b"\0"  # one id in 256 ends in a zero byte


def event(offset: int, properties: dict[str, Any], node: bytes = WHO) -> Identified:
    said = Event(
        1, Source(1, 1, "web", "web"), offset, 0, "track", "x", f"m{offset}", NOON, NOON, (), properties, {}
    )
    return Identified(said, node, node)


def batch(offset: int, *items: Identified, traits: dict[str, Any] | None = None, moved=()) -> HistoryBatch:
    found = {name: Trait(value, "crm", NOON) for name, value in (traits or {}).items()}
    profile = Profile(1, WHO, (("member_id", "M1"),), found, (), (), (), NOON)
    changed = [ProfileChanged(1, WHO, profile)]
    return HistoryBatch(offset, rows.events(items), rows.profiles(changed, offset), rows.moves(moved))


async def test_texts_that_look_like_dates_stay_texts(clickhouse: ClickHouse) -> None:
    history = ClickHouseHistory(clickhouse)
    await history.append([batch(1, event(1, {"day": "1973-02-19"}), traits={"birthday": "1973-02-19"})], NOON)
    condition = parse(
        {"all": [{"trait": "birthday", "op": "month_is", "value": 2},
                 {"event": "x", "where": {"property": "day", "op": "eq", "value": "1973-02-19"}}]}
    )  # fmt: skip
    assert await ClickHouseEvaluator(history).members(1, condition, NOON, "Asia/Taipei") == {WHO}


async def test_a_name_with_a_dot_beside_the_same_path_does_not_stop_its_batch(clickhouse: ClickHouse) -> None:
    history = ClickHouseHistory(clickhouse)
    odd = [
        {"a": {"b": 1}, "a.b": 2},
        {"": 1},
        {"a": [1, "x", {"b": None}]},
        {"items": []},
        {"深": {"い": "✓"}},
    ]
    await history.append([batch(n, event(n, properties)) for n, properties in enumerate(odd, 1)], NOON)
    assert clickhouse.query("select count() as n from event")["n"][0].as_py() == len(odd)


async def test_a_batch_that_was_interrupted_is_taken_once(clickhouse: ClickHouse) -> None:
    await ClickHouseHistory(clickhouse).append([batch(1, event(1, {}))], NOON)
    clickhouse.command("truncate table event_arrival")
    clickhouse.insert("event_arrival", batch(2, event(2, {})).events)
    clickhouse.command("insert into event select * from event_arrival")  # then the process died: no mark
    again = ClickHouseHistory(clickhouse)
    assert await again.mark() == 1
    await again.append([batch(1, event(1, {})), batch(2, event(2, {}))], NOON)
    assert clickhouse.query("select count() as n from event")["n"][0].as_py() == 2
    assert await again.mark() == 2


async def test_events_follow_a_node_that_moved_and_back(clickhouse: ClickHouse) -> None:
    history = ClickHouseHistory(clickhouse)
    evaluator = ClickHouseEvaluator(history)
    condition = {"x": parse({"event": "x"})}
    await history.append([batch(1, event(1, {}, OTHER))], NOON)
    assert await evaluator.which(1, condition, [WHO], NOON, "UTC") == {WHO: set()}
    await history.append([batch(2, moved=[Moved(1, OTHER, OTHER, WHO)])], NOON)
    assert await evaluator.which(1, condition, [WHO], NOON, "UTC") == {WHO: {"x"}}
    await history.append([batch(3, moved=[Moved(1, OTHER, WHO, OTHER)])], NOON)
    assert await evaluator.which(1, condition, [WHO], NOON, "UTC") == {WHO: set()}
