"""A journey as it was designed: who enters, through which steps, and what ends it. Values without behaviour."""

from collections.abc import Mapping
from datetime import time, timedelta
from typing import Any, Literal, TypeAlias

import msgspec

from tieline.condition.node import Node
from tieline.journey.pattern import EventPattern
from tieline.journey.trigger import Trigger, heard_by
from tieline.model.event import (
    LINE_POSTBACK_RECEIVED,
    MESSAGE_LINK_CLICKED,
)
from tieline.model.limits import PRIORITY_NORMAL, Budget, Cap, Quiet
from tieline.model.outreach import Way

STEPS_MAX = 50
MESSAGES_MAX = 5
"""Message objects in one call to LINE."""
WAIT_MIN = timedelta(minutes=1)
WAIT_MAX = timedelta(days=366)
EXPIRES_AFTER = timedelta(days=1)
"""A message that could not leave within a day of its step is old news."""

Purpose: TypeAlias = Literal["marketing", "transactional"]


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


class Reach(msgspec.Struct, frozen=True):
    """Ask for a message by the cheapest of some ways on which the person may be reached."""

    id: str
    purpose: Purpose
    ways: tuple[Way, ...]
    expires_after: timedelta = EXPIRES_AFTER
    lookup: Mapping[str, Lookup] = {}
    next: str | None = None


class Branch(msgspec.Struct, frozen=True):
    """One of several ways.

    Attributes:
        name: How reports and `journey_arm` call it.
        share: Percent of the people, in a random split.
        data: What the button says that leads here, in a split by button.
    """

    name: str
    share: int = 0
    data: str = ""
    next: str | None = None


class SplitByButton(msgspec.Struct, frozen=True):
    """Go the way of the button that is pressed first, but do not wait for ever."""

    id: str
    buttons: tuple[Branch, ...]
    timeout: timedelta
    on_timeout: str | None = None


class RandomSplit(msgspec.Struct, frozen=True):
    """Send so many percent each way, by lot."""

    id: str
    branches: tuple[Branch, ...]


class Winner(msgspec.Struct, frozen=True):
    """When an A/B test is over: the arm that did best then gets everybody.

    Attributes:
        by: What counts: the journey's goal, or a click on a message of it.
        after: How long the test runs at least, from its first person.
        people: How many people each arm must have had.
    """

    by: Literal["goal", "click"]
    after: timedelta
    people: int


class AbTest(msgspec.Struct, frozen=True):
    """Try several ways on equal parts, and keep the best once it is known."""

    id: str
    branches: tuple[Branch, ...]
    winner: Winner | None = None


class Holdout(msgspec.Struct, frozen=True):
    """Keep a part of the people out, the same people every time, and see whether they reach the goal all the same."""

    id: str
    share: int
    observe: timedelta = timedelta(days=30)
    next: str | None = None


class StartJourney(msgspec.Struct, frozen=True):
    """Let the person enter another journey, with the same trigger."""

    id: str
    journey: str
    next: str | None = None


class LeaveJourney(msgspec.Struct, frozen=True):
    """End another journey for the person."""

    id: str
    journey: str
    next: str | None = None


class Goal(msgspec.Struct, frozen=True):
    """Reaching this step is what the journey was made for; it ends."""

    id: str


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


class RichMenu(msgspec.Struct, frozen=True):
    """Give the person a menu of their own, or take it away again.

    Attributes:
        menu: Key of the menu; "" takes away what journeys gave.
    """

    id: str
    account: str
    menu: str = ""
    next: str | None = None


class Audience(msgspec.Struct, frozen=True):
    """Put the person on a list, or take them off: audiences at LINE and systems that are kept in step follow it."""

    id: str
    list: str
    action: Literal["add", "remove"] = "add"
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
    | Reach
    | SplitByButton
    | RandomSplit
    | AbTest
    | Holdout
    | StartJourney
    | LeaveJourney
    | Goal
    | Tag
    | SetTrait
    | RichMenu
    | Audience
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


class Settings(msgspec.Struct, frozen=True):
    """What holds for all messages of a journey.

    Attributes:
        only_while: A condition that is read again right before each message; whom it does not hold for leaves.
        quiet: Quiet hours of its own, "off" for none, "workspace" for those of the workspace.
        cap: The same for the frequency cap.
        priority: 1 to 9; where a cap leaves room for one message, the higher goes.
        budget: How many messages it may send.
    """

    only_while: Node | None = None
    quiet: Quiet | Literal["off", "workspace"] = "workspace"
    cap: Cap | Literal["off", "workspace"] = "workspace"
    priority: int = PRIORITY_NORMAL
    budget: Budget | None = None


class Journey(msgspec.Struct, frozen=True):
    """One version of a journey.

    Attributes:
        exit_on: Events that end it for the person, wherever the person stands.
        goal: The event it was made for; reaching it ends it too.
        steps: By id.
        settings: None for a journey that says nothing of them.
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
    settings: Settings | None = None


def ways(step: Step) -> dict[str, str | None]:
    """Return where a person can go from `step`, by the place in the definition; None is the end."""
    if isinstance(step, SplitByButton):
        found = {f"buttons/{index}/next": one.next for index, one in enumerate(step.buttons)}
        return {**found, "on_timeout": step.on_timeout}
    if isinstance(step, RandomSplit | AbTest):
        return {f"branches/{index}/next": one.next for index, one in enumerate(step.branches)}
    return {said: getattr(step, attribute) for attribute, said in WAYS.items() if hasattr(step, attribute)}


def subscriptions(journey: Journey) -> frozenset[str]:
    """Return the names of all events that can start, move or end `journey`."""
    steps = journey.steps.values()
    patterns = [*journey.exit_on, *(step.awaited for step in steps if isinstance(step, WaitForEvent))]
    if journey.goal is not None:
        patterns.append(journey.goal)
    names = {pattern.event for pattern in patterns} | heard_by(journey.trigger)
    if any(isinstance(step, SplitByButton) for step in steps):
        names.add(LINE_POSTBACK_RECEIVED)
    if any(isinstance(step, AbTest) and step.winner and step.winner.by == "click" for step in steps):
        names.add(MESSAGE_LINK_CLICKED)
    return frozenset(names)
