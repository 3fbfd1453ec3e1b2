"""An account shared with other tools: webhooks go on, their calls come through, and nobody's words are kept."""

import time
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from line_brand import BOT, CHANNEL_SECRET, remembering

from tieline.channel.line.redact import redacted, without
from tieline.channel.line.signature import sign, verify
from tieline.channel.line.webhook import read
from tieline.connect.forward import ATTEMPTS_MAX, ForwardLoop
from tieline.connect.outgoing import Outcome
from tieline.connect.redact import RedactLoop
from tieline.simulator.faults import FaultKind, FaultSwitch
from tieline.store.postgres.sharing import PostgresForwards, PostgresRawWebhooks

FORWARDS = "/api/line/accounts/main/forwards"
PUSH = "/line-api/v2/bot/message/push"
MULTICAST = "/line-api/v2/bot/message/multicast"
SECRET_WORDS = "我的身分證字號是"


@pytest.fixture
async def brand(tmp_path, postgres_url, clickhouse):
    async with remembering(tmp_path, postgres_url, clickhouse) as made:
        yield made


def event(user, kind, number, **more):
    return {
        "type": kind, "mode": "active", "timestamp": int(time.time() * 1000), "source": {"type": "user", "userId": user},
        "webhookEventId": f"01HK{number:022d}", "deliveryContext": {"isRedelivery": False}, "replyToken": f"r{number}", **more,
    }  # fmt: skip


def wrote(user, number, text=SECRET_WORDS):
    return event(user, "message", number, message={"type": "text", "id": str(9_000 + number), "text": text})


async def hook(brand, *events):
    body = msgspec.json.encode({"destination": BOT, "events": list(events)})
    answer = await brand.http.post(
        "/line/main/webhook", content=body, headers={"x-line-signature": sign(body, CHANNEL_SECRET)}
    )
    assert answer.status_code == 200, answer.text
    return body


class Tool:
    """Another tool that gets webhooks; `down` says how it fails."""

    def __init__(self):
        self.got = []
        self.down = None

    async def post(self, url, body, headers):
        assert url.startswith("https://")
        if self.down:
            return self.down
        self.got.append((body, headers["x-line-signature"]))
        return Outcome(ok=True, again=False, reason="http_200")


def forwarding(brand, tool):
    return ForwardLoop(
        brand.unit, PostgresForwards(brand.unit.connection), tool, lambda one: sign(one.body, CHANNEL_SECRET)
    )


async def test_a_tool_gets_every_webhook_from_then_on_as_line_sent_and_signed_it(brand):
    (user,) = await brand.befriend(1)
    await hook(brand, wrote(user, 1))
    await brand.call("PUT", f"{FORWARDS}/crm", {"url": "https://crm.test/hook"})
    sent = [await hook(brand, wrote(user, number)) for number in (2, 3)]
    tool = Tool()
    loop = forwarding(brand, tool)

    while await loop.step(datetime.now(UTC)):
        pass

    assert [body for body, _ in tool.got] == sent
    assert all(verify(body, signature, [CHANNEL_SECRET]) for body, signature in tool.got)
    assert (await brand.call("GET", FORWARDS))["forwards"][0]["waiting"] == 0


async def test_what_a_tool_misses_is_delivered_later_then_dead_then_delivered_when_it_is_asked_for(brand):
    (user,) = await brand.befriend(1)
    await brand.call("PUT", f"{FORWARDS}/crm", {"url": "https://crm.test/hook"})
    await hook(brand, wrote(user, 1))
    tool = Tool()
    tool.down = Outcome(ok=False, again=True, reason="http_503")
    loop, at = forwarding(brand, tool), datetime.now(UTC)
    for _ in range(ATTEMPTS_MAX + 2):
        await loop.step(at)
        at += timedelta(days=2)

    told = await brand.call("GET", FORWARDS)
    assert (told["forwards"][0]["dead"], told["dead"][0]["reason"], told["dead"][0]["attempts"]) == (
        1,
        "http_503",
        ATTEMPTS_MAX,
    )
    assert SECRET_WORDS not in msgspec.json.encode(told).decode()
    tool.down = None
    assert (await brand.call("POST", f"{FORWARDS}/crm/replay"))["replayed"] == 1
    await loop.step(datetime.now(UTC) + timedelta(minutes=1))
    assert len(tool.got) == 1


async def test_one_tool_that_is_down_does_not_hold_up_another(brand):
    (user,) = await brand.befriend(1)
    await brand.call("PUT", f"{FORWARDS}/a", {"url": "https://a.test/"})
    await brand.call("PUT", f"{FORWARDS}/b", {"url": "https://b.test/"})
    await hook(brand, wrote(user, 1))

    class Half(Tool):
        async def post(self, url, body, headers):
            self.down = Outcome(ok=False, again=True, reason="ConnectError") if "a.test" in url else None
            return await super().post(url, body, headers)

    tool = Half()
    loop = forwarding(brand, tool)
    for _ in range(3):
        await loop.step(datetime.now(UTC))

    told = {one["key"]: one["waiting"] for one in (await brand.call("GET", FORWARDS))["forwards"]}
    assert (len(tool.got), told) == (1, {"a": 1, "b": 0})


async def test_what_people_write_leaves_the_log_once_it_was_absorbed_and_copied(brand, postgres_url):
    (user,) = await brand.befriend(1)
    await brand.call("PUT", f"{FORWARDS}/crm", {"url": "https://crm.test/hook"})
    await hook(brand, wrote(user, 1), event(user, "follow", 2, follow={"isUnblocked": False}))
    tool = Tool()
    redact = RedactLoop(brand.unit, PostgresRawWebhooks(brand.unit.connection, without), redacted)

    assert await redact.step(datetime.now(UTC)) == 0
    await brand.absorb(postgres_url)
    assert await redact.step(datetime.now(UTC)) == 0
    await forwarding(brand, tool).step(datetime.now(UTC))
    assert await redact.step(datetime.now(UTC)) == 1

    assert SECRET_WORDS.encode() in tool.got[0][0]
    (body,) = (await brand.rows("select body from log where kind = 20"))[0]
    assert SECRET_WORDS.encode() not in bytes(body)
    before, after = read(tool.got[0][0]).events, read(bytes(body)).events
    assert [(one.name, one.message_id, one.at, one.properties) for one in before] == [
        (one.name, one.message_id, one.at, one.properties) for one in after
    ]
    dump = await brand.rows("select string_agg(t::text, '') from (select * from reply) as t")
    assert SECRET_WORDS not in str(dump)


async def test_a_message_that_was_taken_back_is_not_delivered_with_its_words(brand, postgres_url):
    (user,) = await brand.befriend(1)
    await brand.call("PUT", f"{FORWARDS}/crm", {"url": "https://crm.test/hook"})
    await hook(brand, wrote(user, 1))
    await hook(brand, event(user, "unsend", 2, unsend={"messageId": "9001"}))
    tool = Tool()
    tool.down = Outcome(ok=False, again=True, reason="http_503")
    loop = forwarding(brand, tool)
    await loop.step(datetime.now(UTC))
    await brand.absorb(postgres_url)
    await RedactLoop(brand.unit, PostgresRawWebhooks(brand.unit.connection, without), redacted).step(
        datetime.now(UTC)
    )
    tool.down = None

    await loop.step(datetime.now(UTC) + timedelta(hours=1))

    assert len(tool.got) == 2
    assert all(SECRET_WORDS.encode() not in body for body, _ in tool.got)


async def key(brand):
    return (await brand.call("POST", "/api/line/accounts/main/tools", {"name": "crm"}))[
        "channel_access_token"
    ]


async def through(brand, token, path, body, **headers):
    return await brand.http.post(path, json=body, headers={"Authorization": f"Bearer {token}", **headers})


async def test_a_tools_send_reaches_the_phone_and_is_in_our_log_and_quota(brand, postgres_url):
    users = await brand.befriend(3)
    token = await key(brand)
    message = [{"type": "text", "text": "別的工具"}]

    one = await through(brand, token, PUSH, {"to": users[0], "messages": message})
    many = await through(brand, token, MULTICAST, {"to": users, "messages": message})
    await brand.absorb(postgres_url)
    await brand.remember(postgres_url)

    assert (one.status_code, many.status_code) == (200, 200)
    assert one.json()["sentMessages"]
    assert one.headers["x-line-request-id"]
    assert len(brand.screens()) == 4
    assert (await brand.call("GET", "/api/cost"))["accounts"][0]["used"] == 4
    told = await brand.history.query(
        "select count() as n from event where event = 'message_sent' and properties.origin::String = 'tool:crm'",
        {},
    )
    assert told.to_pylist() == [{"n": 4}]


async def test_a_unit_that_a_tool_names_is_one_of_the_months_thousand_and_line_is_not_asked_about_it(brand):
    (user,) = await brand.befriend(1)
    tool = await brand.call("POST", "/api/line/accounts/main/tools", {"name": "helper"})
    bearer = {"Authorization": f"Bearer {tool['channel_access_token']}"}
    sent = {"to": user, "messages": [{"type": "text", "text": "嗨"}], "customAggregationUnits": ["theirs"]}

    taken = await brand.http.post(PUSH, json=sent, headers=bearer)
    refused = await brand.http.post(
        PUSH, json={**sent, "messages": [], "customAggregationUnits": ["never"]}, headers=bearer
    )

    assert (taken.status_code, refused.status_code) == (200, 400)
    assert await brand.rows("select name, origin, ask_at from aggregation_unit") == [
        ("theirs", "tool:helper", None)
    ]


async def test_a_tools_retry_key_is_passed_on_and_a_repetition_counts_once(brand):
    (user,) = await brand.befriend(1)
    token = await key(brand)
    body = {"to": user, "messages": [{"type": "text", "text": "嗨"}]}
    named = {"X-Line-Retry-Key": "123e4567-e89b-12d3-a456-426655440000"}

    first = await through(brand, token, PUSH, body, **named)
    again = await through(brand, token, PUSH, body, **named)

    assert (first.status_code, again.status_code) == (200, 409)
    assert again.headers["x-line-accepted-request-id"] == first.headers["x-line-request-id"]
    assert len(brand.screens()) == 1
    assert (await brand.call("GET", "/api/cost"))["accounts"][0]["used"] == 1


async def test_a_call_of_unknown_outcome_counts_and_is_not_repeated_for_the_tool(brand):
    (user,) = await brand.befriend(1)
    token = await key(brand)
    brand.line.faults.append(FaultSwitch(FaultKind.ACCEPT_THEN_RESET, next_calls=1))

    lost = await through(brand, token, PUSH, {"to": user, "messages": [{"type": "text", "text": "嗨"}]})

    assert lost.status_code == 502
    assert len(brand.screens()) == 1
    assert await brand.rows("select state, messages from proxied_send") == [("unknown", 1)]


async def test_a_dead_key_a_foreign_path_and_no_key_are_refused_as_line_refuses(brand):
    token = await key(brand)
    newer = await key(brand)
    body = {"to": "U" + "0" * 32, "messages": [{"type": "text", "text": "嗨"}]}

    answers = [
        await through(brand, token, PUSH, body),
        await through(brand, "sk_brand", PUSH, body),
        await through(brand, newer, "/line-api/oauth2/v3/token", body),
        await through(brand, newer, "/line-api/v2/bot/../../oauth2/v3/token", body),
    ]

    assert [answer.status_code for answer in answers[:3]] == [401, 401, 404]
    assert answers[3].status_code in {404, 405}
    assert brand.line.ledger.calls["push"] == 0


def test_members_who_join_a_group_are_events_of_their_own_and_what_is_about_nobody_is_none() -> None:
    group = {"type": "group", "groupId": "C1"}
    body = msgspec.json.encode({
        "destination": BOT,
        "events": [
            {"type": "memberJoined", "timestamp": 1, "source": group, "webhookEventId": "e1",
             "joined": {"members": [{"type": "user", "userId": "Ua"}, {"type": "user", "userId": "Ub"}]}},
            {"type": "join", "timestamp": 1, "source": group, "webhookEventId": "e2"},
            {"type": "botSuspended", "timestamp": 1, "webhookEventId": "e3"},
            {"type": "message", "timestamp": 1, "source": group, "webhookEventId": "e4"},
        ],
    })  # fmt: skip

    seen = read(body)

    assert [(one.name, one.user_id, one.message_id) for one in seen.events] == [
        ("line_member_joined", "Ua", "e1:0"), ("line_member_joined", "Ub", "e1:1"),
    ]  # fmt: skip
    assert [one.reason for one in seen.unread] == ["no_user"]
