"""People on journeys and broadcasts to many: steps per second, how late who waits is woken, how long a list takes to freeze."""

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

from tieline.deliver.broadcast import BroadcastStage
from tieline.deliver.fill import fill_tree
from tieline.journey.stage import JourneyStage
from tieline.model.broadcast import Broadcast, Variant
from tieline.store.memory.history import MemoryHistory
from tieline.store.postgres.broadcast_desk import PostgresBroadcastDesk
from tieline.store.postgres.broadcasts import PostgresBroadcasts
from tieline.store.postgres.journeys import PostgresJourneys
from tieline.store.postgres.unit import PostgresUnit

TOGETHER = 2_000
WOKEN_A_SECOND = 1_000
LISTEN_SECONDS = 20
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
    usage = {name: Usage(os.getpid(), harness.postmaster(data)) for name in ("moves", "wake", "freeze")}
    try:
        async with unit.transaction():
            await unit.connection.execute(_PEOPLE, (many,))
            await PostgresJourneys(unit.connection).put(
                1, "bench", "bench", JOURNEY, "live", "bench", datetime.now(UTC)
            )
        await _analyze(unit)
        with usage["moves"]:
            moves, seconds = await _move(unit, min(many, 40_000))
        with usage["wake"]:
            lags = await _wake(unit, many)
        with usage["freeze"]:
            frozen = await _freeze(unit, many)
    finally:
        await unit.close()
    return [
        Figure(
            "journey: steps reached, entries and timers together",
            moves / seconds,
            "steps/s",
            limit=10_000,
            limit_is="the target",
            cpu_seconds=usage["moves"].cpu_seconds / moves,
            peak_mib=usage["moves"].peak_mib,
        ),
        Figure(
            f"journey: wake-up lag p99, {many:,} waiting, {WOKEN_A_SECOND:,}/s due",
            lags[int(len(lags) * 0.99)],
            "s",
            limit=5,
            limit_is="the target",
            less_is_better=True,
            cpu_seconds=usage["wake"].cpu_seconds / len(lags),
            remarks=f"{len(lags):,} woken; p50 {lags[len(lags) // 2]:.2f} s",
        ),
        Figure(
            f"broadcast: freeze and number {many:,} recipients",
            frozen,
            "s",
            limit=30,
            limit_is="the target",
            less_is_better=True,
            cpu_seconds=usage["freeze"].cpu_seconds / many,
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


async def _wake(unit: PostgresUnit, many: int) -> list[float]:
    """Let many wait of whom some are due every second; return how late each was woken, sorted."""
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
        due = at + timedelta(seconds=2 + many / 15_000)  # when the rows are there
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
    return sorted(lags)


async def _freeze(unit: PostgresUnit, many: int) -> float:
    """Freeze a broadcast to everybody; return the seconds."""
    now = datetime.now(UTC)
    said = Broadcast(
        "main",
        "marketing",
        (Variant(({"type": "text", "text": "hi"},)),),
        segment="all",
        holdout=10,
        per_minute=100_000,
    )
    async with unit.transaction():
        await unit.connection.execute(
            "insert into membership select 1, 'all', profile_id, now() from node where workspace_id = 1"
        )
        await PostgresBroadcastDesk(unit.connection).save(1, "bench", "bench", said, "ready", "bench", now)
    await _analyze(unit)
    stage = BroadcastStage(PostgresBroadcasts(unit.connection), _NoClicks())
    began = time.perf_counter()
    async with unit.transaction():
        assert await stage.begin(now + timedelta(seconds=1)) == 1
    seconds = time.perf_counter() - began
    async with unit.transaction():
        cursor = await unit.connection.execute("select count(*), max(place) from broadcast_recipient")
        assert await cursor.fetchone() == (many, many)
    return seconds


class _NoClicks:
    async def by_step(self, workspace_id: int, origin: str) -> dict[str, int]:
        """Return that nobody clicked."""
        del workspace_id, origin
        return {}


async def _analyze(unit: PostgresUnit) -> None:
    async with unit.transaction():
        await unit.connection.execute("analyze")


if __name__ == "__main__":
    print(msgspec.json.format(msgspec.json.encode(measure(quick=True))).decode())
