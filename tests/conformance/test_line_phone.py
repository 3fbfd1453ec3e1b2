"""LINE's notification messages by telephone number: the real door, carrier and tables, the simulated platform behind.

LINE takes no retry key here, so a call is made once or never, and what is in doubt waits for LINE's own word (F37).
"""

import itertools
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from line_brand import Brand, serving

from tieline.app import stages
from tieline.app.parts import vault
from tieline.channel.line.client import LineClient
from tieline.clock import FakeClock, SystemClock
from tieline.connect.outgoing import OutgoingCaller
from tieline.deliver.carrier import LEASE
from tieline.deliver.notice import hashed
from tieline.deliver.outreach import OutreachStage
from tieline.ids import SystemIds, keyed_hash
from tieline.model.outreach import Way, WayRequest
from tieline.simulator.faults import FaultKind, FaultSwitch
from tieline.simulator.webhooks import WebhookBehaviour
from tieline.store.postgres.deliver import PostgresSends
from tieline.store.postgres.directory import PostgresDirectory
from tieline.store.postgres.outbox import PostgresHistoryOutbox
from tieline.store.postgres.outreach import PostgresOutreach
from tieline.store.postgres.unit import PostgresUnit

SHIPPED = Way("phone", {"messages": [{"type": "text", "text": "您的訂單 {{ trigger.order }} 已出貨"}]})
CHANNEL = {"kind": "line_phone", "account": "main", "allowed": True, "price": 1}
FAULTS = (
    None,
    FaultKind.DROP_BEFORE,
    FaultKind.ERROR_REFUSED,
    FaultKind.RATE_LIMIT,
    FaultKind.ACCEPT_THEN_HANG,
    FaultKind.ACCEPT_THEN_RESET,
    FaultKind.ERROR_AFTER_ACCEPT,
    FaultKind.GARBAGE_BODY,
)


class KilledError(Exception):
    """The process is gone."""


class Counter:
    """A brand that may write to telephone numbers, and a worker that can be killed at any step."""

    def __init__(
        self,
        brand: Brand,
        unit: PostgresUnit,
        client: LineClient,
        caller: Any,
        directory: PostgresDirectory,
        absorb: Any,
    ) -> None:
        self.brand = brand
        self.absorb = absorb
        self.unit = unit
        self.client = client
        self.caller = caller
        self.directory = directory
        self.now = datetime.now(UTC)
        self.step = itertools.count()
        self.dies_at = -1
        self.again = False
        self.calls: list[Any] = []

    async def person(self, number: int) -> str:
        """Let somebody with a proven telephone number be known, who is no friend; return the LINE user."""
        (user,) = self.brand.platform.add_people(self.brand.line, 1, seed=90, first=number, friends=False)
        await self.brand.rows(
            "insert into node (workspace_id, node_id, namespace, value, first_at, zone_id, profile_id, core)"
            " values (%s, %s, 'phone', %s, %s, %s, %s, true) returning 1",
            self.brand.workspace_id, _node(number), self.phone(user), self.now, _node(number), _node(number),
        )  # fmt: skip
        return user

    def phone(self, user: str) -> str:
        """Return a person's telephone number."""
        people = self.brand.platform.world.people_of(self.brand.line.provider_id)
        return people.phone(people.row(user))

    async def wish(self, number: int, purpose: str = "transactional") -> bytes:
        """Plan a message to a person."""
        stage = OutreachStage(
            PostgresOutreach(self.unit.connection), PostgresSends(self.unit.connection), SystemIds(), FakeClock(self.now)
        )  # fmt: skip
        send_id = keyed_hash(b"k", "wish", str(number))
        request = WayRequest(
            self.brand.workspace_id, send_id, "journey:shipping", "tell", _node(number), purpose, (SHIPPED,),
            {"trigger": {"order": str(number)}}, self.now, self.now + timedelta(days=1),
        )  # fmt: skip
        async with self.unit.transaction():
            await stage.process([request])
        return send_id

    async def run(self, at: datetime) -> None:
        """Carry what is due; a worker that is told to die does so at its step."""
        loop = stages.carry(
            self.brand.settings, self.unit, self.caller, self.client, self.directory, FakeClock(at)
        )
        notice = loop._carriers["line_phone"]
        if self.again:
            notice.again_is_safe = lambda _: True  # type: ignore[method-assign] - a worker that is wrong
        for owner, names in (
            (loop._store, ("claim", "settle")),
            (loop._sends, ("standing",)),
            (notice, ("carry",)),
        ):
            for name in names:
                setattr(owner, name, self._counted(getattr(owner, name)))
        while await loop.step(at):
            pass

    def _counted(self, call: Any) -> Any:
        async def counted(*args: Any, **named: Any) -> Any:
            self._boundary()
            answer = await call(*args, **named)
            self._boundary()
            return answer

        return counted

    def _boundary(self) -> None:
        if next(self.step) == self.dies_at:
            raise KilledError

    async def killed(self, step: int) -> bool:
        """Carry, and die at a step; return whether the work was over before that step came."""
        self.step, self.dies_at = itertools.count(), step
        try:
            await self.run(self.now)
        except KilledError:
            return False
        finally:
            self.dies_at = -1
        return True

    async def hear(self) -> None:
        """Let LINE's webhooks come in by the brand's door and be absorbed."""
        for call in self.brand.platform.tick(datetime.now(UTC) + timedelta(seconds=5)).webhooks:
            self.calls.append(call)
            answer = await self.brand.http.post(call.url, content=call.body, headers=dict(call.headers))
            assert answer.status_code == 200, answer.text
        while await self.absorb.step():
            pass

    async def told(self) -> list[dict[str, Any]]:
        """Return what people's timelines say of messages that were sent."""
        async with self.unit.transaction():
            batches = await PostgresHistoryOutbox(self.unit.connection).peek(1_000)
        return [
            json.loads(event["properties"])
            for batch in batches
            for event in batch.events.to_pylist()
            if event["event"] == "message_sent"
        ]

    async def stands(self, send_id: bytes) -> tuple[str, str, str]:
        """Return state, reason, and whether LINE told of the delivery."""
        ((state, reason, reference),) = await self.brand.rows(
            "select state, reason, case when reference = 'delivered' then reference else '' end from channel_send"
            " where send_id = %s",
            send_id,
        )
        return state, reason, reference

    def on_phone(self, user: str) -> int:
        """Return how many messages a person has."""
        return len(self.brand.line.friends[user].deliveries())


def _node(number: int) -> bytes:
    return keyed_hash(b"k", "phone", str(number))


@pytest.fixture
async def counter(tmp_path: Path, postgres_url: str) -> AsyncIterator[Counter]:
    async with serving(tmp_path, postgres_url) as brand:
        brand.line.phone_messages = True
        brand.line.webhooks.behaviour = WebhookBehaviour(url="/line/main/webhook", max_events=100)
        await brand.rows("update line_account set bot_user_id = %s returning 1", brand.line.bot_user_id)
        await brand.call("PUT", "/api/channels/phone", CHANNEL)
        unit, caller = await PostgresUnit.open(postgres_url), OutgoingCaller([])
        directory = PostgresDirectory(unit)
        await directory.learn()
        client = LineClient(
            "https://api.test", "https://data.test", directory.accounts, vault(brand.settings),
            FakeClock(datetime.now(UTC)), brand.transport,
        )  # fmt: skip
        stream = await PostgresUnit.open(postgres_url)
        absorb = stages.absorb(brand.settings, postgres_url, stream, None, directory, SystemClock())  # type: ignore[arg-type] - nothing here asks history
        yield Counter(brand, unit, client, caller, directory, absorb)
        await stream.close()
        await client.close()
        await caller.close()
        await unit.close()


async def test_a_number_gets_what_it_needs_to_know_without_friendship_and_line_tells_of_the_delivery(counter):
    user = await counter.person(1)
    send_id = await counter.wish(1)
    await counter.run(counter.now)

    before = await counter.stands(send_id)
    await counter.hear()

    assert before == ("accepted", "", "")
    assert await counter.stands(send_id) == ("accepted", "", "delivered")
    (shown,) = counter.brand.line.friends[user].deliveries()
    assert "您的訂單 1 已出貨".encode() in shown.messages


async def test_f37_killed_at_any_step_under_any_fault_nobody_gets_it_twice_and_doubt_waits_for_lines_word(
    counter,
):
    ends = set()
    number = 0
    for fault in FAULTS:
        for step in itertools.count():
            number += 1
            user, send_id = await counter.person(number), await counter.wish(number)
            counter.brand.line.faults[:] = [FaultSwitch(fault, next_calls=1)] if fault else []
            done = await counter.killed(step)
            if number % 2:
                await counter.hear()  # LINE's word may come before anybody knows that the worker died
            await counter.run(counter.now + LEASE + timedelta(seconds=1))
            doubted = await counter.stands(send_id)
            await counter.hear()
            await counter.run(counter.now + timedelta(hours=1))
            await counter.hear()
            state, reason, told = await counter.stands(send_id)

            arrived = counter.on_phone(user)
            expected = ("accepted", "", "delivered") if arrived else ("parked", "doubt", "")
            assert arrived <= 1, (fault, step)
            assert (state, reason, told) == expected, (fault, step)
            ends.add((doubted[0], state))
            if done:
                break

    assert {("accepted", "accepted"), ("parked", "accepted"), ("parked", "parked")} <= ends
    assert number > 8 * len(FAULTS)


async def test_what_lines_word_settles_is_told_once_as_sent_whoever_was_to_tell_of_it(counter):
    settled = {}
    ways = (None, None, False), (FaultKind.ACCEPT_THEN_RESET, None, False), (None, 5, False), (None, 5, True)
    for number, (fault, dies_at, heard_first) in enumerate(ways):
        await counter.person(number)
        settled[(await counter.wish(number)).hex()] = "accepted"
        counter.brand.line.faults[:] = [FaultSwitch(fault, next_calls=1)] if fault else []
        if dies_at is None:
            await counter.run(counter.now)
        else:
            assert not await counter.killed(dies_at)
        if heard_first:
            await counter.hear()
        await counter.run(counter.now + LEASE + timedelta(seconds=1))
        await counter.hear()
    for call in counter.calls:  # LINE says it all again
        await counter.brand.http.post(call.url, content=call.body, headers=dict(call.headers))
    await counter.hear()

    told = await counter.told()
    assert sorted(one["send_id"] for one in told) == sorted(settled)
    assert {(one["channel"], one["kind"], one["origin"], one["step"]) for one in told} == {
        ("phone", "line_phone", "journey:shipping", "tell")
    }


async def test_a_message_costs_once_line_has_delivered_it_and_not_before(counter):
    await counter.person(1)
    await counter.wish(1)
    await counter.run(counter.now)
    outreach = PostgresOutreach(counter.unit.connection)
    since = counter.now - timedelta(days=1)
    (before,) = await outreach.spent(counter.brand.workspace_id, since)
    await counter.hear()
    (after,) = await outreach.spent(counter.brand.workspace_id, since)

    assert (before["cost"], after["cost"]) == (0, 1)


async def test_a_worker_that_calls_again_in_doubt_reaches_the_phone_twice(counter):
    user = await counter.person(1)
    await counter.wish(1)
    counter.brand.line.faults[:] = [FaultSwitch(FaultKind.ACCEPT_THEN_RESET, next_calls=1)]
    counter.again = True
    await counter.run(counter.now)
    await counter.run(counter.now + timedelta(hours=1))
    await counter.hear()

    assert counter.on_phone(user) == 2


async def test_what_another_tool_sent_or_nobody_called_is_settled_by_no_webhook(counter):
    await counter.person(1)
    send_id = await counter.wish(1)
    event = {
        "type": "delivery", "mode": "active", "timestamp": 1_790_000_000_000, "webhookEventId": f"01HK{1:022d}",
        "deliveryContext": {"isRedelivery": False},
    }  # fmt: skip
    for tag in (send_id.hex(), "their-order-0000001", ""):
        told = {**event, "delivery": {"data": tag}}
        call = counter.brand.line.webhooks.call([told])
        await counter.brand.http.post("/line/main/webhook", content=call.body, headers=dict(call.headers))
    await counter.hear()

    assert await counter.stands(send_id) == ("planned", "", "")


async def test_a_number_that_line_does_not_reach_fails_and_nothing_is_kept_of_why(counter):
    await counter.person(1)
    await counter.brand.rows("update node set value = '+886900000000' where namespace = 'phone' returning 1")
    send_id = await counter.wish(1)
    await counter.run(counter.now)

    assert await counter.stands(send_id) == ("failed", "not_reached", "")
    assert await counter.brand.rows("select * from channel_bounce") == []


async def test_advertising_is_refused_when_it_is_planned_and_again_at_the_gate(counter):
    user = await counter.person(1)
    planned = await counter.wish(1, purpose="marketing")
    await counter.person(2)
    later = await counter.wish(2)
    await counter.brand.rows("update channel_send set purpose = 'marketing' returning 1")
    await counter.run(counter.now)

    assert await counter.stands(planned) == ("suppressed", "advertising", "")
    assert await counter.stands(later) == ("suppressed", "advertising", "")
    assert counter.on_phone(user) == 0


async def test_a_journey_that_advertises_by_number_and_an_account_that_may_not_are_refused_in_plain_words(
    counter,
):
    way = {"channel": "phone", "messages": [{"type": "text", "text": "特賣"}]}
    journey = {
        "key": "sale", "name": "sale", "trigger": {"kind": "event", "event": "Order Completed"}, "start": "tell",
        "steps": [{"id": "tell", "kind": "send", "purpose": "marketing", "ways": [way]}],
    }  # fmt: skip
    found = await counter.brand.call("POST", "/api/journeys/validate", {"definition": journey})
    refused = await counter.brand.refused("PUT", "/api/channels/other", {**CHANNEL, "allowed": False})

    (problem,) = found["problems"]
    assert problem["field"] == "/steps/0/purpose"
    assert "LINE forbids advertising by telephone number" in problem["message"]
    assert refused == (422, "invalid_input", "/allowed")


def test_a_number_is_hashed_as_lines_own_example_is():
    assert hashed("+818000001234") == "d41e0ad70dddfeb68f149ad6fc61574b9c5780ab7bcb2fba5517771ffbb2409c"
