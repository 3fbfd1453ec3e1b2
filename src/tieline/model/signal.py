"""What makes journeys move, and what they ask of delivery."""

from collections.abc import Mapping
from datetime import datetime
from enum import IntEnum
from typing import Any

import msgspec


class SignalKind(IntEnum):
    """What a signal reports."""

    EVENT = 1
    SEGMENT_ENTERED = 2
    SEGMENT_EXITED = 3


class Signal(msgspec.Struct, frozen=True, gc=False):
    """Something a live journey listens to.

    Attributes:
        name: Name of the event or key of the segment.
        node_id: Node of the event; the profile itself for a segment.
        log_offset: How far history must be before a condition may be read because of this.
    """

    workspace_id: int
    kind: SignalKind
    name: str
    node_id: bytes
    profile_id: bytes
    at: datetime
    log_offset: int
    data: Mapping[str, Any]
    signal_id: int = 0


class SendRequest(msgspec.Struct, frozen=True, gc=False):
    """One message to one person, wished by a journey or a broadcast.

    Attributes:
        send_id: 16 bytes, the same for ever for this step of this enrolment.
        origin: "journey:<key>" or "broadcast:<key>".
        messages: LINE message templates, Liquid in their leaves.
        context: What the templates may read beside the profile.
        expires_at: After this a late message is not sent any more.
    """

    workspace_id: int
    send_id: bytes
    account: str
    origin: str
    step: str
    person: bytes
    purpose: str
    messages: tuple[Mapping[str, Any], ...]
    context: Mapping[str, Any]
    at: datetime
    expires_at: datetime | None = None
