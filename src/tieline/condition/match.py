"""What a condition means, in memory: the oracle that the SQL is tested against."""

from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from tieline.condition import measure, tree, when
from tieline.condition.compare import Compare, satisfied
from tieline.condition.filter import matches
from tieline.condition.node import (
    Before,
    Consent,
    DateTest,
    Happened,
    IdentifiedBy,
    InSegment,
    Last,
    Leaf,
    LineFriend,
    Month,
    Node,
    Occurrence,
    Tag,
    Trait,
    WithinLast,
)
from tieline.condition.path import values_at
from tieline.errors import InvalidConditionError


class HistoryEvent(msgspec.Struct, frozen=True):
    """One past event."""

    event: str
    at: datetime
    properties: Mapping[str, Any] = msgspec.field(default_factory=dict)


class Person(msgspec.Struct, frozen=True):
    """A profile and its history.

    Attributes:
        traits: Values as they came in JSON.
        tags: Tags.
        consents: Granted consents, each `purpose:channel`.
        friends: LINE accounts the person is a friend of.
        namespaces: Namespaces of the profile's identifiers.
        events: History in any order.
    """

    traits: Mapping[str, Any] = msgspec.field(default_factory=dict)
    tags: frozenset[str] = frozenset()
    consents: frozenset[str] = frozenset()
    friends: frozenset[str] = frozenset()
    namespaces: frozenset[str] = frozenset()
    events: Sequence[HistoryEvent] = ()


def match(node: Node, person: Person, now: datetime, time_zone: str) -> bool:
    """Tell whether `person` satisfies `node`.

    Args:
        node: A condition after `rewrite`.
        person: Profile and history.
        now: The moment of the question, with an offset.
        time_zone: IANA name of the workspace's time zone.
    """
    zone = ZoneInfo(time_zone)

    def leaf(found: Leaf) -> bool:
        return _leaf(found, person, when.to_milliseconds(now), zone)

    return tree.holds(node, leaf)


def _leaf(leaf: Leaf, person: Person, now: datetime, zone: tzinfo) -> bool:
    if isinstance(leaf, Trait):
        return _trait(leaf, person, now, zone)
    if isinstance(leaf, Happened):
        return _happened(leaf, person.events, now, zone)
    if isinstance(leaf, IdentifiedBy):
        return any(f"{name}:".startswith(f"{leaf.namespace}:") for name in person.namespaces)
    if isinstance(leaf, Tag):
        return leaf.tag in person.tags
    if isinstance(leaf, Consent):
        return leaf.key in person.consents
    if not isinstance(leaf, LineFriend):
        raise not_rewritten(leaf)
    return leaf.account in person.friends


def not_rewritten(leaf: Leaf) -> InvalidConditionError:
    """Return the error for a leaf that has no meaning of its own: a reference that `rewrite` did not replace."""
    key = leaf.key if isinstance(leaf, InSegment) else type(leaf).__name__
    return InvalidConditionError(
        f"The segment {key!r} was not looked up.", way_out="Rewrite the condition first."
    )


def _trait(leaf: Trait, person: Person, now: datetime, zone: tzinfo) -> bool:
    values, test = values_at(person.traits, leaf.path), leaf.test
    if isinstance(test, Compare):
        return satisfied(test, values)
    return any(_dated(test, value, now, zone) for value in values)


def _dated(test: DateTest, value: Any, now: datetime, zone: tzinfo) -> bool:
    shown = when.trait_on_clock(value, zone)
    if shown is None:
        return False
    clock = when.on_clock(now, zone)
    if isinstance(test, Month):
        return shown.month == (test.month or clock.month)
    if isinstance(test, WithinLast):
        return clock - test.duration < shown <= clock
    limit = when.on_clock(test.moment, zone)
    return shown < limit if isinstance(test, Before) else shown > limit


def _happened(leaf: Happened, events: Sequence[HistoryEvent], now: datetime, zone: tzinfo) -> bool:
    counted = [event for event in events if _counts(leaf.occurrence, event, now, zone)]
    path = leaf.measure.path
    values = (
        counted
        if path is None
        else [value for event in counted for value in values_at(event.properties, path)]
    )
    return measure.compares(leaf.measure.function, values, leaf.op, leaf.value)


def _counts(occurrence: Occurrence, event: HistoryEvent, now: datetime, zone: tzinfo) -> bool:
    at = when.to_milliseconds(event.at)
    if event.event != occurrence.event or at > now:
        return False
    window = occurrence.window
    if isinstance(window, Last):
        inside = at > now - window.duration
    elif window:
        start, end = (moment and when.instant(moment, zone) for moment in (window.start, window.end))
        inside = (start is None or start <= at) and (end is None or at < end)
    else:
        inside = True
    return inside and (occurrence.where is None or matches(occurrence.where, event.properties))
