from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from tieline.journey.timers import day_moment, local_moment, next_local_time

BERLIN = ZoneInfo("Europe/Berlin")
TAIPEI = ZoneInfo("Asia/Taipei")
TOKYO = ZoneInfo("Asia/Tokyo")
TEN = time(10)


def at(said: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(said).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize("zone", [TAIPEI, TOKYO])
@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("2026-01-31T10:00", "2026-02-01T10:00"),
        ("2026-01-31T09:59:59", "2026-01-31T10:00"),
        ("2026-02-28T23:59", "2026-03-01T10:00"),
        ("2028-02-28T12:00", "2028-02-29T10:00"),
        ("2026-12-31T10:00", "2027-01-01T10:00"),
    ],
)
def test_ten_in_the_morning_comes_after_the_end_of_a_month(zone: ZoneInfo, after: str, expected: str) -> None:
    assert next_local_time(at(after, zone), TEN, (), zone) == at(expected, zone)


def test_the_day_is_the_workspace_s_and_not_utc_s() -> None:
    after = datetime(2026, 3, 1, 23, 0, tzinfo=UTC)  # 07:00 on 2 March in Taipei
    assert next_local_time(after, TEN, (), TAIPEI) == datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def test_only_allowed_weekdays_count() -> None:
    friday_noon = at("2026-03-06T12:00", TAIPEI)
    assert next_local_time(friday_noon, TEN, (4,), TAIPEI) == at("2026-03-13T10:00", TAIPEI)
    assert next_local_time(friday_noon, TEN, (0, 6), TAIPEI) == at("2026-03-08T10:00", TAIPEI)


def test_ten_stays_ten_when_the_clocks_change() -> None:
    winter = at("2026-03-28T10:00", BERLIN)
    summer = next_local_time(winter, TEN, (), BERLIN)
    assert summer == at("2026-03-29T10:00", BERLIN)
    assert summer - winter == timedelta(hours=23)
    assert next_local_time(at("2026-10-24T10:00", BERLIN), TEN, (), BERLIN) == at("2026-10-25T10:00", BERLIN)


def test_a_time_that_the_clock_skips_comes_when_the_old_clock_would_have_shown_it() -> None:
    skipped = next_local_time(at("2026-03-29T01:00", BERLIN), time(2, 30), (), BERLIN)
    assert skipped == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert skipped.astimezone(BERLIN).time() == time(3, 30)


def test_a_time_skipped_at_midnight_is_still_ahead_after_midnight() -> None:
    nuuk = ZoneInfo("America/Nuuk")  # 23:00 on 28 March is followed by 00:00 on 29 March
    after = at("2026-03-29T00:10", nuuk)
    assert next_local_time(after, time(23, 30), (), nuuk) == at("2026-03-29T00:30", nuuk)
    assert next_local_time(after, time(23, 30), (6,), nuuk) == at("2026-03-29T23:30", nuuk)


def test_a_time_that_comes_twice_counts_once() -> None:
    first = next_local_time(at("2026-10-25T01:00", BERLIN), time(2, 30), (), BERLIN)
    assert first == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert next_local_time(first, time(2, 30), (), BERLIN) == at("2026-10-26T02:30", BERLIN)


@pytest.mark.parametrize(
    "said", ["2026-03-02", "2026-03-02T01:00:00", "2026-03-01T16:00:00Z", "2026-03-02T00:00:00+09:00"]
)
def test_three_days_before_a_day_in_march_is_in_february(said: str) -> None:
    assert day_moment(said, -3, TEN, TOKYO) == at("2026-02-27T10:00", TOKYO)


@pytest.mark.parametrize("said", [None, "", "tomorrow", "2026-02-30", 20260302, True])
def test_what_is_no_date_has_no_moment(said: object) -> None:
    assert day_moment(said, 0, TEN, TOKYO) is None


def test_a_date_at_the_edge_of_what_is_kept_can_still_be_shifted() -> None:
    assert day_moment("2099-12-31", 366, TEN, TOKYO) == local_moment(datetime(2101, 1, 1).date(), TEN, TOKYO)  # noqa: DTZ001 - a day
