"""LINE's webhooks at 1,000 a second: how soon each is answered durably, and how soon a friend who asks has the free reply."""

import asyncio
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import client
import deliver
import harness
import line
import line_events
import msgspec
import psycopg
import stream
from table import Figure
from usage import Usage

PER_SECOND = 1_000
ASKING_PER_SECOND = 20
WEBHOOK_TARGET_MS, REPLY_TARGET_MS = 50, 300
PATIENCE_SECONDS = 60
TOGETHER = 10
CALLS = 50
ACCOUNT, BARE, KEYWORD = "hooks", "bare", "營業"
RULE = {
    "rule": {
        "key": "hours",
        "on": {"kind": "message", "keywords": [{"match": "contains", "text": KEYWORD}]},
        "messages": [{"type": "text", "text": "每天十點到九點半"}],
    }
}
REPLIES = """
    select concat_ws('; ', 'replies: ' || coalesce(string_agg(concat_ws(' ', state, nullif(reason, ''), n), ', '), 'none'),
        (select 'log ' || coalesce(max(log_offset), 0) - (select log_offset from position where consumer = 'stream')
                || ' rows ahead of the stream' from log))
    from (select state, reason, count(*) as n from reply group by 1, 2) as each
"""


def measure(*, quick: bool) -> list[Figure]:
    """Let friends ask one after the other while webhooks of strangers come at their beat."""
    seconds = 5 if quick else 30
    with line.simulator() as simulated, harness.tieline(line.settings(simulated)) as running:
        hook = _connect(running, simulated)
        friends = simulated.people(ACCOUNT, seconds * ASKING_PER_SECOND + 1, announce=True)
        running.api("PUT", "/api/auto-replies/hours", RULE)
        _answered_once(running, simulated, friends.pop())
        stream.wait(running)
        bodies = [
            one.partition(b"\r\n\r\n")[2] for one in islice(line_events.requests(hook, 2), PER_SECOND * 2)
        ]
        commits, calls = _commits(running.url, bodies), _calls(simulated)
        usage = Usage(*running.pids)
        with usage:
            report, asked = _under_load(running, simulated, hook, friends, seconds)
            stream.wait(running)
        if not report.events:
            raise RuntimeError(f"none of {report.requests:,} webhooks was stored; {running.errors()} errors")
        arrived = _arrivals(running, simulated, friends)
        load = f"{report.events / report.seconds:,.0f} webhooks/s stored, {report.refused} refused; {running.errors()} errors"
        load += f"; load of the machine {os.getloadavg()[0]:.1f}"
        replies = [1_000 * (arrived[one] - asked[one]).total_seconds() for one in friends]
        p50, p95, p99 = _percentiles(replies)
        return [
            Figure(
                name=f"webhook: signed, answered once it is durable, p99 at {PER_SECOND:,}/s",
                value=report.milliseconds[2],
                unit="ms",
                limit=commits[2],
                limit_is=f"a commit of {TOGETHER} of the same bodies at the same beat, p99",
                target=WEBHOOK_TARGET_MS,
                less_is_better=True,
                cpu_seconds=usage.cpu_seconds / report.events,
                peak_mib=usage.peak_mib,
                remarks=f"p50 {report.milliseconds[0]:.1f} ms; the stream works on what came; {load}",
            ),
            Figure(
                name=f"reply lane: from a friend's words to the reply at LINE, p95 beside {PER_SECOND:,} webhooks/s",
                value=p95,
                unit="ms",
                limit=commits[1] + calls,
                limit_is="one such commit and one call to the simulator, p95 each",
                target=REPLY_TARGET_MS,
                less_is_better=True,
                cpu_seconds=usage.cpu_seconds / (report.events + len(friends)),
                peak_mib=usage.peak_mib,
                remarks=f"p50 {p50:.0f} ms, p99 {p99:.0f} ms of {len(replies):,}, the simulator's webhook included; CPU of any webhook",
            ),
        ]


def _connect(running: harness.Tieline, simulated: line.Simulator) -> line_events.Hook:
    for key in (ACCOUNT, BARE):
        simulated.open(key, running)
    secret, bot = simulated.secrets(ACCOUNT)
    return line_events.Hook(f"/line/{ACCOUNT}/webhook", secret, bot)


def _answered_once(running: harness.Tieline, simulated: line.Simulator, friend: str) -> None:
    """Ask until the rule, which is read once a second, is in force."""
    deadline = time.perf_counter() + PATIENCE_SECONDS
    while not simulated.delivered(ACCOUNT):
        if time.perf_counter() > deadline:
            raise TimeoutError(f"the first reply did not come in {PATIENCE_SECONDS} s; {_said(running)}")
        _ask(simulated, friend)
        time.sleep(1)


def _under_load(
    running: harness.Tieline,
    simulated: line.Simulator,
    hook: line_events.Hook,
    friends: Sequence[str],
    seconds: int,
) -> tuple[client.Report, dict[str, datetime]]:
    """Return what the client reports, and when each friend asked."""
    order = client.Order(
        running.port, "", seconds=seconds + 2, events_each=1, per_second=PER_SECOND, hook=hook
    )
    asked: dict[str, datetime] = {}
    report: list[bytes] = []
    command = [sys.executable, str(Path(client.__file__))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as sender:
        feeding = threading.Thread(
            target=lambda: report.append(sender.communicate(msgspec.json.encode(order))[0])
        )
        feeding.start()
        time.sleep(1)
        began = time.perf_counter()
        for number, friend in enumerate(friends):
            time.sleep(max(0.0, began + number / ASKING_PER_SECOND - time.perf_counter()))
            asked[friend] = datetime.now(UTC)
            _ask(simulated, friend)
        feeding.join()
    return msgspec.json.decode(report[0], type=client.Report), asked


def _ask(simulated: line.Simulator, friend: str) -> None:
    path = f"/accounts/{simulated.channel(ACCOUNT)}/friends/{friend}/text"
    simulated.ask("POST", path, {"text": f"請問{KEYWORD}到幾點？"})


def _arrivals(
    running: harness.Tieline, simulated: line.Simulator, friends: Sequence[str]
) -> dict[str, datetime]:
    """Wait until every friend has a reply; return when it came."""
    deadline = time.perf_counter() + PATIENCE_SECONDS
    while True:
        arrived = simulated.arrivals(ACCOUNT)
        missing = [one for one in friends if one not in arrived]
        if not missing:
            return arrived
        if time.perf_counter() > deadline:
            raise TimeoutError(f"{len(missing)} of {len(friends)} friends have no reply; {_said(running)}")
        time.sleep(0.2)


def _said(running: harness.Tieline) -> str:
    with psycopg.connect(running.url, autocommit=True) as connection:
        row = connection.execute(REPLIES).fetchone()
    return str(row[0]) if row else ""


def _commits(url: str, bodies: Sequence[bytes]) -> tuple[float, float, float]:
    """Return percentiles, in ms, of commits that store what comes in their beat, each counted from when it was due."""
    times = []
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("drop table if exists bench_limit")
        connection.execute("create table bench_limit (log_offset bigint primary key, body bytea)")
        began = time.perf_counter()
        for start in range(0, len(bodies), TOGETHER):
            due = began + start / PER_SECOND
            time.sleep(max(0.0, due - time.perf_counter()))
            with (
                connection.transaction(),
                connection.cursor() as cursor,
                cursor.copy("copy bench_limit from stdin (format binary)") as copy,
            ):
                copy.set_types(["int8", "bytea"])
                for number, body in enumerate(bodies[start : start + TOGETHER], start):
                    copy.write_row((number, body))
            times.append(1_000 * (time.perf_counter() - due))
        connection.execute("drop table bench_limit")
    return _percentiles(times)


def _calls(simulated: line.Simulator) -> float:
    """Return the 95th percentile, in ms, of calls to the simulator that were made one at a time."""
    strangers = simulated.people(BARE, CALLS, announce=False)
    return _percentiles([1_000 * asyncio.run(deliver.push_calls(simulated, [one])) for one in strangers])[1]


def _percentiles(times: Sequence[float]) -> tuple[float, float, float]:
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    return cuts[49], cuts[94], cuts[98]
