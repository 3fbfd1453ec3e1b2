"""The simulator over real sockets, read by LINE's own library and by a small brand site."""

import asyncio
import base64
import contextlib
import json
import socket
from urllib.parse import parse_qs

import httpx
import pytest
from granian.constants import Interfaces
from granian.server.embed import Server
from linebot.v3.messaging import (
    ApiException,
    AsyncApiClient,
    AsyncMessagingApi,
    Configuration,
    FlexContainer,
    FlexMessage,
    MulticastRequest,
    PushMessageRequest,
    ReplyMessageRequest,
    TextMessage,
)
from linebot.v3.messaging.models import TestWebhookEndpointRequest as WebhookTestRequest
from linebot.v3.oauth import AsyncApiClient as OAuthClient
from linebot.v3.oauth import AsyncChannelAccessToken
from linebot.v3.oauth import Configuration as OAuthConfiguration
from linebot.v3.webhook import WebhookParser
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse
from starlette.routing import Route

from tieline.simulator.faults import FaultKind, FaultSwitch
from tieline.simulator.run import serving
from tieline.simulator.settings import SimulatorSettings
from tieline.simulator.transport import SimulatedTransport
from tieline.simulator.webhooks import sign

KEY = "123e4567-e89b-12d3-a456-426655440000"
NONCE = "bm9uY2Utd2l0aC1lbm91Z2gtYml0cw"
SECRET = "channel-secret"
ACCOUNT = "/_sim/accounts/1234"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Brand:
    """A brand's web server: takes webhooks, redirects short links, has a login page."""

    def __init__(self):
        self.webhooks = []
        self.logins = []
        self.statuses = []
        self.arrived = asyncio.Condition()

    def app(self):
        return Starlette(
            routes=[
                Route("/line", self.webhook, methods=["POST"]),
                Route("/r/{code}", self.short_link),
                Route("/shop", lambda _request: PlainTextResponse("shop")),
                Route("/login", self.login_page),
                Route("/login", self.login, methods=["POST"]),
            ]
        )

    async def webhook(self, request):
        body = await request.body()
        async with self.arrived:
            self.webhooks.append((body, request.headers["x-line-signature"]))
            self.arrived.notify_all()
        return PlainTextResponse("", self.statuses.pop(0) if self.statuses else 200)

    async def short_link(self, _request):
        return RedirectResponse("/shop")

    async def login_page(self, request):
        token = request.query_params["linkToken"]
        return HTMLResponse(
            f'<form action="/login" method="post"><input name="t" value="{token}"><input name="id"></form>'
        )

    async def login(self, request):
        form = parse_qs((await request.body()).decode())
        self.logins.append(form["id"][0])
        url = f"https://access.line.me/dialog/bot/accountLink?linkToken={form['t'][0]}&nonce={NONCE}"
        return RedirectResponse(url, 303)

    def events(self):
        parser = WebhookParser(SECRET)
        return [
            event for body, signature in self.webhooks for event in parser.parse(body.decode(), signature)
        ]

    async def has(self, count):
        async with asyncio.timeout(5), self.arrived:
            await self.arrived.wait_for(lambda: len(self.webhooks) >= count)
        return self.events()


@contextlib.asynccontextmanager
async def brand_site():
    brand, port = Brand(), free_port()
    server = Server(brand.app(), port=port, interface=Interfaces.ASGI, log_enabled=False)
    task = asyncio.create_task(server.serve())
    async with asyncio.timeout(5):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.02)
                continue
            writer.close()
            break
    brand.url = f"http://127.0.0.1:{port}"
    yield brand
    server.stop()
    await task


class World:
    """A simulator, a brand and clients of both."""

    def __init__(self, address, brand, control, people, sdk):
        self.address, self.brand, self.control, self.people, self.sdk = address, brand, control, people, sdk

    async def act(self, person, action, **body):
        answer = await self.control.post(f"{ACCOUNT}/friends/{self.people[person]}/{action}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def push(self, text, key=None, person=0):
        request = PushMessageRequest(to=self.people[person], messages=[TextMessage(text=text)])
        return await self.sdk.push_message(request, x_line_retry_key=key, _request_timeout=1)

    async def facts(self):
        return (await self.control.get("/_sim/facts")).json()

    async def fail(self, kind, **more):
        fault = {"kind": kind, "next_calls": 1, **more}
        await self.control.put(f"{ACCOUNT}/faults", json={"faults": [fault]})


@pytest.fixture
async def world():
    async with (
        brand_site() as brand,
        serving(free_port(), SimulatorSettings(hang_seconds=5)) as address,
        httpx.AsyncClient(base_url=address, trust_env=False) as control,
    ):
        account = {
            "channel_id": "1234",
            "channel_secret": SECRET,
            "provider_id": "brand",
            "webhook_url": brand.url + "/line",
        }
        await control.post("/_sim/accounts", json=account)
        people = (await control.post(f"{ACCOUNT}/friends", json={"count": 3})).json()["user_ids"]
        async with OAuthClient(OAuthConfiguration(host=address)) as oauth:
            token = await AsyncChannelAccessToken(oauth).issue_stateless_channel_token_by_client_secret(
                client_id="1234", client_secret=SECRET
            )
        async with AsyncApiClient(Configuration(access_token=token.access_token, host=address)) as client:
            yield World(address, brand, control, people, AsyncMessagingApi(client))


async def test_the_official_library_sends_and_reads(world):
    sent = await world.push("嗨")
    assert sent.sent_messages[0].quote_token
    bubble = {
        "type": "bubble",
        "body": {"type": "box", "layout": "vertical", "contents": [{"type": "text", "text": "目錄"}]},
    }
    flex = FlexMessage(alt_text="目錄", contents=FlexContainer.from_dict(bubble))
    await world.sdk.multicast(MulticastRequest(to=world.people, messages=[flex]))
    assert (await world.sdk.get_message_quota()).type == "none"
    assert (await world.sdk.get_message_quota_consumption()).total_usage == 4
    assert (await world.sdk.get_profile(world.people[0])).user_id == world.people[0]
    assert (await world.sdk.get_bot_info()).user_id.startswith("U")
    assert (await world.sdk.get_webhook_endpoint()).endpoint == world.brand.url + "/line"
    deliveries = (await world.control.get("/_sim/deliveries?channel_id=1234")).json()
    assert deliveries["total"] == 4
    assert deliveries["deliveries"][0]["messages"][0]["text"] == "嗨"


async def test_the_official_library_meets_409_with_the_accepted_id(world):
    await world.push("嗨", KEY)
    with pytest.raises(ApiException) as conflict:
        await world.push("嗨", KEY)
    assert conflict.value.status == 409
    assert conflict.value.headers["x-line-accepted-request-id"]
    assert len(json.loads(conflict.value.body)["sentMessages"]) == 1


async def test_the_official_library_reads_every_webhook_and_replies(world):
    await world.act(0, "text", text="有貨嗎")
    await world.act(1, "block")
    await world.act(1, "follow")
    await world.act(2, "postback", data="a=1")
    await world.act(2, "event", type="hologram")
    events = {event.type: event for event in await world.brand.has(5)}
    assert set(events) == {"message", "unfollow", "follow", "postback", "hologram"}
    assert events["follow"].follow.is_unblocked
    request = ReplyMessageRequest(
        reply_token=events["message"].reply_token, messages=[TextMessage(text="有")]
    )
    await world.sdk.reply_message(request)
    with pytest.raises(ApiException, match="Invalid reply token"):
        await world.sdk.reply_message(request)


async def test_a_failed_webhook_is_redelivered(world):
    behaviour = {"redelivery": True, "redelivery_seconds": [0.05]}
    await world.control.patch(ACCOUNT, json={"webhooks": behaviour})
    world.brand.statuses = [503]
    await world.act(0, "text", text="嗨")
    first, second = await world.brand.has(2)
    assert (first.webhook_event_id, first.delivery_context.is_redelivery) == (second.webhook_event_id, False)
    assert second.delivery_context.is_redelivery


async def test_connectivity_checks_carry_no_events(world):
    answer = await world.sdk.test_webhook_endpoint(WebhookTestRequest())
    assert answer.success
    assert (await world.control.post(f"{ACCOUNT}/verify-webhook")).json() == {"status": 200}
    assert [json.loads(body)["events"] for body, _ in world.brand.webhooks] == [[], []]


@pytest.mark.parametrize(
    ("kind", "delivered"),
    [
        ("drop-before", 0),
        ("accept-then-reset", 1),
        ("accept-then-hang", 1),
        ("500-after-accept", 1),
        ("garbage-body", 1),
    ],
)
async def test_a_fault_breaks_a_real_connection(world, kind, delivered):
    await world.fail(kind)
    with pytest.raises(Exception):  # noqa: B017, PT011 - the library raises something else for each
        await world.push("嗨", KEY)
    assert (await world.facts())["delivered_messages"] == delivered


async def test_a_cut_connection_answers_not_one_byte(world):
    await world.fail("accept-then-reset", endpoints=["info"])
    headers = {"authorization": f"Bearer {world.sdk.api_client.configuration.access_token}"}
    with pytest.raises(httpx.TransportError) as broken:
        await world.control.get("/v2/bot/info", headers=headers)
    assert "incomplete" not in str(broken.value)
    assert "message body" not in str(broken.value)


async def test_a_friend_taps_a_short_link(world):
    await world.push("看看", person=0)
    template = {
        "type": "buttons",
        "text": "看",
        "actions": [{"type": "uri", "label": "看", "uri": world.brand.url + "/r/abc"}],
    }
    token = world.sdk.api_client.configuration.access_token
    body = {"to": world.people[0], "messages": [{"type": "template", "altText": "看", "template": template}]}
    await world.control.post("/v2/bot/message/push", json=body, headers={"authorization": f"Bearer {token}"})
    hops = (await world.act(0, "tap"))["hops"]
    assert [(hop["url"].removeprefix(world.brand.url), hop["status"]) for hop in hops] == [
        ("/r/abc", 307),
        ("/shop", 200),
    ]


async def test_a_friend_binds_through_the_brands_login(world):
    token = (await world.sdk.issue_link_token(world.people[0])).link_token
    url = f"{world.brand.url}/login?linkToken={token}"
    hops = (await world.act(0, "bind", url=url, form={"id": "member-7"}))["hops"]
    assert [hop["status"] for hop in hops] == [200, 303, 200]
    assert world.brand.logins == ["member-7"]
    (event,) = await world.brand.has(1)
    assert (event.link.result, event.link.nonce, event.source.user_id) == ("ok", NONCE, world.people[0])


async def test_the_browser_opens_nothing_outside_this_machine(world):
    hops = (await world.act(0, "bind", url="https://shop.example/?linkToken=x"))["hops"]
    assert [hop["status"] for hop in hops] == [0]


async def test_a_scripted_friend_acts_by_itself(world):
    script = {"tap": 0, "reply": 1, "delay_seconds": [0.01, 0.02], "replies": ["收到"]}
    await world.control.put(f"{ACCOUNT}/script", json={"script": script})
    await world.push("嗨")
    (event,) = await world.brand.has(1)
    assert event.message.text == "收到"


async def test_the_clock_can_be_moved(world):
    await world.control.post("/_sim/clock", json={"advance_seconds": 3600})
    with pytest.raises(ApiException, match="Authentication failed"):
        await world.push("嗨")


async def test_the_clock_can_run_faster(world):
    await world.control.post("/_sim/clock", json={"at": "2026-01-01T00:00:00Z", "speed": 3600})
    script = {"tap": 0, "reply": 1, "delay_seconds": [60, 600], "replies": ["收到"]}
    await world.control.put(f"{ACCOUNT}/script", json={"script": script})
    token = await world.control.post(
        "/oauth2/v3/token",
        data={"grant_type": "client_credentials", "client_id": "1234", "client_secret": SECRET},
    )
    world.sdk.api_client.configuration.access_token = token.json()["access_token"]
    await world.push("嗨")
    (event,) = await world.brand.has(1)
    assert event.message.text == "收到"
    now = (await world.control.get("/_sim/clock")).json()["now"]
    assert now.startswith("2026-01-01T")
    assert (await world.control.post("/_sim/clock", json={"speed": 0})).status_code == 400


async def test_slips_in_a_command_are_refused(world):
    for body in ({"count": 1, "colour": "red"}, {"count": "many"}, {}):
        assert (await world.control.post(f"{ACCOUNT}/friends", json=body)).status_code == 400
    unknown = {"faults": [{"kind": "meteor"}]}
    assert (await world.control.put(f"{ACCOUNT}/faults", json=unknown)).status_code == 400
    assert (await world.control.get("/_sim/accounts/none")).status_code == 404


async def test_the_phone_page_stands_at_the_front_door(world):
    page = await world.control.get("/")
    assert page.status_code in {200, 503}  # 503 says how to build it
    assert "LINE 模擬手機" in page.text
    assert (await world.control.get("/phone/../phone_api.py")).status_code == 404


async def test_a_screen_shows_what_was_said_on_both_sides(world):
    await world.push("嗨")
    await world.act(0, "text", text="你好")
    screen = (await world.control.get(f"{ACCOUNT}/friends/{world.people[0]}/screen")).json()
    assert [one["from"] for one in screen["entries"]] == ["account", "friend"]
    assert screen["entries"][0]["notice"] == "嗨"
    assert screen["entries"][1]["text"] == "你好"


async def test_a_phone_tells_when_something_changed(world):
    path = f"{ACCOUNT}/friends/{world.people[0]}/live"
    async with world.control.stream("GET", path, timeout=5) as stream:
        lines = stream.aiter_lines()
        first = await anext(lines)
        await anext(lines)
        await world.push("嗨")
        assert await anext(lines) != first


async def test_any_bytes_can_be_sent_as_a_webhook(world):
    bodies = [b"{\xed\xa0\x80", b"\xff\x00", b"[" * 9]
    for body in bodies:
        command = {"base64": base64.b64encode(body).decode(), "signature": "valid"}
        answer = await world.control.post(f"{ACCOUNT}/raw-webhook", json=command)
        assert answer.json() == {"status": 200}
    assert [body for body, _ in world.brand.webhooks] == bodies
    assert all(sign(SECRET, body) == signature for body, signature in world.brand.webhooks)


async def test_the_platform_stands_behind_a_client_without_sockets(line):
    async with httpx.AsyncClient(
        transport=SimulatedTransport(line.platform, lambda: line.now), base_url="https://api.line.me"
    ) as client:
        headers = {"authorization": f"Bearer {line.token}", "x-line-retry-key": KEY}
        body = {"to": line.people[0], "messages": [{"type": "text", "text": "嗨"}]}

        async def push():
            return await client.post("/v2/bot/message/push", json=body, headers=headers, timeout=2)

        fault = line.account.faults
        fault.append(FaultSwitch(FaultKind.ACCEPT_THEN_HANG, next_calls=1))
        with pytest.raises(httpx.ReadTimeout):
            await push()
        fault.append(FaultSwitch(FaultKind.DROP_BEFORE, next_calls=1))
        with pytest.raises(httpx.ReadError):
            await push()
        fault.append(FaultSwitch(FaultKind.SLOW, next_calls=1))
        with pytest.raises(httpx.ReadTimeout):
            await push()
        assert (await push()).status_code == 409
