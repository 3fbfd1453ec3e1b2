"""One event, one decision of a person and its withdrawal, each with its commit; and what a million identifiers take."""

import os
import random
import statistics
import time
from collections.abc import Awaitable, Sequence
from datetime import UTC, datetime, timedelta

import msgspec
from table import Figure
from usage import Usage

from tieline.identify.decide import Decisions
from tieline.identify.memory import NODES_MAX
from tieline.identify.stage import IdentifyStage
from tieline.model.event import Event, Identified, Identifier, Source
from tieline.store.postgres.identity import PostgresIdentity
from tieline.store.postgres.unit import PostgresUnit

AT_MOST_MS = 10.0
"""Target of the 99th percentile of one event, and of an undo, with commit."""
WARM = 20
"""So many are done before any is timed: a statement is prepared, and planned once and for all, after some ten calls."""
NAMES = ("line:900", "phone", "email", "anonymous_id", "anonymous_id", "pos_card")


def linking(source: Source, first: int, count: int) -> list[Event]:
    """Return events in the order of their times that each link one new identifier to a member: six for each."""
    began = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(milliseconds=30 * first)
    people = max(count // len(NAMES), 1)
    return [
        Event(
            source.workspace_id, source, first + number, 0, "track", "seen", "", at, at,
            (Identifier("member_id", f"L{first + number % people}"), _name(first + number % people, number // people)), {}, {},
        )
        for number in range(count)
        for at in (began + timedelta(milliseconds=30 * number),)
    ]  # fmt: skip


def loading(source: Source, first: int, count: int) -> list[Event]:
    """Return link events as they come when years are loaded at once: 62 of 100 bring a new link, the others were said before."""
    chance = random.Random(first)
    new = linking(source, first, count * 62 // 100)
    said, told = list(new[:1]), iter(new[1:])
    fresh = [True] * (len(new) - 1) + [False] * (count - len(new))
    chance.shuffle(fresh)
    for number, brings_news in enumerate(fresh):
        event = next(told) if brings_news else chance.choice(said)
        said.append(msgspec.structs.replace(event, log_offset=first + number, at=max(event.at, said[-1].at)))
    return said


def _name(person: int, kind: int) -> Identifier:
    namespace = NAMES[kind % len(NAMES)]
    value = {
        "line:900": f"U{person + 2**100:032x}",
        "phone": f"+8869{person + 70_000_000:08d}",  # the people of the shop have those from 10,000,000 on
        "email": f"linked{person}@shop.example.com",
    }
    return Identifier(namespace, value.get(namespace, f"{kind}-{person}"))


async def one_by_one(
    unit: PostgresUnit, stage: IdentifyStage, said: Sequence[Event], pids: Sequence[int]
) -> Figure:
    """Measure events that bring something new, one per transaction."""
    usage = Usage(*pids)
    with usage:
        times = [await _timed(unit, stage.process([event])) for event in said]
    return _figure("identify: one event with a new link, p99 with commit", times, usage)


async def undoing(
    unit: PostgresUnit, workspace_id: int, people: Sequence[Identified], pids: Sequence[int]
) -> list[Figure]:
    """Measure cuts between an identifier and the one that names its person, and their withdrawal, beside a bare commit."""
    decisions = Decisions(PostgresIdentity(unit.connection))
    pairs = [(one.node_id, one.profile_id) for one in people if one.node_id != one.profile_id]
    now = datetime.now(UTC)

    async def both(a: bytes, b: bytes) -> tuple[float, float]:
        began = time.perf_counter()
        async with unit.transaction():
            decided = await decisions.cut(workspace_id, a, b, "ann", "two people", now)
        cut = time.perf_counter() - began
        return cut, await _timed(unit, decisions.undo(workspace_id, decided.assertion_id, "ann", now))

    for pair in pairs[:WARM]:
        await both(*pair)
    usage = Usage(*pids)
    with usage:  # around all: to look at processes costs more than to decide
        times = [await both(*pair) for pair in pairs[WARM:]]
    cuts, undos = zip(*times, strict=True)
    limit = _p99_ms(await _bare_commits(unit, len(times), now))
    return [
        _figure("identify: one cut, p99 with commit", cuts, usage, 2, limit),
        _figure("identify: one undo, p99 with commit", undos, usage, 2, limit),
    ]


async def _bare_commits(unit: PostgresUnit, count: int, now: datetime) -> list[float]:
    async with unit.transaction():
        await unit.connection.execute("create table bench_commit (at timestamptz)")
    insert = "insert into bench_commit values (%s)"
    return [await _timed(unit, unit.connection.execute(insert, (now,))) for _ in range(count)]


async def room(unit: PostgresUnit, workspace_id: int, news: Usage, events: int) -> Figure:
    """Say what PostgreSQL keeps for a million identifiers, and what they took to come in."""
    async with unit.transaction():
        cursor = await unit.connection.execute(
            "select count(*), pg_total_relation_size('node') + pg_total_relation_size('link') from node where workspace_id = %s",
            (workspace_id,),
        )
        kept, size = await cursor.fetchone() or (1, 0)
    cpu = news.cpu_seconds / events / 3 * 1e6
    return Figure(
        name="identify: room for 1,000,000 identifiers and their links in PostgreSQL",
        value=size / kept * 1e6 / 2**20,
        unit="MiB",
        remarks=f"of {kept:,} that were stored; to take 1,000,000 in, three by three, costs {cpu:.0f} CPU s; the process that does it holds the last {NODES_MAX:,} to {2 * NODES_MAX:,} with their zones",
    )


async def _timed(unit: PostgresUnit, what: Awaitable[object]) -> float:
    began = time.perf_counter()
    async with unit.transaction():
        await what
    return time.perf_counter() - began


def _p99_ms(times: Sequence[float]) -> float:
    return statistics.quantiles(times, n=100)[98] * 1_000


def _figure(
    name: str, times: Sequence[float], usage: Usage, kinds: int = 1, limit: float | None = None
) -> Figure:
    return Figure(
        name=name,
        value=_p99_ms(times),
        unit="ms",
        limit=limit,
        limit_is="one row and its commit, p99" if limit else "",
        target=AT_MOST_MS,
        less_is_better=True,
        cpu_seconds=usage.cpu_seconds / len(times) / kinds,
        peak_mib=usage.peak_mib,
        remarks=f"p50 {statistics.median(times) * 1_000:.1f} ms of {len(times):,}; load of the machine {os.getloadavg()[0]:.1f}",
    )
