"""Who comes onto a journey: what starts it, and whether this person may enter now. Pure."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from tieline.ids import keyed_hash
from tieline.journey.definition import EventPattern, Journey, LineFollowed, SegmentEntered, SegmentExited
from tieline.journey.enrolment import Enrolment
from tieline.journey.where import PREFIX, accepts, referred
from tieline.model.event import LINE_FOLLOWED
from tieline.model.signal import Signal, SignalKind

TRIGGER_AGE_MAX = timedelta(days=3)
"""What happened longer ago starts nothing: importing last year's orders must not send this year's messages."""


def starts(journey: Journey, signal: Signal) -> bool:
    """Tell whether `signal` is what starts `journey`.

    A follow carries the key of its LINE account in `signal.data["account"]`.
    """
    match journey.trigger:
        case EventPattern(event, where):
            happened = signal.kind is SignalKind.EVENT and signal.name == event
            return happened and accepts(where, signal.data, {})
        case LineFollowed(account):
            followed = signal.kind is SignalKind.EVENT and signal.name == LINE_FOLLOWED
            return followed and account in {"", signal.data.get("account")}
        case SegmentEntered(segment):
            return signal.kind is SignalKind.SEGMENT_ENTERED and signal.name == segment
        case SegmentExited(segment):
            return signal.kind is SignalKind.SEGMENT_EXITED and signal.name == segment


def refusal(
    journey: Journey,
    trigger: Mapping[str, Any],
    at: datetime,
    now: datetime,
    running: Collection[Enrolment],
    last_entered_at: datetime | None,
) -> str:
    """Return why a person may not enter, or "".

    Args:
        journey: The newest version.
        trigger: Properties of what started it.
        at: When that happened.
        now: The present moment.
        running: Enrolments of this person in any version of this journey that are not over.
        last_entered_at: When this person last entered any version of this journey, None if never.

    Returns:
        "too_old", "running", "once", "too_soon" or "".
    """
    reentry = journey.reentry
    if now - at > TRIGGER_AGE_MAX:
        return "too_old"
    if any(not other.over and other.correlation == correlation(journey, trigger) for other in running):
        return "running"
    if last_entered_at is not None and reentry.mode == "once":
        return "once"
    if last_entered_at is not None and reentry.mode == "after" and at < last_entered_at + reentry.after:
        return "too_soon"
    return ""


def doubled(running: Iterable[Enrolment]) -> list[Enrolment]:
    """Return which enrolments of one person are there twice, since two people on the same way turned out to be one.

    The oldest goes on, whichever moves first. Were they one person from the beginning, the others had been refused as
    "running".

    Args:
        running: Enrolments of one person that are not over, in any order.
    """
    found = []
    ways: set[tuple[str, str]] = set()
    for one in sorted(running, key=lambda one: (one.entered_at, one.id)):
        way = (one.journey_key, one.correlation)
        if way in ways:
            found.append(one)
        ways.add(way)
    return found


def enrol(
    journey: Journey, person: bytes, trigger: Mapping[str, Any], at: datetime, now: datetime
) -> Enrolment:
    """Return a new enrolment, to be started with Entered.

    The same person, journey and moment always give the same id, so that a signal taken twice enrols once.
    """
    value = correlation(journey, trigger)
    entered_at = min(at, now)  # a sender's clock may run ahead; later events must still count as later
    return Enrolment(
        id=keyed_hash(person, journey.key, value, at.isoformat()),
        journey_key=journey.key,
        version=journey.version,
        person=person,
        entered_at=entered_at,
        reached_at=entered_at,
        trigger=trigger,
        correlation=value,
    )


def correlation(journey: Journey, trigger: Mapping[str, Any]) -> str:
    """Return the value of the re-entry key in `trigger`, "" if there is no key or no value."""
    if not journey.reentry.key:
        return ""
    value = referred(trigger, PREFIX + journey.reentry.key)
    return "" if value is None else str(value)
