import json
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.channel.line.webhook import LineEvent, destination, read

USER = "U" + "a" * 32
AT = 1_705_891_467_176


def event(kind: str, **more: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "mode": "active",
        "timestamp": AT,
        "source": {"type": "user", "userId": USER},
        "webhookEventId": "01HMQGW40RZJPJM3RAJP7BHC2Q",
        "deliveryContext": {"isRedelivery": False},
        **more,
    }


def body(*events: Any) -> bytes:
    return msgspec.json.encode({"destination": "Ubot", "events": events})


def one(kind: str, **more: Any) -> LineEvent:
    (found,), unread = read(body(event(kind, **more)))
    assert unread == []
    return found


def test_a_webhook_without_events_is_fine() -> None:
    assert read(body()) == ([], [])
    assert destination(body()) == "Ubot"
    assert destination(b"nonsense") == ""


def test_a_follow_tells_who_when_and_whether_it_was_blocked_before() -> None:
    followed = one("follow", replyToken="r", follow={"isUnblocked": True})
    assert (followed.name, followed.user_id, followed.message_id) == (
        "line_followed",
        USER,
        "01HMQGW40RZJPJM3RAJP7BHC2Q",
    )
    assert followed.at == datetime.fromtimestamp(AT / 1000, UTC)
    assert (followed.properties, followed.reply_token) == ({"is_unblocked": True}, "r")
    assert one("unfollow").name == "line_unfollowed"


def test_what_a_user_wrote_is_not_kept_unless_asked_for() -> None:
    message = {"id": "1", "type": "text", "text": "my number is 0912"}
    said = one("message", message=message)
    assert said.properties == {"type": "text", "line_message_id": "1", "length": 17}
    (kept,), _ = read(body(event("message", message=message)), keep_text=True)
    assert kept.properties["text"] == "my number is 0912"


def test_a_file_name_a_place_and_sticker_words_are_not_kept() -> None:
    for message in (
        {"id": "1", "type": "file", "fileName": "cv.pdf"},
        {"id": "1", "type": "location", "address": "Taipei"},
        {"id": "1", "type": "sticker", "packageId": "1", "stickerId": "2", "text": "hi", "keywords": ["a"]},
    ):
        kept = json.dumps(one("message", message=message).properties)
        assert not any(word in kept for word in ("cv.pdf", "Taipei", "hi", "keywords"))


def test_a_postback_keeps_its_data_and_parameters() -> None:
    pressed = one("postback", postback={"data": "a=1", "params": {"datetime": "2026-11-20T10:00"}})
    assert pressed.name == "line_postback_received"
    assert pressed.properties == {"data": "a=1", "params": {"datetime": "2026-11-20T10:00"}}


def test_the_nonce_of_an_account_link_is_told_apart_from_what_is_kept() -> None:
    linked = one("accountLink", link={"result": "ok", "nonce": "n0nce"})
    assert (linked.name, linked.nonce, linked.properties) == (
        "line_account_linked",
        "n0nce",
        {"result": "ok"},
    )


def test_a_failed_account_link_has_no_user_but_its_nonce() -> None:
    (failed,), _ = read(body(event("accountLink", source=None, link={"result": "failed", "nonce": "n"})))
    assert (failed.user_id, failed.nonce, failed.properties) == ("", "n", {"result": "failed"})


def test_an_unsend_names_the_message() -> None:
    taken_back = one("unsend", unsend={"messageId": "325708"})
    assert (taken_back.name, taken_back.properties) == ("line_unsend", {"line_message_id": "325708"})


@pytest.mark.parametrize(
    ("kind", "more", "name", "properties"),
    [
        ("videoPlayComplete", {"videoPlayComplete": {"trackingId": "v"}}, "line_video_play_complete", {"tracking_id": "v"}),
        ("beacon", {"beacon": {"hwid": "d4", "type": "enter"}}, "line_beacon", {"hwid": "d4", "type": "enter"}),
        ("membership", {"membership": {"type": "joined", "membershipId": 3}}, "line_membership", {"type": "joined", "membership_id": 3}),
        ("somethingNew", {"somethingNew": {"aB": [1]}}, "line_something_new", {"a_b": [1]}),
        ("bareKind", {}, "line_bare_kind", {}),
    ],
)  # fmt: skip
def test_other_kinds_keep_their_own_object(
    kind: str, more: dict[str, Any], name: str, properties: Any
) -> None:
    said = one(kind, **more)
    assert (said.name, said.properties) == (name, properties)


def test_an_event_of_nobody_is_told_as_such() -> None:
    joined = event("message", source={"type": "group", "groupId": "C1"})
    assert [(one.index, one.reason) for one in read(body(joined, event("follow"))).unread] == [(0, "no_user")]


def test_a_group_and_a_chat_held_by_another_module_are_noted() -> None:
    grouped = one(
        "message",
        mode="standby",
        source={"type": "group", "userId": USER},
        message={"id": "1", "type": "text"},
    )
    assert grouped.properties == {"place": "group", "standby": True, "type": "text", "line_message_id": "1"}


BROKEN = {
    "lone surrogate": b'{"type":"follow","timestamp":1,"source":{"userId":"\\ud83d"}}',
    "bad utf-8": b'{"type":"follow","timestamp":1,"source":{"userId":"\xff"}}',
    "not a number": b'{"type":"follow","timestamp":NaN,"source":{"userId":"U"}}',
    "huge number": b'{"type":"follow","timestamp":1e400,"source":{"userId":"U"}}',
    "no time": b'{"type":"follow","source":{"userId":"U"}}',
    "no type": b'{"timestamp":1,"source":{"userId":"U"}}',
    "a list": b"[1]",
    "null": b"null",
    "strange parts": b'{"type":"message","timestamp":1,"source":{"userId":"U"},"message":[1],"replyToken":3}',
    "digits": b'{"type":"follow","timestamp":' + b"9" * 5_000 + b',"source":{"userId":"U"}}',
    "duplicate keys": b'{"type":"a","type":"follow","timestamp":1,"source":{"userId":"U"}}',
}


@pytest.mark.parametrize("broken", BROKEN)
def test_one_broken_among_a_hundred_costs_only_itself(broken: str) -> None:
    good = msgspec.json.encode(event("follow"))
    events = b",".join([good] * 49 + [BROKEN[broken]] + [good] * 50)
    found, unread = read(b'{"destination":"U","events":[' + events + b"]}")
    others = [said for said in found if said.index != 49]
    assert len(others) == 99
    assert all(said.user_id == USER for said in others)
    assert [failure.index for failure in unread] in ([], [49])
    assert len(found) + len(unread) == 100


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "malformed"),
        (b"{", "malformed"),
        (b"[]", "no_events"),
        (b'{"events":3}', "no_events"),
        (b'{"events":[' + b"[" * 200_000 + b"]" * 200_000 + b"]}", "too_deep"),
    ],
)
def test_what_is_no_webhook_at_all_is_told_and_breaks_nothing(raw: bytes, reason: str) -> None:
    assert [failure.reason for failure in read(raw).unread] == [reason]


def test_the_character_that_postgresql_cannot_keep_is_replaced() -> None:
    assert one("postback", postback={"data": "a\x00b"}).properties == {"data": "a\ufffdb"}


@given(st.binary(max_size=200))
def test_no_bytes_raise(raw: bytes) -> None:
    read(raw)


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(
    st.sampled_from(["type", "source", "userId", "timestamp", "message", "postback", "link", "follow"]), inner)))  # fmt: skip
def test_no_json_raises(value: Any) -> None:
    found, unread = read(json.dumps({"events": [value, event("follow")]}).encode())
    assert [said.index for said in found if said.user_id == USER][-1:] == [1]
    assert len(found) + len(unread) == 2
