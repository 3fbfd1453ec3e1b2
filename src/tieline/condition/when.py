"""Durations and moments in conditions, and date traits on the workspace's clock."""

import re
from calendar import isleap
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, TypeAlias

from tieline.condition.place import Place, quote

DURATION_MAX = timedelta(days=3660)

_duration = re.compile(r"P(?:(\d{1,4})W|(?:(\d{1,5})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,8})S)?)?)")

YEAR_MONTH_DAY = r"(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}"
CLOCK = r"[T ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,9})?"
OFFSET = r"(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])"
LOCAL = f"{YEAR_MONTH_DAY}({CLOCK})?"
"""A date, or a date and time without an offset: already on the workspace's clock."""
ABSOLUTE = f"{YEAR_MONTH_DAY}{CLOCK}{OFFSET}"

_local = re.compile(LOCAL)
_absolute = re.compile(ABSOLUTE)

Moment: TypeAlias = date | datetime
"""A day of the workspace, or an instant with its offset."""


def read_duration(place: Place) -> timedelta:
    """Read a part of ISO 8601: weeks (P2W), or days, hours, minutes and seconds (P1DT12H). A day is 24 hours."""
    said = place.data if isinstance(place.data, str) else ""
    matched = _duration.fullmatch(said)
    if not matched or said.endswith(("P", "T")):
        raise place.refuse(
            f"{quote(place.data)} is not a duration.", 'Write it like "P30D", "P2W" or "PT12H".'
        )
    weeks, days, hours, minutes, seconds = (int(group or 0) for group in matched.groups())
    duration = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    if not timedelta(0) < duration <= DURATION_MAX:
        raise place.refuse(f"{quote(said)} is out of range.", f"Use 1 second to {DURATION_MAX.days} days.")
    return duration


def read_moment(place: Place) -> Moment:
    """Read a day (`2026-01-31`) or an instant (`2026-01-31T09:00:00+08:00`)."""
    said = place.data if isinstance(place.data, str) else ""
    try:
        if re.fullmatch(YEAR_MONTH_DAY, said):
            return date.fromisoformat(said)
        if _absolute.fullmatch(said):
            return to_milliseconds(datetime.fromisoformat(said))
    except ValueError:
        pass
    raise place.refuse(
        f"{quote(place.data)} is neither a date nor a time with an offset.",
        'Write it like "2026-01-31" or "2026-01-31T09:00:00+08:00", between 1900 and 2099.',
    )


def instant(moment: Moment, zone: tzinfo) -> datetime:
    """Return the moment in UTC; a day begins at midnight of the workspace."""
    if isinstance(moment, datetime):
        return moment.astimezone(UTC)
    return datetime(moment.year, moment.month, moment.day, tzinfo=zone).astimezone(UTC)


def on_clock(moment: Moment, zone: tzinfo) -> datetime:
    """Return what the workspace's clock shows at `moment`, without an offset."""
    if isinstance(moment, datetime):
        return to_milliseconds(moment).astimezone(zone).replace(tzinfo=None)
    return datetime(moment.year, moment.month, moment.day)  # noqa: DTZ001 - a reading of a clock has no offset


def day_after(now: datetime, days: int, zone: tzinfo) -> datetime:
    """Return the midnight that begins the day `days` after today, on the workspace's clock."""
    today = on_clock(now, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return today + timedelta(days=days)


def month_days(day: date) -> tuple[int, ...]:
    """Return month * 100 + day of what is celebrated on `day`; without a 29th of February, on the 28th.

    Example:
        >>> month_days(date(2025, 2, 28))
        (228, 229)
    """
    said = day.month * 100 + day.day
    return (said, 229) if said == 228 and not isleap(day.year) else (said,)


def trait_on_clock(value: Any, zone: tzinfo) -> datetime | None:
    """Return what the workspace's clock shows at the moment a trait names, or None if it is no date from 1900 to 2099."""
    if not isinstance(value, str):
        return None
    try:
        if _local.fullmatch(value):
            return to_milliseconds(datetime.fromisoformat(value))
        if _absolute.fullmatch(value):
            return on_clock(datetime.fromisoformat(value), zone)
    except ValueError:
        return None
    return None


def to_milliseconds(at: datetime) -> datetime:
    """Drop what history does not keep: times are stored in whole milliseconds."""
    return at.replace(microsecond=at.microsecond // 1000 * 1000)
