"""People on journeys: steps per second, and how late who waits is woken."""

import asyncio
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import harness
import msgspec
from psycopg.types.json import Jsonb
from table import Figure
from usage import Usage

from tieline.deliver.fill import fill_tree
from tieline.journey.stage import JourneyStage
from tieline.store.memory.history import MemoryHistory
from tieline.store.postgres.journeys import PostgresJourneys
from tieline.store.postgres.unit import PostgresUnit

TOGETHER = 2_000
WOKEN_A_SECOND = 1_000
LISTEN_SECONDS = 20
STEPS_TARGET, LAG_TARGET_SECONDS = 10_000, 5
LOOKS, AT_A_LOOK = 200, 20
JOURNEY: dict[str, Any] = {
    "key": "bench",
    "name": "bench",
    "trigger": {"kind": "event", "event": "Added"},
    "start": "mark",
    "steps": [
        {"id": "mark", "kind": "tag", "add": ["a"], "next": "note"},
        {"id": "note", "kind": "set_trait", "name": "cart", "value": "{{ trigger.cart_id }}", "next": "lot"},
        {
            "id": "lot",
            "kind": "random_split",
            "branches": [
                {"name": "a", "share": 50, "next": "wait"},
                {"name": "b", "share": 50, "next": "wait"},
            ],
        },
        {"id": "wait", "kind": "wait", "for": "PT30M", "next": "end"},
        {"id": "end", "kind": "tag", "remove": ["a"]},
    ],
}
_PEOPLE = """
    insert into node (workspace_id, node_id, namespace, value, first_at, zone_id, profile_id)
    select 1, decode(md5('p' || i), 'hex'), 'member_id', 'M' || i, now(), decode(md5('p' || i), 'hex'), decode(md5('p' || i), 'hex')
    from generate_series(1, %s) as i
"""
_SIGNALS = """
    insert into signal (workspace_id, kind, name, node_id, profile_id, at, log_offset, data)
    select 1, 1, 'Added', decode(md5('p' || i), 'hex'), decode(md5('p' || i), 'hex'), %s, 1,
           jsonb_build_object('cart_id', 'c' || i)
    from generate_series(1, %s) as i
"""
# One enrolment that waits, copied for many people: who and when differ.
_WAITING = """
    insert into enrolment (workspace_id, enrolment_id, journey, version, person, correlation, state, step, due_at, body,
                           entered_at, updated_at)
    select 1, decode(md5('e' || i), 'hex'), 'bench', 1, decode(md5('p' || i), 'hex'), '', 'waiting_time', 'wait', due_at,
           %(body)s::jsonb || jsonb_build_object('id', encode(decode(md5('e' || i), 'hex'), 'base64'),
               'person', encode(decode(md5('p' || i), 'hex'), 'base64'), 'due_at', to_json(due_at)), %(at)s, %(at)s
    from (select i, %(due)s::timestamptz + make_interval(secs => i / %(rate)s::float8) as due_at
          from generate_series(1, %(count)s) as i) as one
"""


def measure(*, quick: bool) -> list[Figure]:
    """Measure the stages with PostgreSQL, as the loops of the product run them."""
    with harness.folder() as data:
        harness.command("init", "--data", str(data), "--json")
        return asyncio.run(_measure(data, 20_000 if quick else 1_000_000))


async def _measure(data: Path, many: int) -> list[Figure]:
    unit = await PostgresUnit.open(harness.postgres_url(data))
    usage = {name: Usage(os.getpid(), harness.postmaster(data)) for name in ("moves", "wake")}
    try:
        async with unit.transaction():
            await unit.connection.execute(_PEOPLE, (many,))
            await PostgresJourneys(unit.connection).put(
                1, "bench", "bench", JOURNEY, "live", "bench", datetime.now(UTC)
            )
        await _analyze(unit)
        with usage["moves"]:
            moves, seconds = await _move(unit, min(many, 40_000))
        by_hand = await _written_by_hand(unit)
        due = await _let_wait(unit, many)
        looks = await _looks_by_hand(unit)
        with usage["wake"]:
            lags = await _wake(unit, due)
    finally:
        await unit.close()
    load = f"load of the machine {os.getloadavg()[0]:.1f}"
    return [
        Figure(
            "journey: steps reached, entries and timers together",
            moves / seconds,
            "steps/s",
            limit=moves / by_hand,
            limit_is=f"the same enrolments written as often by plain statements, {TOGETHER:,} at a time",
            target=STEPS_TARGET,
            cpu_seconds=usage["moves"].cpu_seconds / moves,
            peak_mib=usage["moves"].peak_mib,
            remarks=load,
        ),
        Figure(
            f"journey: wake-up lag p99, {many:,} waiting, {WOKEN_A_SECOND:,}/s due",
            lags[int(len(lags) * 0.99)],
            "s",
            limit=looks[int(len(looks) * 0.99)],
            limit_is=f"one look for the {AT_A_LOOK} who are due first, and a commit that writes them down, p99",
            target=LAG_TARGET_SECONDS,
            less_is_better=True,
            cpu_seconds=usage["wake"].cpu_seconds / len(lags),
            peak_mib=usage["wake"].peak_mib,
            remarks=f"{len(lags):,} woken; p50 {lags[len(lags) // 2]:.2f} s; {load}",
        ),
    ]


def _stage(unit: PostgresUnit) -> JourneyStage:
    return JourneyStage(PostgresJourneys(unit.connection), MemoryHistory(), fill_tree, {1: "Asia/Taipei"})


async def _move(unit: PostgresUnit, people: int) -> tuple[int, float]:
    """Let people enter, and wake them all; return how many steps were reached in how many seconds."""
    stage, at = _stage(unit), datetime.now(UTC)
    async with unit.transaction():
        await unit.connection.execute(_SIGNALS, (at, people))
    await _analyze(unit)
    began = time.perf_counter()
    for now in (at + timedelta(seconds=1), at + timedelta(hours=1)):
        handled = 1
        while handled:
            async with unit.transaction():
                handled = (await stage.process(now, TOGETHER)).handled
    seconds = time.perf_counter() - began
    async with unit.transaction():
        cursor = await unit.connection.execute("select sum(people) from journey_count where step <> ''")
        row = await cursor.fetchone()
    return int(row[0]) if row else 0, seconds


async def _written_by_hand(unit: PostgresUnit) -> float:
    """Return the seconds of writing the enrolments once when they enter and once when they are woken."""
    async with unit.transaction():
        await unit.connection.execute("create table bench_enrolment (like enrolment including all)")
        await unit.connection.execute(
            "create table bench_order as select row_number() over () as place, workspace_id, enrolment_id from enrolment"
        )
        await unit.connection.execute("create index on bench_order (place)")
        cursor = await unit.connection.execute("select count(*) from bench_order")
        row = await cursor.fetchone()
    people = int(row[0]) if row else 0
    mine = "join bench_order o using (workspace_id, enrolment_id) where o.place > %s and o.place <= %s"
    enter = f"insert into bench_enrolment select e.* from enrolment e {mine}"
    wake = f"""
        update bench_enrolment b set state = e.state, due_at = e.due_at, body = e.body, updated_at = now()
        from enrolment e {mine} and b.workspace_id = e.workspace_id and b.enrolment_id = e.enrolment_id
    """
    began = time.perf_counter()
    for statement in (enter, wake):
        for start in range(0, people, TOGETHER):
            async with unit.transaction():
                await unit.connection.execute(statement.encode(), (start, start + TOGETHER))
    return time.perf_counter() - began


async def _let_wait(unit: PostgresUnit, many: int) -> datetime:
    """Let many wait, of whom some are due every second; return when the first is."""
    async with unit.transaction():
        cursor = await unit.connection.execute("select body from enrolment limit 1")
        row = await cursor.fetchone()
        assert row is not None
        await unit.connection.execute("truncate enrolment")
        at = datetime.now(UTC)
        waiting = {
            "state": "waiting_time",
            "step": "wait",
            "reason": "",
            "entered_at": at.isoformat(),
            "reached_at": at.isoformat(),
            "visits": {"wait": 1},
        }
        due = at + timedelta(seconds=5 + many / 10_000)  # when the rows are there and were looked at
        await unit.connection.execute(
            _WAITING,
            {
                "body": Jsonb({**row[0], **waiting}),
                "at": at,
                "due": due,
                "rate": WOKEN_A_SECOND,
                "count": many,
            },
        )
    await _analyze(unit)
    return due


async def _looks_by_hand(unit: PostgresUnit) -> list[float]:
    """Return the seconds of each look at who is due first, sorted; nothing about them is changed."""
    times = []
    for _ in range(LOOKS):
        began = time.perf_counter()
        async with unit.transaction():
            await unit.connection.execute(
                """
                update enrolment set updated_at = now() where (workspace_id, enrolment_id) in (
                    select workspace_id, enrolment_id from enrolment where due_at is not null order by due_at limit %s)
                """,
                (AT_A_LOOK,),
            )
        times.append(time.perf_counter() - began)
    return sorted(times)


async def _wake(unit: PostgresUnit, due: datetime) -> list[float]:
    """Wake who is due, for a while; return how late each was woken, sorted."""
    stage, lags = _stage(unit), []
    await asyncio.sleep(max(0.0, (due - datetime.now(UTC)).total_seconds()))
    began_at = datetime.now(UTC)
    while (datetime.now(UTC) - began_at).total_seconds() < LISTEN_SECONDS:
        async with unit.transaction():
            moved = await stage.process(datetime.now(UTC), TOGETHER)
        woken_at = datetime.now(UTC)
        lags += [(woken_at - max(said.at, began_at)).total_seconds() for said in moved.said]
        if not moved.handled:
            await asyncio.sleep(0.02)
    if not lags:
        raise TimeoutError(f"nobody was woken in {LISTEN_SECONDS} s; the first was due at {due:%H:%M:%S}")
    return sorted(lags)


async def _analyze(unit: PostgresUnit) -> None:
    async with unit.transaction():
        await unit.connection.execute("analyze")


if __name__ == "__main__":
    print(msgspec.json.format(msgspec.json.encode(measure(quick=True))).decode())
