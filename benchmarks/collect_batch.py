"""Events accepted durably in batches of 50, against COPY of the same rows in transactions of the same size."""

import statistics
import subprocess
import sys
import time
from pathlib import Path

import client
import events
import harness
import msgspec
import psycopg
from table import Figure
from usage import Usage

CONNECTIONS = 16
AIM = 30_000


def measure(*, quick: bool) -> list[Figure]:
    """Measure collecting alone and with the stream at work behind it."""
    with harness.tieline() as running:
        return [
            alone(
                running,
                quick=quick,
                events_each=events.BATCH,
                name="collect: POST /v1/batch, 50 events each",
            ),
            _busy(running, quick=quick),
        ]


def alone(running: harness.Tieline, *, quick: bool, events_each: int, name: str) -> Figure:
    """Return the rate while the stream stands still, in turns with the limit."""
    usage = Usage(*running.pids)
    rounds = 1 if quick else 3
    reports: list[client.Report] = []
    limits: list[float] = []
    order = client.Order(running.port, running.keys["write_key"], CONNECTIONS, 2 if quick else 5, events_each)
    with running.paused():
        for number in range(rounds):
            with usage:
                reports.append(send(msgspec.structs.replace(order, seed=number + 1)))
            limits.append(copy_rate(running.url, order, order.seconds / 2))
    rates = [report.events / report.seconds for report in reports]
    said = sum(report.events for report in reports)
    p50, _, p99 = reports[-1].milliseconds
    return Figure(
        name=f"{name}, {CONNECTIONS} connections",
        value=statistics.median(rates),
        unit="events/s",
        limit=statistics.median(limits),
        limit_is=f"COPY of the same rows, {CONNECTIONS} in a transaction",
        cpu_seconds=usage.cpu_seconds / said,
        peak_mib=usage.peak_mib,
        remarks=f"answer after {p50:.0f} ms, p99 {p99:.0f} ms; {_client(reports)}; {refusals(reports)}",
    )


def send(order: client.Order) -> client.Report:
    """Let the client carry out an order in a process of its own."""
    done = subprocess.run(
        [sys.executable, str(Path(client.__file__))],
        input=msgspec.json.encode(order),
        stdout=subprocess.PIPE,
        check=True,
        timeout=order.seconds + 60,
    )
    return msgspec.json.decode(done.stdout, type=client.Report)


def copy_rate(url: str, order: client.Order, seconds: float) -> float:
    """Return events per second of writing the bodies of an order straight into a table like the log."""
    made = client.requests(order)
    bodies = [next(made).partition(b"\r\n\r\n")[2] for _ in range(CONNECTIONS * 8)]
    groups = [bodies[start : start + CONNECTIONS] for start in range(0, len(bodies), CONNECTIONS)]
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("drop table if exists bench_limit")
        connection.execute("create table bench_limit (like log including all)")
        began, offset = time.perf_counter(), 0
        while time.perf_counter() - began < seconds:
            group = groups[offset // CONNECTIONS % len(groups)]
            with (
                connection.transaction(),
                connection.cursor() as cursor,
                cursor.copy(
                    "copy bench_limit (log_offset, workspace_id, source_id, kind, items, received_at, body)"
                    " from stdin (format binary)"
                ) as copy,
            ):
                copy.set_types(["int8", "int4", "int4", "int2", "int4", "timestamptz", "bytea"])
                for body in group:
                    offset += 1
                    copy.write_row((offset, 1, 1, 1, order.events_each, client.NOW, body))
        return offset * order.events_each / (time.perf_counter() - began)


def refusals(reports: list[client.Report]) -> str:
    """Say how many requests were refused."""
    return f"{sum(report.refused for report in reports)} refused"


def _client(reports: list[client.Report]) -> str:
    used = sum(report.cpu_seconds for report in reports) / sum(report.seconds for report in reports)
    return f"the client takes {used:.0%} of a core"


def _busy(running: harness.Tieline, *, quick: bool) -> Figure:
    usage = Usage(*running.pids)
    order = client.Order(running.port, running.keys["write_key"], CONNECTIONS, 2 if quick else 5, seed=101)
    with usage:
        report = send(order)
    return Figure(
        name="collect: the same while the stream works on what came",
        value=report.events / report.seconds,
        unit="events/s",
        cpu_seconds=usage.cpu_seconds / report.events,
        peak_mib=usage.peak_mib,
        remarks=f"p99 {report.milliseconds[2]:.0f} ms; {refusals([report])}; {running.errors()} errors",
    )
