"""Tests of dates: of a trait, of a property, of when something first or last happened. Read from JSON, and meant in memory."""

from datetime import datetime, timedelta, tzinfo
from typing import Any, TypeAlias

import msgspec

from tieline.condition import when
from tieline.condition.place import Place, quote
from tieline.condition.when import Moment

DAYS_MAX = 3660

OPERATORS = {
    "month_is": 'The date lies in this month of any year: 1 to 12, or "current".',
    "before": "The date lies before this day or instant.",
    "after": "The date lies after this day or instant; a day begins at midnight.",
    "within_last": "The date lies between this duration ago (not included) and now (included).",
    "within_next": "The date lies between now (not included) and this duration ahead (included).",
    "in_days": "The date is the day this many days after today; 0 is today, -14 two weeks ago.",
    "anniversary_in_days": "Month and day are those of the day this many days after today; 29 February is kept on the 28th when there is none.",
}


class Month(msgspec.Struct, frozen=True):
    """A date trait lies in this month of any year; 0 is the current month."""

    month: int


class Before(msgspec.Struct, frozen=True):
    """A date trait lies before this moment."""

    moment: Moment


class After(msgspec.Struct, frozen=True):
    """A date trait lies after this moment."""

    moment: Moment


class WithinLast(msgspec.Struct, frozen=True):
    """A date trait lies in the time that ends now; the end belongs to it, the start does not."""

    duration: timedelta


class WithinNext(msgspec.Struct, frozen=True):
    """A date trait lies in the time that begins now; the start does not belong to it, the end does."""

    duration: timedelta


class InDays(msgspec.Struct, frozen=True):
    """A date trait lies on the day that is this many days after today, on the workspace's clock."""

    days: int


class Anniversary(msgspec.Struct, frozen=True):
    """Month and day of a date trait are those of the day this many days after today."""

    days: int


DateTest: TypeAlias = Month | Before | After | WithinLast | WithinNext | InDays | Anniversary


def read_date_test(place: Place) -> DateTest:
    """Read `op`, a key of `OPERATORS`, and `value` of the object at `place`."""
    op = place.at("op").one_of(tuple(OPERATORS))
    if not place.has("value"):
        raise place.refuse(f"{op} needs a value.", 'Add "value".')
    return _read(op, place.at("value"))


def _read(op: str, place: Place) -> DateTest:
    if op == "month_is":
        if place.data == "current":
            return Month(0)
        if isinstance(place.data, int) and not isinstance(place.data, bool) and 1 <= place.data <= 12:
            return Month(place.data)
        raise place.refuse(f"{quote(place.data)} is not a month.", 'Use 1 to 12, or "current".')
    if op in {"in_days", "anniversary_in_days"}:
        if isinstance(place.data, bool) or not isinstance(place.data, int) or abs(place.data) > DAYS_MAX:
            raise place.refuse(
                f"{quote(place.data)} is not a number of days.",
                f"Use a whole number from -{DAYS_MAX} to {DAYS_MAX}; 0 is today.",
            )
        return InDays(place.data) if op == "in_days" else Anniversary(place.data)
    if op == "within_next":
        return WithinNext(when.read_duration(place))
    if op == "within_last":
        return WithinLast(when.read_duration(place))
    moment = when.read_moment(place)
    return Before(moment) if op == "before" else After(moment)


def moves(test: Any) -> bool:
    """Tell whether time alone can change what a test says."""
    return isinstance(test, WithinLast | WithinNext | InDays | Anniversary) or test == Month(0)


def dated(test: DateTest, value: Any, now: datetime, zone: tzinfo) -> bool:
    """Tell whether a value, as it came in JSON, is a date that passes; `now` in whole milliseconds."""
    shown = when.trait_on_clock(value, zone)
    return shown is not None and on_time(test, shown, now, zone)


def on_time(test: DateTest, shown: datetime, now: datetime, zone: tzinfo) -> bool:
    """Tell whether a reading of the workspace's clock passes."""
    clock = when.on_clock(now, zone)
    if isinstance(test, Before | After):
        limit = when.on_clock(test.moment, zone)
        return shown < limit if isinstance(test, Before) else shown > limit
    if isinstance(test, WithinNext):
        return clock < shown <= clock + test.duration
    if isinstance(test, InDays):
        return shown.date() == when.day_after(now, test.days, zone).date()
    if isinstance(test, Anniversary):
        return shown.month * 100 + shown.day in when.month_days(when.day_after(now, test.days, zone))
    if isinstance(test, Month):
        return shown.month == (test.month or clock.month)
    return clock - test.duration < shown <= clock
