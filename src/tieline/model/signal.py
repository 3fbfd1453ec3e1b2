"""What makes journeys move, and what they ask of delivery."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import IntEnum
from typing import Any

import msgspec

from tieline.model.broadcast import Begun, Stretch
from tieline.model.limits import FREE, Restraint

UNPROVEN = "$unproven"
"""Marks the properties of an event that somebody sent with a browser's public key in another's name, maybe: they may be
asked and looked up, but nothing of them is shown to anybody. A name that Liquid cannot say and that no sender can take off."""


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
        restraint: What holds it back: quiet hours, caps, a budget.
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
    restraint: Restraint = FREE


class StretchRequest(msgspec.Struct, frozen=True):
    """The same messages to many people of a broadcast's list.

    Attributes:
        begun: The broadcast.
        stretch: Whom.
        messages: LINE message templates, by arm that gets any.
    """

    begun: Begun
    stretch: Stretch
    messages: Mapping[str, tuple[Mapping[str, Any], ...]]
    expires_at: datetime
    restraint: Restraint


class ArmRow(msgspec.Struct, frozen=True, gc=False):
    """One person's part in one experiment of a journey."""

    workspace_id: int
    enrolment_id: bytes
    journey: str
    version: int
    step: str
    arm: str
    person: bytes
    at: datetime


class Reached(msgspec.Struct, frozen=True, gc=False):
    """How many people reached a step on a day of the workspace's clock; "" is the entry, "!reason" an end."""

    workspace_id: int
    journey: str
    version: int
    step: str
    day: date
    people: int


class EnrolmentRow(msgspec.Struct, frozen=True, gc=False):
    """One person's way through one journey, as it is stored.

    Attributes:
        person: The node that carried the profile when it entered; the profile is whatever that node belongs to now.
        correlation: Value that tells parallel enrolments of one person apart, such as a cart id.
        needs_offset: A condition waits until history has reached this log offset.
        body: The rest of the enrolment, known to the journey stage alone.
    """

    workspace_id: int
    enrolment_id: bytes
    journey: str
    version: int
    person: bytes
    correlation: str
    state: str
    step: str
    due_at: datetime | None
    needs_offset: int | None
    body: Mapping[str, Any]
    entered_at: datetime


class Said(msgspec.Struct, frozen=True, gc=False):
    """Something Tieline itself did to a person: it goes into the log and is collected like anything else.

    Attributes:
        namespace: Namespace of the identifier it was done to.
        value: Value of that identifier, normalised; "" for what was done to nobody in particular.
        message_id: Names the deed, so that saying it twice counts once.
    """

    workspace_id: int
    namespace: str
    value: str
    name: str
    message_id: str
    properties: Mapping[str, Any]
    at: datetime


class WebhookCall(msgspec.Struct, frozen=True, gc=False):
    """A call to another system, wished by a journey.

    Attributes:
        call_id: 16 bytes, sent along so that the other side can recognise a repetition.
        origin: "journey:<key>".
    """

    workspace_id: int
    call_id: bytes
    url: str
    body: Any
    at: datetime
    origin: str = ""
    step: str = ""


class DueCall(msgspec.Struct, frozen=True, gc=False):
    """A call to another system whose time has come. `attempts`: how often it was tried."""

    workspace_id: int
    call_id: bytes
    url: str
    body: Any
    attempts: int
