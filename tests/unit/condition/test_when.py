from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tieline.condition.place import Place
from tieline.condition.when import instant, on_clock, read_duration, read_moment, trait_on_clock

TAIPEI = ZoneInfo("Asia/Taipei")


def clock(*shown: int) -> datetime:
    return datetime(*shown, tzinfo=UTC).replace(tzinfo=None)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("P30D", timedelta(days=30)),
        ("P2W", timedelta(days=14)),
        ("PT90M", timedelta(minutes=90)),
        ("P1DT2H3M4S", timedelta(days=1, hours=2, minutes=3, seconds=4)),
    ],
)
def test_a_duration_is_part_of_iso_8601(said: str, expected: timedelta) -> None:
    assert read_duration(Place(said)) == expected


def test_a_day_begins_at_midnight_of_the_workspace() -> None:
    assert instant(date(2026, 1, 1), TAIPEI) == datetime(2025, 12, 31, 16, tzinfo=UTC)


def test_an_instant_keeps_milliseconds() -> None:
    moment = read_moment(Place("2026-01-01T00:00:00.123456+08:00"))
    assert instant(moment, TAIPEI) == datetime(2025, 12, 31, 16, 0, 0, 123000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("1990-03-31", clock(1990, 3, 31)),
        ("2026-03-31 23:30:00", clock(2026, 3, 31, 23, 30)),
        ("2026-03-31T23:30:00Z", clock(2026, 4, 1, 7, 30)),
        ("2026-03-31T23:30:00.9999+08:00", clock(2026, 3, 31, 23, 30, 0, 999000)),
        ("1990-02-31", None),
        ("2026-03-31T24:00:00Z", None),
        ("31/03/1990", None),
        ("1899-12-31", None),
        ("", None),
        (19900331, None),
        (None, None),
    ],
)
def test_a_date_trait_is_read_on_the_workspaces_clock(said: object, expected: datetime | None) -> None:
    assert trait_on_clock(said, TAIPEI) == expected


def test_the_clock_shows_local_time_without_an_offset() -> None:
    assert on_clock(datetime(2026, 1, 1, tzinfo=UTC), TAIPEI) == clock(2026, 1, 1, 8)
