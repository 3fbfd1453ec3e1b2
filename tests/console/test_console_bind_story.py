"""A stranger follows, binds on the brand's page, gets a coupon and taps it; the marketer sees the tap in the timeline."""

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect
from serving import Served, Simulated, wait_for
from window import PATIENCE_MS, log_in, served_beside

CHANNEL = {
    "channel_id": "100",
    "channel_secret": "secret-of-100",
    "provider_id": "900",
    "bot_user_id": "U" + "b" * 32,
}
MEMBER = {"userId": "M-77", "traits": {"phone": "0912384756", "name": "林小美"}}


def card(alt: str, label: str, uri: str) -> dict[str, Any]:
    button = {"type": "button", "action": {"type": "uri", "label": label, "uri": uri}}
    words = {"type": "text", "text": alt, "wrap": True}
    bubble = {"type": "bubble", "body": {"type": "box", "layout": "vertical", "contents": [words, button]}}
    return {"type": "flex", "altText": alt, "contents": bubble}


def sends(key: str, trigger: dict[str, Any], message: dict[str, Any], *, coupon: str = "") -> dict[str, Any]:
    step = {
        "id": "send",
        "kind": "send_line",
        "account": "main",
        "purpose": "marketing",
        "messages": [message],
    }
    first = [{"id": "code", "kind": "coupon", "pool": coupon, "next": "send"}] if coupon else []
    return {
        "key": key,
        "name": key,
        "trigger": trigger,
        "start": "code" if coupon else "send",
        "steps": [*first, step],
    }


def open_shop(served: Served, line: Simulated) -> None:
    hooks = {"webhook_url": f"{served.url}/line/main/webhook", "webhooks": {"redelivery": True}}
    line.call("POST", "/accounts", {**CHANNEL, "name": "衣著A", **hooks})
    served.post("/api/line/accounts", {"key": "main", "name": "衣著A", **CHANNEL})
    made = served.post("/api/sources", {"key": "crm", "kind": "crm", "name": "會員系統"})
    served.keys["crm"] = made["write_key"]
    served.collect({"type": "identify", **MEMBER}, key="crm")
    served.post("/api/coupons/first", {"codes": [f"NEW-{number:04}" for number in range(20)]})
    hello = card("歡迎加入", "會員綁定", "{{ links.bind }}")
    gift = card("首購禮 {{ coupon }}", "使用優惠", "https://shop.example/coats")
    for journey in (
        sends("welcome", {"kind": "line_followed", "account": "main"}, hello),
        sends("gift", {"kind": "event", "event": "line_account_linked"}, gift, coupon="first"),
    ):
        served.post("/api/journeys", {"definition": journey, "state": "live"})
    wait_for(served.settled)


@pytest.fixture(scope="module")
def shop(line: Simulated, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served_beside(line, tmp_path_factory.mktemp("bind")) as served:
        open_shop(served, line)
        yield served


def open_liff(served: Served, line: Simulated) -> str:
    """Give the shop a login channel with a LIFF app that opens its page; return the app's id."""
    login = {"channel_id": "5678", "channel_secret": "s" * 32, "provider_id": "900"}
    line.call("POST", "/login-channels", {**login, "bot": "100"})
    with httpx.Client(base_url=line.url, trust_env=False) as http:
        form = {"grant_type": "client_credentials", "client_id": "5678", "client_secret": "s" * 32}
        token = http.post("/oauth2/v3/token", data=form).json()["access_token"]
        app = {
            "view": {"type": "full", "url": f"{served.url}/line/main/liff"},
            "scope": ["openid", "profile"],
        }
        made = http.post("/liff/v1/apps", json=app, headers={"authorization": f"Bearer {token}"})
        liff_id = str(made.json()["liffId"])
        entered = {**login, "liff_id": liff_id}
        owner = {"Authorization": f"Bearer {served.keys['secret_key']}"}
        put = http.put(f"{served.url}/api/line/accounts/main/login", json=entered, headers=owner)
        assert put.is_success, put.text
    return liff_id


def window(browser: Browser, locale: str) -> Page:
    context = browser.new_context(
        locale=locale, timezone_id="Asia/Taipei", viewport={"width": 1440, "height": 900}
    )
    context.set_default_timeout(PATIENCE_MS)
    expect.set_options(timeout=PATIENCE_MS)
    return context.new_page()


def code_of(shop: Served) -> str:
    """Return the one-time code that the last telephone got."""
    return str(wait_for(lambda: re.findall(r"^SMS to .*: (\d{6})$", shop.log(), re.MULTILINE))[-1])


@pytest.mark.browser
def test_a_stranger_binds_taps_a_coupon_and_is_seen_to(
    browser: Browser, shop: Served, line: Simulated
) -> None:
    line.call("POST", "/accounts/100/friends", {"count": 1, "seed": 1, "announce": True})
    user = line.call("GET", "/accounts/100/friends")["friends"][0]["user_id"]
    phone = window(browser, "zh-TW")
    phone.goto(f"{line.url}/#account=100&friend={user}")
    phone.locator(".ln-flex-button", has_text="會員綁定").click()
    page = phone.frame_locator(".sheet-frame")

    page.get_by_role("link", name="English").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Link your membership")
    page.get_by_role("link", name="日本語").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("会員ID連携")
    page.get_by_role("link", name="繁體中文").click()
    page.get_by_label("會員編號").fill("M-77")
    page.get_by_label("手機號碼").fill("0912 384 756")
    page.get_by_label(re.compile("我同意接收 衣著A")).check()
    page.get_by_role("button", name="寄送驗證碼").click()
    page.get_by_label("驗證碼").fill("000000")
    page.get_by_role("button", name="完成綁定").click()
    expect(page.get_by_role("alert")).to_contain_text("驗證碼不正確")
    page.get_by_label("驗證碼").fill(code_of(shop))
    page.get_by_role("button", name="完成綁定").click()
    expect(page.locator("h1")).to_have_text("帳號連結完成")
    phone.locator(".sheet-close").click()

    phone.locator(".ln-flex-button", has_text="使用優惠").click()
    expect(phone.locator(".sheet-outside code")).to_have_text("https://shop.example/coats")

    desk = window(browser, "zh-TW")
    log_in(desk.context, shop)
    person = shop.get("/api/profiles/lookup", namespace="line:900", value=user)
    assert {"member_id", "phone"} <= {one["namespace"] for one in person["identifiers"]}
    desk.goto(f"{shop.url}/people/{person['profile_id']}")
    expect(desk.get_by_role("heading", level=1)).to_contain_text("林小美")
    for told in ("點擊訊息連結", "更新同意", "打開綁定頁"):
        expect(desk.get_by_text(told).first).to_be_visible()
    desk.context.close()
    phone.context.close()


@pytest.mark.browser
def test_a_friend_binds_on_the_page_of_a_liff_app_by_lines_tokens_alone(
    browser: Browser, shop: Served, line: Simulated
) -> None:
    liff_id = open_liff(shop, line)
    line.call("POST", "/accounts/100/friends", {"count": 1, "seed": 2, "announce": True})
    user = line.call("GET", "/accounts/100/friends")["friends"][-1]["user_id"]
    page = window(browser, "ja")

    page.goto(f"{line.url}/liff/{liff_id}?sim_user={user}&lang=en")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Link your membership")
    page.get_by_label("Mobile phone").fill("0912 384 999")
    page.get_by_role("button", name="Send me a code").click()
    page.get_by_label("Code").fill(code_of(shop))
    page.get_by_role("button", name="Link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Linked")

    def bound() -> bool:
        person = shop.get("/api/profiles/lookup", namespace="line:900", value=user)
        return "phone" in {one["namespace"] for one in person["identifiers"]}

    wait_for(bound)
    page.context.close()
