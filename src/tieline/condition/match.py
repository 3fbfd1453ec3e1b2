"""What a condition means, in memory: the oracle that the SQL is tested against."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from tieline.condition import dates, measure, tree, value, when
from tieline.condition.compare import Compare, satisfied
from tieline.condition.filter import Clock, matches, same_item
from tieline.condition.node import (
    Computed,
    Consent,
    Happened,
    HappenedAt,
    HistoryLeaf,
    IdentifiedBy,
    InSegment,
    Last,
    Leaf,
    LineFriend,
    Measure,
    Node,
    Occurrence,
    Sample,
    Tag,
    Then,
    Told,
    Top,
    Trait,
    TraitItem,
)
from tieline.condition.path import values_at
from tieline.errors import InvalidConditionError

NOBODY: Mapping[Top, frozenset[bytes]] = {}


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


def match(
    node: Node,
    person: Person,
    now: datetime,
    time_zone: str,
    first: Mapping[Top, frozenset[bytes]] = NOBODY,
) -> bool:
    """Tell whether `person` satisfies `node`.

    Args:
        node: A condition after `rewrite`.
        person: Profile and history.
        now: The moment of the question, with an offset.
        time_zone: IANA name of the workspace's time zone.
        first: Who is among the first, for each ranking in `node`: what `ranked` says of everybody.
    """
    clock = Clock(when.to_milliseconds(now), ZoneInfo(time_zone))

    def leaf(found: Leaf) -> bool:
        if isinstance(found, Top):
            return person.profile_id in first[found]
        return _leaf(found, person, clock)

    return tree.holds(node, leaf)


def ranked(leaf: Top, people: Iterable[Person], now: datetime, time_zone: str) -> frozenset[bytes]:
    """Return the ids of those who come first among `people`."""
    clock = Clock(when.to_milliseconds(now), ZoneInfo(time_zone))
    ranking = []
    for person in people:
        counting = counted(leaf.occurrence, person.events, clock)
        found = worth(leaf.measure, counting)
        if counting and found is not None:
            ranking.append((-found, person.profile_id))
    return frozenset(profile_id for _, profile_id in sorted(ranking)[: leaf.most])


def rankings(
    node: Node, people: Iterable[Person], now: datetime, time_zone: str
) -> dict[Top, frozenset[bytes]]:
    """Return who is among the first of `people`, for each ranking in a condition."""
    everybody = list(people)
    tops = {leaf for leaf in tree.leaves(node) if isinstance(leaf, Top)}
    return {leaf: ranked(leaf, everybody, now, time_zone) for leaf in tops}


def worth(computed: Measure, events: Sequence[HistoryEvent]) -> Decimal | None:
    """Return what events that count are worth: a number, None when it is unknown."""
    if computed.function == "count":
        return Decimal(len(events))
    values = [found for _, found in told(computed, events)]
    if computed.function == "distinct":
        return Decimal(len({value.text(found) for found in values} - {None}))
    numbers = [number for number in map(value.number, values) if number is not None]
    if computed.function == "sum":
        return sum(numbers, Decimal())
    if not numbers:
        return None
    if computed.function == "avg":
        return value.shortened(sum(numbers, Decimal()) / len(numbers))
    return min(numbers) if computed.function == "min" else max(numbers)


def _leaf(leaf: Leaf, person: Person, clock: Clock) -> bool:
    if isinstance(leaf, HistoryLeaf):
        return _remembered(leaf, person.events, clock)
    if isinstance(leaf, Trait):
        return _trait(leaf, person, clock)
    if isinstance(leaf, TraitItem):
        return same_item(leaf.item, person.traits, clock)
    if isinstance(leaf, Sample):
        return sampled(leaf, person.profile_id)
    return _said(leaf, person)


def _remembered(leaf: HistoryLeaf, events: Sequence[HistoryEvent], clock: Clock) -> bool:
    if isinstance(leaf, HappenedAt):
        return _happened_at(leaf, events, clock)
    if isinstance(leaf, Told):
        said = told(leaf.measure, counted(leaf.occurrence, events, clock))
        return satisfied(leaf.compare, measure.texts(leaf.measure.function, said, leaf.measure.many))
    if not isinstance(leaf, Happened):
        raise TypeError(leaf)
    return _happened(leaf, events, clock)


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
    key = leaf.key if isinstance(leaf, InSegment | Computed) else type(leaf).__name__
    return InvalidConditionError(
        f"The segment {key!r} was not looked up.", way_out="Rewrite the condition first."
    )


def _trait(leaf: Trait, person: Person, clock: Clock) -> bool:
    values, test = values_at(person.traits, leaf.path), leaf.test
    if isinstance(test, Compare):
        return satisfied(test, values)
    return any(dates.dated(test, found, clock.now, clock.zone) for found in values)


def _happened(leaf: Happened, events: Sequence[HistoryEvent], clock: Clock) -> bool:
    counting, function, now = counted_events(leaf, events, clock), leaf.measure.function, clock.now
    ats = [when.to_milliseconds(event.at) for event in counting]
    values: Sequence[Any] = counting
    if function in measure.SINCE:
        values = [max(now - at, timedelta(0)) // timedelta(days=1) for at in ats]
    elif function in measure.CYCLES:
        values = measure.cycle(function, ats, now, leaf.measure.otherwise)
    elif leaf.measure.path is not None:
        values = [found for _, found in told(leaf.measure, counting)]
    return measure.compares(function, values, leaf.op, leaf.value)


def _happened_at(leaf: HappenedAt, events: Sequence[HistoryEvent], clock: Clock) -> bool:
    ats = [when.to_milliseconds(event.at) for event in counted(leaf.occurrence, events, clock)]
    if not ats:
        return False
    at = min(ats) if leaf.measure.function == "first_at" else max(ats)
    return dates.on_time(leaf.test, when.on_clock(at, clock.zone), clock.now, clock.zone)


def told(computed: Measure, events: Sequence[HistoryEvent]) -> list[tuple[datetime, Any]]:
    """Return time and value of a property of each event."""
    return [
        (when.to_milliseconds(event.at), found)
        for event in events
        if computed.path is not None
        for found in values_at(event.properties, computed.path)
    ]


def counted_events(leaf: HistoryLeaf, events: Sequence[HistoryEvent], clock: Clock) -> list[HistoryEvent]:
    """Return the events that the leaf measures, in the order given."""
    if not isinstance(leaf, Happened | HappenedAt | Told):
        return []
    counting = counted(leaf.occurrence, events, clock)
    if not isinstance(leaf, Happened) or leaf.then is None:
        return counting
    return [event for event in counting if _followed(leaf.then, event, events, clock)]


def _followed(then: Then, first: HistoryEvent, events: Sequence[HistoryEvent], clock: Clock) -> bool:
    at = when.to_milliseconds(first.at)
    until = at + then.within
    came = any(
        event.event == then.event
        and at < when.to_milliseconds(event.at) <= min(until, clock.now)
        and (then.where is None or matches(then.where, event.properties, clock))
        for event in events
    )
    return not came and until <= clock.now if then.absent else came


def counted(occurrence: Occurrence, events: Sequence[HistoryEvent], clock: Clock) -> list[HistoryEvent]:
    """Return the events that count."""
    return [event for event in events if _counts(occurrence, event, clock)]


def _counts(occurrence: Occurrence, event: HistoryEvent, clock: Clock) -> bool:
    at, now = when.to_milliseconds(event.at), clock.now
    if event.event != occurrence.event:
        return False
    window = occurrence.window
    if isinstance(window, Last):
        inside = now - window.duration < at <= now
    elif window:
        start, end = (moment and when.instant(moment, clock.zone) for moment in (window.start, window.end))
        inside = (start is None or start <= at) and (end is None or at < end)
    else:
        inside = True
    return inside and (occurrence.where is None or matches(occurrence.where, event.properties, clock))
