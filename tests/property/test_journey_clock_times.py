"""The next local time, against walking through every quarter of an hour."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from tieline.journey.timers import next_local_time

ZONES = [
    ZoneInfo(name)
    for name in ("Asia/Taipei", "Asia/Tokyo", "Europe/Berlin", "America/Nuuk", "Australia/Lord_Howe")
]
QUARTER = timedelta(minutes=15)
NEARLY_A_YEAR = 4 * 24 * 364


@given(
    st.sampled_from(ZONES),
    st.integers(0, NEARLY_A_YEAR).map(lambda quarters: datetime(2026, 1, 1, tzinfo=UTC) + quarters * QUARTER),
    st.integers(0, 4 * 24 - 1).map(lambda quarters: time(quarters // 4, quarters % 4 * 15)),
    st.frozensets(st.integers(0, 6)),
)
def test_the_next_local_time_is_the_first_the_clock_shows(
    zone: ZoneInfo, after: datetime, at: time, weekdays: frozenset[int]
) -> None:
    found = next_local_time(after, at, weekdays, zone)
    assert after < found <= after + timedelta(days=8, hours=1)
    walked = after + QUARTER
    while walked < found:
        shown = walked.astimezone(zone)
        first_time = shown.fold == 0
        assert not (first_time and shown.time() == at and (not weekdays or shown.weekday() in weekdays))
        walked += QUARTER
    skipped = found.astimezone(zone).time() != at
    assert skipped or not weekdays or found.astimezone(zone).weekday() in weekdays
    if skipped:
        day_and_time = datetime.combine((found - timedelta(hours=1)).astimezone(zone).date(), at, tzinfo=zone)
        assert day_and_time.astimezone(UTC).astimezone(zone).time() != at, (
            "the clock never showed it that day"
        )
