"""What can go wrong on LINE's side of a webhook or of a send, from the list of faults that Tieline must outlive."""

import msgspec
import pytest

from tieline.simulator import phone
from tieline.simulator.faults import FaultKind, FaultSwitch
from tieline.simulator.webhooks import WebhookBehaviour, sign

KEY = "123e4567-e89b-12d3-a456-426655440000"


def friend_of(line, number=0):
    return line.account.friends[line.people[number]]


def behave(line, **changed):
    queue = line.account.webhooks
    queue.behaviour = WebhookBehaviour(url=queue.behaviour.url, **changed)


def test_an_event_is_sent_ten_times_under_one_id(line):
    phone.other(line.platform.world, line.account, friend_of(line), "follow", {}, line.now, repeat=10)
    events = [event for call in line.webhooks() for event in call.events]
    assert len(events) == 10
    assert len({event["webhookEventId"] for event in events}) == 1


def test_a_known_event_id_can_carry_another_body(line):
    first = phone.say(line.platform.world, line.account, friend_of(line), "一", line.now)
    twin = {"webhookEventId": first["webhookEventId"], "message": {**first["message"], "text": "二"}}
    phone.other(line.platform.world, line.account, friend_of(line), "message", twin, line.now)
    bodies = [call.events[0] for call in line.webhooks()]
    assert bodies[0]["webhookEventId"] == bodies[1]["webhookEventId"]
    assert [body["message"]["text"] for body in bodies] == ["一", "二"]


def test_a_redelivery_after_three_days_is_the_same_event(line):
    behave(line, redelivery=True, redelivery_seconds=(3 * 86_400.0,))
    phone.follow(line.platform.world, line.account, friend_of(line), line.now)
    (call,) = line.webhooks()
    line.platform.webhook_answered(call, 500, line.now)
    line.wait(days=3)
    (again,) = line.webhooks()
    before, after = call.events[0], again.events[0]
    assert after["deliveryContext"] == {"isRedelivery": True}
    assert {**after, "deliveryContext": before["deliveryContext"]} == before


def test_later_events_overtake_those_held_back(line):
    behave(line, reorder_probability=1.0, reorder_seconds=5.0)
    for _ in range(20):
        phone.block(line.platform.world, line.account, friend_of(line), line.now)
        line.wait(milliseconds=200)
        phone.follow(line.platform.world, line.account, friend_of(line), line.now)
        line.wait(milliseconds=200)
    line.wait(seconds=10)
    stamps = [call.events[0]["timestamp"] for call in line.webhooks()]
    assert len(stamps) == 40
    assert stamps != sorted(stamps)


@pytest.mark.parametrize("signature", ["valid", "wrong", "missing"])
def test_a_signature_is_right_wrong_or_not_there(line, signature):
    phone.other(
        line.platform.world, line.account, friend_of(line), "follow", {}, line.now, signature=signature
    )
    (call,) = line.webhooks()
    given = call.headers.get("x-line-signature")
    assert (given == sign("secret", call.body)) is (signature == "valid")
    assert (given is None) is (signature == "missing")


def test_one_strange_event_stands_among_a_hundred(line):
    behave(line, max_events=100)
    for number in range(99):
        phone.say(line.platform.world, line.account, friend_of(line), str(number), line.now)
    phone.other(line.platform.world, line.account, friend_of(line), "hologram", {"source": 7}, line.now)
    (call,) = line.webhooks()
    assert [event["type"] for event in call.events].count("message") == 99
    assert call.events[-1] == {**call.events[-1], "type": "hologram", "source": 7}


@pytest.mark.parametrize("kind", [FaultKind.OUTAGE, FaultKind.FORBIDDEN, FaultKind.UNAUTHORIZED])
def test_an_outage_can_hit_every_endpoint(line, kind):
    line.account.faults = [FaultSwitch(kind, next_calls=3, endpoints=frozenset({"*"}))]
    status = int(kind)
    assert line.answer("GET", "/v2/bot/info").status == status
    assert line.answer("GET", "/v2/bot/richmenu/list").status == status
    assert line.push(line.people[0], key=KEY).status == status
    assert line.push(line.people[0], key=KEY).status == 200


def test_a_notice_without_an_answer_arrives_all_the_same(line):
    line.account.phone_messages = True
    line.account.faults = [FaultSwitch(FaultKind.ACCEPT_THEN_HANG, next_calls=1)]
    from test_simulator_offers import hashed

    body = {"to": hashed(line, line.people[0]), "messages": [{"type": "text", "text": "已出貨"}]}
    line.call("POST", "/bot/pnp/push", body, x_line_delivery_tag="order-0000000002")
    line.wait(seconds=2)
    (call,) = line.webhooks()
    assert call.events[0]["delivery"] == {"data": "order-0000000002"}
    assert line.received(line.people[0]) == ["已出貨"]


def test_a_narrowcast_in_doubt_is_sent_once(line):
    line.platform.add_people(line.account, 60, seed=5)
    line.account.faults = [FaultSwitch(FaultKind.ERROR_AFTER_ACCEPT, next_calls=1)]
    body = {"messages": [{"type": "text", "text": "嗨"}]}
    assert line.answer("POST", "/v2/bot/message/narrowcast", body, x_line_retry_key=KEY).status == 500
    assert line.answer("POST", "/v2/bot/message/narrowcast", body, x_line_retry_key=KEY).status == 409
    line.wait(seconds=30)
    line.webhooks()
    assert line.facts()["delivered_messages"] == 63
    assert line.facts()["duplicate_deliveries"] == 0


def test_a_deleted_line_account_is_refused_by_push_and_told_to_nobody(line):
    line.platform.world.people["brand"].discard(line.people[0])
    assert line.push(line.people[0]).status == 400
    assert line.answer("GET", f"/v2/bot/profile/{line.people[0]}").status == 404
    assert line.webhooks() == []


def test_an_unsent_message_is_named_even_before_it_arrives(line):
    behave(line, reorder_probability=0.0)
    said = phone.say(line.platform.world, line.account, friend_of(line), "收回", line.now)
    phone.unsend(line.platform.world, line.account, friend_of(line), said["message"]["id"], line.now)
    events = [call.events[0] for call in line.webhooks()]
    assert [event["type"] for event in events] == ["message", "unsend"]
    assert events[1]["unsend"]["messageId"] == said["message"]["id"]
    assert friend_of(line).screen == []


def test_the_oldest_of_thirty_one_short_lived_tokens_is_revoked_silently(line):
    def issue():
        form = f"grant_type=client_credentials&client_id={line.account.channel_id}&client_secret=secret"
        answer = line.send_bytes("/v2/oauth/accessToken", form.encode(), "application/x-www-form-urlencoded")
        return msgspec.json.decode(answer.body)["access_token"]

    tokens = [issue() for _ in range(31)]
    for token, status in ((tokens[0], 401), (tokens[1], 200), (tokens[30], 200)):
        line.token = token
        assert line.answer("GET", "/v2/bot/info").status == status
