"""Coupons: made by the API, taken and used on the phone; LINE tells nobody who did.

Source: https://developers.line.biz/en/reference/messaging-api/#coupon
"""

from collections.abc import Iterator
from typing import Any

from tieline.simulator.coupon_book import Coupon
from tieline.simulator.field_rules import Json, Problem, number, one_of, problem, text, url
from tieline.simulator.wire import Refused, SimResponse, as_json
from tieline.simulator.world import Call

COUPONS_MAX = 5000
REWARDS = ("discount", "free", "gift", "cashBack", "others")
PRICES = {"discount": ("fixed", "percentage", "explicit"), "cashBack": ("fixed", "percentage")}
ZONES = ("ASIA_TAIPEI", "ASIA_TOKYO", "ASIA_BANGKOK", "ASIA_JAKARTA", "ETC_GMT")
PLAIN = (
    "title",
    "description",
    "imageUrl",
    "barcodeImageUrl",
    "couponCode",
    "usageCondition",
    "startTimestamp",
    "endTimestamp",
    "timezone",
    "visibility",
    "maxUseCountPerTicket",
    "reward",
    "acquisitionCondition",
)


def create(call: Call) -> SimResponse:
    """Make a coupon; it can only be closed afterwards."""
    body = call.json()
    problems = list(_problems(body))
    if problems:
        raise Refused(400, f"The request body has {len(problems)} error(s)", problems)
    book = call.account.coupons.coupons
    if sum(not one.closed for one in book.values()) >= COUPONS_MAX:
        raise Refused(400, "The maximum number of coupons has been reached")
    content = {name: body[name] for name in PLAIN if body.get(name) is not None}
    content.setdefault("acquisitionCondition", {"type": "normal"})
    coupon_id = call.world.ids.event_id(call.at)
    book[coupon_id] = Coupon(coupon_id, content, call.at)
    return as_json({"couponId": coupon_id})


def several(call: Call) -> SimResponse:
    """Return coupons, newest first."""
    query = call.request.query
    limit, start = query.get("limit", "20"), query.get("start", "0")
    if not limit.isdecimal() or not 1 <= int(limit) <= 100 or not start.isdecimal():
        raise Refused(400, "The value for the 'limit' parameter is invalid")
    wanted = set(query.get("status", "").split(",")) - {""}
    found = [
        {"couponId": one.coupon_id, "title": one.content["title"]}
        for one in reversed(call.account.coupons.coupons.values())
        if not wanted or _status(call, one) in wanted
    ]
    end = int(start) + int(limit)
    following = {"next": str(end)} if end < len(found) else {}
    return as_json({"items": found[int(start) : end], **following})


def one(call: Call) -> SimResponse:
    """Return a coupon."""
    coupon = _known(call)
    condition = dict(coupon.content["acquisitionCondition"])
    detail = {
        "couponId": coupon.coupon_id,
        **coupon.content,
        "acquisitionCondition": condition,
        "maxAcquireCount": condition.pop("maxAcquireCount", -1) if condition["type"] == "lottery" else -1,
        "maxTicketPerUser": 1,
        "createdTimestamp": int(coupon.created_at.timestamp()),
        "status": _status(call, coupon),
    }
    if condition["type"] == "lottery":
        condition["maxAcquireCount"] = detail["maxAcquireCount"]
    reward = dict(detail["reward"])
    if "priceInfo" in reward:
        reward["priceInfo"] = {**reward["priceInfo"], "currency": "TWD"}
    return as_json({**detail, "reward": reward})


def close(call: Call) -> SimResponse:
    """End a coupon, also for those who took it."""
    coupon = _known(call)
    if coupon.closed:
        raise Refused(410, "The coupon has already been closed")
    coupon.closed = True
    return as_json({})


def take(coupon: Coupon, row: int, chance: float) -> bool:
    """Let a person take a coupon; a lottery may be lost, once and for all."""
    condition: dict[str, Any] = coupon.content["acquisitionCondition"]
    if row in coupon.taken or row in coupon.lost:
        return row in coupon.taken
    most = condition.get("maxAcquireCount", -1)
    lost = condition["type"] == "lottery" and chance * 100 >= condition["lotteryProbability"]
    if lost or (most != -1 and len(coupon.taken) >= most):
        coupon.lost.add(row)
        return False
    coupon.taken.add(row)
    return True


def _status(call: Call, coupon: Coupon) -> str:
    ended = call.at.timestamp() >= coupon.content["endTimestamp"]
    return "CLOSED" if coupon.closed or ended else "RUNNING"


def _known(call: Call) -> Coupon:
    coupon = call.account.coupons.coupons.get(call.argument)
    if coupon is None:
        raise Refused(404, "Not found")
    return coupon


def _problems(body: Json) -> Iterator[Problem]:
    yield from text(body, "title", "", 60)
    yield from text(body, "description", "", 1000, required=False)
    yield from text(body, "couponCode", "", 16, required=False)
    yield from text(body, "usageCondition", "", 100, required=False)
    yield from url(body, "imageUrl", "", required=False)
    yield from url(body, "barcodeImageUrl", "", required=False)
    yield from one_of(body, "visibility", "", ("PUBLIC", "UNLISTED"))
    yield from one_of(body, "timezone", "", ZONES)
    yield from number(body, "startTimestamp", "", 0, 10**11)
    yield from number(body, "endTimestamp", "", 0, 10**11)
    if body.get("maxUseCountPerTicket") not in {1, -1}:
        yield problem("must be 1 or -1", "maxUseCountPerTicket")
    start, end = body.get("startTimestamp"), body.get("endTimestamp")
    if isinstance(start, int) and isinstance(end, int) and start >= end:
        yield problem("must be after startTimestamp", "endTimestamp")
    yield from _reward(body.get("reward"))
    yield from _condition(body.get("acquisitionCondition"))


def _reward(reward: Any) -> Iterator[Problem]:
    if not isinstance(reward, dict):
        yield problem("May not be null", "reward")
        return
    yield from one_of(reward, "type", "reward", REWARDS)
    price = reward.get("priceInfo")
    if price is None:
        return
    if not isinstance(price, dict):
        yield problem("must be object", "reward.priceInfo")
        return
    here = "reward.priceInfo"
    yield from one_of(price, "type", here, PRICES.get(str(reward.get("type")), ()))
    needs = {
        "fixed": {"fixedAmount": 10**7},
        "percentage": {"percentage": 99},
        "explicit": {"originalPrice": 10**7, "priceAfterDiscount": 10**7},
    }
    for name, most in needs.get(str(price.get("type")), {}).items():
        yield from number(price, name, here, 0 if name == "priceAfterDiscount" else 1, most)


def _condition(condition: Any) -> Iterator[Problem]:
    if condition is None:
        return
    if not isinstance(condition, dict):
        yield problem("must be object", "acquisitionCondition")
        return
    here = "acquisitionCondition"
    yield from one_of(condition, "type", here, ("normal", "lottery"))
    if condition.get("type") == "lottery":
        yield from number(condition, "lotteryProbability", here, 1, 99)
        if condition.get("maxAcquireCount") != -1:
            yield from number(condition, "maxAcquireCount", here, 1, 999_999)
