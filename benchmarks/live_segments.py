"""Two hundred live segments while events come at their beat: are history and segments done with them as fast as they come?"""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import client
import events
import harness
import psycopg
import stream
from collect_batch import refusals, send
from table import Figure
from usage import Usage

SEGMENTS = 200
TARGET = 5_000
OFFERED = 5_500
"""A tenth more than the target, so that what is still on its way when the load ends does not hide that it was met."""
LOOK_EVERY_SECONDS = 0.25
PEOPLE = 10_000
WAITING = """
    select coalesce(sum(items), 0) from log
    where log_offset > (select log_offset from position where consumer = 'stream')
"""


def measure(*, quick: bool) -> list[Figure]:
    """Measure from the first event of the load until no segment waits for the last."""
    seconds = 5 if quick else 30
    with harness.tieline() as running:
        stream.furnish(running, segments=SEGMENTS)
        shop = events.Shop(1, PEOPLE)
        bodies = list(shop.bodies(OFFERED, datetime.now(UTC)))
        asyncio.run(stream.fill(running.url, bodies))
        stream.wait(running)
        limit = OFFERED / stream.decode_and_copy(running.url, bodies)
        order = client.Order(
            running.port,
            running.keys["write_key"],
            seconds=seconds,
            per_second=OFFERED / events.BATCH,
            people=PEOPLE,
            seed=2,
        )
        usage = Usage(*running.pids)
        began = time.perf_counter()
        with usage, _watched(running.url) as waiting:
            report = send(order)
            loaded = time.perf_counter()
            stream.wait(running)
            done = time.perf_counter()
        half = len(waiting) // 2
        return [
            Figure(
                name=f"segment: {SEGMENTS} live segments and 5 journeys, {OFFERED:,} events/s offered, wholly done",
                value=report.events / (done - began),
                unit="events/s",
                limit=limit,
                limit_is="decoding and COPY into PostgreSQL alone",
                target=TARGET,
                cpu_seconds=usage.cpu_seconds / report.events,
                peak_mib=usage.peak_mib,
                remarks=f"{done - loaded:.2f} s behind when {seconds} s of load end; at most"
                f" {max(waiting[:half], default=0):,} events wait in its first half, {max(waiting[half:], default=0):,} in its second;"
                f" {refusals([report])}; {running.errors()} errors",
            )
        ]


@contextmanager
def _watched(url: str) -> Iterator[list[int]]:
    """Yield a list that grows by how many events wait for the stream, until the block ends."""
    over, waiting = threading.Event(), list[int]()

    def watch() -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            while not over.wait(LOOK_EVERY_SECONDS):
                row = connection.execute(WAITING).fetchone()
                waiting.append(int(row[0]) if row else 0)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield waiting
    finally:
        over.set()
        watcher.join()
