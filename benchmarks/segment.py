"""Exact counts and combined evaluation over a long history, against SQL written by hand for this one question."""

import os
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import harness
import stream
from table import Figure
from usage import Usage

from tieline.condition import sql
from tieline.condition.parse import parse
from tieline.condition.rewrite import rewrite
from tieline.store.clickhouse.engine import ClickHouse, open_embedded

EVENTS = 20_000_000
TARGET_MS = 150
EVENTS_PER_PERSON = 20
CANDIDATES = 1_000
ROUNDS = 7
MERGE_SECONDS_MAX = 20
Json = dict[str, Any]
VIP: Json = {
    "all": [
        {
            "event": "Order Completed",
            "window": {"last": "P30D"},
            "measure": {"fn": "sum", "property": "total"},
            "op": "gt",
            "value": 3_000,
        },
        {
            "event": "message_link_clicked",
            "where": {"property": "origin", "op": "eq", "value": "broadcast:push-7"},
        },
    ]
}
VIP_BY_HAND = """
    select count() as members from (
        select profile_id from event
        where workspace_id = 1 and event = 'Order Completed' and at > {now:DateTime64(3, 'UTC')} - interval 30 day
          and profile_id in (
              select profile_id from event where workspace_id = 1 and event = 'message_link_clicked'
                 and properties.origin.:String = 'broadcast:push-7')
        group by profile_id having sum(properties.total.:Int64) > 3000)
"""
COMBINED_BY_HAND = """
    select profile_id, sumIf(properties.total.:Int64, event = 'Order Completed' and at > {now:DateTime64(3, 'UTC')} - interval 30 day) as spent,
           countIf(event = 'Product Viewed') as viewed
    from event
    where workspace_id = 1 and event in ('Order Completed', 'Product Viewed')
      and profile_id in (select sipHash128(toUInt64(number)) from numbers({candidates:UInt64}))
    group by profile_id
"""


def measure(*, quick: bool) -> list[Figure]:
    """Measure on an embedded ClickHouse of this process."""
    return over(EVENTS // 20 if quick else EVENTS, target=None if quick else TARGET_MS, combined=True)


def over(events: int, *, target: float | None, combined: bool = False) -> list[Figure]:
    """Measure over a history of so many events.

    Args:
        events: How many there are.
        target: Milliseconds within which they should be counted; None where so few events have no target.
        combined: Ask for many segments in one query too.
    """
    now = datetime.now(UTC).replace(microsecond=0)
    with harness.folder() as data:
        engine = open_embedded(data / "clickhouse")
        began = time.perf_counter()
        people = _generate(engine, events, now)
        made = f"{events:,} events of {people:,} people, made in {time.perf_counter() - began:.0f} s"
        figures = _counts(engine, now, events, made, target)
        if combined:
            figures.append(_combined(engine, now, events))
        engine.close()
    return figures


def _generate(engine: ClickHouse, events: int, now: datetime) -> int:
    """Fill the tables inside ClickHouse: 85 % views, 13 % orders, 2 % clicks on one of 40 pushes, over 90 days."""
    people = events // EVENTS_PER_PERSON
    engine.command(
        """
        insert into event
        select 1, multiIf(kind < 85, 'Product Viewed', kind < 98, 'Order Completed', 'message_link_clicked'),
               sipHash128(person), sipHash128(person), at, number, 0, toString(number), 'server', 'track',
               concat({open:String}, multiIf(
                   kind < 85, concat('"product_id":"SKU-', toString(value % 2000), '","price":', toString(value)),
                   kind < 98, concat('"total":', toString(value), ',"order_id":"O', toString(number), '"'),
                   concat('"origin":"broadcast:push-', toString(value % 40), '"')), {close:String})
        from (
            select number, cityHash64(number, 1) % 100 as kind, cityHash64(number, 2) % {people:UInt64} as person,
                   190 + cityHash64(number, 3) % 2000 as value,
                   {now:DateTime64(3, 'UTC')} - toIntervalSecond(cityHash64(number, 4) % 7776000) as at
            from numbers_mt({events:UInt64}))
        """.replace('{"', '{{"')
        .replace("\"}'", "\"}}'")
        .replace("{}}'", "{}}}'"),
        {"people": people, "events": events, "now": _text(now), "open": "{", "close": "}"},
    )
    engine.command(
        """
        insert into profile
        select 1, sipHash128(toUInt64(number)), 1, 0, {empty:String}, [], [], [], ['member_id'], {now:DateTime64(3, 'UTC')}
        from numbers({people:UInt64})
        """,
        {"people": people, "now": _text(now), "empty": "{}"},
    )
    deadline = time.perf_counter() + MERGE_SECONDS_MAX
    while (
        time.perf_counter() < deadline and _ask(engine, "select count() as n from system.merges", {})[0]["n"]
    ):
        time.sleep(0.5)
    return people


def _counts(engine: ClickHouse, now: datetime, events: int, made: str, target: float | None) -> list[Figure]:
    node = rewrite(parse(VIP), {})
    asked = sql.compile_count(node, sql.Scope(1, now))
    moved = sql.compile_count(node, sql.Scope(1, now, overrides=True))
    expected = _ask(engine, VIP_BY_HAND, {"now": _text(now)})
    for query in (asked, moved):
        found = _ask(engine, query.sql, query.parameters)
        if found != expected:
            raise AssertionError(f"the compiled condition counts {found}, by hand it is {expected}")
    question = f"“more than 3,000 in 30 days and clicked push 7” over {events:,} events"
    answer = f"both count {expected[0]['members']:,}"
    hand = "the same question written by hand"
    return [
        _figure(
            f"segment: {question}",
            engine,
            asked,
            VIP_BY_HAND,
            {"now": _text(now)},
            hand,
            f"{answer}; {made}",
            target,
        ),
        _figure(
            "segment: the same while people who were just joined are not written anew",
            engine,
            moved,
            VIP_BY_HAND,
            {"now": _text(now)},
            hand,
            f"{answer}; asks for each event that may count whether its person was merged since",
            target,
        ),
    ]


def _combined(engine: ClickHouse, now: datetime, events: int) -> Figure:
    nodes = [rewrite(parse(condition), {}) for condition in stream.conditions().values()]
    table = engine.query(f"select sipHash128(toUInt64(number)) as id from numbers({CANDIDATES})")
    candidates = tuple(bytes(one) for one in table["id"].to_pylist())
    query = sql.compile_combined(nodes, sql.Scope(1, now, candidates=candidates))
    answered = engine.query(query.sql, query.parameters).num_rows
    return _figure(
        f"segment: {len(nodes)} segments for {CANDIDATES:,} people in one query, {events:,} events",
        engine,
        query,
        COMBINED_BY_HAND,
        {"now": _text(now), "candidates": CANDIDATES},
        "the two sums behind these segments, written by hand",
        f"{answered:,} people answered for",
    )


def _figure(
    name: str,
    engine: ClickHouse,
    query: sql.Query,
    hand: str,
    parameters: Json,
    limit_is: str,
    remarks: str,
    target: float | None = None,
) -> Figure:
    usage = Usage(os.getpid())
    product, limit = [], []
    for _ in range(ROUNDS):
        with usage:
            product.append(_seconds(lambda: engine.query(query.sql, query.parameters)))
        limit.append(_seconds(lambda: engine.query(hand, parameters)))
    return Figure(
        name=name,
        value=1_000 * statistics.median(product),
        unit="ms",
        limit=1_000 * statistics.median(limit),
        limit_is=limit_is,
        target=target,
        less_is_better=True,
        cpu_seconds=usage.cpu_seconds / ROUNDS,
        peak_mib=usage.peak_mib,
        remarks=remarks,
    )


def _ask(engine: ClickHouse, text: str, parameters: Json) -> list[Json]:
    return list(engine.query(text, parameters).to_pylist())


def _seconds(run: Callable[[], object]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def _text(at: datetime) -> str:
    return at.replace(tzinfo=None).isoformat(sep=" ", timespec="milliseconds")
