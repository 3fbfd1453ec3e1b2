"""E-mail by a real mail server, SMS and webhooks by real HTTP: planned, gated, carried, settled; nobody gets one twice."""

import asyncio
import json
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from email import message_from_bytes
from email.message import Message
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import psycopg
import pytest
from aiosmtpd.controller import Controller
from send_outbox import START, WORKSPACE, fill, name

from tieline.channel.mail import Mail
from tieline.clock import FakeClock
from tieline.connect.called import Called
from tieline.connect.outgoing import OutgoingCaller
from tieline.deliver.carrier import LEASE, CarrierLoop
from tieline.deliver.outreach import OutreachStage
from tieline.ids import SystemIds
from tieline.model.limits import Cap, Restraint
from tieline.model.outreach import Carried, Channel, Way, WayRequest
from tieline.model.signal import Said
from tieline.store.postgres.backlog import PostgresBacklog
from tieline.store.postgres.deliver import PostgresSends
from tieline.store.postgres.forget import FORGET
from tieline.store.postgres.outreach import PostgresOutreach
from tieline.store.postgres.unit import PostgresUnit

NOW = START
ANN = name("ann")
MAIL = Way("mail", {"subject": "嗨 {{ trigger.name }}", "text": "{{ trigger.name }}，還在等您。"})
SMS = Way("sms", {"text": "還在等您"})
HOOK = Way("hook", {"body": {"say": "{{ trigger.name }}"}})


class Post:
    """A mail server that can refuse an address, or take a message and hang up without a word."""

    def __init__(self) -> None:
        self.got: list[Message] = []
        self.refuses: set[str] = set()
        self.hangs_up = False

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: ARG002, N802 - the server's words
        if address in self.refuses:
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: ARG002, N802 - the server's words
        self.got.append(message_from_bytes(envelope.content, policy=default))
        if self.hangs_up:
            server.transport.abort()
            await asyncio.sleep(0)
        return "250 taken"


@dataclass
class Provider:
    """Another system by HTTP: it answers what it is told to, and keeps what it got."""

    status: int = 200
    got: list[tuple[dict[str, str], dict]] = field(default_factory=list)
    url: str = ""


@pytest.fixture
def post() -> Iterator[tuple[Post, int]]:
    handler = Post()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, port
    controller.stop()


@pytest.fixture
def provider() -> Iterator[Provider]:
    found = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.got.append((dict(self.headers.items()), json.loads(body)))
            self.send_response(found.status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    found.url = f"http://127.0.0.1:{server.server_port}/"
    yield found
    server.shutdown()
    server.server_close()


class Told:
    def __init__(self) -> None:
        self.events: list[Said] = []

    async def said(self, events) -> None:
        self.events += events


@dataclass
class House:
    """Everything that a message needs to leave."""

    unit: PostgresUnit
    store: PostgresOutreach
    stage: OutreachStage
    loop: CarrierLoop
    told: Told
    url: str

    async def wish(self, visit: str, *ways: Way, purpose: str = "marketing", cap: Cap | None = None) -> list:
        request = WayRequest(
            WORKSPACE, name(visit), "journey:j", "tell", ANN, purpose, ways, {"trigger": {"name": "小安"}}, NOW,
            NOW + timedelta(days=1), Restraint(cap=cap),
        )  # fmt: skip
        async with self.unit.transaction():
            return (await self.stage.process([request]))[1]

    async def consent(self, channel: str, *, granted: bool = True, at: datetime = NOW) -> None:
        async with self.unit.transaction():
            await self.unit.connection.execute(
                """
                insert into consent_event (workspace_id, node_id, purpose, channel, granted, method, notice_version,
                                           evidence, source, event_key, at, received_at)
                values (1, %s, 'marketing', %s, %s, 'form', '', '{}', 'web', sha256(%s::bytea), %s, %s)
                """,
                (ANN, channel, granted, f"{channel}{granted}{at}".encode(), at, at),
            )

    async def run(self, at: datetime = NOW) -> None:
        while await self.loop.step(at):
            pass

    async def stands(self, visit: str) -> tuple[str, str, str]:
        async with self.unit.transaction():
            cursor = await self.unit.connection.execute(
                "select channel, state, reason from channel_send where send_id = %s", (name(visit),)
            )
            row = await cursor.fetchone()
        assert row is not None
        return row


@pytest.fixture
async def house(postgres_url: str, post, provider: Provider) -> AsyncIterator[House]:
    with psycopg.connect(postgres_url) as admin:
        fill(admin)
        admin.execute("update node set core = true where namespace = 'phone'")
    unit = await PostgresUnit.open(postgres_url)
    store, sends, told = PostgresOutreach(unit.connection), PostgresSends(unit.connection), Told()
    caller = OutgoingCaller(["127.0.0.1"])
    called = Called(caller, lambda _: "secret", lambda: NOW)
    mail = Mail(lambda _: "", "https://t.example")
    server = {"host": "127.0.0.1", "port": post[1], "security": "none", "from": "Shop <shop@brand.test>"}
    async with unit.transaction():
        for channel in (
            Channel(WORKSPACE, "mail", "email", server, Decimal("0.1")),
            Channel(WORKSPACE, "sms", "sms", {"url": provider.url}, Decimal("0.8")),
            Channel(WORKSPACE, "once", "sms", {"url": provider.url, "idempotent": True}, Decimal("0.9")),
            Channel(WORKSPACE, "hook", "webhook", {"url": provider.url}, Decimal(0)),
        ):
            await store.put(channel, NOW)
    loop = CarrierLoop(
        unit,
        store,
        sends,
        PostgresBacklog(unit.connection),
        {"email": mail, "sms": called, "webhook": called},
        told,
    )
    yield House(
        unit, store, OutreachStage(store, sends, SystemIds(), FakeClock(NOW)), loop, told, provider.url
    )
    await mail.close()
    await caller.close()
    await unit.close()


async def test_a_mail_arrives_once_under_a_name_of_its_own_with_a_way_to_leave(house: House, post) -> None:
    await house.consent("email")
    await house.wish("a", SMS, MAIL)
    await house.wish("a", SMS, MAIL)
    await house.run()

    (got,) = post[0].got
    assert (got["To"], got["Subject"]) == ("ann@brand.test", "嗨 小安")
    assert got["Message-ID"] == f"<{name('a').hex()}@brand.test>"
    assert got["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert got["List-Unsubscribe"].strip("<>") in got.get_content()
    assert await house.stands("a") == ("mail", "accepted", "")
    assert [one.name for one in house.told.events] == ["message_sent"]


async def test_a_line_break_in_a_value_makes_no_second_header(house: House, post) -> None:
    await house.wish(
        "a", Way("mail", {"subject": "hi\r\nBcc: x@evil.test", "text": "t"}), purpose="transactional"
    )
    await house.run()

    (got,) = post[0].got
    assert got["Bcc"] is None
    assert got["Subject"] == "hi Bcc: x@evil.test"


async def test_an_address_that_is_refused_gets_nothing_more(house: House, post) -> None:
    post[0].refuses.add("ann@brand.test")
    await house.wish("a", MAIL, purpose="transactional")
    await house.run()
    refused = await house.wish("b", MAIL, purpose="transactional")

    assert await house.stands("a") == ("mail", "failed", "smtp_550")
    assert await house.stands("b") == ("mail", "suppressed", "no_address")
    assert [one.name for one in refused] == ["message_suppressed"]


async def test_a_mail_that_may_have_been_taken_is_parked_and_never_sent_again(house: House, post) -> None:
    post[0].hangs_up = True
    await house.wish("a", MAIL, purpose="transactional")
    await house.run()
    post[0].hangs_up = False
    await house.run(NOW + timedelta(hours=2))

    assert await house.stands("a") == ("mail", "parked", "doubt")
    assert len(post[0].got) == 1


async def test_a_mail_server_that_is_away_is_tried_again(house: House, post) -> None:
    async with house.unit.transaction():
        away = {"host": "127.0.0.1", "port": 1, "security": "none", "from": "shop@brand.test"}
        await house.store.put(Channel(WORKSPACE, "mail", "email", away, Decimal(0)), NOW)
    await house.wish("a", MAIL, purpose="transactional")
    await house.run()
    first = await house.stands("a")
    async with house.unit.transaction():
        back = {**away, "port": post[1]}
        await house.store.put(Channel(WORKSPACE, "mail", "email", back, Decimal(0)), NOW)
    await house.run(NOW + timedelta(hours=1))

    assert first[1] == "planned"
    assert await house.stands("a") == ("mail", "accepted", "")


async def test_who_withdraws_after_the_plan_is_not_written_to(house: House, post) -> None:
    await house.consent("email")
    await house.wish("a", MAIL)
    await house.consent("email", granted=False, at=NOW + timedelta(seconds=1))
    await house.run()

    assert await house.stands("a") == ("mail", "suppressed", "no_consent")
    assert post[0].got == []


async def test_who_agreed_to_sms_alone_is_reached_by_sms(house: House, provider: Provider) -> None:
    await house.consent("sms")
    await house.wish("a", MAIL, SMS)
    await house.run()

    headers, body = provider.got[0]
    assert body == {"id": name("a").hex(), "to": "+886987654301", "text": "還在等您"}
    assert headers["Idempotency-Key"] == name("a").hex()
    assert headers["webhook-signature"].startswith("v1,")


@pytest.mark.parametrize(
    ("way", "calls", "ends"),
    [
        (SMS, 1, ("sms", "parked", "doubt")),
        (Way("once", {"text": "x"}), 2, ("once", "accepted", "")),
        (HOOK, 2, ("hook", "accepted", "")),
    ],
)
async def test_a_call_in_doubt_is_made_again_only_where_one_id_counts_once(
    house: House, provider: Provider, way: Way, calls: int, ends: tuple
) -> None:
    provider.status = 500
    await house.wish("a", way, purpose="transactional")
    await house.run()
    provider.status = 200
    await house.run(NOW + timedelta(hours=1))

    assert len(provider.got) == calls
    assert {headers["Idempotency-Key"] for headers, _ in provider.got} == {name("a").hex()}
    assert await house.stands("a") == ends


@pytest.mark.parametrize(
    ("way", "ends"), [(SMS, ("sms", "parked", "doubt")), (HOOK, ("hook", "accepted", ""))]
)
async def test_what_a_killed_worker_held_is_never_sent_twice(
    house: House, provider: Provider, way: Way, ends: tuple
) -> None:
    class Killed(BaseException):
        pass

    async def carry(*_: object) -> Carried:
        provider.got.append(({"Idempotency-Key": name("a").hex()}, {}))
        raise Killed

    await house.wish("a", way, purpose="transactional")
    carrier = house.loop._carriers["sms"]
    whole = carrier.carry
    carrier.carry = carry  # type: ignore[method-assign] - a worker that dies here
    with pytest.raises(Killed):
        await house.loop.step(NOW)
    carrier.carry = whole  # type: ignore[method-assign] - a worker that dies here
    early = await house.loop.step(NOW + timedelta(seconds=30))
    await house.run(NOW + LEASE + timedelta(seconds=1))

    assert early == 0
    assert await house.stands("a") == ends
    assert {headers["Idempotency-Key"] for headers, _ in provider.got} == {name("a").hex()}


async def test_a_channel_that_refuses_for_good_ends_the_message(house: House, provider: Provider) -> None:
    provider.status = 400
    await house.wish("a", SMS, purpose="transactional")
    await house.run()

    assert await house.stands("a") == ("sms", "failed", "http_400")


async def test_a_cap_counts_every_way(house: House) -> None:
    await house.consent("email")
    await house.consent("sms")
    await house.wish("a", MAIL, cap=Cap(1, 7))
    await house.wish("b", SMS, cap=Cap(1, 7))

    assert await house.stands("a") == ("mail", "planned", "")
    assert await house.stands("b") == ("sms", "suppressed", "capped")


async def test_what_is_stopped_does_not_leave(house: House, post) -> None:
    await house.wish("a", MAIL, purpose="transactional")
    async with house.unit.transaction():
        await house.unit.connection.execute("insert into origin_halt values (1, 'journey:j', 'boss', now())")
    await house.run()

    assert await house.stands("a") == ("mail", "suppressed", "stopped")
    assert post[0].got == []


async def test_who_is_erased_is_in_no_message_and_no_bounce(house: House, post) -> None:
    post[0].refuses.add("ann@brand.test")
    await house.wish("a", MAIL, purpose="transactional")
    await house.run()
    await house.wish("b", SMS, purpose="transactional")
    said = {"workspace": WORKSPACE, "nodes": [ANN], "values": ["ann@brand.test"], "at": NOW}
    async with house.unit.transaction():
        for statement in (*FORGET["channel_send"], *FORGET["channel_bounce"]):
            await house.unit.connection.execute(statement, said)
        cursor = await house.unit.connection.execute(
            "select state, reason, address, content, unsubscribe, person = %s from channel_send order by state",
            (ANN,),
        )
        left = await cursor.fetchall()
        bounces = await house.unit.connection.execute("select from channel_bounce")

    assert left == [
        ("failed", "smtp_550", "", {}, None, False),
        ("suppressed", "erased", "", {}, None, False),
    ]
    assert await bounces.fetchone() is None


async def test_costs_are_those_of_what_left(house: House, provider: Provider) -> None:
    await house.wish("a", Way("sms", {"text": "購" * 71}), purpose="transactional")
    await house.run()
    provider.status = 400
    await house.wish("b", SMS, purpose="transactional")
    await house.run()

    async with house.unit.transaction():
        spent = await house.store.spent(WORKSPACE, NOW - timedelta(days=1))
    assert {(one["state"], one["cost"]) for one in spent} == {
        ("accepted", Decimal("1.6")),
        ("failed", Decimal(0)),
    }
