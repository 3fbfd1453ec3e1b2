"""A coupon that LINE would refuse is refused here, with its place; and what is let through, LINE's own library reads."""

from datetime import UTC, datetime
from typing import Any

import pytest
from linebot.v3.messaging import models

from tieline.deliver.message.coupon import CONDITIONS, PRICES, ZONES, check_coupon

NOW = datetime(2026, 11, 1, tzinfo=UTC)
COUPON: dict[str, Any] = {
    "title": "九折券",
    "startTimestamp": 1_790_000_000,
    "endTimestamp": 1_900_000_000,
    "maxUseCountPerTicket": 1,
    "timezone": "ASIA_TAIPEI",
    "visibility": "UNLISTED",
    "reward": {"type": "discount", "priceInfo": {"type": "percentage", "percentage": 10}},
    "acquisitionCondition": {"type": "normal"},
}
PERCENT = {"type": "percentage", "percentage": 10}
LOTTERY = {"type": "lottery", "lotteryProbability": 50, "maxAcquireCount": -1}


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"reward": {"type": "free"}},
        {"reward": {"type": "cashBack", "priceInfo": {"type": "fixed", "fixedAmount": 100}}},
        {
            "reward": {
                "type": "discount",
                "priceInfo": {"type": "explicit", "originalPrice": 500, "priceAfterDiscount": 0},
            }
        },
        {"acquisitionCondition": LOTTERY},
        {"title": "長" * 60, "description": "x" * 1_000, "usageCondition": "x" * 100, "couponCode": "A" * 16},
        {"maxUseCountPerTicket": -1, "imageUrl": "https://brand.example/coupon.png"},
    ],
)
def test_a_proper_coupon_is_let_through_and_lines_library_reads_it(changed: dict[str, Any]) -> None:
    coupon = {**COUPON, **changed}
    assert list(check_coupon(coupon, NOW)) == []
    assert models.CouponCreateRequest.from_dict(coupon).title == coupon["title"]


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"title": ""}, "/title"),
        ({"title": "長" * 61}, "/title"),
        ({"title": "👍" * 31}, "/title"),
        ({"couponCode": "A" * 17}, "/couponCode"),
        ({"visibility": "PRIVATE"}, "/visibility"),
        ({"timezone": "Asia/Taipei"}, "/timezone"),
        ({"maxUseCountPerTicket": 0}, "/maxUseCountPerTicket"),
        ({"maxUseCountPerTicket": 2}, "/maxUseCountPerTicket"),
        ({"endTimestamp": 1_790_000_000}, "/endTimestamp"),
        ({"startTimestamp": 1_600_000_000, "endTimestamp": 1_700_000_000}, "/endTimestamp"),
        ({"imageUrl": "http://brand.example/coupon.png"}, "/imageUrl"),
        ({"reward": {"type": "present"}}, "/reward/type"),
        ({"reward": {"type": "discount"}}, "/reward/priceInfo"),
        ({"reward": {"type": "free", "priceInfo": PERCENT}}, "/reward/priceInfo"),
        ({"reward": {"type": "discount", "priceInfo": {"type": "percentage", "percentage": 100}}}, "/reward/priceInfo/percentage"),
        ({"reward": {"type": "cashBack", "priceInfo": {"type": "explicit"}}}, "/reward/priceInfo/type"),
        (
            {"reward": {"type": "discount", "priceInfo": {"type": "explicit", "originalPrice": 5, "priceAfterDiscount": 5}}},
            "/reward/priceInfo/priceAfterDiscount",
        ),
        ({"acquisitionCondition": {"type": "referral"}}, "/acquisitionCondition/type"),
        ({"acquisitionCondition": {**LOTTERY, "lotteryProbability": 100}}, "/acquisitionCondition/lotteryProbability"),
        ({"acquisitionCondition": {**LOTTERY, "maxAcquireCount": 0}}, "/acquisitionCondition/maxAcquireCount"),
        ({"currency": "TWD"}, "/currency"),
    ],
)  # fmt: skip
def test_an_improper_coupon_is_refused_at_its_place(changed: dict[str, Any], place: str) -> None:
    assert place in [one.pointer for one in check_coupon({**COUPON, **changed}, NOW)]


@pytest.mark.parametrize("body", [None, [], "x", {"reward": 1, "acquisitionCondition": []}])
def test_nothing_that_is_no_coupon_raises(body: Any) -> None:
    assert list(check_coupon(body, NOW))


def test_every_zone_is_one_that_lines_library_knows() -> None:
    for zone in ZONES:
        assert models.CouponCreateRequest.from_dict({**COUPON, "timezone": zone}).timezone == zone
    assert set(PRICES) == {"discount", "cashBack", "free", "gift", "others"}
    assert set(CONDITIONS) == {"normal", "lottery"}
