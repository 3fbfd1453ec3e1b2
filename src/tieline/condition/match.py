"""What a condition means, in memory: the oracle that the SQL is tested against."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from tieline.condition import measure, tree, when
from tieline.condition.compare import Compare, satisfied
from tieline.condition.filter import matches
from tieline.condition.node import (
    After,
    Anniversary,
    Before,
    Consent,
    DateTest,
    Happened,
    IdentifiedBy,
    InDays,
    InSegment,
    Last,
    Leaf,
    LineFriend,
    Month,
    Node,
    Occurrence,
    Sample,
    Tag,
    Then,
    Trait,
    WithinLast,
    WithinNext,
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
        profile_id: Its id, 16 bytes; only a random sample reads it.
    """

    traits: Mapping[str, Any] = msgspec.field(default_factory=dict)
    tags: frozenset[str] = frozenset()
    consents: frozenset[str] = frozenset()
    friends: frozenset[str] = frozenset()
    namespaces: frozenset[str] = frozenset()
    events: Sequence[HistoryEvent] = ()
    profile_id: bytes = b""


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
    if isinstance(leaf, Sample):
        return sampled(leaf, person.profile_id)
    return _said(leaf, person)


def _said(leaf: Leaf, person: Person) -> bool:
    if isinstance(leaf, IdentifiedBy):
        return any(f"{name}:".startswith(f"{leaf.namespace}:") for name in person.namespaces)
    if isinstance(leaf, Tag):
        return leaf.tag in person.tags
    if isinstance(leaf, Consent):
        return leaf.key in person.consents
    if not isinstance(leaf, LineFriend):
        raise not_rewritten(leaf)
    return leaf.account in person.friends


def sampled(leaf: Sample, profile_id: bytes) -> bool:
    """Tell whether the seed draws this profile."""
    drawn = hashlib.sha256(f"{leaf.seed}:{profile_id.hex().upper()}".encode()).digest()
    return int.from_bytes(drawn[:8], "little") % 1_000_000 < leaf.millionths


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
    if isinstance(test, Before | After):
        limit = when.on_clock(test.moment, zone)
        return shown < limit if isinstance(test, Before) else shown > limit
    return _relative(test, shown, clock, zone, now)


def _relative(
    test: Month | WithinLast | WithinNext | InDays | Anniversary,
    shown: datetime,
    clock: datetime,
    zone: tzinfo,
    now: datetime,
) -> bool:
    if isinstance(test, WithinNext):
        return clock < shown <= clock + test.duration
    if isinstance(test, InDays):
        return shown.date() == when.day_after(now, test.days, zone).date()
    if isinstance(test, Anniversary):
        return shown.month * 100 + shown.day in when.month_days(when.day_after(now, test.days, zone))
    if isinstance(test, Month):
        return shown.month == (test.month or clock.month)
    return clock - test.duration < shown <= clock


def _happened(leaf: Happened, events: Sequence[HistoryEvent], now: datetime, zone: tzinfo) -> bool:
    counted = counted_events(leaf, events, now, zone)
    path = leaf.measure.path
    if leaf.measure.function in measure.SINCE:
        ages = [
            max(now - when.to_milliseconds(event.at), timedelta(0)) // timedelta(days=1) for event in counted
        ]
        return measure.compares(leaf.measure.function, ages, leaf.op, leaf.value)
    values = (
        counted
        if path is None
        else [value for event in counted for value in values_at(event.properties, path)]
    )
    return measure.compares(leaf.measure.function, values, leaf.op, leaf.value)


def counted_events(
    leaf: Happened, events: Sequence[HistoryEvent], now: datetime, zone: tzinfo
) -> list[HistoryEvent]:
    """Return the events that the leaf measures, in the order given; `now` in whole milliseconds."""
    counted = [event for event in events if _counts(leaf.occurrence, event, now, zone)]
    if leaf.then is None:
        return counted
    return [event for event in counted if _followed(leaf.then, event, events, now)]


def _followed(then: Then, first: HistoryEvent, events: Sequence[HistoryEvent], now: datetime) -> bool:
    at = when.to_milliseconds(first.at)
    until = at + then.within
    came = any(
        event.event == then.event
        and at < when.to_milliseconds(event.at) <= min(until, now)
        and (then.where is None or matches(then.where, event.properties))
        for event in events
    )
    return not came and until <= now if then.absent else came


def _counts(occurrence: Occurrence, event: HistoryEvent, now: datetime, zone: tzinfo) -> bool:
    at = when.to_milliseconds(event.at)
    if event.event != occurrence.event:
        return False
    window = occurrence.window
    if isinstance(window, Last):
        inside = now - window.duration < at <= now
    elif window:
        start, end = (moment and when.instant(moment, zone) for moment in (window.start, window.end))
        inside = (start is None or start <= at) and (end is None or at < end)
    else:
        inside = True
    return inside and (occurrence.where is None or matches(occurrence.where, event.properties))
