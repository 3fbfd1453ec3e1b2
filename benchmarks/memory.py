"""Memory of the embedded form, and pages of the console, once a million people are known."""

import asyncio
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import LiteralString

import console_pages
import events
import harness
import msgspec
import psycopg
import stream
from table import Figure
from usage import Usage, memory_mib

PEOPLE = 1_000_000
CHUNK = 50_000
"""People whose events are appended in one transaction; every fourth of them has two."""
ROWS_AHEAD_MAX = 3_000
WAITING = (
    "select count(*) from log where log_offset > (select log_offset from position where consumer = 'stream')"
)


def measure(*, quick: bool) -> list[Figure]:
    """Load people straight into the log while the stream works, then look at every process."""
    people = PEOPLE // 50 if quick else PEOPLE
    with harness.tieline() as running:
        stream.furnish(running, with_journeys=False)
        usage = Usage(*running.pids)
        began = time.perf_counter()
        with usage:
            said, profiles = _load(running.url, people)
            stream.wait(running)
        seconds = time.perf_counter() - began
        time.sleep(5)
        resting = memory_mib(running.pids)
        return [
            Figure(
                name=f"memory: all processes and PostgreSQL at {people:,} people",
                value=resting,
                unit="MiB",
                cpu_seconds=usage.cpu_seconds / said,
                peak_mib=usage.peak_mib,
                remarks=f"{profiles:,} profiles of {said:,} events, loaded in {seconds:,.0f} s with"
                f" {stream.SEGMENTS} live segments; PSS at rest, the peak while loading; {running.errors()} errors",
            ),
            *console_pages.measure(running, people),
        ]


def _load(url: str, people: int) -> tuple[int, int]:
    """Append one or two events of every person, never far ahead of the stream; return events and profiles."""
    shop, said = events.Shop(1, people), 0
    with psycopg.connect(url, autocommit=True) as connection:
        for first in range(0, people, CHUNK):
            chunk = range(first, min(first + CHUNK, people))
            who = [*chunk, *chunk[::4]]
            asyncio.run(stream.fill(url, list(_bodies(shop, who))))
            said += len(who)
            while _number(connection, WAITING) > ROWS_AHEAD_MAX:
                time.sleep(0.1)
        while _number(connection, WAITING):
            time.sleep(0.1)
        return said, _number(connection, "select count(distinct profile_id) from node")


def _number(connection: psycopg.Connection, query: LiteralString) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0


def _bodies(shop: events.Shop, who: list[int]) -> Iterator[bytes]:
    now = datetime.now(UTC)
    for start in range(0, len(who), events.BATCH):
        batch = [shop.event(now, person) for person in who[start : start + events.BATCH]]
        yield msgspec.json.encode({"batch": batch, "sentAt": now.isoformat()})
