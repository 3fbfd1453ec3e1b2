"""Whose is it: events with new links and events with known ones, against COPY of the rows that are stored for them."""

import asyncio
import gc
import os
import statistics
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import events
import harness
import identify_moments
import msgspec
import psycopg
from table import Figure
from usage import Usage

from tieline.collect.normalize import normalize
from tieline.collect.wire import Item, read
from tieline.identify.stage import IdentifyStage
from tieline.model.event import Event, LogKind, LogRow, Source
from tieline.store.postgres.identity import PostgresIdentity
from tieline.store.postgres.log import PostgresSources
from tieline.store.postgres.statistics import PostgresStatistics
from tieline.store.postgres.unit import PostgresUnit
from tieline.store.postgres.workspaces import PostgresWorkspaces

TOGETHER = 5_000
LINKS_PER_SECOND_MIN = 25_000
REPEATS_PER_SECOND_MIN = 200_000
ROUNDS = 3
NODE_TYPES = [
    "int4",
    "bytea",
    "text",
    "text",
    "timestamptz",
    "bytea",
    "bytea",
    "bytea",
    "bool",
    "int2",
    "jsonb",
]


def measure(*, quick: bool) -> list[Figure]:
    """Measure the stage with PostgreSQL, one transaction per 5,000 events."""
    gc.set_threshold(100_000, 50, 1_000)  # as the product runs
    with harness.folder() as data:
        harness.command("init", "--data", str(data), "--json")
        return asyncio.run(_measure(data, 5_000 if quick else 30_000, 1 if quick else ROUNDS))


async def _measure(data: Path, count: int, rounds: int) -> list[Figure]:
    url = harness.postgres_url(data)
    unit = await PostgresUnit.open(url)
    pids = (os.getpid(), harness.postmaster(data))
    new, again, linking, loading = (Usage(*pids) for _ in range(4))
    news, repeats, limits, links, loads = [], [], [], [], []
    try:
        async with unit.transaction():
            workspace = (await PostgresWorkspaces(unit.connection).all())[0]
            sources = (await PostgresSources(unit.connection).sources()).values()
        source = next(source for source in sources if source.key == "server")
        keys, regions = {workspace.workspace_id: workspace.identity_key}, {workspace.workspace_id: "TW"}
        stage = IdentifyStage(PostgresIdentity(unit.connection), keys, regions)
        for number in range(rounds):
            said = _signed_in(source, range(number * count, (number + 1) * count))
            with new:
                news.append(count / await _identify(unit, stage, said))
            async with unit.transaction():
                await PostgresStatistics(unit.connection).renew()  # as the worker does once a second
            with again:
                repeats.append(count / await _identify(unit, stage, said))
            limits.append(count / await asyncio.to_thread(_copy, url, number * count, count))
        kept = await identify_moments.room(unit, workspace.workspace_id, new, count * rounds)
        for number in range(rounds):
            said = identify_moments.linking(source, number * count, count)
            with linking:
                links.append(count / await _identify(unit, stage, said))
        for number in range(rounds, 2 * rounds):
            said = identify_moments.loading(source, number * count, count)
            with loading:
                loads.append(count / await _identify(unit, stage, said))
        few = identify_moments.linking(source, 2 * rounds * count, 600)
        moments = [await identify_moments.one_by_one(unit, stage, few, pids)]
        people = (await stage.process(few)).identified
        moments += await identify_moments.undoing(unit, workspace.workspace_id, people, pids)
    finally:
        await unit.close()
    rows = "COPY of their 3 nodes and 2 links each into PostgreSQL alone"
    return [
        _figure("identify: events of new people, 3 identifiers each", news, new, count, None, limits, rows),
        _figure(
            "identify: events that each bring a new link and a new identifier",
            links,
            linking,
            count,
            LINKS_PER_SECOND_MIN,
        ),
        _figure(
            "identify: link events of which 62 % bring a new link and identifier",
            loads,
            loading,
            count,
            LINKS_PER_SECOND_MIN,
        ),
        _figure("identify: the same events again", repeats, again, count, REPEATS_PER_SECOND_MIN),
        *moments,
        kept,
    ]


def _signed_in(source: Source, people: Sequence[int]) -> list[Event]:
    """Return one event per person that names a member id, an e-mail address and a browser."""
    now, shop = datetime.now(UTC), events.Shop(people[0] + 1, 1)
    found = []
    for person in people:
        event = shop.event(now, person)
        event["context"]["traits"] = {"email": f"member{person}@shop.example.com"}
        body = msgspec.json.encode({"batch": [event]})
        row = LogRow(person + 1, source.workspace_id, source.source_id, LogKind.BATCH, 1, now, body)
        item = read(body, LogKind.BATCH).items[0]
        assert isinstance(item, Item)
        made = normalize(item, source, row, 0, None)
        assert isinstance(made, Event)
        found.append(made)
    return found


async def _identify(unit: PostgresUnit, stage: IdentifyStage, said: list[Event]) -> float:
    began = time.perf_counter()
    for start in range(0, len(said), TOGETHER):
        async with unit.transaction():
            found = await stage.process(said[start : start + TOGETHER])
        if found.parked:
            raise AssertionError(found.parked[0].detail)
    return time.perf_counter() - began


def _copy(url: str, first: int, count: int) -> float:
    """Return the seconds of writing as many nodes and links straight into tables like the real ones."""
    now = datetime.now(UTC)
    with psycopg.connect(url, autocommit=True) as connection:
        for table in ("node", "link"):
            connection.execute(f"create table if not exists bench_{table} (like {table} including all)")
        began = time.perf_counter()
        for start in range(first, first + count, TOGETHER):
            part = range(start, min(start + TOGETHER, first + count))
            with connection.transaction(), connection.cursor() as cursor:
                with cursor.copy("copy bench_node from stdin (format binary)") as copy:
                    copy.set_types(NODE_TYPES)
                    for person in part:
                        for kind in range(3):
                            node = _id(person * 3 + kind)
                            copy.write_row(
                                (1, node, "member_id", f"M{person:08d}", now, node, node, node, True, 0, None)
                            )
                with cursor.copy("copy bench_link from stdin (format binary)") as copy:
                    copy.set_types(["int4", "bytea", "bytea", "text", "int2", "timestamptz", "timestamptz"])
                    for person in part:
                        for kind in range(2):
                            ends = _id(person * 3 + kind), _id(person * 3 + kind + 1)
                            copy.write_row((1, *ends, "server", 2, now, now))
        return time.perf_counter() - began


def _id(number: int) -> bytes:
    return (number * 0x9E3779B97F4A7C15F39CC0605CEDC835 % 2**128).to_bytes(16, "big")  # spread like a hash


def _figure(
    name: str,
    rates: list[float],
    usage: Usage,
    count: int,
    target: float | None,
    limits: Sequence[float] = (),
    limit_is: str = "",
) -> Figure:
    return Figure(
        name=name,
        value=statistics.median(rates),
        unit="events/s",
        limit=statistics.median(limits) if limits else None,
        limit_is=limit_is,
        target=target,
        cpu_seconds=usage.cpu_seconds / count / len(rates),
        peak_mib=usage.peak_mib,
        remarks=f"{len(rates)} rounds of {count:,}: {min(rates):,.0f} to {max(rates):,.0f}; load of the machine {os.getloadavg()[0]:.1f}",
    )
