"""How long it takes until an event is known, at 1,000 events a second: in the profile, in a segment, at LINE."""

import base64
import statistics
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import client
import harness
import line
import msgspec
import psycopg
from table import Figure
from usage import Usage

from tieline.ids import keyed_hash

EVENTS_EACH = 10
PER_SECOND = 1_000
PROBES_PER_SECOND = 20
ACCOUNT, SEGMENT, EVENT = "bench", "probed", "Probe Sent"
PATIENCE_SECONDS = 30.0
LOOK_EVERY_SECONDS = 0.01
JOURNEY = {
    "key": "probe",
    "name": "probe",
    "trigger": {"kind": "event", "event": EVENT},
    "start": "send",
    "steps": [
        {
            "id": "send",
            "kind": "send_line",
            "account": ACCOUNT,
            "purpose": "transactional",
            "messages": [{"type": "text", "text": "{{ trigger.number }}"}],
        }
    ],
}


def measure(*, quick: bool) -> list[Figure]:
    """Measure one probe after the other, each a person of its own, while the load goes on."""
    seconds = 5 if quick else 20
    with line.simulator() as simulated, harness.tieline(line.settings(simulated)) as running:
        probes = _Probes(running, simulated, seconds * PROBES_PER_SECOND)
        load = msgspec.json.encode(
            client.Order(
                running.port,
                running.keys["write_key"],
                seconds=seconds + 2,
                events_each=EVENTS_EACH,
                per_second=PER_SECOND / EVENTS_EACH,
            )
        )
        usage = Usage(*running.pids)
        with (
            usage,
            subprocess.Popen(
                [sys.executable, str(Path(client.__file__))], stdin=subprocess.PIPE, stdout=subprocess.PIPE
            ) as sender,
        ):
            report: list[bytes] = []
            feeding = threading.Thread(target=lambda: report.append(sender.communicate(load)[0]))
            feeding.start()
            time.sleep(1)
            probes.run()
            feeding.join()
        told = msgspec.json.decode(report[0], type=client.Report)
        cpu = usage.cpu_seconds / told.events
        return [
            _figure("profile", probes.answered, probes.known, cpu, usage, told, running),
            _figure("segment membership", probes.answered, probes.member, cpu, usage, told, running),
            _figure("request at LINE", probes.answered, probes.arrived, cpu, usage, told, running),
        ]


class _Probes:
    """People who are friends of the account, each of whom does one thing; and when that was seen where.

    Attributes:
        answered: Seconds until the request was answered, by person.
        known, member, arrived: Seconds until the trait stood in the profile, the person in the segment, the message at LINE.
    """

    def __init__(self, running: harness.Tieline, simulated: line.Simulator, count: int) -> None:
        self._running, self._simulated = running, simulated
        self._connection = psycopg.connect(running.url, autocommit=True)
        simulated.open(ACCOUNT, running)
        self._users = simulated.people(ACCOUNT, count, announce=True)
        running.api("POST", "/api/segments", {"key": SEGMENT, "name": SEGMENT, "condition": {"event": EVENT}})
        running.api("POST", "/api/journeys", {"definition": JOURNEY, "state": "live"})
        key = base64.b64encode(f"{running.keys['write_key']}:".encode()).decode()
        self._headers = {"Authorization": f"Basic {key}", "Content-Type": "application/json"}
        for start in range(0, count, 50):
            self._post([self._said(number, "Linked") for number in range(start, min(start + 50, count))])
        found = self._connection.execute("select workspace_id, identity_key from workspace").fetchone()
        assert found is not None
        self._workspace_id = found[0]
        self._nodes = [keyed_hash(found[1], "member_id", f"P{number}") for number in range(count)]
        self._profiles = self._linked()
        self.answered: dict[int, float] = {}
        self.known: dict[int, float] = {}
        self.member: dict[int, float] = {}
        self.arrived: dict[int, float] = {}
        self._sent: dict[int, tuple[float, datetime]] = {}
        self._over = threading.Event()

    def run(self) -> None:
        """Send every probe at its time, and wait until all were seen."""
        watcher = threading.Thread(target=self._watch)
        watcher.start()
        began = time.perf_counter()
        for number in range(len(self._nodes)):
            time.sleep(max(0.0, began + number / PROBES_PER_SECOND - time.perf_counter()))
            self._sent[number] = time.perf_counter(), datetime.now(UTC)
            traits = {**self._said(number, "identify"), "type": "identify", "traits": {"probe": number}}
            self._post([traits, self._said(number, EVENT)])
            self.answered[number] = time.perf_counter() - self._sent[number][0]
        self._over.set()
        watcher.join()
        deadline = time.perf_counter() + PATIENCE_SECONDS
        while self._simulated.delivered(ACCOUNT) < len(self._nodes) and time.perf_counter() < deadline:
            time.sleep(0.1)
        arrivals = self._simulated.arrivals(ACCOUNT)
        for number, user in enumerate(self._users):
            if user in arrivals:
                self.arrived[number] = (arrivals[user] - self._sent[number][1]).total_seconds()
        self._connection.close()

    def _said(self, number: int, name: str) -> dict[str, object]:
        outside = [{"type": f"line:{line.PROVIDER}", "id": self._users[number]}]
        return {
            "type": "track",
            "event": name,
            "messageId": f"probe-{name}-{number}",
            "userId": f"P{number}",
            "timestamp": datetime.now(UTC).isoformat(),
            "properties": {"number": number},
            "context": {"externalIds": outside},
        }

    def _post(self, said: list[dict[str, object]]) -> None:
        body = {"batch": said, "sentAt": datetime.now(UTC).isoformat()}
        harness.call(f"http://{harness.HOST}:{self._running.port}/v1/batch", "POST", body, self._headers)

    def _linked(self) -> dict[bytes, int]:
        """Wait until every person's two names are one profile and its LINE user a friend; return them by profile."""
        deadline = time.perf_counter() + PATIENCE_SECONDS
        while time.perf_counter() < deadline:
            rows = self._connection.execute(
                """
                select n.node_id, n.profile_id from node n
                where n.workspace_id = %s and n.node_id = any(%s) and exists (
                    select from node l join fact f using (workspace_id, node_id)
                    where l.workspace_id = n.workspace_id and l.profile_id = n.profile_id and f.kind = 3)
                """,
                (self._workspace_id, self._nodes),
            ).fetchall()
            if len(rows) == len(self._nodes):
                at = {node: number for number, node in enumerate(self._nodes)}
                return {bytes(profile): at[bytes(node)] for node, profile in rows}
            time.sleep(0.1)
        raise TimeoutError("the people of the probes were not linked")

    def _watch(self) -> None:
        """Look again and again which probes are seen, until all are or patience ends."""
        deadline = None
        while True:
            if self._over.is_set():
                deadline = deadline or time.perf_counter() + PATIENCE_SECONDS
                done = len(self.known) == len(self.member) == len(self._nodes)
                if done or time.perf_counter() > deadline:
                    return
            self._look()
            time.sleep(LOOK_EVERY_SECONDS)

    def _look(self) -> None:
        waiting = [number for number in list(self._sent) if number not in self.known]
        rows = self._connection.execute(
            "select node_id from fact where workspace_id = %s and node_id = any(%s) and kind = 1 and name = 'probe'",
            (self._workspace_id, [self._nodes[number] for number in waiting]),
        ).fetchall()
        now, seen = time.perf_counter(), {bytes(node) for (node,) in rows}
        self.known.update({one: now - self._sent[one][0] for one in waiting if self._nodes[one] in seen})
        rows = self._connection.execute(
            "select profile_id from membership where workspace_id = %s and segment = %s",
            (self._workspace_id, SEGMENT),
        ).fetchall()
        now = time.perf_counter()
        for (profile,) in rows:
            number = self._profiles[bytes(profile)]
            self.member.setdefault(number, now - self._sent[number][0])


def _figure(
    what: str,
    answered: dict[int, float],
    seen: dict[int, float],
    cpu_seconds: float,
    usage: Usage,
    load: client.Report,
    running: harness.Tieline,
) -> Figure:
    p50, p95, p99 = _percentiles(seen)
    return Figure(
        name=f"latency: event to {what}, p95 at {PER_SECOND:,} events/s",
        value=p95,
        unit="ms",
        limit=_percentiles(answered)[1],
        limit_is="the same request answered durably, p95",
        less_is_better=True,
        cpu_seconds=cpu_seconds,
        peak_mib=usage.peak_mib,
        remarks=f"p50 {p50:,.0f} ms, p99 {p99:,.0f} ms; {len(seen)} of {len(answered)} probes seen;"
        f" load {load.events / load.seconds:,.0f} events/s; {running.errors()} errors",
    )


def _percentiles(seen: dict[int, float]) -> tuple[float, float, float]:
    cuts = statistics.quantiles([1_000 * seconds for seconds in seen.values()], n=100, method="inclusive")
    return cuts[49], cuts[94], cuts[98]
