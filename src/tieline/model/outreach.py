"""Messages by other ways than LINE's outbox: channels, wishes that may take one of several, and what becomes of them."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, TypeAlias

import msgspec

from tieline.model.limits import FREE, Restraint

Kind: TypeAlias = Literal["line", "line_phone", "email", "sms", "webhook"]
LINE_PHONE = "line_phone"
"""LINE's notification messages: to a telephone number, without friendship, never for advertising."""
CONTENTS: Mapping[str, tuple[str, ...]] = {
    "line": ("messages",),
    LINE_PHONE: ("messages",),
    "email": ("subject", "text"),
    "sms": ("text",),
    "webhook": ("body",),
}
"""What a message says on each kind of channel."""
NAMESPACE: Mapping[str, str] = {"email": "email", "sms": "phone", LINE_PHONE: "phone"}
"""The identifier that a kind of channel writes to."""


class Channel(msgspec.Struct, frozen=True):
    """A way to reach people.

    Attributes:
        settings: What the adapter needs and is no secret; of the kinds of LINE, the account.
        secret: Sealed; None where there is none.
        price: Of one message.
    """

    workspace_id: int
    key: str
    kind: Kind
    settings: Mapping[str, Any]
    price: Decimal
    live: bool = True
    secret: bytes | None = None


class Way(msgspec.Struct, frozen=True):
    """One way a message may take. `content`: what it says there, Liquid in its texts."""

    channel: str
    content: Mapping[str, Any]


class WayRequest(msgspec.Struct, frozen=True):
    """A message wished by a journey, by the cheapest way on which the person may be reached.

    Attributes:
        send_id: 16 bytes, the same for ever for this visit of the step.
        restraint: What holds it back; of marketing.
    """

    workspace_id: int
    send_id: bytes
    origin: str
    step: str
    person: bytes
    purpose: str
    ways: tuple[Way, ...]
    context: Mapping[str, Any]
    at: datetime
    expires_at: datetime
    restraint: Restraint = FREE


class Outgoing(msgspec.Struct, frozen=True):
    """A message as it is planned; `content` is filled in. `state` is planned, or why it is not."""

    workspace_id: int
    send_id: bytes
    channel: str
    kind: str
    origin: str
    step: str
    person: bytes
    address: str
    purpose: str
    content: Mapping[str, Any]
    unsubscribe: str | None
    state: str
    reason: str
    cost: Decimal
    at: datetime
    expires_at: datetime


class Carrying(msgspec.Struct, frozen=True):
    """A message that this worker holds until its lease ends.

    Attributes:
        doubtful: A worker died while it held it: a call may have been made.
        attempts: Calls that may have been made, this one included.
        fence: Grows with every claim; a settlement under an older fence is refused.
    """

    workspace_id: int
    send_id: bytes
    channel: str
    kind: str
    origin: str
    step: str
    person: bytes
    address: str
    purpose: str
    content: Mapping[str, Any]
    unsubscribe: str | None
    expires_at: datetime | None
    attempts: int
    fence: int
    doubtful: bool


class Carried(msgspec.Struct, frozen=True):
    """How one call ended.

    Attributes:
        state: accepted; again (it certainly was not taken, later it may be); failed (it never will be); doubt.
        gone: The address does not exist.
    """

    state: Literal["accepted", "again", "failed", "doubt"]
    reason: str = ""
    reference: str = ""
    gone: bool = False


class Arrived(msgspec.Struct, frozen=True):
    """A message that was in doubt until the other side told of its delivery.

    Attributes:
        namespace: Namespace of the identifier it was sent to.
        value: Value of that identifier.
    """

    namespace: str
    value: str
    send_id: bytes
    channel: str
    kind: str
    origin: str
    step: str
    purpose: str


def about(one: Outgoing | Carrying | Arrived) -> dict[str, str]:
    """Return what an event says of a message."""
    return {
        "send_id": one.send_id.hex(),
        "channel": one.channel,
        "kind": one.kind,
        "origin": one.origin,
        "step": one.step,
        "purpose": one.purpose,
    }
