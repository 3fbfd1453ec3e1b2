"""Webhooks leave signed, and return as often and as late as LINE allows itself."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tieline.simulator import phone
from tieline.simulator.webhooks import WebhookBehaviour, sign

URL = "http://127.0.0.1:9/line"


def say(line, text, person=0):
    return phone.say(
        line.platform.world, line.account, line.account.friends[line.people[person]], text, line.now
    )


def behave(line, **how):
    line.account.webhooks.behaviour = WebhookBehaviour(url=URL, **how)


def events(calls):
    return [event for call in calls for event in msgspec.json.decode(call.body)["events"]]


def test_the_signature_is_the_documented_one():
    body = b'{"destination":"U8e742f61d673b39c7fff3cecb7536ef0","events":[]}'
    assert sign("8c570fa6dd201bb328f1c1eac23a96d8", body) == "GhRKmvmHys4Pi8DxkF4+EayaH0OqtJtaZxgTD9fMDLs="


def test_a_call_is_signed_over_its_bytes_and_names_its_account(line):
    say(line, "嗨")
    (call,) = line.webhooks()
    assert call.headers["x-line-signature"] == sign("secret", call.body)
    assert msgspec.json.decode(call.body)["destination"] == line.account.bot_user_id


def test_a_text_is_told_with_its_writer_and_time(line):
    say(line, "有貨嗎")
    (event,) = events(line.webhooks())
    assert event["message"]["text"] == "有貨嗎"
    assert event["source"] == {"type": "user", "userId": line.people[0]}
    assert event["timestamp"] == int(line.now.timestamp() * 1000)
    assert len(event["webhookEventId"]) == 26


def test_blocking_and_coming_back_is_told_as_unfollow_and_follow(line):
    friend = line.account.friends[line.people[0]]
    phone.block(line.platform.world, line.account, friend, line.now)
    phone.follow(line.platform.world, line.account, friend, line.now)
    unfollow, follow = events(line.webhooks())
    assert (unfollow["type"], "replyToken" in unfollow) == ("unfollow", False)
    assert (follow["type"], follow["follow"], "replyToken" in follow) == (
        "follow",
        {"isUnblocked": True},
        True,
    )


def test_what_is_not_answered_comes_again_with_the_same_id(line):
    behave(line, redelivery=True, redelivery_seconds=(5, 60))
    say(line, "嗨")
    (first,) = line.webhooks()
    line.platform.webhook_answered(first, 503, line.now)
    line.wait(seconds=5)
    (second,) = line.webhooks()
    (before,), (after,) = events([first]), events([second])
    assert after == {**before, "deliveryContext": {"isRedelivery": True}}
    line.platform.webhook_answered(second, 200, line.now)
    line.wait(hours=1)
    assert line.webhooks() == []


def test_redelivery_is_off_unless_asked_for(line):
    say(line, "嗨")
    (call,) = line.webhooks()
    line.platform.webhook_answered(call, None, line.now)
    line.wait(days=1)
    assert line.webhooks() == []
    assert line.account.webhooks.counts["given_up"] == 1


def test_a_redelivered_reply_token_lives_again_unless_the_event_is_old(line):
    behave(line, redelivery=True, redelivery_seconds=(300, 1200))
    token = say(line, "嗨")["replyToken"]
    other = say(line, "嗨")["replyToken"]
    for call in line.webhooks():
        line.platform.webhook_answered(call, 500, line.now)
    line.wait(seconds=300)
    line.sign_in()
    for call in line.webhooks():
        line.platform.webhook_answered(call, 500, line.now)
    assert line.reply(token).status == 200
    line.wait(seconds=1200)
    line.sign_in()
    assert len(line.webhooks()) == 2
    assert line.reply(other).status == 400


def test_several_events_of_several_people_share_a_call(line):
    behave(line, max_events=2)
    for person in range(3):
        say(line, "嗨", person)
    assert [len(call.events) for call in line.webhooks()] == [2, 1]


def test_a_wrong_signature_can_be_sent_on_purpose(line):
    friend = line.account.friends[line.people[0]]
    for signature in ("wrong", "missing"):
        phone.other(line.platform.world, line.account, friend, "beacon", {}, line.now, signature=signature)
    wrong, missing = line.webhooks()
    assert wrong.headers["x-line-signature"] != sign("secret", wrong.body)
    assert "x-line-signature" not in missing.headers


def test_an_event_of_any_type_can_be_sent(line):
    friend = line.account.friends[line.people[0]]
    phone.other(
        line.platform.world, line.account, friend, "hologram", {"hologram": {"x": 1}}, line.now, repeat=3
    )
    found = events(line.webhooks())
    assert [event["type"] for event in found] == ["hologram"] * 3
    assert len({event["webhookEventId"] for event in found}) == 1


@given(
    texts=st.lists(st.text(min_size=1, max_size=3), max_size=20),
    duplicates=st.floats(0, 1),
    reorders=st.floats(0, 1),
    together=st.integers(1, 5),
)
def test_no_event_is_lost_however_they_are_shuffled(new_line, texts, duplicates, reorders, together):
    line = new_line()
    behave(line, duplicate_probability=duplicates, reorder_probability=reorders, max_events=together)
    sent = {say(line, text)["webhookEventId"] for text in texts}
    arrived = []
    for _ in range(6):
        arrived += events(line.webhooks())
        line.wait(seconds=1)
    assert {event["webhookEventId"] for event in arrived} == sent
    assert len(arrived) == len(texts) + line.account.webhooks.counts["duplicated"]


def test_events_can_overtake_each_other(line):
    behave(line, reorder_probability=0.5, reorder_seconds=10)
    sent = [say(line, f"{n}")["webhookEventId"] for n in range(30)]
    arrived = []
    for _ in range(12):
        arrived += [event["webhookEventId"] for event in events(line.webhooks())]
        line.wait(seconds=1)
    assert sorted(arrived) == sorted(sent)
    assert arrived != sent
