"""The fifteenth promise: months and days turn by the clock of the brand, in Taipei and in Tokyo."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from promise_parts import CART, HELLO, REMIND

from tieline.testing.story import Story


@pytest.mark.parametrize("city", ["Asia/Taipei", "Asia/Tokyo"])
@pytest.mark.parametrize(
    ("due", "reminded_at"),
    [
        ("2026-05-02", "2026-04-29T10:00"),  # over the end of a month
        ("2027-01-02", "2026-12-30T10:00"),  # over the end of a year
        ("2028-03-02", "2028-02-28T10:00"),  # in a leap year
    ],
)
async def test_15_three_days_before_at_ten_is_that_day_by_the_clock_of_the_brand(
    due: str, reminded_at: str, city: str
) -> None:
    moment = datetime.fromisoformat(reminded_at).replace(tzinfo=ZoneInfo(city))
    story = Story(moment - timedelta(days=5), zone=city)
    await story.befriend(0, "M0")
    wait = {
        "id": "wait",
        "kind": "wait_until_date",
        "date": "trigger.due",
        "days": -3,
        "time": "10:00",
        "next": "remind",
    }
    await story.journey({**CART, "steps": [wait, REMIND]})
    await story.track("Product Added", "M0", cart_id="c1", due=due)
    await story.until(moment + timedelta(days=1))

    assert [one.at for one in story.phones.heard] == [moment.astimezone(UTC)]


@pytest.mark.parametrize(("city", "last_hour"), [("Asia/Taipei", "15:30"), ("Asia/Tokyo", "14:30")])
async def test_15_a_month_ends_at_midnight_of_the_brand_and_not_of_the_server(
    city: str, last_hour: str
) -> None:
    end = datetime.fromisoformat(f"2026-03-31T{last_hour}+00:00")  # half an hour before April begins there
    story = Story(end - timedelta(days=1), zone=city)
    await story.befriend(0, "M0")
    wait = {"id": "wait", "kind": "wait_until_date", "date": "trigger.due", "time": "00:00", "next": "remind"}
    await story.journey({**CART, "steps": [wait, REMIND]})
    await story.track("Product Added", "M0", cart_id="c1", due="2026-04-01")
    await story.until(end)
    early = len(story.phones.heard)
    await story.until(end + timedelta(minutes=31))

    assert (early, len(story.phones.heard)) == (0, 1)


@pytest.mark.parametrize(("city", "last_hour"), [("Asia/Taipei", "15:30"), ("Asia/Tokyo", "14:30")])
async def test_15_who_is_born_this_month_changes_at_midnight_of_the_brand(city: str, last_hour: str) -> None:
    end = datetime.fromisoformat(f"2026-03-31T{last_hour}+00:00")
    story = Story(end - timedelta(hours=2), zone=city)
    await story.befriend(0, "M0")
    await story.identify("M0", born="1990-04-17")
    await story.segment("birthday", {"trait": "born", "op": "month_is", "value": "current"})
    await story.until(end)
    await story.broadcast("march", variants=HELLO, segment="birthday")
    await story.until(end + timedelta(minutes=36))
    await story.broadcast("april", variants=HELLO, segment="birthday")

    assert [row.send.origin for row in story.sends] == ["broadcast:april"]
