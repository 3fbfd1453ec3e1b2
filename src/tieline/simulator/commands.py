"""Bodies of the control interface; an unknown field is refused, so that a slip of the pen is noticed."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec

from tieline.simulator.account import Account
from tieline.simulator.bill import PricePlan
from tieline.simulator.friends import Script
from tieline.simulator.login_channels import LoginChannel
from tieline.simulator.webhooks import WebhookBehaviour


class Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A body that knows all its fields."""


class OpenAccount(Body, frozen=True):
    """An account to open; `webhook_url` is short for `webhooks.url`, `quota` null is unlimited."""

    channel_id: str
    channel_secret: str
    provider_id: str
    name: str = ""
    bot_user_id: str | None = None
    webhook_url: str | None = None
    webhooks: WebhookBehaviour | None = None
    quota: int | None = None
    verified: bool = False
    phone_messages: bool = False
    icon_url: str = ""
    plan: PricePlan | None = None
    rates: dict[str, float] = {}
    long_lived_token: str | None = None

    def behaviour(self) -> WebhookBehaviour:
        """Return how webhooks are sent."""
        behaviour = self.webhooks or WebhookBehaviour()
        return msgspec.structs.replace(behaviour, url=self.webhook_url or behaviour.url)


class ChangeAccount(Body, frozen=True):
    """What to change of an account."""

    webhook_url: str | msgspec.UnsetType = msgspec.UNSET
    webhooks: WebhookBehaviour | msgspec.UnsetType = msgspec.UNSET
    quota: int | msgspec.UnsetType | None = msgspec.UNSET
    verified: bool | msgspec.UnsetType = msgspec.UNSET
    phone_messages: bool | msgspec.UnsetType = msgspec.UNSET
    icon_url: str | msgspec.UnsetType = msgspec.UNSET
    plan: PricePlan | msgspec.UnsetType = msgspec.UNSET
    rates: dict[str, float] | msgspec.UnsetType = msgspec.UNSET

    def apply(self, account: Account) -> None:
        """Change the account."""
        queue = account.webhooks
        if self.webhooks is not msgspec.UNSET:
            kept = self.webhooks.url or queue.behaviour.url
            queue.behaviour = msgspec.structs.replace(self.webhooks, url=kept)
        if self.webhook_url is not msgspec.UNSET:
            queue.behaviour = msgspec.structs.replace(queue.behaviour, url=self.webhook_url)
        if self.quota is not msgspec.UNSET:
            account.quota = self.quota
        for name in ("verified", "phone_messages", "icon_url", "plan"):
            if (value := getattr(self, name)) is not msgspec.UNSET:
                setattr(account, name, value)
        if self.rates is not msgspec.UNSET:
            account.rates = dict(self.rates)
            account.buckets.clear()


class Fault(Body, frozen=True):
    """A fault to switch on: for the next calls, or with a probability; no endpoints means those that send."""

    kind: str
    probability: float = 0.0
    next_calls: int | None = None
    endpoints: list[str] = []
    delay_seconds: float = 3.0


class SetFaults(Body, frozen=True):
    """All faults of an account."""

    faults: list[Fault] = []


class SetScript(Body, frozen=True):
    """Habits of an account's friends, or none."""

    script: Script | None


class AddFriends(Body, frozen=True):
    """People number `first` to `first + count` of `seed`; `friends` false makes them strangers.

    `quiet` leaves their ids out of the answer, which for a million would be long.
    """

    count: int
    seed: int = 0
    first: int = 0
    friends: bool = True
    announce: bool = False
    quiet: bool = False


class ChangeClock(Body, frozen=True):
    """Where the clock is set to, how far it is moved (negative is back), and how fast it runs from now on."""

    at: datetime | None = None
    advance_seconds: float = 0.0
    speed: Annotated[float, msgspec.Meta(gt=0, le=100_000)] | None = None


class OpenLogin(Body, frozen=True):
    """A LINE Login channel to open; `bot` is the channel id of the linked Official Account."""

    channel_id: str
    channel_secret: str
    provider_id: str
    name: str = ""
    callbacks: tuple[str, ...] = ()
    bot: str | None = None
    email: bool = False

    def channel(self) -> LoginChannel:
        """Return the channel."""
        return LoginChannel(
            self.channel_id,
            self.channel_secret,
            self.provider_id,
            self.name or self.channel_id,
            self.callbacks,
            self.bot,
            self.email,
        )


class RawWebhook(Body, frozen=True):
    """Any bytes as a webhook, in Base64; signed as said."""

    base64: str
    signature: Literal["valid", "wrong", "missing"] = "valid"


class SetMemberships(Body, frozen=True):
    """The paid memberships of an account, as LINE describes them."""

    memberships: list[dict[str, Any]]
