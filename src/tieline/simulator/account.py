"""One LINE Official Account, its channel, and everything LINE keeps about it."""

from array import array
from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from datetime import datetime

from tieline.simulator.audience_book import AudienceBook
from tieline.simulator.bill import PricePlan
from tieline.simulator.contents import Content
from tieline.simulator.coupon_book import CouponBook
from tieline.simulator.engagement import Engagement
from tieline.simulator.faults import FaultSwitch
from tieline.simulator.friend_book import FriendBook
from tieline.simulator.friends import Script
from tieline.simulator.ledger import Ledger
from tieline.simulator.membership_book import MembershipBook
from tieline.simulator.menu_book import MenuBook
from tieline.simulator.rates import TokenBucket
from tieline.simulator.retry_keys import RetryKeys
from tieline.simulator.webhooks import WebhookQueue


@dataclass(slots=True)
class ReplyToken:
    """Good for one reply, for a short time after its webhook was sent."""

    row: int
    event_at: datetime
    usable_until_at: datetime


@dataclass(slots=True)
class Narrowcast:
    """A narrowcast on its way; `reserved` messages of the month are kept for it until it is over."""

    accepted_at: datetime
    phase: str = "waiting"
    target: int = 0
    success: int = 0
    failure: int = 0
    reserved: int = 0
    error_code: int | None = None
    failed: str = ""
    completed_at: datetime | None = None
    reached: "array[int]" = field(default_factory=lambda: array("I"))


@dataclass(slots=True)
class Account:
    """An account, its channel and everything LINE keeps about it.

    Attributes:
        quota: Messages per month; None is unlimited.
        verified: Whether LINE has looked at the brand: opens the list of followers.
        phone_messages: Whether LINE lets the account send notification messages by telephone number.
        rates: Calls per second per endpoint that differ from LINE's.
        usage: Messages used, per month (`yyyymm`, UTC+9).
        reserved: Messages kept for narrowcasts that run.
        sent_by_day: Messages sent, per kind and day (`yyyymmdd`, UTC+9).
        units: Names of aggregation units used, per month.
        reply_tokens: In order of their events.
        followers_by_day: How many followed for the first time, can be reached and blocked, at the end of each day.
    """

    channel_id: str
    channel_secret: str
    provider_id: str
    bot_user_id: str
    name: str
    retry_keys: RetryKeys
    webhooks: WebhookQueue
    friends: FriendBook
    quota: int | None = None
    verified: bool = False
    phone_messages: bool = False
    icon_url: str = ""
    plan: PricePlan = field(default_factory=PricePlan)
    rates: dict[str, float] = field(default_factory=dict)
    buckets: dict[str, TokenBucket] = field(default_factory=dict)
    faults: list[FaultSwitch] = field(default_factory=list)
    reply_tokens: OrderedDict[str, ReplyToken] = field(default_factory=OrderedDict)
    usage: Counter[str] = field(default_factory=Counter)
    reserved: int = 0
    sent_by_day: Counter[tuple[str, str]] = field(default_factory=Counter)
    units: dict[str, set[str]] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=Ledger)
    engagement: Engagement = field(default_factory=Engagement)
    narrowcasts: dict[str, Narrowcast] = field(default_factory=dict)
    menus: MenuBook = field(default_factory=MenuBook)
    audiences: AudienceBook = field(default_factory=AudienceBook)
    coupons: CouponBook = field(default_factory=CouponBook)
    memberships: MembershipBook = field(default_factory=MembershipBook)
    contents: dict[str, Content] = field(default_factory=dict)
    followers_by_day: dict[str, tuple[int, int, int]] = field(default_factory=dict)
    script: Script | None = None
