"""Bodies of the control interface; an unknown field is refused, so that a slip of the pen is noticed."""

from datetime import datetime
from typing import Annotated, Any

import msgspec

from tieline.simulator.account import Account
from tieline.simulator.friends import Script
from tieline.simulator.webhooks import Signature, WebhookBehaviour


class _Command(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


class OpenAccount(_Command, frozen=True):
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
    rates: dict[str, float] = {}
    long_lived_token: str | None = None

    def behaviour(self) -> WebhookBehaviour:
        """Return how webhooks are sent."""
        behaviour = self.webhooks or WebhookBehaviour()
        return msgspec.structs.replace(behaviour, url=self.webhook_url or behaviour.url)


class ChangeAccount(_Command, frozen=True):
    """What to change of an account."""

    webhook_url: str | msgspec.UnsetType = msgspec.UNSET
    webhooks: WebhookBehaviour | msgspec.UnsetType = msgspec.UNSET
    quota: int | msgspec.UnsetType | None = msgspec.UNSET
    verified: bool | msgspec.UnsetType = msgspec.UNSET
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
        if self.verified is not msgspec.UNSET:
            account.verified = self.verified
        if self.rates is not msgspec.UNSET:
            account.rates = dict(self.rates)
            account.buckets.clear()


class Fault(_Command, frozen=True):
    """A fault to switch on: for the next calls, or with a probability; no endpoints means those that send."""

    kind: str
    probability: float = 0.0
    next_calls: int | None = None
    endpoints: list[str] = []
    delay_seconds: float = 3.0


class SetFaults(_Command, frozen=True):
    """All faults of an account."""

    faults: list[Fault] = []


class SetScript(_Command, frozen=True):
    """Habits of an account's friends, or none."""

    script: Script | None


class AddFriends(_Command, frozen=True):
    """People number `first` to `first + count` of `seed`; `friends` false makes them strangers."""

    count: int
    seed: int = 0
    first: int = 0
    friends: bool = True
    announce: bool = False


class Text(_Command, frozen=True):
    """What a person writes."""

    text: str


class Postback(_Command, frozen=True):
    """The button a person presses."""

    data: str
    display_text: str = ""


class Unsend(_Command, frozen=True):
    """The message a person takes back."""

    message_id: str


class AnyEvent(_Command, frozen=True):
    """An event of any type; `content` adds to and overrides its properties."""

    type: str
    content: dict[str, Any] = {}
    signature: Signature = "valid"
    repeat: int = 1


class Tap(_Command, frozen=True):
    """Which action of which delivery is tapped; negative numbers count from the end."""

    delivery: int = -1
    action: int = 0


class Bind(_Command, frozen=True):
    """Account linking: where it starts and what is filled into the login form."""

    url: str | None = None
    form: dict[str, str] = {}


class ChangeClock(_Command, frozen=True):
    """Where the clock is set to, how far it is moved (negative is back), and how fast it runs from now on."""

    at: datetime | None = None
    advance_seconds: float = 0.0
    speed: Annotated[float, msgspec.Meta(gt=0, le=100_000)] | None = None
