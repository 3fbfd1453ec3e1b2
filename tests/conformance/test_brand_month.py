"""A month of a brand with 100,000 friends: what was foreseen beside what came, and our ledger beside LINE's counter."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from brand_month import ASKED_ON, Clock, Month
from line_brand import serving

FRIENDS = 100_000
SEED = 7
WITHIN = 0.01


@pytest.mark.long
async def test_a_month_of_100_000_friends_ends_as_was_forecast_and_as_line_counted(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(datetime(2026, 10, 3, 3, tzinfo=UTC))
    monkeypatch.setattr("tieline.app.http.clock", lambda _settings: clock)
    async with serving(tmp_path, postgres_url) as brand:
        brand.transport._now = clock.now
        month = Month(brand, postgres_url, clock)
        await month.open(FRIENDS)
        await month.pass_by(SEED)
        ledger, counted = await month.ledger()
        compared = (await brand.call("GET", "/api/cost/reconciliation/main", days=31))["days"]
        reach = (await brand.call("POST", "/api/cost/estimate", {"account": "main"}))["audience"]
        replies = await brand.rows("select count(*) from reply where state = 'accepted'")
        held_out = await brand.rows("select count(*) from broadcast_recipient where arm = 'held_out'")
    foreseen = {day: month.forecasts[day]["forecast"] for day in ASKED_ON}

    def off(messages: float, truth: int = ledger) -> float:
        return abs(messages - truth) / truth

    figures = [
        f"day {day}: {said['messages']:,} {off(said['messages']):.3%}" for day, said in foreseen.items()
    ]
    figures += [
        f"ledger {ledger:,}",
        f"LINE {counted:,} {off(counted):.3%}",
        f"free replies {replies[0][0]:,}",
    ]
    print("; ".join(figures))  # noqa: T201 - what was measured, for whoever asks with -s
    assert max(off(said["messages"]) for said in foreseen.values()) < WITHIN
    assert 0 < off(counted) < WITHIN  # of some who blocked, LINE never told us
    days = [one for one in compared if one["day"].startswith("2026-11")]
    assert len(days) == 30
    assert all(one["state"] in {"matches", "differs"} for one in days)
    assert sum(one["own_push"] + one["own_multicast"] for one in days) == ledger
    assert sum(one["line_push"] + one["line_multicast"] for one in days) == counted
    assert sum(one["own_reply"] for one in days) == sum(one["line_reply"] for one in days) == replies[0][0]
    # What a forecast or a ledger that is wrong in one thing would say: each is more than 1 % off.
    first = foreseen[1]
    wrong = {
        "everybody who ever followed": first["messages"] - first["scheduled"] + FRIENDS + FRIENDS // 3,
        "nothing by journeys": first["messages"] - first["journeys"],
        "those who are kept out": first["messages"] + held_out[0][0],
        "the next month's broadcast": first["messages"] + reach["reachable"],
        "free replies as if they were charged": ledger + replies[0][0],
    }
    assert {what for what, messages in wrong.items() if off(messages) < WITHIN} == set()
