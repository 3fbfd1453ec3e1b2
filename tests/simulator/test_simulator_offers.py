"""Coupons, notification messages, memberships, files, prices: rules that LINE keeps and tells nobody about."""

import hashlib
from datetime import timedelta

import msgspec
import pytest

from tieline.simulator import coupons, phone
from tieline.simulator.bill import PricePlan, Tier, bill
from tieline.simulator.contents import Content
from tieline.simulator.friend_book import FriendState

COUPON = {
    "title": "九折",
    "startTimestamp": 1_700_000_000,
    "endTimestamp": 2_000_000_000,
    "maxUseCountPerTicket": 1,
    "timezone": "ASIA_TAIPEI",
    "visibility": "UNLISTED",
    "reward": {"type": "discount", "priceInfo": {"type": "percentage", "percentage": 10}},
}
HIGH_FROM_NOVEMBER = PricePlan("high", "TWD", 1400, 6000, (Tier(50_000, 0.2), Tier(None, 0.15)))


def read(answer):
    return msgspec.json.decode(answer.body)


def make(line, **changed):
    answer = line.answer("POST", "/v2/bot/coupon", {**COUPON, **changed})
    assert answer.ok, answer.body
    return line.account.coupons.coupons[read(answer)["couponId"]]


def hashed(line, person):
    people = line.account.friends.people
    return hashlib.sha256(people.phone(people.row(person)).encode()).hexdigest()


@pytest.mark.parametrize(
    ("changed", "place"),
    [
        ({"title": ""}, "title"),
        ({"title": "長" * 61}, "title"),
        ({"timezone": "Asia/Taipei"}, "timezone"),
        ({"visibility": "HIDDEN"}, "visibility"),
        ({"maxUseCountPerTicket": 2}, "maxUseCountPerTicket"),
        ({"endTimestamp": 1}, "endTimestamp"),
        ({"reward": None}, "reward"),
        ({"reward": {"type": "cashBack", "priceInfo": {"type": "explicit"}}}, "reward.priceInfo.type"),
        (
            {"acquisitionCondition": {"type": "lottery", "lotteryProbability": 100}},
            "acquisitionCondition.lotteryProbability",
        ),
    ],
)
def test_a_coupon_that_line_refuses_is_refused_with_its_place(line, changed, place):
    answer = line.answer("POST", "/v2/bot/coupon", {**COUPON, **changed})
    assert answer.status == 400
    assert place in [one["property"] for one in read(answer)["details"]]


def test_a_coupon_is_used_as_often_as_it_says_and_never_after_it_is_closed(line):
    coupon = make(line)
    assert coupons.take(coupon, 0, 0.0)
    assert coupon.usable(0)
    coupon.used[0] += 1
    assert not coupon.usable(0)
    assert line.answer("PUT", f"/v2/bot/coupon/{coupon.coupon_id}/close").ok
    assert not coupon.running(line.now)
    assert line.answer("PUT", f"/v2/bot/coupon/{coupon.coupon_id}/close").status == 410


def test_a_lottery_is_lost_once_and_for_all(line):
    coupon = make(
        line, acquisitionCondition={"type": "lottery", "lotteryProbability": 30, "maxAcquireCount": -1}
    )
    assert not coupons.take(coupon, 0, 0.5)
    assert not coupons.take(coupon, 0, 0.0)
    assert coupons.take(coupon, 1, 0.1)


def test_a_message_offers_only_a_coupon_that_exists(line):
    message = {"type": "coupon", "couponId": "01J0000000000000000000000"}
    body = {"to": line.people[0], "messages": [message]}
    assert line.answer("POST", "/v2/bot/message/push", body).status == 400
    message["couponId"] = make(line).coupon_id
    assert line.answer("POST", "/v2/bot/message/push", body).ok


def test_a_notice_reaches_a_number_without_friendship_and_only_the_webhook_says_so(line):
    stranger = line.platform.add_people(line.account, 1, seed=4, friends=False)[0]
    body = {"to": hashed(line, stranger), "messages": [{"type": "text", "text": "已出貨"}]}
    assert line.answer("POST", "/bot/pnp/push", body).status == 403
    line.account.phone_messages = True
    assert line.answer("POST", "/bot/pnp/push", body, x_line_delivery_tag="order-0000000001").status == 200
    assert line.received(stranger) == []
    line.wait(seconds=2)
    (call,) = line.webhooks()
    (event,) = call.events
    assert (event["type"], event["delivery"]) == ("delivery", {"data": "order-0000000001"})
    assert "source" not in event
    assert line.received(stranger) == ["已出貨"]
    assert line.facts()["billable_messages"] == 0


def test_a_notice_to_whoever_blocked_the_account_is_accepted_and_never_arrives(line):
    line.account.phone_messages = True
    line.account.friends[line.people[0]].state = FriendState.BLOCKED
    body = {"to": hashed(line, line.people[0]), "messages": [{"type": "text", "text": "已出貨"}]}
    assert line.answer("POST", "/bot/pnp/push", body).status == 200
    line.wait(seconds=5)
    assert line.webhooks() == []
    assert line.received(line.people[0]) == []


def test_a_notice_takes_no_retry_key_no_picture_and_no_unknown_number(line):
    line.account.phone_messages = True
    text = [{"type": "text", "text": "已出貨"}]
    to = hashed(line, line.people[0])
    key = {"x_line_retry_key": "123e4567-e89b-12d3-a456-426655440000"}
    assert line.answer("POST", "/bot/pnp/push", {"to": to, "messages": text}, **key).status == 400
    picture = {
        "type": "image",
        "originalContentUrl": "https://a.example/a",
        "previewImageUrl": "https://a.example/a",
    }
    assert line.answer("POST", "/bot/pnp/push", {"to": to, "messages": [picture]}).status == 400
    assert line.answer("POST", "/bot/pnp/push", {"to": "0" * 64, "messages": text}).status == 422
    assert line.answer("POST", "/bot/pnp/push", {"to": "+886900000000", "messages": text}).status == 400


def test_a_file_is_ready_later_and_gone_when_it_is_taken_back(line):
    friend = line.account.friends[line.people[0]]
    content = Content("video/mp4", b"film", line.now + timedelta(seconds=3))
    event = phone.hand_over(line.platform.world, line.account, friend, {"type": "video"}, content, line.now)
    number = event["message"]["id"]
    path = f"/v2/bot/message/{number}/content"
    assert event["message"]["contentProvider"] == {"type": "line"}
    assert line.answer("GET", path).status == 202
    assert read(line.answer("GET", path + "/transcoding"))["status"] == "processing"
    line.wait(seconds=3)
    assert line.answer("GET", path).body == b"film"
    phone.unsend(line.platform.world, line.account, friend, number, line.now)
    assert line.answer("GET", path).status == 410
    assert line.answer("GET", "/v2/bot/message/1/content").status == 404


def test_a_month_costs_what_the_plan_says():
    assert bill(HIGH_FROM_NOVEMBER, 400_000)["cost"] == 63_000
    assert bill(HIGH_FROM_NOVEMBER, 6_000)["cost"] == 1_400
    assert bill(PricePlan(), 500) | {} == {
        "plan": "light",
        "currency": "TWD",
        "messages": 500,
        "included": 200,
        "extra": 300,
        "not_for_sale": 300,
        "cost": 0.0,
    }


def test_a_new_month_begins_in_utc_plus_nine_with_a_whole_quota(line):
    line.account.quota = 1
    assert line.push(line.people[0]).status == 200
    assert line.push(line.people[0]).status == 429
    line.now = line.now.replace(month=11, day=30, hour=14, minute=59)
    line.sign_in()
    assert line.push(line.people[0]).status == 429
    line.wait(minutes=1)
    assert line.push(line.people[0]).status == 200
