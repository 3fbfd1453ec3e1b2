"""A marketer draws the abandoned-cart journey, tries it, switches it on, and the message arrives on the friend's phone."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from looking import findings, overflowing, untranslated
from playwright.sync_api import Page, expect
from serving import Served, Simulated, wait_for
from window import Open, served_beside

SECRET = "secret-of-100"
MEMBER = "M-7001"


@pytest.fixture(scope="module")
def tieline(tmp_path_factory: pytest.TempPathFactory, line: Simulated) -> Iterator[Served]:
    """A shop with one LINE account, one friend who agreed, and what the template of carts needs."""
    with served_beside(line, tmp_path_factory.mktemp("shop")) as shop:
        seed(shop, line)
        yield shop


def seed(shop: Served, line: Simulated) -> None:
    opened = line.call(
        "POST", "/accounts",
        {"channel_id": "100", "channel_secret": SECRET, "provider_id": "900", "name": "小日子選物",
         "webhook_url": f"{shop.url}/line/main/webhook"},
    )  # fmt: skip
    shop.post(
        "/api/line/accounts",
        {"key": "main", "name": "小日子選物", "provider_id": "900", "channel_id": "100", "channel_secret": SECRET,
         "bot_user_id": opened["bot_user_id"]},
    )  # fmt: skip
    line.call("POST", "/accounts/100/friends", {"count": 1, "seed": 1, "announce": True})
    user = line.call("GET", "/accounts/100/friends")["friends"][0]["user_id"]
    agreed = {"purpose": "marketing", "channel": "line", "state": "granted", "method": "form"}
    made = shop.post("/api/sources", {"key": "crm", "kind": "server", "name": "CRM"})
    shop.keys["crm"] = made["write_key"]
    shop.collect(
        {"type": "identify", "userId": MEMBER, "traits": {"name": "陳怡君"},
         "context": {"externalIds": [{"type": "line:900", "id": user}]}},
        {"type": "track", "userId": MEMBER, "event": "consent_updated", "properties": agreed},
        {"type": "track", "userId": MEMBER, "event": "Order Completed",
         "properties": {"order_id": "O-1", "total": 900, "currency": "TWD"}},
        key="crm",
    )  # fmt: skip
    items = {"p1": {"name": "亞麻襯衫", "stock": 2, "price": 1280}}
    assert shop.http.put("/api/catalogs/product", json={"items": items}).is_success
    shop.post("/api/coupons/free-shipping", {"codes": ["SHIP1", "SHIP2"]})
    fill_cart(shop, "cart-before")
    wait_for(shop.settled)


def fill_cart(shop: Served, cart: str) -> None:
    said = {"cart_id": cart, "total": 1280, "size": "M", "product_id": "p1"}
    shop.collect({"type": "track", "userId": MEMBER, "event": "cart_updated", "properties": said}, key="crm")


def step(page: Page, name: str) -> Any:
    """Return a step of the canvas by the beginning of what a screen reader says of it."""
    return page.get_by_role("region", name="旅程畫布").get_by_role("button", name=re.compile(f"^{name}"))


@pytest.mark.browser
def test_the_cart_journey_is_drawn_tried_switched_on_and_its_message_arrives_on_the_phone(
    opened: Open, tieline: Served, line: Simulated
) -> None:
    page = opened("/journeys")
    page.get_by_role("link", name="從範本開始").click()
    page.get_by_role("button", name="使用這個範本：購物車未結").click()
    page.get_by_role("dialog").get_by_role("button", name="使用這個範本").click()

    page.get_by_role("tab", name="設定", selected=True).wait_for()
    page.get_by_role("radiogroup", name="勿擾時段").get_by_text("不限時段").click()
    page.get_by_role("button", name="下一步：畫旅程").click()
    step(page, "對照組").click()
    page.keyboard.press("Delete")
    expect(step(page, "對照組")).to_have_count(0)
    page.keyboard.press("Control+z")
    expect(step(page, "對照組")).to_have_count(1)
    step(page, "對照組").click()
    page.keyboard.press("Delete")
    step(page, "等待，1 小時").click()
    page.get_by_role("button", name="移除這一步").click()
    expect(page.get_by_text("計費").first).to_be_visible()
    page.get_by_text("可以上線").wait_for()

    page.get_by_role("button", name="試跑").click()
    page.get_by_role("button", name="開始試跑").click()
    found = page.get_by_role("dialog", name="用過去的資料試跑")
    found.get_by_text("1 次", exact=True).wait_for()
    found.get_by_text("1 則", exact=True).first.wait_for()
    found.get_by_role("button", name="關閉").click()
    expect(step(page, "發送 LINE 訊息").first).to_have_accessible_name(re.compile("試跑 1 則"))

    page.get_by_role("button", name="上線").click()
    page.get_by_role("dialog").get_by_role("button", name="上線").click()
    page.get_by_text("進行中", exact=True).wait_for()
    fill_cart(tieline, "cart-now")
    expect(step(page, "等待事件").first).to_have_accessible_name(re.compile("1 人在此"), timeout=60_000)
    step(page, "等待事件").first.click()
    page.get_by_role("link", name="陳怡君").wait_for()

    phone = page.context.new_page()
    phone.goto(f"{line.url}/")
    phone.get_by_text("你挑的亞麻襯衫還在，M 剩 2 件。").first.wait_for(timeout=30_000)

    page.reload()
    step(page, "發送 LINE 訊息").first.click()
    counted = page.get_by_role("region", name="LINE 的統計")
    expect(counted).to_contain_text("看到的人")
    expect(counted.get_by_text("還沒問 LINE")).to_have_count(3)


@pytest.mark.browser
def test_what_is_wrong_is_shown_at_the_step_until_it_is_mended(opened: Open) -> None:
    page = opened("/journeys/new?tab=canvas")
    page.get_by_text("上線前還有").wait_for()

    page.get_by_role("navigation", name="步驟").get_by_role("button", name="發送 LINE 訊息").click()
    expect(step(page, "發送 LINE 訊息")).to_have_accessible_name(re.compile("個問題"))
    page.get_by_role("textbox", name="第 1 則對話泡泡").fill("嗨")
    page.get_by_role("combobox", name="LINE 帳號").click()
    page.get_by_role("option", name="main").click()
    page.get_by_role("combobox", name="訊息目的").click()
    page.get_by_role("option", name="行銷").click()
    step(page, "觸發條件").click()
    page.get_by_role("combobox", name="事件").fill("cart_paid")
    page.get_by_role("option", name="使用「cart_paid」").click()

    page.get_by_text("可以上線").wait_for()
    page.get_by_role("button", name="復原").click()
    page.get_by_text("上線前還有").wait_for()


PAGES = (
    "/journeys",
    "/journeys/templates",
    "/journeys/new",
    "/journeys/new?tab=canvas",
    "/journeys/fashion-cart",
    "/journeys/fashion-cart?tab=versions",
    "/journeys/fashion-cart?tab=errors",
    "/journeys/fashion-cart?tab=tests",
    "/journeys/fashion-cart/edit",
    "/journeys/fashion-cart/edit?tab=settings",
)


@pytest.mark.browser
@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1024, "dark")])
def test_a_page_of_journeys_fits_speaks_chinese_and_has_no_serious_finding(
    opened: Open, path: str, width: int, scheme: str
) -> None:
    page = opened(path, width=width, scheme=scheme)
    page.wait_for_function("() => !document.querySelector('[role=status][aria-label]')")
    if "canvas" in path or path.endswith(("edit", "cart")):
        page.get_by_role("region", name="旅程畫布").wait_for()

    assert overflowing(page) == []
    assert untranslated(page) == []
    assert findings(page) == []
