"""Events that wait in the log, until history, 20 live segments and 5 journeys know them."""

import asyncio
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import events
import harness
import msgspec
import psycopg
import pyarrow as pa
from psycopg.types.json import Jsonb
from table import Figure
from usage import Usage

from tieline.collect.wire import Item, read
from tieline.model.event import LogKind, NewLogRow
from tieline.profile import rows
from tieline.store.clickhouse.engine import ClickHouse, open_embedded
from tieline.store.postgres.log import PostgresLog, PostgresSources
from tieline.store.postgres.unit import PostgresUnit

SEGMENTS, SEGMENTS_MANY = 20, 200
TOGETHER = 5_000
WARM_UP = 5_000
PATIENCE_SECONDS = 240
Json = dict[str, Any]
BEHIND = """
    select (select coalesce(max(log_offset), 0) from log) > (select log_offset from position where consumer = 'stream')
           or exists (select from history_outbox) or exists (select from signal where taken_at is null)
           or exists (select from segment where state = 'computing')
"""
IN_WORDS = """
    select concat_ws(', ',
        (select max(log_offset) - (select log_offset from position where consumer = 'stream') || ' rows of the log'
         from log having max(log_offset) > (select log_offset from position where consumer = 'stream')),
        (select count(*) || ' batches for history' from history_outbox having count(*) > 0),
        (select count(*) || ' signals' from signal where taken_at is null having count(*) > 0),
        (select count(*) || ' segments to compute' from segment where state = 'computing' having count(*) > 0))
"""


def measure(*, quick: bool) -> list[Figure]:
    """Measure the stream from the log to the last signal, in turns with its slowest necessary parts."""
    count, rounds = (10_000, 1) if quick else (100_000, 3)
    return [_measured(count, rounds, SEGMENTS), _measured(count, 1, SEGMENTS_MANY)]


def _measured(count: int, rounds: int, segments: int) -> Figure:
    with harness.tieline() as running, harness.folder() as other, ExitStack() as stack:
        furnish(running, segments=segments)
        engine = open_embedded(other / "clickhouse")
        stack.callback(engine.close)
        usage = Usage(*running.pids)
        shop = events.Shop(1, count // 20)
        asyncio.run(fill(running.url, list(shop.bodies(WARM_UP, datetime.now(UTC)))))
        wait(running)
        product, copied, inserted = [], [], []
        for _ in range(rounds):
            bodies = list(shop.bodies(count, datetime.now(UTC)))
            copied.append(count / decode_and_copy(running.url, bodies))
            inserted.append(count / _insert(engine, bodies))
            with running.paused():
                asyncio.run(fill(running.url, bodies))
            began = time.perf_counter()
            with usage:
                wait(running)
            product.append(count / (time.perf_counter() - began))
        limit, limit_is = min(
            (statistics.median(copied), "decoding and COPY into PostgreSQL alone"),
            (statistics.median(inserted), "Arrow insert into ClickHouse alone"),
        )
        return Figure(
            name=f"stream: {count:,} events from the log to history, {segments} segments and 5 journeys",
            value=statistics.median(product),
            unit="events/s",
            limit=limit,
            limit_is=limit_is,
            cpu_seconds=usage.cpu_seconds / count / rounds,
            peak_mib=usage.peak_mib,
            remarks=f"{rounds} rounds: {min(product):,.0f} to {max(product):,.0f}; {running.errors()} errors",
        )


def conditions(segments: int = SEGMENTS) -> dict[str, Json]:
    """Return segments: spent more than so much in 30 days, and looked at something so often."""
    spent = {
        "event": "Order Completed",
        "window": {"last": "P30D"},
        "measure": {"fn": "sum", "property": "total"},
    }
    return {
        f"s{number}": {
            "all": [
                {**spent, "op": "gt", "value": 3_000 + 100 * number},
                {"event": "Product Viewed", "op": "gte", "value": 1 + number % 5},
            ]
        }
        for number in range(segments)
    }


def journeys() -> list[Json]:
    """Return 5 journeys: three begin with an order or a sign-in, two with a segment."""
    order = {"kind": "event", "event": "Order Completed"}
    starts = [
        order,
        {**order, "where": {"property": "total", "op": "gt", "value": 3_000}},
        {"kind": "event", "event": "identify"},
        {"kind": "segment_entered", "segment": "s0"},
        {"kind": "segment_entered", "segment": "s10"},
    ]
    wait = {"id": "wait", "kind": "wait_for_event", "event": "Order Completed", "timeout": "P7D"}
    return [
        {"key": f"j{number}", "name": f"j{number}", "trigger": start, "start": "wait", "steps": [wait]}
        for number, start in enumerate(starts)
    ]


def furnish(running: harness.Tieline, *, with_journeys: bool = True, segments: int = SEGMENTS) -> None:
    """Make the segments and journeys, and wait until they are live."""
    for key, condition in conditions(segments).items():
        running.api("POST", "/api/segments", {"key": key, "name": key, "condition": condition})
    for journey in journeys() if with_journeys else ():
        running.api("POST", "/api/journeys", {"definition": journey, "state": "live"})
    wait(running)


def wait(running: harness.Tieline) -> None:
    """Wait until the log is read to its end, history has every batch, segments are computed and no signal waits."""
    deadline = time.perf_counter() + PATIENCE_SECONDS
    with psycopg.connect(running.url, autocommit=True) as connection:
        while time.perf_counter() < deadline:
            row = connection.execute(BEHIND).fetchone()
            if row is not None and not row[0]:
                return
            time.sleep(0.02)
        row = connection.execute(IN_WORDS).fetchone()
    waits = row[0] if row else "nothing any more"
    raise TimeoutError(f"the stream did not come to its end in {PATIENCE_SECONDS} s; there waits: {waits}")


async def fill(url: str, bodies: Sequence[bytes]) -> None:
    """Append bodies of the server's source to the log in one transaction, so that the stream sees all of them at once."""
    unit = await PostgresUnit.open(url)
    try:
        async with unit.transaction():
            sources = (await PostgresSources(unit.connection).sources()).values()
            source = next(source for source in sources if source.key == "server")
            now = datetime.now(UTC)
            await PostgresLog(unit.connection).append(
                [
                    NewLogRow(source.workspace_id, source.source_id, LogKind.BATCH, events.BATCH, now, body)
                    for body in bodies
                ]
            )
    finally:
        await unit.close()


def decode_and_copy(url: str, bodies: Sequence[bytes]) -> float:
    """Return the seconds of decoding bodies and writing each event as a row of PostgreSQL, in transactions of 5,000."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("drop table if exists bench_limit")
        connection.execute(
            "create table bench_limit (workspace_id int, message text, name text, properties jsonb)"
        )
        began = time.perf_counter()
        for start in range(0, len(bodies), TOGETHER // events.BATCH):
            with (
                connection.transaction(),
                connection.cursor() as cursor,
                cursor.copy("copy bench_limit from stdin (format binary)") as copy,
            ):
                copy.set_types(["int4", "text", "text", "jsonb"])
                for item in _items(bodies[start : start + TOGETHER // events.BATCH]):
                    properties = Jsonb(item.properties, msgspec.json.encode)
                    copy.write_row((1, item.messageId, item.event, properties))
        return time.perf_counter() - began


def _insert(engine: ClickHouse, bodies: Sequence[bytes]) -> float:
    """Return the seconds of inserting as many rows into a copy of table `event`, 5,000 at a time."""
    engine.command("drop table if exists bench_limit")
    engine.command("create table bench_limit as event")
    now = datetime.now(UTC)
    said = list(_items(bodies))
    tables = []
    for start in range(0, len(said), TOGETHER):
        part = said[start : start + TOGETHER]
        ids = [str(item.userId).ljust(16, "0").encode() for item in part]
        columns = [
            [1] * len(part),
            [item.event for item in part],
            ids,
            ids,
            [now] * len(part),
            range(start, start + len(part)),
            [0] * len(part),
            [item.messageId for item in part],
            ["server"] * len(part),
            [item.type for item in part],
            [msgspec.json.encode(item.properties or {}).decode() for item in part],
        ]
        arrays = [pa.array(column, field.type) for column, field in zip(columns, rows.EVENTS, strict=True)]
        tables.append(pa.Table.from_arrays(arrays, schema=rows.EVENTS))
    began = time.perf_counter()
    for table in tables:
        engine.insert("bench_limit", table)
    return time.perf_counter() - began


def _items(bodies: Sequence[bytes]) -> Iterator[Item]:
    for body in bodies:
        for item in read(body, LogKind.BATCH).items:
            assert isinstance(item, Item)
            yield item
