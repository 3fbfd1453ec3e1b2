"""When a wait ends: durations and local clock times become moments in UTC. Pure.

A day of a duration is 24 hours. A local time is kept by the wall clock across changes to and from summer time: a time
that the clock skips is reached when the old clock would have shown it; a time that comes twice counts the first time.
"""

from collections.abc import Collection
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from tieline.condition.when import trait_on_clock

DAYS_IN_WEEK = 7


def next_local_time(after: datetime, at: time, weekdays: Collection[int], zone: tzinfo) -> datetime:
    """Return the first moment strictly after `after` when the clock in `zone` shows `at`.

    Args:
        after: Any aware time.
        at: Wall-clock time.
        weekdays: Allowed days, Monday is 0; empty for every day.
        zone: The workspace's time zone.
    """
    day = after.astimezone(zone).date()
    # One more day than a week: today's time may be over; one before: a skipped time may still be ahead after midnight.
    for days in range(-1, DAYS_IN_WEEK + 1):
        candidate = day + timedelta(days=days)
        moment = local_moment(candidate, at, zone)
        if moment > after and (not weekdays or candidate.weekday() in weekdays):
            return moment
    raise AssertionError(f"no day among {sorted(weekdays)}")


def local_moment(day: date, at: time, zone: tzinfo) -> datetime:
    """Return the moment in UTC when the clock in `zone` shows `at` on `day`."""
    return datetime.combine(day, at.replace(fold=0), tzinfo=zone).astimezone(UTC)


def day_moment(said: Any, days: int, at: time, zone: tzinfo) -> datetime | None:
    """Return the moment `days` days from the day that `said` names, at `at`; None if `said` is no date.

    Args:
        said: A date (`2026-03-01`), or a time with or without an offset; with one, its day is the workspace's.
        days: Days to add; negative for days before.
        at: Wall-clock time.
        zone: The workspace's time zone.
    """
    shown = trait_on_clock(said, zone)
    if shown is None:
        return None
    return local_moment(shown.date() + timedelta(days=days), at, zone)
