"""LINE's coupons over the real API and the simulated platform: made, sent, taken on a phone, closed for good."""

import time

import pytest
from line_brand import PROVIDER, serving

from tieline.simulator.faults import FaultKind, FaultSwitch

COUPONS = "/api/line/accounts/main/coupons"


@pytest.fixture
async def brand(tmp_path, postgres_url):
    async with serving(tmp_path, postgres_url) as made:
        yield made


def coupon(**changed):
    now = int(time.time())
    return {
        "title": "九折券", "startTimestamp": now - 60, "endTimestamp": now + 86_400, "maxUseCountPerTicket": 1,
        "timezone": "ASIA_TAIPEI", "visibility": "UNLISTED",
        "reward": {"type": "discount", "priceInfo": {"type": "percentage", "percentage": 10}}, **changed,
    }  # fmt: skip


async def test_a_coupon_is_made_at_line_listed_and_closed_once(brand):
    first = (await brand.call("POST", COUPONS, coupon()))["id"]
    second = (await brand.call("POST", COUPONS, coupon(title="八折券")))["id"]

    listed = (await brand.call("GET", COUPONS))["coupons"]
    closed = await brand.call("POST", f"{COUPONS}/{first}/close")
    again = await brand.refused("POST", f"{COUPONS}/{first}/close")
    read = await brand.call("GET", f"{COUPONS}/{first}")

    assert [(one["id"], one["title"], one["state"]) for one in listed] == [
        (second, "八折券", "running"), (first, "九折券", "running"),
    ]  # fmt: skip
    assert closed == {"id": first}
    assert again[:2] == (409, "conflict")
    assert read["state"] == "closed"
    assert set(brand.line.coupons.coupons) == {first, second}


async def test_more_coupons_than_a_page_holds_are_read_page_by_page(brand):
    made = [(await brand.call("POST", COUPONS, coupon(title=f"第 {n} 張")))["id"] for n in range(23)]

    page = await brand.call("GET", COUPONS)
    rest = await brand.call("GET", COUPONS, start=page["next"])

    assert [one["id"] for one in page["coupons"] + rest["coupons"]] == made[::-1]
    assert rest["next"] is None


async def test_what_line_would_refuse_never_reaches_it_and_the_place_is_named(brand):
    refused = await brand.refused("POST", COUPONS, coupon(title="長" * 61))
    nothing = await brand.refused("GET", f"{COUPONS}/01J000000000000000000NONE")

    assert refused == (422, "invalid_input", "/title")
    assert nothing[:2] == (404, "not_found")
    assert brand.line.coupons.coupons == {}


async def test_a_message_sends_a_coupon_that_line_has_and_the_phone_takes_it(brand, postgres_url):
    made = (await brand.call("POST", COUPONS, coupon()))["id"]
    (user,) = await brand.befriend(1)
    message = [{"type": "coupon", "couponId": made}]
    checked = await brand.call("POST", "/api/messages/check", {"account": "main", "messages": message})
    strange = await brand.call(
        "POST",
        "/api/messages/check",
        {"account": "main", "messages": [{"type": "coupon", "couponId": "01J000000000000000000NONE"}]},
    )
    await brand.call("PUT", "/api/messages/coupon", {"messages": message})
    person = {"namespace": f"line:{PROVIDER}", "value": user}
    await brand.call("POST", "/api/messages/coupon/test", {"account": "main", "people": [person]}, status=202)
    await brand.send_all(postgres_url)

    (shown,) = brand.screens()
    assert checked["ok"]
    assert (strange["ok"], strange["line_status"]) == (False, 400)
    assert made.encode() in shown.messages


@pytest.mark.parametrize(
    "fault", [FaultKind.ERROR_AFTER_ACCEPT, FaultKind.ACCEPT_THEN_RESET, FaultKind.GARBAGE_BODY]
)
async def test_a_coupon_whose_making_is_in_doubt_is_not_made_a_second_time(brand, fault):
    brand.line.faults.append(FaultSwitch(fault, endpoints=frozenset({"coupon-create"}), next_calls=1))

    status, code, _ = await brand.refused("POST", COUPONS, coupon())

    assert (status, code) == (503, "unavailable")
    assert len((await brand.call("GET", COUPONS))["coupons"]) == 1
