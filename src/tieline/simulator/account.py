"""One LINE Official Account and the people who know it."""

from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from tieline.simulator.faults import FaultSwitch
from tieline.simulator.friends import Script
from tieline.simulator.ledger import Ledger
from tieline.simulator.rates import TokenBucket
from tieline.simulator.retry_keys import RetryKeys
from tieline.simulator.webhooks import WebhookQueue

STRANGER_LIFE = timedelta(days=7)  # how long a person who wrote without adding the account can be written to


class FriendState(StrEnum):
    """What a person is to an account."""

    FRIEND = "friend"
    BLOCKED = "blocked"
    STRANGER = "stranger"


class Delivered(msgspec.Struct, frozen=True, gc=False):
    """Messages of one request that reached one person; `messages` is the JSON of the list."""

    at: datetime
    kind: str
    request_id: str
    retry_key: str | None
    unit: str | None
    message_ids: tuple[str, ...]
    messages: bytes


class Said(msgspec.Struct, frozen=True, gc=False):
    """What a person wrote or pressed; `text` is what the phone shows."""

    at: datetime
    message_id: str | None
    text: str


@dataclass(slots=True)
class Friend:
    """A person as one account knows them."""

    user_id: str
    display_name: str
    state: FriendState = FriendState.STRANGER
    spoke_at: datetime | None = None
    screen: list[Delivered | Said] = field(default_factory=list)

    def reachable(self, now: datetime) -> bool:
        """Tell whether a message would reach this person."""
        if self.state is FriendState.FRIEND:
            return True
        if self.state is FriendState.BLOCKED or self.spoke_at is None:
            return False
        return now - self.spoke_at < STRANGER_LIFE

    def deliveries(self) -> list[Delivered]:
        """Return what is still on the screen of what was sent, oldest first."""
        return [entry for entry in self.screen if isinstance(entry, Delivered)]

    def show(self, entry: Delivered | Said, length: int) -> None:
        """Put an entry on the screen and forget the oldest beyond `length`."""
        self.screen.append(entry)
        if len(self.screen) > length:
            del self.screen[: len(self.screen) - length]


@dataclass(slots=True)
class ReplyToken:
    """Good for one reply, for a short time after its webhook was sent."""

    user_id: str
    event_at: datetime
    usable_until_at: datetime


@dataclass(slots=True)
class Account:
    """An account, its channel and everything LINE keeps about it.

    Attributes:
        quota: Messages per month; None is unlimited.
        rates: Calls per second per endpoint that differ from LINE's.
        usage: Messages used, per month (`yyyymm`, UTC+9).
        sent_by_day: Messages sent, per kind and day (`yyyymmdd`, UTC+9).
        units: Names of aggregation units used, per month.
        reply_tokens: In order of their events.
    """

    channel_id: str
    channel_secret: str
    provider_id: str
    bot_user_id: str
    name: str
    retry_keys: RetryKeys
    webhooks: WebhookQueue
    quota: int | None = None
    verified: bool = False
    rates: dict[str, float] = field(default_factory=dict)
    friends: dict[str, Friend] = field(default_factory=dict)
    buckets: dict[str, TokenBucket] = field(default_factory=dict)
    faults: list[FaultSwitch] = field(default_factory=list)
    reply_tokens: OrderedDict[str, ReplyToken] = field(default_factory=OrderedDict)
    usage: Counter[str] = field(default_factory=Counter)
    sent_by_day: Counter[tuple[str, str]] = field(default_factory=Counter)
    units: dict[str, set[str]] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=Ledger)
    script: Script | None = None
