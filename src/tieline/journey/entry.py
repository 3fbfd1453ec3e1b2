"""Who comes onto a journey: what starts it, and whether this person may enter now. Pure."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from msgspec.structs import replace

from tieline.ids import keyed_hash
from tieline.journey.definition import Journey
from tieline.journey.enrolment import Enrolment, EventSeen
from tieline.journey.pattern import EventPattern
from tieline.journey.trigger import (
    COUPON_EVENTS,
    TAG_EVENTS,
    CouponEvent,
    Keyword,
    LineFollowed,
    LineUnfollowed,
    Postback,
    SegmentEntered,
    SegmentExited,
    TagChanged,
)
from tieline.journey.where import PREFIX, accepts, referred
from tieline.model.event import (
    JOURNEY_START_ASKED,
    LINE_FOLLOWED,
    LINE_MESSAGE_RECEIVED,
    LINE_POSTBACK_RECEIVED,
    LINE_UNFOLLOWED,
)
from tieline.model.signal import Signal, SignalKind

RIGHT_AFTER = timedelta(microseconds=1)
TRIGGER_AGE_MAX = timedelta(days=3)
"""What happened longer ago starts nothing: importing last year's orders must not send this year's messages."""


def starts(journey: Journey, signal: Signal) -> bool:  # noqa: PLR0911 - one answer per kind of trigger
    """Tell whether `signal` is what starts `journey`.

    What happened at a LINE account carries its key in `signal.data["account"]`; a message carries the words it says, of
    those that some journey listens to, in `signal.data["keywords"]`, each after "exact:" or "contains:".
    """
    trigger, data = journey.trigger, signal.data
    if signal.kind is not SignalKind.EVENT:
        entered = isinstance(trigger, SegmentEntered) and signal.kind is SignalKind.SEGMENT_ENTERED
        exited = isinstance(trigger, SegmentExited) and signal.kind is SignalKind.SEGMENT_EXITED
        return (entered or exited) and signal.name == getattr(trigger, "segment", None)
    if signal.name == JOURNEY_START_ASKED:
        return data.get("journey") == journey.key
    match trigger:
        case EventPattern(event, where):
            return signal.name == event and accepts(where, data, {})
        case TagChanged(tag, change):
            return signal.name == TAG_EVENTS[change] and data.get("tag") == tag
        case CouponEvent(change, pool):
            return signal.name == COUPON_EVENTS[change] and pool in {"", data.get("pool")}
        case LineFollowed() | LineUnfollowed() | Keyword() | Postback():
            return trigger.account in {"", data.get("account")} and _on_line(trigger, signal)
    return False


def _on_line(trigger: LineFollowed | LineUnfollowed | Keyword | Postback, signal: Signal) -> bool:
    data = signal.data
    match trigger:
        case LineFollowed(_, unblocked, source):
            again = "yes" if data.get("is_unblocked") else "no"
            fits = unblocked in {"any", again} and source in {"", data.get("join_source")}
            return signal.name == LINE_FOLLOWED and fits
        case LineUnfollowed():
            return signal.name == LINE_UNFOLLOWED
        case Keyword(words, match, _):
            said = data.get("keywords", ())
            return signal.name == LINE_MESSAGE_RECEIVED and any(f"{match}:{word}" in said for word in words)
        case Postback(wanted, match, _):
            pressed = str(data.get("data", ""))
            fits = pressed == wanted if match == "exact" else pressed.startswith(wanted)
            return signal.name == LINE_POSTBACK_RECEIVED and fits


def told(signal: Signal) -> Mapping[str, Any]:
    """Return the properties of the trigger: of what happened, or those that came with the wish to start."""
    if signal.name != JOURNEY_START_ASKED:
        return signal.data
    data = signal.data.get("data")
    return data if isinstance(data, Mapping) else {}


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


def following(known: Iterable[EventSeen], entered_at: datetime, now: datetime) -> list[EventSeen]:
    """Return what a person did after entering, as far as it is known, in the order in which it happened.

    What is dated later than now was told before a clock was set back: it came before anything that can be dated, so that
    it is taken as having happened right after the entry, and lets no timer fire.
    """
    first = entered_at + RIGHT_AFTER
    return sorted(
        (seen if seen.at <= now else replace(seen, at=first) for seen in known if seen.at > entered_at),
        key=lambda one: one.at,
    )


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
