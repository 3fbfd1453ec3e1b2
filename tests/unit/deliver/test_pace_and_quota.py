from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.deliver.pace import BURST_SECONDS, LINE_PER_SECOND, PER_SECOND, Pace
from tieline.deliver.quota import FRESH, FRESH_IN_WANT, Quota
from tieline.model.send import Answer

NOW = datetime(2026, 11, 30, 15, 30, tzinfo=UTC)
BRAND = (1, "brand")


def drained(pace: Pace, at: datetime, endpoint: str = "push", account: tuple[int, str] = BRAND) -> int:
    taken = 0
    while pace.take(account, endpoint, at):
        taken += 1
    return taken


def test_a_bucket_gives_its_burst_and_then_its_rate() -> None:
    pace = Pace()
    drained(pace, NOW)
    taken = sum(drained(pace, NOW + timedelta(milliseconds=50 * step)) for step in range(1, 201))
    assert taken == pytest.approx(10 * PER_SECOND["push"], abs=1)


@given(st.data(), st.sampled_from(list(LINE_PER_SECOND)))
def test_no_second_has_more_calls_than_line_allows_however_a_sender_stalls(
    data: st.DataObject, endpoint: str
) -> None:
    pace = Pace()
    waits = data.draw(st.lists(st.integers(0, 400), min_size=20, max_size=60))
    starts: list[tuple[int, int]] = []
    elapsed_ms = 0
    for wait_ms in waits:
        elapsed_ms += wait_ms
        starts.append((elapsed_ms, drained(pace, NOW + timedelta(milliseconds=elapsed_ms), endpoint)))
    for begin, _ in starts:
        assert sum(calls for at, calls in starts if begin <= at < begin + 1_000) < LINE_PER_SECOND[endpoint]


def test_a_sender_that_stalls_for_a_moment_catches_up() -> None:
    pace = Pace()
    drained(pace, NOW)
    steps = [
        NOW + timedelta(milliseconds=10 * step) for step in range(1, 1_001) if step % 20 not in range(1, 8)
    ]
    assert sum(drained(pace, at) for at in steps) >= 10 * 1_900


def test_after_a_clock_that_jumped_back_calls_start_again_within_a_second() -> None:
    pace = Pace()
    for step in range(200):
        drained(pace, NOW + timedelta(milliseconds=10 * step))
    earlier = NOW - timedelta(days=1)
    drained(pace, earlier)
    assert drained(pace, earlier + timedelta(seconds=1)) > 0


def test_one_account_reaches_ninety_thousand_recipients_a_second() -> None:
    pace = Pace()
    drained(pace, NOW, "multicast")
    calls = sum(drained(pace, NOW + timedelta(milliseconds=60 * step), "multicast") for step in range(1, 101))
    assert calls / 6 * 500 > 90_000


def test_buckets_of_accounts_and_endpoints_are_apart() -> None:
    pace = Pace()
    drained(pace, NOW)
    assert drained(pace, NOW, "multicast") == int(PER_SECOND["multicast"] * BURST_SECONDS)
    assert drained(pace, NOW, account=(2, "brand")) > 0


def test_no_clock_jump_gives_more_than_one_burst() -> None:
    pace = Pace()
    drained(pace, NOW)
    assert drained(pace, NOW - timedelta(days=1)) == 0
    assert drained(pace, NOW + timedelta(days=1)) == int(PER_SECOND["push"] * BURST_SECONDS)


class Line:
    """LINE as far as the quota needs it."""

    def __init__(self, quota: Answer, used: int) -> None:
        self.answers = {"quota": quota, "consumption": Answer(200, msgspec.json.encode({"totalUsage": used}))}
        self.calls = 0

    async def quota(self, *_: object) -> Answer:
        self.calls += 1
        return self.answers["quota"]

    async def consumption(self, *_: object) -> Answer:
        return self.answers["consumption"]


def limited(value: int) -> Answer:
    return Answer(200, msgspec.json.encode({"type": "limited", "value": value}))


def quota(line: Line, own: int = 0) -> tuple[Quota, list[datetime]]:
    asked: list[datetime] = []

    async def accepted_since(_workspace: int, _account: str, since: datetime) -> int:
        asked.append(since)
        return own

    return Quota(line, accepted_since), asked  # type: ignore[arg-type] - only what the quota asks is there


async def test_the_larger_of_lines_count_and_ours_is_held_against_the_limit() -> None:
    assert await quota(Line(limited(100), used=30), own=40)[0].left(BRAND, NOW) == 60
    assert await quota(Line(limited(100), used=50), own=40)[0].left(BRAND, NOW) == 50


async def test_no_limit_and_an_unread_limit_are_both_none() -> None:
    assert await quota(Line(Answer(200, b'{"type":"none"}'), 0))[0].left(BRAND, NOW) is None
    assert await quota(Line(Answer(500, b"{}"), 0))[0].left(BRAND, NOW) is None
    assert await quota(Line(Answer(200, b"<html>"), 0))[0].left(BRAND, NOW) is None


async def test_a_month_begins_in_japan() -> None:
    found, asked = quota(Line(limited(100), used=0))
    await found.left(BRAND, NOW)
    assert asked == [datetime(2026, 11, 30, 15, tzinfo=UTC)]


async def test_a_reading_is_kept_for_a_minute_and_shrinks_with_what_leaves() -> None:
    line = Line(limited(100), used=0)
    found, _ = quota(line)
    assert await found.left(BRAND, NOW) == 100
    found.spend(BRAND, 30)
    assert await found.left(BRAND, NOW + FRESH / 2) == 70
    assert line.calls == 1
    assert await found.left(BRAND, NOW + FRESH) == 100


async def test_lines_refusal_is_the_last_word() -> None:
    found, _ = quota(Line(limited(100), used=0))
    found.exhausted(BRAND, NOW)
    assert await found.left(BRAND, NOW) == 0


async def test_what_does_not_fit_is_looked_at_again_soon_for_somebody_may_have_raised_the_limit() -> None:
    line = Line(limited(3), 0)
    found, _ = quota(line)
    assert await found.left(BRAND, NOW, 5) == 3
    line.answers["quota"] = limited(100)
    assert await found.left(BRAND, NOW + FRESH_IN_WANT / 2, 5) == 3
    assert await found.left(BRAND, NOW + FRESH_IN_WANT, 3) == 3
    assert await found.left(BRAND, NOW + FRESH_IN_WANT, 5) == 100


async def test_an_account_that_line_refused_is_looked_at_again_soon() -> None:
    found, _ = quota(Line(limited(100), 0))
    found.exhausted(BRAND, NOW)
    assert await found.left(BRAND, NOW + FRESH_IN_WANT / 2, 1) == 0
    assert await found.left(BRAND, NOW + FRESH_IN_WANT, 1) == 100
