"""Stage, sender, PostgreSQL and the LINE client over real sockets, against the simulated platform and its faults."""

import asyncio
import secrets
import socket
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest

from tieline.channel.line.client import LineClient
from tieline.channel.line.secrets import Vault
from tieline.clock import SystemClock
from tieline.deliver.sender import Sender
from tieline.deliver.stage import DeliverStage
from tieline.ids import SystemIds, keyed_hash
from tieline.model.signal import Said, SendRequest
from tieline.simulator.run import serving
from tieline.simulator.settings import SimulatorSettings
from tieline.store.postgres.backlog import PostgresBacklog
from tieline.store.postgres.deliver import PostgresSends
from tieline.store.postgres.unit import PostgresUnit

PEOPLE = 60
SPEED = 20.0  # so that nobody waits for a second attempt
CHANNEL = "/_sim/accounts/100"
PERSONAL = (
    {"type": "text", "text": "{{ profile.name }}，您好"},
    {
        "type": "template",
        "altText": "Sale",
        "template": {
            "type": "buttons",
            "text": "Sale",
            "actions": [{"type": "uri", "label": "Go", "uri": "https://shop.test/sale"}],
        },
    },
)
PLAIN = ({"type": "text", "text": "Open today"},)


class Channel:
    channel_id = "100"

    def __init__(self, sealed: bytes) -> None:
        self.channel_secret = sealed


class News:
    def __init__(self) -> None:
        self.heard: list[Said] = []

    async def said(self, events: Sequence[Said]) -> None:
        self.heard += events


@dataclass
class Shop:
    """A brand with friends, ready to send."""

    unit: PostgresUnit
    admin: psycopg.Connection
    control: httpx.AsyncClient
    client: LineClient
    users: list[str]
    nodes: list[bytes]
    news: News
    clock: SystemClock

    @property
    def sends(self) -> PostgresSends:
        return PostgresSends(self.unit.connection)

    async def plan(self, origin: str, messages: Sequence[Any]) -> None:
        now = self.clock.now()
        requests = [
            SendRequest(
                1,
                keyed_hash(b"s", origin, user),
                "brand",
                origin,
                "",
                node,
                "marketing",
                tuple(messages),
                {},
                now,
            )
            for user, node in zip(self.users, self.nodes, strict=True)
        ]
        stage = DeliverStage(self.sends, SystemIds(), self.clock, "https://brand.test")
        async with self.unit.transaction():
            assert await stage.process(requests) == []

    def sender(self) -> Sender:
        return Sender(
            self.unit, self.sends, PostgresBacklog(self.unit.connection), self.client, self.news, SystemIds()
        )

    async def deliver(self, sender: Sender, seconds: float = 600) -> None:
        until = self.clock.now() + timedelta(seconds=seconds)
        while self.count("state in ('planned', 'prepared', 'unknown')") and self.clock.now() < until:
            if not await sender.step(self.clock.now()):
                await sender.land(0.05)
                await asyncio.sleep(0.02)

    def count(self, where: str) -> int:
        row = self.admin.execute(f"select count(*) from send where {where}").fetchone()
        return int(row[0]) if row else 0

    async def facts(self) -> dict[str, Any]:
        found: dict[str, Any] = (await self.control.get("/_sim/facts")).json()
        return found


@pytest.fixture
async def shop(postgres_url: str) -> AsyncIterator[Shop]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    secret = secrets.token_hex(16)
    vault = Vault(secrets.token_bytes(32))
    async with (
        serving(port, SimulatorSettings(hang_seconds=1)) as address,
        httpx.AsyncClient(base_url=address, trust_env=False) as control,
    ):
        account = {"channel_id": "100", "channel_secret": secret, "provider_id": "900"}
        await control.post("/_sim/accounts", json=account)
        users = (await control.post(f"{CHANNEL}/friends", json={"count": PEOPLE})).json()["user_ids"]
        now = datetime.now(UTC)
        clock = SystemClock(SPEED, now, now)
        client = LineClient(
            address, address, {(1, "brand"): Channel(vault.seal(secret, 1, "brand"))}, vault, clock
        )
        nodes = [keyed_hash(b"k", user) for user in users]
        with psycopg.connect(postgres_url, autocommit=True) as admin:
            fill(admin, users, nodes)
            unit = await PostgresUnit.open(postgres_url)
            yield Shop(unit, admin, control, client, users, nodes, News(), clock)
            await unit.close()
        await client.close()


def fill(admin: psycopg.Connection, users: Sequence[str], nodes: Sequence[bytes]) -> None:
    """Store a brand whose friends have names and agreed."""
    admin.execute("insert into workspace (key, name, identity_key, created_at) values ('b', 'B', 'x', now())")
    admin.execute(
        """
        insert into line_account (workspace_id, key, name, provider_id, channel_id, channel_secret, bot_user_id, source_id,
                                  created_at)
        values (1, 'brand', 'Brand', '900', '100', 'x', 'U', 1, now())
        """
    )
    for number, (user, node) in enumerate(zip(users, nodes, strict=True)):
        admin.execute(
            "insert into node values (1, %s, 'line:900', %s, now(), %s, %s)", (node, user, node, node)
        )
        admin.execute("insert into fact values (1, %s, 3, 'brand', 'line', 'true', now())", (node,))
        admin.execute(
            "insert into fact values (1, %s, 1, 'name', 'line', to_jsonb(%s::text), now())",
            (node, f"N{number}"),
        )
        agree(admin, node, granted=True)


def agree(admin: psycopg.Connection, node: bytes, *, granted: bool) -> None:
    admin.execute(
        """
        insert into consent_event (workspace_id, node_id, purpose, channel, granted, method, notice_version, evidence, source,
                                   event_key, at, received_at)
        values (1, %s, 'marketing', 'line', %s, 'test', '', '{}', 'line', %s, clock_timestamp(), clock_timestamp())
        """,
        (node, granted, keyed_hash(b"e", node.hex(), str(granted))),
    )


async def test_everyone_gets_a_message_of_their_own_and_its_links_are_counted(shop: Shop) -> None:
    await shop.plan("journey:hello", PERSONAL)
    sender = shop.sender()
    await shop.deliver(sender)
    facts = await shop.facts()
    assert (facts["delivered_messages"], facts["duplicate_deliveries"]) == (PEOPLE, 0)
    assert shop.count("state = 'accepted' and request_id <> '' and billed = 1") == PEOPLE
    links = shop.admin.execute(
        "select count(distinct token), min(url), max(url) from tracked_link"
    ).fetchone()
    assert links == (PEOPLE, "https://shop.test/sale", "https://shop.test/sale")
    assert {said.value for said in shop.news.heard} == set(shop.users)
    await sender.close(shop.clock.now())


async def test_one_body_for_all_is_one_call(shop: Shop) -> None:
    await shop.plan("broadcast:open", PLAIN)
    sender = shop.sender()
    await shop.deliver(sender)
    facts = await shop.facts()
    assert (facts["calls"].get("multicast"), facts["delivered_messages"]) == (1, PEOPLE)
    await sender.close(shop.clock.now())


@pytest.mark.parametrize("messages", [PERSONAL, PLAIN], ids=["a body each", "one body"])
async def test_broken_lines_cost_time_but_no_message_and_nobody_gets_two(
    shop: Shop, messages: Sequence[Any]
) -> None:
    faults = [
        {"kind": kind, "next_calls": 4 if messages is PERSONAL else 1}
        for kind in (
            "accept-then-reset",
            "500-after-accept",
            "accept-then-hang",
            "drop-before",
            "rate-limit",
            "garbage-body",
        )
    ]
    assert (await shop.control.put(f"{CHANNEL}/faults", json={"faults": faults})).status_code == 200
    await shop.plan("journey:hello", messages)
    sender = shop.sender()
    await shop.deliver(sender)
    facts = await shop.facts()
    assert (facts["delivered_messages"], facts["duplicate_deliveries"]) == (PEOPLE, 0)
    assert shop.count("state = 'accepted'") == PEOPLE == len(shop.news.heard)
    await sender.close(shop.clock.now())


async def test_who_withdraws_or_blocks_before_the_call_gets_nothing(shop: Shop) -> None:
    await shop.plan("broadcast:open", PLAIN)
    agree(shop.admin, shop.nodes[0], granted=False)
    shop.admin.execute(
        "update fact set value = 'false', at = clock_timestamp() where kind = 3 and node_id = %s",
        (shop.nodes[1],),
    )
    sender = shop.sender()
    await shop.deliver(sender)
    assert shop.count("state = 'suppressed' and reason in ('no_consent', 'not_friend')") == 2
    assert (await shop.facts())["delivered_messages"] == PEOPLE - 2
    await sender.close(shop.clock.now())


async def test_a_paused_account_sends_nothing(shop: Shop) -> None:
    await shop.plan("broadcast:open", PLAIN)
    shop.admin.execute("update line_account set state = 'paused'")
    sender = shop.sender()
    for _ in range(3):
        await sender.step(shop.clock.now())
    assert shop.count("state = 'planned' and attempts = 0") == PEOPLE
    assert (await shop.facts())["delivered_messages"] == 0
    await sender.close(shop.clock.now())
