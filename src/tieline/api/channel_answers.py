"""What the routes of channels answer, as the console's client reads it. Shapes only."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

ChannelKind = Literal["line", "line_phone", "email", "sms", "webhook"]


class ChannelView(BaseModel):
    """A way to reach people. `price`: of one message; `secret`: whether it has one, never which."""

    key: str
    kind: ChannelKind
    settings: dict[str, Any]
    price: str
    state: Literal["live", "paused"]
    secret: bool


class ChannelsView(BaseModel):
    """Every channel of a workspace."""

    channels: list[ChannelView]
    as_of: datetime


class ChannelSpent(BaseModel):
    """How many messages of a channel became what, and why.

    `kind`: "" where no way was chosen; `cost`: of those that were accepted.
    """

    channel: str
    kind: ChannelKind | Literal[""]
    state: str
    reason: str
    messages: int
    cost: float


class ChannelCosts(BaseModel):
    """What came of messages since a moment."""

    since: datetime
    channels: list[ChannelSpent]
    as_of: datetime


class BouncesTaken(BaseModel):
    """How many addresses nothing goes to any more."""

    key: str
    taken: int
