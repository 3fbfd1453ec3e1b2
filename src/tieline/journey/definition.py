"""A journey as it was designed: who enters, through which steps, and what ends it. Values without behaviour."""

from collections.abc import Mapping
from datetime import time, timedelta
from typing import Any, Literal, TypeAlias

import msgspec

from tieline.condition.node import Node
from tieline.journey.where import Where
from tieline.model.event import LINE_FOLLOWED

STEPS_MAX = 50
MESSAGES_MAX = 5
"""Message objects in one call to LINE."""
WAIT_MIN = timedelta(minutes=1)
WAIT_MAX = timedelta(days=366)
EXPIRES_AFTER = timedelta(days=1)
"""A message that could not leave within a day of its step is old news."""

Purpose: TypeAlias = Literal["marketing", "transactional"]


class EventPattern(msgspec.Struct, frozen=True):
    """Events of one name, all or those that `where` accepts."""

    event: str
    where: Where | None = None


class SegmentEntered(msgspec.Struct, frozen=True):
    """A person becomes a member of a segment."""

    segment: str


class SegmentExited(msgspec.Struct, frozen=True):
    """A person stops being a member of a segment."""

    segment: str


class LineFollowed(msgspec.Struct, frozen=True):
    """A person becomes a friend of a LINE account, of any if `account` is empty."""

    account: str = ""


Trigger: TypeAlias = EventPattern | SegmentEntered | SegmentExited | LineFollowed


class Reentry(msgspec.Struct, frozen=True):
    """Whether a person may come again.

    Attributes:
        after: With mode "after", the least time between two entries.
        key: Trigger property that tells cases apart (a cart id): the rule then counts per value of it.
    """

    mode: Literal["once", "always", "after"] = "once"
    after: timedelta = timedelta(0)
    key: str = ""


class Wait(msgspec.Struct, frozen=True):
    """Let time pass."""

    id: str
    duration: timedelta
    next: str | None = None


class WaitUntilTime(msgspec.Struct, frozen=True):
    """Wait for a time of day. `weekdays`: Monday is 0, empty for every day."""

    id: str
    time: time
    weekdays: tuple[int, ...] = ()
    next: str | None = None


class WaitUntilDate(msgspec.Struct, frozen=True):
    """Wait for a day that the trigger names, shifted by `days`."""

    id: str
    date: str
    time: time
    days: int = 0
    next: str | None = None
    on_missed: str | None = None


class WaitForEvent(msgspec.Struct, frozen=True):
    """Wait for something to happen, but not for ever."""

    id: str
    awaited: EventPattern
    timeout: timedelta
    next: str | None = None
    on_timeout: str | None = None


class Condition(msgspec.Struct, frozen=True):
    """Go one of two ways, by what is known about the person now."""

    id: str
    test: Node
    then: str | None = None
    otherwise: str | None = None


class Lookup(msgspec.Struct, frozen=True):
    """A row of a catalogue that templates may read; `key` is itself a template."""

    catalog: str
    key: str


class SendLine(msgspec.Struct, frozen=True):
    """Ask for a LINE message. Whether it leaves is decided by consent, caps and budget."""

    id: str
    account: str
    purpose: Purpose
    messages: tuple[Mapping[str, Any], ...]
    expires_after: timedelta = EXPIRES_AFTER
    lookup: Mapping[str, Lookup] = {}
    next: str | None = None


class Tag(msgspec.Struct, frozen=True):
    """Put tags on the person, take tags off."""

    id: str
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    next: str | None = None


class SetTrait(msgspec.Struct, frozen=True):
    """Write one trait of the person."""

    id: str
    name: str
    value: Any
    next: str | None = None


class Webhook(msgspec.Struct, frozen=True):
    """Tell another system."""

    id: str
    url: str
    body: Any
    next: str | None = None


class Coupon(msgspec.Struct, frozen=True):
    """Take one code from a pool for this person."""

    id: str
    pool: str
    next: str | None = None
    on_empty: str | None = None


class Exit(msgspec.Struct, frozen=True):
    """The journey ends here."""

    id: str


Step: TypeAlias = (
    Wait
    | WaitUntilTime
    | WaitUntilDate
    | WaitForEvent
    | Condition
    | SendLine
    | Tag
    | SetTrait
    | Webhook
    | Coupon
    | Exit
)

WAYS = {
    "next": "next",
    "then": "then",
    "otherwise": "else",
    "on_timeout": "on_timeout",
    "on_missed": "on_missed",
    "on_empty": "on_empty",
}
"""Attributes that name a following step, and how the definition spells them."""


class Journey(msgspec.Struct, frozen=True):
    """One version of a journey.

    Attributes:
        exit_on: Events that end it for the person, wherever the person stands.
        goal: The event it was made for; reaching it ends it too.
        steps: By id.
    """

    key: str
    version: int
    name: str
    trigger: Trigger
    start: str
    steps: Mapping[str, Step]
    reentry: Reentry = Reentry()
    exit_on: tuple[EventPattern, ...] = ()
    goal: EventPattern | None = None


def ways(step: Step) -> dict[str, str | None]:
    """Return where a person can go from `step`, by the definition's spelling; None is the end."""
    return {said: getattr(step, attribute) for attribute, said in WAYS.items() if hasattr(step, attribute)}


def subscriptions(journey: Journey) -> frozenset[str]:
    """Return the names of all events that can start, move or end `journey`."""
    patterns = [
        *journey.exit_on,
        *(step.awaited for step in journey.steps.values() if isinstance(step, WaitForEvent)),
    ]
    if journey.goal is not None:
        patterns.append(journey.goal)
    names = {pattern.event for pattern in patterns}
    if isinstance(journey.trigger, EventPattern):
        names.add(journey.trigger.event)
    elif isinstance(journey.trigger, LineFollowed):
        names.add(LINE_FOLLOWED)
    return frozenset(names)
