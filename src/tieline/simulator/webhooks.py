"""Webhooks on their way out of one account: signed, retried, now and then doubled or out of order.

Source: https://developers.line.biz/en/docs/messaging-api/receiving-messages/
"""

import base64
import hashlib
import hmac
import random
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import Any, Literal

import msgspec

Event = dict[str, Any]
ANSWER_WITHIN_SECONDS = 2.0


class WebhookBehaviour(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How an account's webhooks are sent.

    Attributes:
        url: Where to; None drops every event.
        redelivery: Whether a call that was not answered 2xx is sent again (off by default, as at LINE).
        redelivery_seconds: Pauses before each redelivery; as many redeliveries as pauses.
        max_events: Most events in one call.
        duplicate_probability: Share of events sent a second time without being a redelivery.
        reorder_probability: Share of events held back so that later ones overtake them.
        reorder_seconds: Longest hold.
    """

    url: str | None = None
    redelivery: bool = False
    redelivery_seconds: tuple[float, ...] = (5.0, 30.0, 120.0, 600.0)
    max_events: int = 1
    duplicate_probability: float = 0.0
    reorder_probability: float = 0.0
    reorder_seconds: float = 5.0


Signature = Literal["valid", "wrong", "missing"]


class WebhookCall(msgspec.Struct, frozen=True):
    """One POST to make; report how it went with `WebhookQueue.answered`."""

    channel_id: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    events: tuple[Event, ...]
    attempt: int


class _Waiting(msgspec.Struct, frozen=True):
    event: Event
    attempt: int = 0
    signature: Signature = "valid"


def sign(channel_secret: str, body: bytes) -> str:
    """Return the `x-line-signature` of a body: Base64 of HMAC-SHA256 over its raw bytes."""
    return base64.b64encode(hmac.digest(channel_secret.encode(), body, hashlib.sha256)).decode()


class WebhookQueue:
    """Events of one account that wait to be sent."""

    def __init__(
        self, channel_id: str, channel_secret: str, destination: str, behaviour: WebhookBehaviour
    ) -> None:
        self.behaviour = behaviour
        self.counts: Counter[str] = Counter()
        self._channel_id = channel_id
        self._channel_secret = channel_secret
        self._destination = destination
        self._waiting: list[tuple[datetime, int, _Waiting]] = []
        self._sequence = 0

    def put(
        self, event: Event, now: datetime, chance: random.Random, *, signature: Signature = "valid"
    ) -> None:
        """Queue an event, at once or held back, once or twice."""
        if self.behaviour.url is None:
            self.counts["dropped_without_url"] += 1
            return
        self.counts["events"] += 1
        self._push(now + self._hold(chance), _Waiting(event, signature=signature))
        if chance.random() < self.behaviour.duplicate_probability:
            self.counts["duplicated"] += 1
            self._push(now + self._hold(chance), _Waiting(event, signature=signature))

    def due(self, now: datetime) -> list[WebhookCall]:
        """Take out every call whose time has come."""
        ready: list[_Waiting] = []
        while self._waiting and self._waiting[0][0] <= now:
            ready.append(heappop(self._waiting)[2])
        calls: list[WebhookCall] = []
        while ready:
            size = self._together(ready)
            calls.append(self.call([one.event for one in ready[:size]], ready[0].attempt, ready[0].signature))
            del ready[:size]
        return calls

    def call(
        self, events: list[Event], attempt: int = 0, signature: Signature = "valid", url: str | None = None
    ) -> WebhookCall:
        """Return a signed call; without events it is LINE's connectivity check."""
        body = msgspec.json.encode({"destination": self._destination, "events": events})
        headers = {"content-type": "application/json; charset=utf-8", "user-agent": "LineBotWebhook/2.0"}
        if signature != "missing":
            secret = self._channel_secret if signature == "valid" else self._channel_secret + "-old"
            headers["x-line-signature"] = sign(secret, body)
        return WebhookCall(
            channel_id=self._channel_id,
            url=url or self.behaviour.url or "",
            headers=headers,
            body=body,
            events=tuple(events),
            attempt=attempt,
        )

    def answered(self, call: WebhookCall, status: int | None, now: datetime) -> None:
        """Note the answer to a call; None is no answer in time. May plan a redelivery."""
        self.counts["calls"] += 1
        if status is not None and 200 <= status < 300:
            self.counts["answered_2xx"] += 1
            return
        self.counts["no_answer" if status is None else f"answered_{status}"] += 1
        pauses = self.behaviour.redelivery_seconds
        if not self.behaviour.redelivery or call.attempt >= len(pauses):
            self.counts["given_up"] += len(call.events)
            return
        for event in call.events:
            self.counts["redelivered"] += 1
            again = {**event, "deliveryContext": {"isRedelivery": True}}
            self._push(now + timedelta(seconds=pauses[call.attempt]), _Waiting(again, call.attempt + 1))

    def next_due_at(self) -> datetime | None:
        """Return when the next call is due."""
        return self._waiting[0][0] if self._waiting else None

    def __len__(self) -> int:
        return len(self._waiting)

    def _push(self, at: datetime, waiting: _Waiting) -> None:
        self._sequence += 1
        heappush(self._waiting, (at, self._sequence, waiting))

    def _hold(self, chance: random.Random) -> timedelta:
        if chance.random() >= self.behaviour.reorder_probability:
            return timedelta(0)
        return timedelta(seconds=chance.uniform(0, self.behaviour.reorder_seconds))

    def _together(self, ready: list[_Waiting]) -> int:
        """Return how many of the first events may share one call: same attempt, same signature."""
        size = 1
        while (
            size < min(len(ready), self.behaviour.max_events)
            and ready[size].attempt == ready[0].attempt
            and ready[size].signature == ready[0].signature
        ):
            size += 1
        return size
