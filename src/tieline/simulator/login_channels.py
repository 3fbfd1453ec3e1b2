"""LINE Login channels, their LIFF apps, and what people allowed them.

Source: https://developers.line.biz/en/docs/line-login/integrate-line-login/
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from tieline.simulator.signing import SigningKey


class Allowed(msgspec.Struct, frozen=True):
    """What one person allowed one channel, as one code or token carries it."""

    channel_id: str
    row: int
    scope: tuple[str, ...]
    expires_at: datetime
    nonce: str | None = None
    redirect_uri: str = ""
    challenge: str | None = None
    friendship_changed: bool | None = None
    auth_at: datetime | None = None


@dataclass(slots=True)
class LiffApp:
    """A page of the brand inside LINE."""

    liff_id: str
    content: dict[str, Any]


@dataclass(slots=True)
class LoginChannel:
    """A LINE Login channel; `bot` is the channel id of the linked Official Account."""

    channel_id: str
    channel_secret: str
    provider_id: str
    name: str
    callbacks: tuple[str, ...] = ()
    bot: str | None = None
    email: bool = False
    apps: dict[str, LiffApp] = field(default_factory=dict)
    consents: dict[int, set[str]] = field(default_factory=dict)


@dataclass(slots=True)
class LoginBook:
    """Every login channel, and the codes and tokens that are out.

    Attributes:
        deauthorized: How often each channel told LINE that a person left.
    """

    channels: dict[str, LoginChannel] = field(default_factory=dict)
    codes: dict[str, Allowed] = field(default_factory=dict)
    access: dict[str, Allowed] = field(default_factory=dict)
    refresh: dict[str, Allowed] = field(default_factory=dict)
    deauthorized: dict[str, int] = field(default_factory=dict)
    key: SigningKey | None = None

    def app(self, liff_id: str) -> tuple[LoginChannel, LiffApp] | None:
        """Return a LIFF app and its channel."""
        for channel in self.channels.values():
            if app := channel.apps.get(liff_id):
                return channel, app
        return None

    def forget(self, channel_id: str, row: int) -> None:
        """Take back everything a person allowed a channel."""
        self.channels[channel_id].consents.pop(row, None)
        for kept in (self.codes, self.access, self.refresh):
            for token in [
                name for name, one in kept.items() if (one.channel_id, one.row) == (channel_id, row)
            ]:
                del kept[token]
