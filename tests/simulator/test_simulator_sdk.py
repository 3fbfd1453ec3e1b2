"""Everything that LINE's own library can ask for and that is simulated, over real sockets; it reads every answer."""

import asyncio
import contextlib
import inspect
import pkgutil
import re
import socket
from hashlib import sha256
from pathlib import Path

import httpx
import linebot.v3
import pytest
from linebot.v3.audience import ApiClient as SyncAudienceClient
from linebot.v3.audience import AsyncApiClient as AudienceClient
from linebot.v3.audience import AsyncManageAudience, AsyncManageAudienceBlob, ManageAudienceBlob
from linebot.v3.audience import Configuration as AudienceConfiguration
from linebot.v3.audience import models as audience
from linebot.v3.insight import AsyncApiClient as InsightClient
from linebot.v3.insight import AsyncInsight
from linebot.v3.insight import Configuration as InsightConfiguration
from linebot.v3.liff import AsyncApiClient as LiffClient
from linebot.v3.liff import AsyncLiff
from linebot.v3.liff import Configuration as LiffConfiguration
from linebot.v3.liff import models as liff
from linebot.v3.messaging import (
    ApiException,
    AsyncApiClient,
    AsyncMessagingApi,
    AsyncMessagingApiBlob,
    Configuration,
    models,
)
from linebot.v3.oauth import AsyncApiClient as OAuthClient
from linebot.v3.oauth import AsyncChannelAccessToken
from linebot.v3.oauth import Configuration as OAuthConfiguration

from tieline.simulator.endpoints import DOORS, TABLE, WEBHOOK_TEST
from tieline.simulator.run import serving
from tieline.simulator.settings import SimulatorSettings

SECRET = "channel-secret"
ACCOUNT = "/_sim/accounts/1234"
TEXT = models.TextMessage(text="嗨")
PLAN = {
    "membershipId": 7,
    "title": "支持者",
    "description": "每月一杯",
    "benefits": ["一杯"],
    "price": 150,
    "currency": "TWD",
    "memberLimit": 100,
    "isInAppPurchase": False,
    "isPublished": True,
}
CALL = re.compile(r"'(/[^']+)', '(GET|POST|PUT|DELETE)'")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.asynccontextmanager
async def simulator():
    async with (
        serving(free_port(), SimulatorSettings(seed=3)) as address,
        httpx.AsyncClient(base_url=address, trust_env=False) as control,
    ):
        account = {"channel_id": "1234", "channel_secret": SECRET, "provider_id": "brand", "verified": True}
        await control.post("/_sim/accounts", json={**account, "phone_messages": True, "name": "小舖"})
        login = {"channel_id": "5678", "channel_secret": SECRET, "provider_id": "brand", "bot": "1234"}
        await control.post("/_sim/login-channels", json=login)
        yield address, control


async def token_of(address, channel):
    async with OAuthClient(OAuthConfiguration(host=address)) as client:
        api = AsyncChannelAccessToken(client)
        made = await api.issue_stateless_channel_token_by_client_secret(
            client_id=channel, client_secret=SECRET
        )
        short = await api.issue_channel_token(
            grant_type="client_credentials", client_id=channel, client_secret=SECRET
        )
        assert (await api.verify_channel_token(short.access_token)).client_id == channel
        await api.revoke_channel_token(short.access_token)
        with pytest.raises(Exception, match="expired"):
            await api.verify_channel_token(short.access_token)
    return made.access_token


async def send(api, people):
    await api.push_message(
        models.PushMessageRequest(to=people[0], messages=[TEXT], custom_aggregation_units=["u"])
    )
    await api.multicast(models.MulticastRequest(to=people, messages=[TEXT]))
    await api.broadcast(models.BroadcastRequest(messages=[TEXT]))
    answer = await api.narrowcast_with_http_info(models.NarrowcastRequest(messages=[TEXT]))
    assert answer.status_code == 202
    told = await api.get_narrowcast_progress(answer.headers["x-line-request-id"])
    assert told.phase == "waiting"
    for kind in ("reply", "push", "multicast", "narrowcast", "broadcast"):
        await getattr(api, f"validate_{kind}")(models.ValidateMessageRequest(messages=[TEXT]))
    await api.show_loading_animation(models.ShowLoadingAnimationRequest(chat_id=people[0], loading_seconds=5))


async def count(api, insight):
    assert (await api.get_message_quota()).type == "none"
    assert (await api.get_message_quota_consumption()).total_usage > 0
    for kind in ("reply", "push", "multicast", "broadcast"):
        assert (await getattr(api, f"get_number_of_sent_{kind}_messages")("20260101")).status == "ready"
    assert (await api.get_pnp_message_statistics("20260101")).status == "ready"
    assert (await api.get_aggregation_unit_usage()).num_of_custom_aggregation_units == 1
    assert (await api.get_aggregation_unit_name_list()).custom_aggregation_units == ["u"]
    assert (await insight.get_number_of_message_deliveries("20260101")).status == "ready"
    assert (await insight.get_number_of_followers("20260101")).status
    assert (await insight.get_friends_demographics()).available
    units = await insight.get_statistics_per_unit(
        custom_aggregation_unit="u", var_from="20260101", to="20260102"
    )
    assert units.messages == []


async def react(api, insight, control, people):
    uri = models.URIAction(label="看", uri="http://127.0.0.1:1/")
    buttons = models.TemplateMessage(alt_text="看", template=models.ButtonsTemplate(text="看", actions=[uri]))
    sent = await api.broadcast_with_http_info(models.BroadcastRequest(messages=[buttons]))
    for person in people:
        await control.post(f"{ACCOUNT}/friends/{person}/seen")
        await control.post(f"{ACCOUNT}/friends/{person}/tap", json={})
    request_id = sent.headers["x-line-request-id"]
    told = await insight.get_message_event(request_id)
    assert (told.overview.delivered, told.overview.unique_impression) == (len(people), len(people))
    assert told.clicks[0].unique_click == len(people)
    return request_id


async def ask_about_people(api, blob, control, people):
    assert (await api.get_profile(people[0])).display_name
    assert len((await api.get_followers(limit=10)).user_ids) == 10
    assert (await api.get_bot_info()).display_name == "小舖"
    assert (await api.issue_link_token(people[0])).link_token
    file = await control.post(
        f"{ACCOUNT}/friends/{people[0]}/file", content=b"JPEG", headers={"content-type": "image/jpeg"}
    )
    message = file.json()["event"]["message"]
    assert await blob.get_message_content(message["id"]) == bytearray(b"JPEG")
    assert await blob.get_message_content_preview(message["id"])
    assert (await blob.get_message_content_transcoding_by_message_id(message["id"])).status == "succeeded"
    await api.mark_messages_as_read_by_token(
        models.MarkMessagesAsReadByTokenRequest(mark_as_read_token=message["markAsReadToken"])
    )
    with pytest.raises(ApiException, match="Not found"):
        await blob.get_message_content("1")


async def use_memberships(api, control, people):
    await control.put(f"{ACCOUNT}/memberships", json={"memberships": [PLAN]})
    await control.post(
        f"{ACCOUNT}/friends/{people[0]}/membership", json={"type": "joined", "membership_id": 7}
    )
    assert (await api.get_membership_list()).memberships[0].member_count == 1
    subscription = (await api.get_membership_subscription(people[0])).subscriptions[0]
    assert (subscription.membership.membership_id, subscription.user.membership_no) == (7, 1)
    assert (await api.get_joined_membership_users(7)).user_ids == [people[0]]


async def use_coupons(api, people):
    request = models.CouponCreateRequest(
        title="九折",
        start_timestamp=1,
        end_timestamp=4_000_000_000,
        max_use_count_per_ticket=1,
        timezone="ASIA_TAIPEI",
        visibility="UNLISTED",
        reward=models.CouponDiscountRewardRequest(
            price_info=models.DiscountPercentagePriceInfoRequest(percentage=10)
        ),
        acquisition_condition=models.LotteryAcquisitionConditionRequest(
            lottery_probability=50, max_acquire_count=-1
        ),
    )
    coupon_id = (await api.create_coupon(request)).coupon_id
    assert (await api.list_coupon()).items[0].coupon_id == coupon_id
    assert (await api.get_coupon_detail(coupon_id)).status == "RUNNING"
    coupon = models.CouponMessage(coupon_id=coupon_id)
    await api.push_message(models.PushMessageRequest(to=people[0], messages=[coupon]))
    await api.close_coupon(coupon_id)
    with pytest.raises(ApiException) as closed:
        await api.close_coupon(coupon_id)
    assert closed.value.status == 410


async def use_menus(api, blob, insight, people):
    from test_simulator_menus import png

    size = models.RichMenuSize(width=2500, height=843)
    area = models.RichMenuArea(
        bounds=models.RichMenuBounds(x=0, y=0, width=2500, height=843),
        action=models.RichMenuSwitchAction(rich_menu_alias_id="home", data="home"),
    )
    request = models.RichMenuRequest(
        size=size, selected=True, name="選單", chat_bar_text="選單", areas=[area]
    )
    await api.validate_rich_menu_object(request)
    menu = (await api.create_rich_menu(request)).rich_menu_id
    await blob.set_rich_menu_image(menu, png(), _headers={"Content-Type": "image/png"})
    assert await blob.get_rich_menu_image(menu) == bytearray(png())
    assert (await api.get_rich_menu(menu)).areas[0].action.rich_menu_alias_id == "home"
    assert len((await api.get_rich_menu_list()).richmenus) == 1
    alias = models.CreateRichMenuAliasRequest(rich_menu_alias_id="home", rich_menu_id=menu)
    await api.create_rich_menu_alias(alias)
    await api.update_rich_menu_alias("home", models.UpdateRichMenuAliasRequest(rich_menu_id=menu))
    assert (await api.get_rich_menu_alias("home")).rich_menu_id == menu
    assert len((await api.get_rich_menu_alias_list()).aliases) == 1
    await api.set_default_rich_menu(menu)
    assert (await api.get_default_rich_menu_id()).rich_menu_id == menu
    await api.link_rich_menu_id_to_user(people[0], menu)
    assert (await api.get_rich_menu_id_of_user(people[0])).rich_menu_id == menu
    await api.unlink_rich_menu_id_from_user(people[0])
    await api.link_rich_menu_id_to_users(
        models.RichMenuBulkLinkRequest(rich_menu_id=menu, user_ids=people[:2])
    )
    await api.unlink_rich_menu_id_from_users(models.RichMenuBulkUnlinkRequest(user_ids=people[:2]))
    batch = models.RichMenuBatchRequest(operations=[models.RichMenuBatchUnlinkAllOperation()])
    await api.validate_rich_menu_batch_request(batch)
    done = await api.rich_menu_batch_with_http_info(batch)
    assert (await api.get_rich_menu_batch_progress(done.headers["x-line-request-id"])).phase
    assert (await insight.get_rich_menu_insight_summary(menu, "20260101", "20260102")).rich_menu_id == menu
    assert (await insight.get_rich_menu_insight_daily(menu, "20260101", "20260102")).rich_menu_id == menu
    await api.delete_rich_menu_alias("home")
    await api.cancel_default_rich_menu()
    await api.delete_rich_menu(menu)


def add_by_file(host, token, file, number):
    with SyncAudienceClient(AudienceConfiguration(access_token=token, host=host)) as client:
        ManageAudienceBlob(client).add_user_ids_to_audience(file=file, audience_group_id=number)


async def use_audiences(audience_client, file, people, request_id):
    api, blob = AsyncManageAudience(audience_client), AsyncManageAudienceBlob(audience_client)
    ids = [audience.Audience(id=one) for one in people]
    made = await api.create_audience_group(
        audience.CreateAudienceGroupRequest(description="VIP", audiences=ids, upload_description="first")
    )
    number = made.audience_group_id
    more = audience.AddAudienceToAudienceGroupRequest(audience_group_id=number, audiences=ids)
    await api.add_audience_to_audience_group(more)
    of_file = await blob.create_audience_for_uploading_user_ids(file=file, description="檔案")
    # The library's asynchronous client cannot write a number into a form; its other one can.
    known = audience_client.configuration
    await asyncio.to_thread(add_by_file, known.host, known.access_token, file, of_file.audience_group_id)
    await api.update_audience_group_description(
        number, audience.UpdateAudienceGroupDescriptionRequest(description="VIP 2")
    )
    told = await api.get_audience_data(number)
    assert (told.audience_group.description, len(told.jobs)) == ("VIP 2", 2)
    await api.create_click_based_audience_group(
        audience.CreateClickBasedAudienceGroupRequest(description="tapped", request_id=request_id)
    )
    await api.create_imp_based_audience_group(
        audience.CreateImpBasedAudienceGroupRequest(description="seen", request_id=request_id)
    )
    assert (await api.get_audience_groups(page=1)).total_count == 4
    await api.delete_audience_group(number)


async def use_liff(api):
    view = liff.LiffView(type="full", url="http://127.0.0.1:1/bind")
    request = liff.AddLiffAppRequest(view=view, scope=["openid", "profile"], bot_prompt="normal")
    liff_id = (await api.add_liff_app(request)).liff_id
    await api.update_liff_app(liff_id, liff.UpdateLiffAppRequest(description="綁定"))
    (app,) = (await api.get_all_liff_apps()).apps
    assert (app.liff_id, app.description, app.view.type) == (liff_id, "綁定", "full")
    await api.delete_liff_app(liff_id)


async def reach_by_phone(api):
    hashed = sha256(b"+886900000000").hexdigest()
    body = models.PnpTemplatedMessageBody(
        items=[models.PnpTemplatedItem(item_key="number_001", content="A1")]
    )
    template = models.PnpTemplatedMessageRequest(
        to=hashed, template_key="shipment_completed_zh_tw", body=body
    )
    for ask in (
        api.push_messages_by_phone(models.PnpMessagesRequest(to=hashed, messages=[TEXT])),
        api.push_templated_messages_by_phone(template),
    ):
        with pytest.raises(ApiException) as nobody:
            await ask
        assert nobody.value.status == 422
    assert (await api.get_pnp_templated_message_statistics("20260101")).status == "ready"


async def set_webhook(api):
    await api.set_webhook_endpoint(models.SetWebhookEndpointRequest(endpoint="http://127.0.0.1:1/line"))
    assert (await api.get_webhook_endpoint()).endpoint == "http://127.0.0.1:1/line"
    told = await api.test_webhook_endpoint(models.TestWebhookEndpointRequest())
    assert (told.success, told.reason) == (False, "COULD_NOT_CONNECT")


async def test_line_s_library_asks_for_everything_and_reads_every_answer(tmp_path):
    async with simulator() as (address, control):
        people = (await control.post(f"{ACCOUNT}/friends", json={"count": 30})).json()["user_ids"]
        token = await token_of(address, "1234")
        known = {"access_token": token, "host": address}
        async with (
            AsyncApiClient(Configuration(**known)) as client,
            InsightClient(InsightConfiguration(**known)) as insight_client,
            AudienceClient(AudienceConfiguration(**known)) as audience_client,
            LiffClient(
                LiffConfiguration(access_token=await token_of(address, "5678"), host=address)
            ) as liff_client,
        ):
            api, blob = AsyncMessagingApi(client), AsyncMessagingApiBlob(client)
            insight = AsyncInsight(insight_client)
            await send(api, people)
            await count(api, insight)
            request_id = await react(api, insight, control, people)
            await ask_about_people(api, blob, control, people)
            await use_memberships(api, control, people)
            await use_coupons(api, people)
            await use_menus(api, blob, insight, people)
            ids = str(tmp_path / "ids.txt")
            await asyncio.to_thread(Path(ids).write_text, "\n".join(people))
            await use_audiences(
                audience_client,
                ids,
                people,
                request_id,
            )
            await use_liff(AsyncLiff(liff_client))
            await reach_by_phone(api)
            await set_webhook(api)
            await answer_a_person(api, control, people[0])
        called = set((await control.get("/_sim/facts")).json()["calls"])
    assert {one.name for one in TABLE if one.answer} <= called


async def answer_a_person(api, control, person):
    said = (await control.post(f"{ACCOUNT}/friends/{person}/text", json={"text": "在嗎"})).json()["event"]
    await asyncio.sleep(0.1)
    request = models.ReplyMessageRequest(reply_token=said["replyToken"], messages=[TEXT])
    assert (await api.reply_message(request)).sent_messages


def test_the_table_knows_every_endpoint_of_line_s_library():
    ours = {(one.method, re.sub(r"\{\w+\}", "{}", one.path)) for one in (*TABLE, *DOORS, WEBHOOK_TEST)}
    theirs = set()
    for module in pkgutil.walk_packages(linebot.v3.__path__, "linebot.v3."):
        if ".api." in module.name and ".async_" in module.name:
            text = Path(inspect.getsourcefile(__import__(module.name, fromlist=["x"]))).read_text()
            theirs |= {(method, re.sub(r"\{\w+\}", "{}", path)) for path, method in CALL.findall(text)}
    assert len(theirs) > 90
    assert theirs - {("POST", "/callback")} <= ours  # that one is the brand's own


def test_what_is_not_simulated_says_why():
    assert all(bool(one.answer) != bool(one.why) for one in (*TABLE, *DOORS))
