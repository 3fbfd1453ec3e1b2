"""A stranger starts the demonstration, and does in its console what a marketer does all day."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from composing import compose_coupon, figure
from demonstrated import Addresses, Demonstration, come_in
from playwright.sync_api import Browser, BrowserContext, Page, expect
from serving import wait_for
from window import BUILT, PATIENCE_MS, chromium

BRAND = "衣著A"
PUSH = "冬季大衣新上市"
WANG = "王雅文"
SENDS_MS = 90_000

pytestmark = [pytest.mark.browser, pytest.mark.long]


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Addresses]:
    if not BUILT.exists() or not chromium():
        pytest.skip("no console, or no Chromium on this machine")
    demonstration = Demonstration(tmp_path_factory.mktemp("demo"))
    try:
        yield demonstration.played(BRAND)
    finally:
        demonstration.stop()


@pytest.fixture(scope="module")
def context(browser: Browser, at: Addresses) -> Iterator[BrowserContext]:
    made = browser.new_context(
        locale="zh-TW", timezone_id="Asia/Taipei", viewport={"width": 1280, "height": 800}
    )
    made.set_default_timeout(2 * PATIENCE_MS)
    come_in(made, at).close()
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext, at: Addresses) -> Iterator[Page]:
    opened = context.new_page()
    opened.goto(f"{at.console}/")
    opened.get_by_role("heading", level=1, name="首頁").wait_for()
    yield opened
    opened.close()


def go(page: Page, room: str) -> None:
    page.get_by_role("navigation").get_by_role("link", name=room, exact=True).click()
    page.get_by_role("heading", level=1, name=room).wait_for()


def choose(page: Page, box: str, option: str) -> None:
    page.get_by_role("combobox", name=box).last.click()
    page.get_by_role("option", name=option, exact=True).last.click()


def step(page: Page, name: str) -> Any:
    """Return a step of the canvas by the beginning of what a screen reader says of it."""
    return page.get_by_role("region", name="旅程畫布").get_by_role("button", name=re.compile(f"^{name}"))


def counted(page: Page) -> int:
    """Return the number of people beside the builder, once it is there and computed."""
    page.wait_for_function("() => /^[\\d,]+$/.test(document.querySelector('output')?.textContent ?? '')")
    return int(page.locator("output").inner_text().replace(",", ""))


def asked(context: BrowserContext, at: Addresses, condition: dict[str, Any]) -> int:
    """Return how many people a condition holds for, worked out in one question to the API."""
    token = context.request.get(f"{at.console}/api/session").json()["csrf_token"]
    answer = context.request.post(
        f"{at.console}/api/segments/preview",
        data={"condition": condition},
        headers={"Origin": at.console, "X-CSRF-Token": token},
    )
    assert answer.ok, answer.text()
    return int(answer.json()["count"])


def test_who_spent_over_3000_and_clicked_that_push_is_counted_saved_and_explained(
    page: Page, context: BrowserContext, at: Addresses
) -> None:
    go(page, "分眾")
    page.get_by_role("link", name="新增分眾").click()
    page.get_by_label("名稱").fill("花費 3,000 以上又點過冬季大衣")
    page.get_by_role("button", name="新增條件").first.click()
    page.get_by_role("menuitem", name="做過的事").click()
    choose(page, "事件", "完成訂單")
    choose(page, "計算方式", "加總")
    choose(page, "欄位", "總金額")
    choose(page, "比較方式", "大於")
    page.get_by_role("textbox", name="值").fill("3,000")
    spent = {"event": "Order Completed", "window": {"last": "P30D"}, "op": "gt", "value": 3000,
             "measure": {"fn": "sum", "property": "total"}}  # fmt: skip
    alone = asked(context, at, spent)
    wait_for(lambda: counted(page) == alone)

    page.get_by_role("button", name="新增條件").first.click()
    page.get_by_role("menuitem", name="收到或點過的訊息").click()
    choose(page, "訊息", PUSH)
    clicked = {"event": "message_link_clicked",
               "where": {"property": "origin", "op": "eq", "value": "broadcast:winter-coats"}}  # fmt: skip
    both = asked(context, at, {"all": [spent, clicked]})
    assert 0 < both < alone
    wait_for(lambda: counted(page) == both)

    page.get_by_role("button", name="儲存分眾").click()
    page.get_by_role("heading", level=1, name="花費 3,000 以上又點過冬季大衣").wait_for()
    page.get_by_text(f"{both:,}").first.wait_for()
    page.get_by_role("button", name="為什麼？").first.click()
    page.get_by_text("符合這個分眾").wait_for()
    page.get_by_text(re.compile(f"訊息「{PUSH}」：已點擊")).last.wait_for()


def test_the_cart_journey_is_drawn_tried_and_switched_on_and_its_message_arrives_on_the_phone(
    page: Page, context: BrowserContext, at: Addresses
) -> None:
    go(page, "旅程")
    page.get_by_role("link", name="從範本開始").click()
    page.get_by_role("button", name="使用這個範本：購物車未結").click()
    page.get_by_role("dialog").get_by_role("button", name="使用這個範本").click()
    page.get_by_role("tab", name="設定", selected=True).wait_for()
    page.get_by_role("radiogroup", name="勿擾時段").get_by_text("不限時段").click()
    page.get_by_role("button", name="下一步：畫旅程").click()
    for waits in ("對照組", "等待，1 小時"):
        step(page, waits).click()
        page.get_by_role("button", name="移除這一步").click()
        expect(step(page, waits)).to_have_count(0)
    page.get_by_text("可以上線").wait_for()

    page.get_by_role("button", name="試跑").click()
    page.get_by_role("button", name="開始試跑").click()
    found = page.get_by_role("dialog", name="用過去的資料試跑")
    found.get_by_text("40 次", exact=True).wait_for()
    found.get_by_role("button", name="關閉").click()

    page.get_by_role("button", name="上線").click()
    page.get_by_role("dialog").get_by_role("button", name="上線").click()
    page.get_by_text("進行中", exact=True).wait_for()

    shop = context.new_page()
    shop.goto(f"{at.status}/shop")
    shop.get_by_role("combobox", name="顧客").select_option(label=WANG)
    shop.get_by_role("button", name="放進購物車：羊毛大衣").click()
    shop.get_by_role("status").get_by_text(f"{WANG}把羊毛大衣放進了購物車").wait_for()
    shop.goto(at.status)
    shop.get_by_role("link", name="手機：買過大衣才綁定的 VIP").click()
    shop.get_by_text("你挑的羊毛大衣還在").first.wait_for(timeout=SENDS_MS)
    shop.close()


def test_miss_wang_is_found_cut_from_her_phone_and_whole_again(page: Page) -> None:
    go(page, "顧客")
    page.get_by_role("searchbox", name="搜尋顧客").fill(WANG)
    page.get_by_role("link", name=re.compile(WANG)).click()
    page.get_by_role("heading", level=1, name=re.compile(WANG)).wait_for()
    page.get_by_role("tab", name="歸戶圖").click()
    page.get_by_role("img", name=re.compile("歸戶圖")).wait_for()

    phone = page.get_by_role("listitem").filter(has_text="0987 321 045")
    phone.get_by_role("button", name="拆開").click()
    dialogue = page.get_by_role("dialog")
    dialogue.get_by_text("現在：1 個人").wait_for()
    dialogue.get_by_text("之後：2 個人").wait_for()
    dialogue.get_by_label("原因").fill("家人共用手機")
    dialogue.get_by_role("button", name="拆開").click()
    page.get_by_text("已拆開").wait_for()

    page.get_by_role("listitem").filter(has_text="家人共用手機").get_by_role("button", name="復原").click()
    dialogue.get_by_text("之後：1 個人").wait_for()
    dialogue.get_by_label("原因").fill("弄錯了")
    dialogue.get_by_role("button", name="復原").click()
    page.get_by_text("已復原").first.wait_for()


def test_a_flex_coupon_is_composed_priced_sent_to_a_segment_and_reported_on(page: Page) -> None:
    go(page, "群發")
    compose_coupon(page)
    choose(page, "寄給", "過去30天內消費超過3000元，且點擊過冬季大衣推播")
    cost = page.get_by_role("region", name="寄得到的人與費用")
    cost.get_by_text(re.compile(r"NT\$|則")).first.wait_for()

    page.get_by_role("button", name=re.compile("費用與排程")).first.click()
    page.get_by_role("button", name="寄出", exact=True).click()
    last = page.get_by_role("dialog")
    planned = re.search(r"([\d,]+) 則", last.inner_text())
    assert planned
    last.get_by_role("button", name="寄出", exact=True).click()

    page.get_by_text("已寄完").wait_for(timeout=SENDS_MS)
    wait_for(lambda: figure(page, "已寄出") == planned[1])
