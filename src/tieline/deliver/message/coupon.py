"""Coupon objects: what LINE takes when one is made. Pure.

A coupon cannot be changed at LINE, only closed for good, so a mistake is refused before it is there.

Source: https://developers.line.biz/en/reference/messaging-api/#create-coupon
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tieline.deliver.message.action import KIND
from tieline.deliver.message.field import (
    Address,
    Number,
    OneOf,
    Part,
    Problem,
    Problems,
    Rules,
    Text,
    check,
    kind_of,
    optional,
)

NO_END = -1
"""How LINE writes "as often as you like"."""
AMOUNT_MAX = 10**7
SECONDS_MAX = 10**11
ZONES = (
    "ETC_GMT_MINUS_12", "ETC_GMT_MINUS_11", "PACIFIC_HONOLULU", "AMERICA_ANCHORAGE", "AMERICA_LOS_ANGELES",
    "AMERICA_PHOENIX", "AMERICA_CHICAGO", "AMERICA_NEW_YORK", "AMERICA_CARACAS", "AMERICA_SANTIAGO", "AMERICA_ST_JOHNS",
    "AMERICA_SAO_PAULO", "ETC_GMT_MINUS_2", "ATLANTIC_CAPE_VERDE", "EUROPE_LONDON", "EUROPE_PARIS", "EUROPE_ISTANBUL",
    "EUROPE_MOSCOW", "ASIA_TEHRAN", "ASIA_TBILISI", "ASIA_KABUL", "ASIA_TASHKENT", "ASIA_COLOMBO", "ASIA_KATHMANDU",
    "ASIA_ALMATY", "ASIA_RANGOON", "ASIA_BANGKOK", "ASIA_TAIPEI", "ASIA_TOKYO", "AUSTRALIA_DARWIN", "AUSTRALIA_SYDNEY",
    "ASIA_VLADIVOSTOK", "ETC_GMT_PLUS_12", "PACIFIC_TONGATAPU",
)  # fmt: skip
_COUPON: Rules = {
    "title": Text(60),
    "description": optional(1_000),
    "usageCondition": optional(100),
    "couponCode": optional(16),
    "imageUrl": Address(required=False),
    "barcodeImageUrl": Address(required=False),
    "visibility": OneOf(("PUBLIC", "UNLISTED"), required=True),
    "timezone": OneOf(ZONES, required=True),
    "startTimestamp": Number(0, SECONDS_MAX, whole=True),
    "endTimestamp": Number(0, SECONDS_MAX, whole=True),
    "maxUseCountPerTicket": Number(NO_END, 1, whole=True),
    "reward": Part(required=True),
    "acquisitionCondition": Part(required=True),
}
_AMOUNT = Number(1, AMOUNT_MAX, whole=True)
_PERCENT = Number(1, 99, whole=True)
_FIXED: Rules = {"type": KIND, "fixedAmount": _AMOUNT}
_PERCENTAGE: Rules = {"type": KIND, "percentage": _PERCENT}
_EXPLICIT: Rules = {
    "type": KIND,
    "originalPrice": _AMOUNT,
    "priceAfterDiscount": Number(0, AMOUNT_MAX, whole=True),
}
PRICES: Mapping[str, Mapping[str, Rules]] = {
    "discount": {"fixed": _FIXED, "percentage": _PERCENTAGE, "explicit": _EXPLICIT},
    "cashBack": {"fixed": _FIXED, "percentage": _PERCENTAGE},
    "free": {},
    "gift": {},
    "others": {},
}
"""Kinds of rewards, and how the price of each may be said."""
CONDITIONS: Mapping[str, Rules] = {
    "normal": {"type": KIND},
    "lottery": {
        "type": KIND,
        "lotteryProbability": _PERCENT,
        "maxAcquireCount": Number(NO_END, 999_999, whole=True),
    },
}


def check_coupon(coupon: Any, now: datetime) -> Problems:
    """Yield everything in a coupon object that LINE would refuse, or that nobody could use any more."""
    yield from check(coupon, _COUPON, "")
    if not isinstance(coupon, Mapping):
        return
    if coupon.get("maxUseCountPerTicket") == 0:
        yield Problem("/maxUseCountPerTicket", "A coupon is used once (1) or as often as one likes (-1).")
    yield from _times(coupon.get("startTimestamp"), coupon.get("endTimestamp"), now)
    if isinstance(coupon.get("reward"), Mapping):
        yield from _reward(coupon["reward"])
    if isinstance(coupon.get("acquisitionCondition"), Mapping):
        yield from _condition(coupon["acquisitionCondition"])


def _times(start: Any, end: Any, now: datetime) -> Problems:
    if not isinstance(start, int) or not isinstance(end, int):
        return
    if start >= end:
        yield Problem("/endTimestamp", "The coupon ends before it begins.")
    elif end <= now.timestamp():
        yield Problem("/endTimestamp", "The coupon has ended already; LINE counts in seconds since 1970.")


def _reward(reward: Mapping[str, Any]) -> Problems:
    kind = kind_of(reward, PRICES, "/reward", "a reward")
    if isinstance(kind, Problem):
        yield kind
        return
    priced = PRICES[kind]
    yield from check(
        reward, {"type": KIND, **({"priceInfo": Part(required=True)} if priced else {})}, "/reward"
    )
    price = reward.get("priceInfo")
    if not priced or not isinstance(price, Mapping):
        return
    said = kind_of(price, priced, "/reward/priceInfo", f"the price of a {kind}")
    if isinstance(said, Problem):
        yield said
        return
    yield from check(price, priced[said], "/reward/priceInfo")
    before, after = price.get("originalPrice"), price.get("priceAfterDiscount")
    if isinstance(before, int) and isinstance(after, int) and after >= before:
        yield Problem(
            "/reward/priceInfo/priceAfterDiscount", "The price with the coupon is no lower than without."
        )


def _condition(condition: Mapping[str, Any]) -> Problems:
    kind = kind_of(condition, CONDITIONS, "/acquisitionCondition", "an acquisition condition")
    if isinstance(kind, Problem):
        yield kind
        return
    yield from check(condition, CONDITIONS[kind], "/acquisitionCondition")
    if condition.get("maxAcquireCount") == 0:
        yield Problem(
            "/acquisitionCondition/maxAcquireCount", "Nobody could win; use 1 or more, or -1 for no limit."
        )
