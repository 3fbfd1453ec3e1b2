"""Leaving in the chat, where LINE itself proves who does: the real application and stream on PostgreSQL."""

import time
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from line_brand import BOT, CHANNEL_SECRET, PROVIDER, remembering

from tieline.api.voice import said
from tieline.app.parts import vault
from tieline.channel.line.carrier import TransportCarrier
from tieline.channel.line.leaving import Leaver
from tieline.channel.line.login import LineLogin
from tieline.channel.line.signature import sign
from tieline.model.event import LogKind, NewLogRow
from tieline.simulator.login_channels import LoginChannel
from tieline.store.postgres.bind import Challenge, PostgresBinding
from tieline.store.postgres.log import PostgresLog
from tieline.store.postgres.login import PostgresLogin, Visit

SECONDS_AGO_11_MINUTES = 660


@pytest.fixture
async def shop(tmp_path, postgres_url, clickhouse):
    async with remembering(tmp_path, postgres_url, clickhouse) as made:
        yield made


def seen(user: str, kind: str, name: str, **more: Any) -> dict[str, Any]:
    number = int.from_bytes(blake2b(name.encode(), digest_size=8).digest())
    return {
        "type": kind, "mode": "active", "timestamp": int(time.time() * 1000), "source": {"type": "user", "userId": user},
        "webhookEventId": f"01HK{number:022d}", "deliveryContext": {"isRedelivery": False}, "replyToken": name, **more,
    }  # fmt: skip


def taps(user: str, data: str, name: str, **more: Any) -> dict[str, Any]:
    return seen(user, "postback", name, postback={"data": data}, **more)


def writes(user: str, text: str, name: str) -> dict[str, Any]:
    return seen(user, "message", name, message={"type": "text", "id": name, "text": text})


async def hear(shop, url, *events) -> None:
    """Let LINE tell of events, and the stream take them."""
    body = msgspec.json.encode({"destination": BOT, "events": list(events)})
    answer = await shop.http.post(
        "/line/main/webhook", content=body, headers={"x-line-signature": sign(body, CHANNEL_SECRET)}
    )
    assert answer.status_code == 200, answer.text
    await shop.absorb(url)


async def told(shop, user: str) -> list[Any]:
    """Return the messages of every answer to somebody, oldest first."""
    rows = await shop.rows(
        "select convert_from(body, 'UTF8') from reply where line_user = %s order by created_at, reply_id",
        user,
    )
    return [message for (body,) in rows for message in msgspec.json.decode(body)]


def yes(message: Any) -> str:
    return message["template"]["actions"][0]["data"]


async def together(shop, user: str, member: str) -> bool:
    found = await shop.rows(
        "select count(distinct profile_id) from node where value in (%s, %s)", user, member
    )
    return found == [(1,)]


async def test_a_tap_on_the_question_cuts_friend_and_member_apart_with_no_login_channel(shop, postgres_url):
    one, other = await shop.befriend(2)
    await shop.bind(one, "M-1")
    await shop.bind(other, "M-2")

    await hear(shop, postgres_url, taps(one, "tieline:unbind", "t1"))
    (asked,) = await told(shop, one)
    assert asked["template"]["type"] == "confirm"
    assert await together(shop, one, "M-1")

    await hear(shop, postgres_url, taps(one, yes(asked), "t2"))

    assert not await together(shop, one, "M-1")
    assert await together(shop, other, "M-2")
    assert [message.get("text") for message in (await told(shop, one))[1:]] == [
        "已解除綁定。您的 LINE 與會員資料不會再放在一起；隨時可以重新綁定。"
    ]
    assert await told(shop, other) == []
    assert await shop.rows("select granted from consent_event where purpose = 'marketing'") == [
        (True,),
        (True,),
    ]
    assert await shop.rows("select count(*) from send") == [(0,)]


async def test_a_tap_that_line_delivers_again_and_a_second_tap_leave_once(shop, postgres_url):
    (user,) = await shop.befriend(1)
    await shop.bind(user, "M-1")
    await hear(shop, postgres_url, writes(user, "解除綁定", "w1"))
    (asked,) = await told(shop, user)
    first, second = taps(user, yes(asked), "t1"), taps(user, yes(asked), "t2")
    again = {**first, "deliveryContext": {"isRedelivery": True}}

    await hear(shop, postgres_url, first, second, again)
    await hear(shop, postgres_url, again)

    decided = await shop.rows("select kind, author, revoked_at from assertion")
    assert decided == [("cut", "friend", None)]
    assert await shop.rows("select count(*) from reply") == [(3,)]  # the question, and each tap's answer


async def test_who_leaves_and_binds_again_is_not_unbound_by_the_old_button(shop, postgres_url):
    (user,) = await shop.befriend(1)
    await shop.bind(user, "M-1")
    old = f"tieline:unbind:yes:ja:{int(time.time()) - SECONDS_AGO_11_MINUTES}"

    await hear(shop, postgres_url, taps(user, old, "t1"))

    assert await together(shop, user, "M-1")
    assert [one["type"] for one in await told(shop, user)] == ["template"]
    assert (await told(shop, user))[0]["template"]["text"].startswith("LINEアカウントと")


async def test_who_is_not_bound_is_told_so_and_nothing_is_decided(shop, postgres_url):
    (user,) = await shop.befriend(1)

    await hear(
        shop, postgres_url,
        writes(user, "解除綁定", "w1"), taps(user, "tieline:unbind:ask:en", "t1"), taps(user, f"tieline:unbind:yes:en:{int(time.time())}", "t2"),
    )  # fmt: skip

    assert [one["text"] for one in await told(shop, user)] == [
        "Your LINE account is not linked to a membership."
    ] * 2
    assert await shop.rows("select count(*) from assertion") == [(0,)]


async def test_a_yes_counts_though_it_is_too_late_to_answer_and_nothing_is_pushed(shop, postgres_url):
    (user,) = await shop.befriend(1)
    await shop.bind(user, "M-1")
    yes_now = f"tieline:unbind:yes:zh-TW:{int(time.time())}"

    await hear(shop, postgres_url, taps(user, yes_now, "t1", mode="standby", replyToken=""))

    assert not await together(shop, user, "M-1")
    assert await told(shop, user) == []
    assert await shop.rows("select count(*) from send") == [(0,)]


async def test_a_rule_of_the_brand_asks_after_its_own_words_and_is_tried_first(shop, postgres_url):
    rule = {
        "key": "leave", "on": {"kind": "message", "keywords": [{"match": "contains", "text": "退會"}]},
        "messages": [{"type": "text", "text": "會員資料還在。"}], "act": "unbind",
    }  # fmt: skip
    await shop.call("PUT", "/api/auto-replies/leave", {"rule": rule})
    tried = await shop.call("POST", "/api/auto-replies/try", {"text": "我要退會"})
    bound, stranger = await shop.befriend(2)
    await shop.bind(bound, "M-1")

    await hear(shop, postgres_url, writes(bound, "我要退會", "w1"), writes(stranger, "我要退會", "w2"))
    await hear(shop, postgres_url, taps(bound, yes((await told(shop, bound))[1]), "t1"))

    assert [one["type"] for one in tried["messages"]] == ["text", "template"]
    assert [one["text"] for one in await told(shop, stranger)] == [
        "會員資料還在。",
        "您的 LINE 帳號目前沒有與會員資料綁定。",
    ]
    assert not await together(shop, bound, "M-1")


async def test_who_had_logged_in_is_told_to_line_once_and_no_token_is_left(shop, postgres_url):
    shop.platform.add_login_channel(
        LoginChannel(
            "555", "l" * 32, PROVIDER, "衣著", ("http://127.0.0.1:8000/line/login/callback",), bot="100"
        )
    )
    await shop.call(
        "PUT", "/api/line/accounts/main/login", {"channel_id": "555", "channel_secret": "l" * 32, "provider_id": PROVIDER}
    )  # fmt: skip
    one, other = await shop.befriend(2)
    for user, member in ((one, "M-1"), (other, "M-2")):
        await shop.bind(user, member)
        sealed = vault(shop.settings).seal(f"token-of-{member}", shop.workspace_id, "token:main")
        async with shop.unit.transaction():
            await PostgresLogin(shop.unit.connection).welcome(
                f"visit-{member}",
                Visit(shop.workspace_id, "main", "bind", user, "", "ja", sealed),
                datetime.now(UTC),
            )
    await hear(shop, postgres_url, taps(one, f"tieline:unbind:yes:ja:{int(time.time())}", "t1"))

    assert await shop.rows("select line_user from deauthorization") == [(one,)]
    assert await shop.rows("select line_user from login_visit where user_token <> ''") == [(other,)]
    login = LineLogin("https://api.test", "https://access.test", TransportCarrier(shop.transport))
    leaver = Leaver(shop.unit, PostgresLogin(shop.unit.connection), login, vault(shop.settings))
    await leaver.step(datetime.now(UTC))
    await shop.bind(one, "M-3")
    await shop.rows("delete from deauthorization returning 1")
    await hear(shop, postgres_url, taps(one, f"tieline:unbind:yes:ja:{int(time.time()) + 1}", "t2"))
    await hear(shop, postgres_url, taps(one, f"tieline:unbind:yes:ja:{int(time.time())}", "t3"))
    assert await shop.rows("select count(*) from deauthorization") == [(0,)]


@pytest.mark.parametrize(("language", "say"), [("zh-TW", "解除綁定"), ("ja", "連携解除"), ("en", "Unlink")])
async def test_the_pages_of_an_account_without_login_channel_lead_into_the_chat(shop, language, say):
    basic_id = f"@{shop.line.bot_user_id[1:9]}"
    link = f"https://line.me/R/oaMessage/{quote(basic_id, safe='')}/?{quote(say)}"

    form = await shop.http.get("/line/main/bind", params={"linkToken": "t", "lang": language})
    page = await shop.http.get("/line/main/login", params={"wish": "unbind", "lang": language})

    assert link in form.text
    assert link in page.text
    assert (page.status_code, page.text.count(say) >= 1) == (200, True)
    assert (await shop.http.get("/line/main/login", params={"wish": "bind"})).status_code == 404


async def link_by_token(shop, url, user: str, member: str, name: str) -> None:
    """Let LINE bring back the nonce of a member who went through the page of link tokens."""
    challenge = Challenge(shop.workspace_id, "main", "token", member, "+886935127846", False)
    async with shop.unit.transaction():
        await PostgresBinding(shop.unit.connection).add_nonce(name, challenge, datetime.now(UTC))
    await hear(shop, url, seen(user, "accountLink", name, link={"result": "ok", "nonce": name}))


async def test_who_bound_by_link_token_leaves_and_can_bind_again(shop, postgres_url):
    (user,) = await shop.befriend(1)
    await shop.member("M-1", "+886935127846")
    await link_by_token(shop, postgres_url, user, "M-1", "nonce-1-of-128-bits")
    assert await together(shop, user, "M-1")

    await hear(shop, postgres_url, writes(user, "解除綁定", "w1"))
    await hear(shop, postgres_url, taps(user, yes((await told(shop, user))[0]), "t1"))
    assert not await together(shop, user, "M-1")

    await link_by_token(shop, postgres_url, user, "M-1", "nonce-2-of-128-bits")
    assert await together(shop, user, "M-1")


async def test_what_a_steward_cut_stays_apart_and_who_binds_to_another_member_does_not_come_back_to_the_first(
    shop, postgres_url
):
    one, other = await shop.befriend(2)
    await shop.member("M-1", "+886935127846")
    await shop.member("M-2", "+886935127847")
    await link_by_token(shop, postgres_url, one, "M-1", "nonce-1-of-128-bits")
    await hear(shop, postgres_url, taps(one, f"tieline:unbind:yes:en:{int(time.time())}", "t1"))
    friend = {"namespace": f"line:{PROVIDER}", "value": other}
    cut = {
        "kind": "cut", "a": friend, "b": {"namespace": "member_id", "value": "M-2"}, "author": "ann", "reason": "two people",
    }  # fmt: skip
    body = msgspec.json.encode(
        {"batch": [said("identity_decided", [], cut, message_id="cut", at=datetime.now(UTC))]}
    )
    ((own,),) = await shop.rows("select source_id from source where key = 'tieline'")
    async with shop.unit.transaction():
        row = NewLogRow(shop.workspace_id, own, LogKind.OWN, 1, datetime.now(UTC), body)
        await PostgresLog(shop.unit.connection).append([row])
    await shop.absorb(postgres_url)

    await link_by_token(shop, postgres_url, one, "M-2", "nonce-2-of-128-bits")
    await link_by_token(shop, postgres_url, other, "M-2", "nonce-3-of-128-bits")

    assert await together(shop, one, "M-2")
    assert not await together(shop, one, "M-1")
    assert not await together(shop, other, "M-2")
