"""A simulated LINE platform in a process of its own, and accounts that Tieline and it both know."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import harness
import psycopg

from tieline.ids import keyed_hash

PROVIDER = "1650000009"
RATES = {"push": 100_000, "multicast": 100_000}
TOKEN = "bench-token"  # noqa: S105 - opens a simulator that lives for seconds
PUSH = "/v2/bot/message/push"
MULTICAST = "/v2/bot/message/multicast"
# Everything a message can wait for: its state, what it was put off for, an answer of LINE, a withdrawal that nobody absorbs.
WAITS_FOR = """
    select concat_ws('; ',
        (select 'multicasts ' || string_agg(state || ' ' || n || ' (' || members || ' people, due in ' || due || ' s)', ', ') from (
            select state, count(*) as n, sum(members) as members, round(extract(epoch from min(not_before) - now())) as due
            from multicast group by 1) as each),
        (select 'sends ' || string_agg(concat_ws(' ', state, nullif(reason, ''), n, '(due in ' || due || ' s)'), ', ') from (
            select state, reason, count(*) as n, round(extract(epoch from min(not_before) - now())) as due
            from send group by 1, 2) as each),
        (select 'LINE refused ' || string_agg(concat_ws(' ', origin, pointer, sentence), ', ') from line_refusal),
        (select 'log ' || coalesce(max(log_offset), 0) - (select log_offset from position where consumer = 'stream')
                || ' rows ahead of the stream' from log))
"""


class Simulator:
    """The control interface of the simulator.

    Attributes:
        url: Its address.
        pid: Its process.
    """

    def __init__(self, url: str, pid: int) -> None:
        self.url = url
        self.pid = pid

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """Call the control interface."""
        return harness.call(f"{self.url}/_sim{path}", method, body, {"Content-Type": "application/json"})

    def open(self, key: str, running: harness.Tieline | None = None) -> None:
        """Open an account; with `running`, connect it to that Tieline."""
        secret, bot = self.secrets(key)
        known = {
            "name": key,
            "provider_id": PROVIDER,
            "channel_id": self.channel(key),
            "channel_secret": secret,
            "bot_user_id": bot,
        }
        webhooks: dict[str, Any] = {"max_events": 100}
        if running is not None:
            said = running.api("POST", "/api/line/accounts", {"key": key, **known})
            webhooks["url"] = said["webhook_url"]
        token = f"{TOKEN}-{key}"
        self.ask(
            "POST", "/accounts", {**known, "webhooks": webhooks, "rates": RATES, "long_lived_token": token}
        )

    def people(self, key: str, count: int, *, announce: bool) -> list[str]:
        """Make friends of an account; `announce` tells its webhook. Return their LINE user ids."""
        body = {"count": count, "announce": announce, "seed": _number(key)}
        return list(self.ask("POST", f"/accounts/{self.channel(key)}/friends", body)["user_ids"])

    def delivered(self, key: str) -> int:
        """Return how many messages reached the friends of an account."""
        return int(self.ask("GET", f"/deliveries?channel_id={self.channel(key)}&limit=1")["total"])

    def arrivals(self, key: str) -> dict[str, datetime]:
        """Return when each friend of an account got the first message."""
        rows = self.ask("GET", f"/deliveries?channel_id={self.channel(key)}&limit=1000000")["deliveries"]
        return {row["user_id"]: datetime.fromisoformat(row["at"]) for row in reversed(rows)}

    @staticmethod
    def secrets(key: str) -> tuple[str, str]:
        """Return the channel secret of an account, and the LINE user id of its bot."""
        return f"{_number(key):032x}", f"U{_number(key):032x}"

    @staticmethod
    def channel(key: str) -> str:
        """Return the channel id of an account."""
        return f"2{_number(key):09d}"


def _number(key: str) -> int:
    return int.from_bytes(key.encode(), "big") % 10**9


@contextmanager
def simulator() -> Iterator[Simulator]:
    """Yield a simulator that is ready."""
    with harness.folder() as logs:
        port = harness.free_port()
        arguments = ["-m", "tieline.cli", "simulate-line", "--port", str(port)]
        with harness.Child(arguments, {}, logs / "simulator.log") as child:
            url = f"http://{harness.HOST}:{port}"
            child.answers(f"{url}/_sim/health")
            yield Simulator(url, child.pid)


def settings(simulated: Simulator) -> Mapping[str, object]:
    """Return the settings that point Tieline at the simulator."""
    return dict.fromkeys(("LINE_API_URL", "LINE_DATA_API_URL", "LINE_ACCESS_URL"), simulated.url)


def waits_for(url: str) -> str:
    """Say where every message stands that was planned."""
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(WAITS_FOR).fetchone()
    return str(row[0]) if row else ""


def befriend(url: str, key: str, user_ids: Sequence[str]) -> None:
    """Write people into PostgreSQL who follow an account, with consent and a name of their own."""
    now = datetime.now(UTC)
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        found = cursor.execute("select workspace_id, identity_key from workspace").fetchone()
        assert found is not None
        workspace_id, secret = found
        nodes = [keyed_hash(secret, f"line:{PROVIDER}", user_id) for user_id in user_ids]
        with cursor.copy(
            "copy node (workspace_id, node_id, namespace, value, first_at, zone_id, profile_id) from stdin"
        ) as copy:
            for node, user_id in zip(nodes, user_ids, strict=True):
                copy.write_row((workspace_id, node, f"line:{PROVIDER}", user_id, now, node, node))
        with cursor.copy(
            "copy fact (workspace_id, node_id, kind, name, source, value, at) from stdin"
        ) as copy:
            for number, node in enumerate(nodes):
                copy.write_row((workspace_id, node, 3, key, "line", "true", now))
                copy.write_row((workspace_id, node, 1, "given_name", "crm", f'"怡君 {number}"', now))
        with cursor.copy(
            "copy consent_event (workspace_id, node_id, purpose, channel, granted, method, notice_version, evidence,"
            " source, event_key, at, received_at) from stdin"
        ) as copy:
            for node in nodes:
                copy.write_row(
                    (
                        workspace_id,
                        node,
                        "marketing",
                        "line",
                        True,
                        "form",
                        "1",
                        "{}",
                        "crm",
                        os.urandom(16),
                        now,
                        now,
                    )
                )
