"""Sending through the simulated platform keeps the promises LINE documents."""

import msgspec
import pytest

from tieline.simulator import phone
from tieline.simulator.wire import SimRequest

KEY = "123e4567-e89b-12d3-a456-426655440000"


def body(answer):
    return msgspec.json.decode(answer.body)


def test_push_names_each_message_it_sent(line):
    answer = line.push(line.people[0])
    assert answer.status == 200
    assert len(body(answer)["sentMessages"]) == 1
    assert int(body(answer)["sentMessages"][0]["id"]) > 2**53
    assert line.received(line.people[0]) == ["嗨"]


def test_every_answer_has_its_own_request_id(line):
    answers = [line.push(line.people[0]), line.push("nobody"), line.answer("GET", "/v2/bot/info")]
    assert len({answer.headers["x-line-request-id"] for answer in answers}) == 3


def test_a_retry_key_is_accepted_once(line):
    first = line.push(line.people[0], key=KEY)
    again = line.push(line.people[0], key=KEY.upper())
    assert again.status == 409
    assert again.headers["x-line-accepted-request-id"] == first.headers["x-line-request-id"]
    assert again.headers["x-line-request-id"] != first.headers["x-line-request-id"]
    assert body(again)["sentMessages"] == body(first)["sentMessages"]
    assert line.received(line.people[0]) == ["嗨"]


def test_a_retry_key_is_forgotten_after_a_day_and_the_second_message_is_seen(line):
    line.push(line.people[0], key=KEY)
    line.wait(hours=24)
    line.sign_in()
    assert line.push(line.people[0], key=KEY).status == 200
    facts = line.facts()
    assert facts["duplicate_deliveries"] == 1
    assert len(facts["duplicate_groups"][0].occurrences) == 2
    assert facts["duplicate_groups"][0].user_id == line.people[0]


def test_a_refused_request_does_not_use_up_its_retry_key(line):
    assert line.push("U" + "0" * 32, key=KEY).status == 400
    assert line.push(line.people[0], key=KEY).status == 200


def test_a_retry_key_belongs_to_one_channel(line):
    other = line.platform.add_account("5678", "secret", "brand")
    line.platform.add_people(other, 3)
    line.push(line.people[0], key=KEY)
    line.account = other
    line.sign_in()
    assert line.push(line.people[0], key=KEY).status == 200


def test_a_malformed_retry_key_is_refused(line):
    assert line.push(line.people[0], key="once").status == 400


@pytest.mark.parametrize("path", ["message/validate/push", "message/reply"])
def test_a_retry_key_is_refused_where_none_is_taken(line, path):
    answer = line.answer("POST", f"/v2/bot/{path}", {}, x_line_retry_key=KEY)
    assert answer.status == 400
    assert b"X-Line-Retry-Key" in answer.body


@pytest.mark.parametrize(
    ("to", "message"),
    [
        ("U" + "0" * 32, "Failed to send messages"),
        ("someone", "The property, 'to'"),
        (None, "The property, 'to'"),
    ],
)
def test_push_refuses_people_it_does_not_know(line, to, message):
    answer = line.push(to)
    assert answer.status == 400
    assert body(answer)["message"].startswith(message)


def test_who_blocked_the_account_gets_nothing_and_costs_nothing(line):
    phone.block(line.platform.world, line.account, line.account.friends[line.people[0]], line.now)
    assert line.push(line.people[0]).status == 200
    assert line.received(line.people[0]) == []
    assert line.facts()["billable_messages"] == 0
    assert line.facts()["undelivered"]["blocked"] == 1


def test_who_wrote_without_being_a_friend_can_be_written_to_for_seven_days(line):
    stranger = line.platform.add_people(line.account, 1, first=9, friends=False)[0]
    line.push(stranger, "before")
    phone.say(line.platform.world, line.account, line.account.friends[stranger], "有人嗎", line.now)
    line.push(stranger, "after")
    line.wait(days=7)
    line.sign_in()
    line.push(stranger, "too late")
    assert line.received(stranger) == ["after"]


def test_multicast_reaches_each_person_once(line):
    assert body(line.multicast([*line.people, line.people[0]])) == {}
    assert [line.received(person) for person in line.people] == [["嗨"]] * 3
    assert line.facts()["billable_messages"] == 3
    assert line.facts()["accepted_requests"] == 1


def test_multicast_with_one_unknown_person_reaches_nobody(line):
    assert line.multicast([*line.people, "U" + "0" * 32]).status == 400
    assert line.facts()["delivered_messages"] == 0


def test_multicast_takes_five_hundred(line):
    people = line.platform.add_people(line.account, 501)
    assert line.multicast(people).status == 400
    assert line.multicast(people[:500]).status == 200


def test_the_monthly_limit_stops_all_of_a_multicast_and_no_reply(line):
    line.account.quota = 2
    answer = line.multicast(line.people)
    assert (answer.status, body(answer)["message"]) == (429, "You have reached your monthly limit.")
    assert line.facts()["delivered_messages"] == 0
    assert line.multicast(line.people[:2]).status == 200
    assert line.push(line.people[2]).status == 429
    event = phone.say(line.platform.world, line.account, line.account.friends[line.people[2]], "?", line.now)
    assert line.reply(event["replyToken"]).status == 200
    assert body(line.answer("GET", "/v2/bot/message/quota")) == {"type": "limited", "value": 2}
    assert body(line.answer("GET", "/v2/bot/message/quota/consumption")) == {"totalUsage": 2}


def test_what_the_monthly_limit_refuses_counts_nobody_who_blocked_the_account(line):
    line.account.quota = 1
    phone.block(line.platform.world, line.account, line.account.friends[line.people[0]], line.now)
    assert line.multicast(line.people).status == 429
    assert line.facts()["undelivered"].get("blocked", 0) == 0


def test_the_month_ends_at_midnight_utc_plus_nine(line):
    line.account.quota = 1
    line.push(line.people[0])
    line.now = line.now.replace(day=30, hour=14, minute=59)
    line.sign_in()
    assert line.push(line.people[0]).status == 429
    line.wait(minutes=1)
    assert line.push(line.people[0]).status == 200


def test_a_reply_token_is_good_once(line):
    friend = line.account.friends[line.people[0]]
    token = phone.say(line.platform.world, line.account, friend, "?", line.now)["replyToken"]
    assert line.reply(token).status == 200
    assert body(line.reply(token))["message"] == "Invalid reply token"
    assert line.facts()["billable_messages"] == 0


def test_a_reply_token_lives_a_minute_from_its_webhook(line):
    friend = line.account.friends[line.people[0]]
    late, timely = (
        phone.say(line.platform.world, line.account, friend, "?", line.now)["replyToken"] for _ in range(2)
    )
    line.wait(seconds=30)
    line.webhooks()
    line.wait(seconds=59)
    assert line.reply(timely).status == 200
    line.wait(seconds=1)
    assert line.reply(late).status == 400


def test_too_many_calls_at_once_are_refused_and_later_taken(line):
    line.account.rates = {"push": 2}
    statuses = [line.push(line.people[0], f"{n}").status for n in range(3)]
    assert statuses == [200, 200, 429]
    assert "rate limit" in next(reason for reason in line.facts()["refused"] if reason.startswith("429"))
    line.wait(seconds=0.5)
    assert line.push(line.people[0], "later").status == 200


def test_multicast_has_its_own_bucket_of_two_hundred(line):
    statuses = [line.multicast(line.people[:1], f"{n}").status for n in range(201)]
    assert statuses == [200] * 200 + [429]
    assert line.push(line.people[0]).status == 200


def test_a_body_of_more_than_two_megabytes_is_refused(line):
    assert line.push(line.people[0], "x" * 2**21).status == 413


def test_a_body_that_is_no_json_object_is_refused(line):
    assert line.answer("POST", "/v2/bot/message/push", []).status == 400
    assert line.answer("POST", "/v2/bot/message/push", {}, content_type="text/plain").status == 415


def test_a_token_lives_fifteen_minutes(line):
    line.wait(minutes=15)
    assert line.push(line.people[0]).status == 401


def test_an_unknown_token_is_refused(line):
    line.token = "made-up"
    assert line.push(line.people[0]).status == 401


def test_only_the_exact_paths_are_known(line):
    for path in ("/v2/bot/message/push/", "//v2/bot/message/push", "/v2/bot/message/validate/all"):
        assert line.answer("POST", path, {}).status == 404


def test_units_beyond_a_thousand_a_month_are_dropped_and_the_message_is_sent(line):
    line.account.units["202611"] = {f"u{n}" for n in range(1000)}
    assert line.push(line.people[0], customAggregationUnits=["one_more"]).status == 200
    line.push(line.people[0], customAggregationUnits=["u7"])
    assert [one.unit for one in line.account.friends[line.people[0]].deliveries()] == [None, "u7"]


def test_a_unit_twice_to_one_person_is_counted(line):
    for person in (line.people[0], line.people[1], line.people[0]):
        line.push(person, customAggregationUnits=["launch"])
    assert line.facts()["same_user_same_unit"] == 1
    assert body(line.answer("GET", "/v2/bot/message/aggregation/info"))["numOfCustomAggregationUnits"] == 1


def test_counts_of_a_day_are_ready_the_day_after(line):
    line.multicast(line.people)
    path = "/v2/bot/message/delivery/multicast?date=20261120"
    assert body(line.answer("GET", path)) == {"status": "unready"}
    line.wait(days=1)
    line.sign_in()
    assert body(line.answer("GET", path)) == {"status": "ready", "success": 3}


def test_follower_ids_are_for_verified_accounts_page_by_page(line):
    assert line.answer("GET", "/v2/bot/followers/ids").status == 403
    line.account.verified = True
    first = body(line.answer("GET", "/v2/bot/followers/ids?limit=2"))
    second = body(line.answer("GET", f"/v2/bot/followers/ids?limit=2&start={first['next']}"))
    assert first["userIds"] + second["userIds"] == line.people
    assert "next" not in second


def test_a_profile_is_shown_until_the_person_blocks(line):
    path = f"/v2/bot/profile/{line.people[0]}"
    assert body(line.answer("GET", path))["userId"] == line.people[0]
    phone.block(line.platform.world, line.account, line.account.friends[line.people[0]], line.now)
    assert line.answer("GET", path).status == 404


def test_a_person_has_one_id_per_provider(line):
    same = line.platform.add_people(line.platform.add_account("a", "s", "brand"), 1)
    other = line.platform.add_people(line.platform.add_account("b", "s", "other"), 1)
    assert same == line.people[:1]
    assert other != same


@pytest.mark.parametrize("content", [b"", b"{", b'{"to":"\xff"}', b'{"to":"\\ud800"}', b"[" * 100_000])
def test_bytes_that_are_no_json_are_refused(line, content):
    headers = {"authorization": f"Bearer {line.token}", "content-type": "application/json"}
    request = SimRequest("POST", "/v2/bot/message/push", {}, headers, content)
    assert line.platform.handle(request, line.now).status == 400
