"""What can start a journey. Values, and which events each of them needs to hear."""

from datetime import time
from typing import Literal, TypeAlias

import msgspec

from tieline.condition.node import Node
from tieline.journey.pattern import EventPattern
from tieline.model.event import (
    COUPON_ISSUED,
    COUPON_REDEEMED,
    LINE_FOLLOWED,
    LINE_MESSAGE_RECEIVED,
    LINE_POSTBACK_RECEIVED,
    LINE_UNFOLLOWED,
    TAG_ADDED,
    TAG_REMOVED,
)

TAG_EVENTS = {"added": TAG_ADDED, "removed": TAG_REMOVED}
COUPON_EVENTS = {"issued": COUPON_ISSUED, "redeemed": COUPON_REDEEMED}


class SegmentEntered(msgspec.Struct, frozen=True):
    """A person becomes a member of a segment."""

    segment: str


class SegmentExited(msgspec.Struct, frozen=True):
    """A person stops being a member of a segment."""

    segment: str


class LineFollowed(msgspec.Struct, frozen=True):
    """A person becomes a friend of a LINE account, of any if `account` is empty.

    Attributes:
        unblocked: Only who had blocked it before, only who had not, or both.
        source: Only who came through this join source (a QR code, a link), or "".
    """

    account: str = ""
    unblocked: Literal["yes", "no", "any"] = "any"
    source: str = ""


class LineUnfollowed(msgspec.Struct, frozen=True):
    """A person blocks a LINE account: nothing can be sent there, but others can be told."""

    account: str = ""


class TagChanged(msgspec.Struct, frozen=True):
    """A tag is put on the person, or taken off."""

    tag: str
    change: Literal["added", "removed"] = "added"


class Keyword(msgspec.Struct, frozen=True):
    """A person writes one of these words to a LINE account; spelled for comparison."""

    words: tuple[str, ...]
    match: Literal["exact", "contains"] = "exact"
    account: str = ""


class Postback(msgspec.Struct, frozen=True):
    """A person presses a button whose data is this, or begins with it."""

    data: str
    match: Literal["exact", "starts"] = "exact"
    account: str = ""


class CouponEvent(msgspec.Struct, frozen=True):
    """A coupon is given to the person, or redeemed."""

    change: Literal["issued", "redeemed"]
    pool: str = ""


class Schedule(msgspec.Struct, frozen=True):
    """At a time of day, everybody enters for whom a condition holds then.

    Attributes:
        weekdays: Monday is 0; empty for every day.
        days: Days of the month; empty for every day.
    """

    who: Node
    time: time
    weekdays: tuple[int, ...] = ()
    days: tuple[int, ...] = ()


class TraitDate(msgspec.Struct, frozen=True):
    """So many days before or after a date that a trait holds, at a time of day.

    Attributes:
        days: -7 is a week before the date.
        yearly: Whether it comes every year, as a birthday does.
    """

    trait: str
    who: Node
    time: time
    days: int = 0
    yearly: bool = False


class Asked(msgspec.Struct, frozen=True):
    """Somebody or something asks for it: a list of people, another system, a step of another journey."""

    by: Literal["manual", "webhook"] = "manual"


Trigger: TypeAlias = (
    EventPattern
    | SegmentEntered
    | SegmentExited
    | LineFollowed
    | LineUnfollowed
    | TagChanged
    | Keyword
    | Postback
    | CouponEvent
    | Schedule
    | TraitDate
    | Asked
)

TELLING = (EventPattern, Asked, CouponEvent, Postback, Keyword, TagChanged, LineFollowed)
"""Triggers that have properties which steps may refer to."""


def heard_by(trigger: Trigger) -> frozenset[str]:
    """Return the names of the events that a trigger listens to."""
    match trigger:
        case EventPattern(event, _):
            name = event
        case TagChanged(_, change):
            name = TAG_EVENTS[change]
        case CouponEvent(change, _):
            name = COUPON_EVENTS[change]
        case _:
            name = _ON_LINE.get(type(trigger), "")
    return frozenset({name} if name else ())


_ON_LINE: dict[type, str] = {
    LineFollowed: LINE_FOLLOWED,
    LineUnfollowed: LINE_UNFOLLOWED,
    Keyword: LINE_MESSAGE_RECEIVED,
    Postback: LINE_POSTBACK_RECEIVED,
}
