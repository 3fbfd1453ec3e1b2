"""The embedded form as one process against two: what it accepts under load, and when the stream has done all of it."""

import statistics
import time
from typing import NamedTuple

import client
import events
import harness
import stream
from collect_batch import refusals, send
from table import Figure
from usage import Usage

PER_SECOND = 8_000


class Run(NamedTuple):
    """What one form did with the load.

    Attributes:
        done: Events a second, from the start of the load until the stream had finished the last.
    """

    processes: int
    report: client.Report
    done: float
    usage: Usage
    errors: int


def measure(*, quick: bool) -> list[Figure]:
    """Measure both forms in turns, each on a folder of its own."""
    runs = [_run(processes, 3 if quick else 10) for processes in ((1, 2) if quick else (1, 2, 1, 2))]
    figures: list[Figure] = []
    for processes in (1, 2):
        figures += _both(processes, [run for run in runs if run.processes == processes])
    return figures


def _run(processes: int, seconds: float) -> Run:
    with harness.tieline({"PROCESSES": processes}) as running:
        stream.furnish(running)
        usage = Usage(*running.pids)
        beat = PER_SECOND / events.BATCH
        order = client.Order(
            running.port, running.keys["write_key"], seconds=seconds, per_second=beat, people=5_000
        )
        began = time.perf_counter()
        with usage:
            report = send(order)
            stream.wait(running)
        return Run(processes, report, report.events / (time.perf_counter() - began), usage, running.errors())


def _both(processes: int, runs: list[Run]) -> list[Figure]:
    reports, rates = [run.report for run in runs], [run.done for run in runs]
    form = "one process" if processes == 1 else "two processes"
    events = sum(report.events for report in reports)
    accepted = events / sum(report.seconds for report in reports)
    return [
        Figure(
            name=f"{form}: answer to a batch, p95, {PER_SECOND:,} events/s offered",
            value=statistics.median(report.milliseconds[1] for report in reports),
            unit="ms",
            remarks=f"p50 {statistics.median(report.milliseconds[0] for report in reports):,.0f} ms with the stream at"
            f" work; {accepted:,.0f} events/s accepted; {refusals(reports)}",
        ),
        Figure(
            name=f"{form}: events collected and wholly processed",
            value=statistics.median(rates),
            unit="events/s",
            cpu_seconds=sum(run.usage.cpu_seconds for run in runs) / events,
            peak_mib=max(run.usage.peak_mib for run in runs),
            remarks=f"{len(rates)} runs: {min(rates):,.0f} to {max(rates):,.0f};"
            f" {sum(run.errors for run in runs)} errors",
        ),
    ]
