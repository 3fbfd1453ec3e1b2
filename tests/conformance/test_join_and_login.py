"""Coming by a printed code, binding by LINE Login and leaving again: the real application, stream and simulated platform."""

import re
import time
from datetime import UTC, datetime
from hashlib import blake2b
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from line_brand import BOT, CHANNEL_SECRET, PROVIDER, remembering

from tieline.app.parts import vault
from tieline.channel.line.carrier import TransportCarrier
from tieline.channel.line.leaving import Leaver
from tieline.channel.line.login import LineLogin
from tieline.channel.line.signature import sign
from tieline.simulator import phone
from tieline.simulator.login_channels import LoginChannel
from tieline.store.postgres.login import PostgresLogin

SOURCES = "/api/line/accounts/main/join-sources"
USERS = ["U" + blake2b(name, digest_size=16).hexdigest() for name in (b"new", b"old")]
WELCOME = [{"type": "text", "text": "歡迎新朋友"}]
AGAIN = [{"type": "text", "text": "歡迎回來"}]


@pytest.fixture
async def brand(tmp_path, postgres_url, clickhouse):
    async with remembering(tmp_path, postgres_url, clickhouse) as made:
        yield made


def event(user, kind, number, **more):
    return {
        "type": kind, "mode": "active", "timestamp": int(time.time() * 1000), "source": {"type": "user", "userId": user},
        "webhookEventId": f"01HJ{number:022d}", "deliveryContext": {"isRedelivery": False}, "replyToken": f"r{number}", **more,
    }  # fmt: skip


async def hook(brand, *events):
    body = msgspec.json.encode({"destination": BOT, "events": list(events)})
    answer = await brand.http.post(
        "/line/main/webhook", content=body, headers={"x-line-signature": sign(body, CHANNEL_SECRET)}
    )
    assert answer.status_code == 200, answer.text


def writes(user, code, number):
    return event(
        user, "message", number, message={"type": "text", "id": str(number), "text": f"信義店 [#{code}]"}
    )


async def test_a_follow_by_a_printed_code_is_credited_tagged_and_answered_for_free(brand, postgres_url):
    made = await brand.call(
        "PUT", f"{SOURCES}/xinyi",
        {"name": "信義店", "store": "xinyi", "staff": "kai", "tags": ["門市"], "messages": WELCOME, "messages_again": AGAIN},
    )  # fmt: skip
    new, old = sorted(USERS)
    await hook(brand, event(new, "follow", 1, follow={"isUnblocked": False}))
    await hook(brand, writes(new, made["code"], 2), writes(old, made["code"], 3))
    await hook(brand, writes(new, made["code"], 2))

    await brand.absorb(postgres_url)

    listed = (await brand.call("GET", SOURCES))["join_sources"][0]
    assert (listed["people"], listed["new_friends"]) == (2, 1)
    answered = await brand.rows("select line_user, convert_from(body, 'UTF8') from reply order by line_user")
    assert [(user, msgspec.json.decode(body)[0]["text"]) for user, body in answered] == [
        (new, "歡迎新朋友"), (old, "歡迎回來"),
    ]  # fmt: skip
    assert await brand.rows("select count(*) from fact where kind = 2 and name = '門市'") == [(2,)]


async def test_the_first_source_keeps_the_credit(brand, postgres_url):
    first = await brand.call("PUT", f"{SOURCES}/first", {})
    second = await brand.call("PUT", f"{SOURCES}/second", {})
    user = USERS[0]
    await hook(brand, writes(user, first["code"], 1), writes(user, second["code"], 2))

    await brand.absorb(postgres_url)

    assert await brand.rows("select source from join_credit") == [("first",)]


async def test_saving_again_keeps_the_printed_code_and_the_code_leads_to_line(brand):
    first = await brand.call("PUT", f"{SOURCES}/xinyi", {"name": "信義店"})
    again = await brand.call("PUT", f"{SOURCES}/xinyi", {"name": "信義旗艦店"})

    came = await brand.http.get(f"/j/{again['code']}")
    nowhere = await brand.http.get("/j/nothing")
    printed = await brand.http.get(f"{SOURCES}/xinyi/qr.png")

    assert first["code"] == again["code"]
    assert came.headers["location"].startswith("https://line.me/R/oaMessage/%40")
    assert nowhere.status_code == 404
    assert printed.content.startswith(b"\x89PNG")


async def open_login(brand, liff_id=""):
    callback = "http://127.0.0.1:8000/line/login/callback"
    brand.platform.add_login_channel(LoginChannel("555", "l" * 32, PROVIDER, "衣著", (callback,), bot="100"))
    await brand.call(
        "PUT", "/api/line/accounts/main/login",
        {"channel_id": "555", "channel_secret": "l" * 32, "provider_id": PROVIDER, "liff_id": liff_id},
    )  # fmt: skip


async def bind(brand, visit, **who):
    """Enter a telephone and the code that it gets; return the last page."""
    await brand.http.post("/line/login/member", data={"visit": visit, "phone": "0935127846", **who})
    return await brand.http.post("/line/login/code", data={"visit": visit, "code": brand.sms_code()})


async def log_in(brand, user, path):
    """Go to LINE's log-in and back, as a browser of `user` would; return the page that comes then."""
    begun = await brand.http.get(path)
    at_line = await brand.at_line("POST", begun.headers["location"], {"sim_user": user, "decision": "allow"})
    back = urlsplit(at_line.headers["location"])
    return await brand.http.get(f"{back.path}?{back.query}")


def hidden(page):
    return re.search(r'name="visit" value="([^"]+)"', page.text)[1]


async def test_a_friend_binds_by_line_login_and_is_one_person_with_the_member(brand, postgres_url):
    await open_login(brand)
    (user,) = await brand.befriend(1, consent=False)
    await brand.member("M-1", "+886935127846")

    page = await log_in(brand, user, "/line/main/login?wish=bind&lang=ja")
    visit = hidden(page)
    asked = await brand.http.post(
        "/line/login/member",
        data={"visit": visit, "member_id": "M-1", "phone": "0935127846", "consent": "yes"},
    )
    wrong = await brand.http.post("/line/login/code", data={"visit": visit, "code": "000000"})
    done = await brand.http.post("/line/login/code", data={"visit": visit, "code": brand.sms_code()})
    again = await brand.http.post("/line/login/code", data={"visit": visit, "code": brand.sms_code()})
    await brand.absorb(postgres_url)

    assert "会員ID連携" in page.text
    assert (asked.status_code, wrong.status_code, done.status_code, again.status_code) == (200, 400, 200, 400)
    assert await brand.rows(
        "select count(distinct profile_id) from node where value in (%s, 'M-1')", user
    ) == [(1,)]
    assert await brand.rows("select granted, method from consent_event where purpose = 'marketing'") == [
        (True, "bind_page")
    ]


async def test_a_number_and_a_phone_of_two_people_get_no_code_and_the_page_does_not_tell(brand):
    await open_login(brand)
    (user,) = await brand.befriend(1)
    await brand.member("M-1", "+886935127846")

    visit = hidden(await log_in(brand, user, "/line/main/login"))
    asked = await brand.http.post(
        "/line/login/member", data={"visit": visit, "member_id": "M-1", "phone": "0935127847"}
    )

    assert asked.status_code == 200
    assert brand.sms_code() == ""


async def test_who_unbinds_is_two_people_again_and_line_hears_of_it_once(brand, postgres_url):
    await open_login(brand)
    (user,) = await brand.befriend(1)
    await brand.bind(user, "M-1")

    page = await log_in(brand, user, "/line/main/login?wish=unbind")
    done = await brand.http.post("/line/login/unbind", data={"visit": hidden(page)})
    await brand.absorb(postgres_url)
    login = LineLogin("https://api.test", "https://access.test", TransportCarrier(brand.transport))
    leaver = Leaver(brand.unit, PostgresLogin(brand.unit.connection), login, vault(brand.settings))
    heard = [await leaver.step(datetime.now(UTC)) for _ in range(2)]

    assert "已解除綁定" in done.text
    assert await brand.rows(
        "select count(distinct profile_id) from node where value in (%s, 'M-1')", user
    ) == [(2,)]
    assert heard == [1, 0]
    assert brand.platform.world.login.deauthorized == {"555": 1}


async def test_an_answer_that_nobody_asked_for_opens_no_page(brand):
    await open_login(brand)
    (user,) = await brand.befriend(1)
    begun = await brand.http.get("/line/main/login")
    at_line = await brand.at_line("POST", begun.headers["location"], {"sim_user": user, "decision": "allow"})
    query = parse_qs(urlsplit(at_line.headers["location"]).query)

    forged = await brand.http.get("/line/login/callback", params={"state": "x", "code": query["code"][0]})
    real = await brand.http.get(
        "/line/login/callback", params={"state": query["state"][0], "code": query["code"][0]}
    )
    replayed = await brand.http.get(
        "/line/login/callback", params={"state": query["state"][0], "code": query["code"][0]}
    )

    assert [one.status_code for one in (forged, real, replayed)] == [400, 200, 400]


async def test_a_user_id_that_a_liff_page_sends_is_not_looked_at(brand):
    await open_login(brand)

    answer = await brand.http.post("/line/main/liff", json={"userId": "U" + "9" * 32, "id_token": "x.y.z"})

    assert (answer.status_code, answer.json()["code"]) == (401, "unknown_key")


async def test_a_friend_from_before_the_account_was_connected_is_known_once_they_log_in(brand, postgres_url):
    await open_login(brand)
    (user,) = brand.platform.add_people(brand.line, 1, seed=41)

    page = await log_in(brand, user, "/line/main/login?wish=bind")
    done = await bind(brand, hidden(page))
    await brand.absorb(postgres_url)

    assert await brand.rows("select name, value from fact where kind = 3") == [("main", True)]
    assert await brand.rows("select count(*) from consent_event") == [(0,)]
    assert "line.me/R/ti/p" not in done.text


async def test_who_binds_and_is_no_friend_is_asked_in_and_counts_as_none(brand, postgres_url):
    await open_login(brand)
    (user,) = brand.platform.add_people(brand.line, 1, seed=42)
    phone.block(brand.platform.world, brand.line, brand.line.friends[user], datetime.now(UTC))

    page = await log_in(brand, user, "/line/main/login?wish=bind")
    done = await bind(brand, hidden(page))
    await brand.absorb(postgres_url)

    assert re.search(r'href="https://line\.me/R/ti/p/%40\w+"', done.text), done.text
    assert await brand.rows("select count(*) from fact where kind = 3") == [(0,)]


async def test_a_login_that_line_does_not_answer_about_friendship_goes_on(brand):
    await open_login(brand)
    (user,) = await brand.befriend(1, consent=False)
    login = brand.platform.world.login.channels["555"]
    login.bot = None

    page = await log_in(brand, user, "/line/main/login?wish=bind")
    done = await bind(brand, hidden(page))

    assert done.status_code == 200
    assert "line.me/R/ti/p" not in done.text


async def test_a_liff_app_opens_a_shell_that_runs_lines_library_and_nothing_else(brand):
    await open_login(brand)
    none = await brand.http.get("/line/main/liff")
    await open_login(brand, '555-Ab1"><script>')

    page = await brand.http.get("/line/main/liff", params={"lang": "ja"})

    policy = page.headers["content-security-policy"]
    assert none.status_code == 404
    assert "<script>" not in page.text
    assert 'lang="ja"' in page.text
    assert (
        "script-src 'self' https://*.line.me https://*.line-scdn.net https://static.line-scdn.net" in policy
    )
    assert "frame-ancestors 'none'" in policy
    assert (await brand.http.get("/line/liff.js")).headers["content-type"].startswith("text/javascript")


async def test_a_shop_embeds_a_button_in_its_language_that_opens_the_log_in_beside_its_page(brand):
    without = await brand.http.get("/line/main/button")
    await open_login(brand)

    page = await brand.http.get("/line/main/button", params={"lang": "ja", "from": "abc"})

    assert without.status_code == 404
    assert "frame-ancestors *" in page.headers["content-security-policy"]
    assert "LINEで会員連携" in page.text
    assert 'target="_blank"' in page.text
    assert "/line/main/login?wish=bind&amp;lang=ja&amp;from=abc" in page.text


async def test_a_login_channel_of_another_provider_is_refused(brand):
    refused = await brand.refused(
        "PUT",
        "/api/line/accounts/main/login",
        {"channel_id": "5", "channel_secret": "x", "provider_id": "901"},
    )

    assert refused == (422, "invalid_input", "/provider_id")


async def test_the_funnel_tells_by_source_how_far_friends_came(brand, postgres_url):
    await open_login(brand)
    made = await brand.call("PUT", f"{SOURCES}/xinyi", {"store": "xinyi", "staff": "kai"})
    users = await brand.befriend(3, consent=False)
    await brand.member("M-1", "+886935127846")
    for user in users[:2]:
        page = await log_in(brand, user, f"/line/main/login?wish=join&from={made['code']}")
    await brand.http.post(
        "/line/login/member",
        data={"visit": hidden(page), "member_id": "M-1", "phone": "0935127846", "consent": "yes"},
    )
    await brand.http.post("/line/login/code", data={"visit": hidden(page), "code": brand.sms_code()})
    await brand.absorb(postgres_url)
    await brand.remember(postgres_url)

    (row,) = (await brand.call("GET", f"{SOURCES}/funnel"))["funnel"]

    assert (row["source"], row["store"], row["staff"]) == ("xinyi", "xinyi", "kai")
    assert (row["friends"], row["opened"], row["consented"], row["matched"], row["new"], row["ordered"]) == (
        2,
        2,
        1,
        1,
        0,
        0,
    )
