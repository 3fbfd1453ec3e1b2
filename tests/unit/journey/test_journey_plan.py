"""When journeys that begin by the clock begin: months, weekdays, summer time, birthdays."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tieline.condition.match import Person, match
from tieline.condition.rewrite import rewrite
from tieline.journey.parse import parse
from tieline.journey.plan import by_clock, next_round


def begins(trigger: dict[str, Any]) -> Any:
    steps = [{"id": "mark", "kind": "tag", "add": ["a"]}]
    journey = parse({"key": "j", "name": "j", "trigger": trigger, "start": "mark", "steps": steps})
    found = by_clock(journey)
    assert found is not None
    return found


def local(said: str, zone: str) -> datetime:
    return datetime.fromisoformat(said).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize("zone", ["Asia/Taipei", "Asia/Tokyo"])
@pytest.mark.parametrize(
    ("rest", "after", "then"),
    [
        ({}, "2026-02-28T15:59", "2026-02-28T16:00"),
        ({}, "2026-02-28T16:00", "2026-03-01T16:00"),
        ({"weekdays": ["fri"]}, "2026-02-27T16:00", "2026-03-06T16:00"),
        ({"days": [1]}, "2026-02-02T09:00", "2026-03-01T16:00"),
        ({"days": [31]}, "2026-01-31T16:00", "2026-03-31T16:00"),
        ({"days": [1], "weekdays": ["sun"]}, "2026-02-02T09:00", "2026-03-01T16:00"),
    ],
)
def test_a_schedule_begins_at_its_next_moment(rest: Any, after: str, then: str, zone: str) -> None:
    trigger = begins({"kind": "schedule", "if": {"tag": "x"}, "time": "16:00", **rest})
    assert next_round(trigger, local(after, zone), ZoneInfo(zone)) == local(then, zone)


def test_a_time_that_summer_time_skips_comes_when_the_old_clock_would_have_shown_it() -> None:
    trigger = begins({"kind": "schedule", "if": {"tag": "x"}, "time": "02:30"})
    found = next_round(trigger, local("2026-03-28T12:00", "Europe/Berlin"), ZoneInfo("Europe/Berlin"))
    assert found == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize("zone", ["Asia/Taipei", "Asia/Tokyo"])
@pytest.mark.parametrize(
    ("days", "date", "today", "meant"),
    [
        (-3, "2026-03-02", "2026-02-27T10:00", True),  # over the end of February
        (-3, "2026-03-02", "2026-02-26T10:00", False),
        (-3, "2028-03-02", "2028-02-28T10:00", True),  # in a leap year
        (3, "2026-01-30", "2026-02-02T10:00", True),
        (0, "2026-01-30", "2026-01-30T10:00", True),
        (-7, "2026-01-03", "2025-12-27T10:00", True),  # over the new year
    ],
)
def test_so_many_days_from_a_date_is_that_day_of_the_workspace(
    days: int, date: str, today: str, meant: bool, zone: str
) -> None:
    trigger = begins({"kind": "date", "trait": "due_on", "days": days, "time": "10:00"})
    person = Person(traits={"due_on": date})
    assert match(rewrite(trigger.who), person, local(today, zone), zone) is meant


@pytest.mark.parametrize(
    ("birthday", "today", "meant"),
    [
        ("1990-12-31", "2026-12-24T10:00", True),
        ("1990-12-31", "2027-12-24T10:00", True),
        ("1992-02-29", "2026-02-21T10:00", True),  # kept on the 28th
        ("1990-12-31", "2026-12-25T10:00", False),
    ],
)
def test_a_birthday_comes_every_year(birthday: str, today: str, meant: bool) -> None:
    trigger = begins({"kind": "date", "trait": "birthday", "days": -7, "time": "10:00", "yearly": True})
    person = Person(traits={"birthday": birthday})
    assert match(rewrite(trigger.who), person, local(today, "Asia/Taipei"), "Asia/Taipei") is meant
