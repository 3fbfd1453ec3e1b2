"""A marketer looks after the LINE account: its set-up, menus and who sees them, replies, and how friends come."""

import re
from collections.abc import Iterator

import pytest
from line_pages import picture, seed_line
from looking import findings, overflowing, untranslated
from playwright.sync_api import expect
from serving import Served, Simulated, wait_for
from window import served_beside

PAGES = (
    "/accounts",
    "/reports",
    "/menus",
    "/menus/new",
    "/menus/spring",
    "/replies",
    "/replies/new",
    "/replies/hours",
    "/joins",
    "/coupons",
    "/narrowcasts",
    "/narrowcasts/new",
    "/narrowcasts/spring",
    "/messages",
    "/messages/new",
    "/settings",
    "/segments/spenders",
)


@pytest.fixture(scope="module")
def tieline(line: Simulated, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served_beside(line, tmp_path_factory.mktemp("line")) as served:
        seed_line(served, line)
        yield served


@pytest.mark.browser
@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1024, "dark"), (820, "light")])
def test_a_page_of_line_fits_speaks_chinese_and_has_no_serious_finding(opened, path, width, scheme):
    page = opened(path, width=width, scheme=scheme)
    page.wait_for_load_state("networkidle")
    page.wait_for_function("() => !document.querySelector('[role=status][aria-label]')")

    assert overflowing(page) == []
    assert untranslated(page) == []
    assert findings(page) == []


@pytest.mark.browser
def test_the_set_up_is_looked_at_and_line_calls(opened):
    page = opened("/accounts")
    page.get_by_text("LINE 接受這個頻道。").wait_for()
    page.get_by_text("Webhook 網址正確，而且已開啟。").wait_for()

    page.get_by_role("button", name="請 LINE 連連看").click()

    page.get_by_text("LINE 連得到我們。").wait_for()


@pytest.mark.browser
def test_a_login_channel_is_entered_and_the_addresses_for_line_and_the_shop_are_shown(opened):
    page = opened("/accounts")
    page.get_by_role("button", name="LINE Login 與綁定").click()
    dialog = page.get_by_role("dialog")
    for label, value in (("Channel ID", "5678"), ("Provider ID", "901"), ("Channel secret", "s" * 32)):
        dialog.get_by_label(label).fill(value)
    dialog.get_by_role("button", name="儲存").click()
    dialog.get_by_text("不同 Provider").or_(dialog.get_by_text("provider")).first.wait_for()

    dialog.get_by_label("Provider ID").fill("900")
    dialog.get_by_role("button", name="儲存").click()

    expect(dialog.get_by_label("Callback URL")).to_have_value(re.compile("/line/login/callback$"))
    expect(dialog.get_by_label("嵌在商店頁面的按鈕")).to_have_value(
        re.compile('iframe src="[^"]+/line/main/button"')
    )
    expect(dialog.get_by_role("alert")).to_have_count(0)


@pytest.mark.browser
def test_another_tool_gets_webhooks_and_a_key_and_is_let_go_again(opened, tieline):
    page = opened("/accounts")
    page.get_by_role("button", name="和其他工具共用").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("沒有其他工具在收 Webhook。").wait_for()
    dialog.get_by_label("工具代號").fill("helpdesk")
    dialog.get_by_label("工具的 Webhook 網址").fill("https://helpdesk.example/line")
    dialog.get_by_role("button", name="開始轉送").click()
    dialog.get_by_text("https://helpdesk.example/line").wait_for()
    dialog.get_by_label("給工具的 API 金鑰").get_by_role("textbox").first.fill("helpdesk")
    dialog.get_by_role("button", name="產生金鑰").click()
    expect(dialog.get_by_label("存取權杖")).to_have_value(re.compile("^lp_"))
    assert untranslated(page) == []
    assert findings(page) == []

    dialog.get_by_role("button", name="停止轉送").click()

    dialog.get_by_text("沒有其他工具在收 Webhook。").wait_for()
    assert tieline.get("/api/line/accounts/main/forwards")["forwards"] == []


@pytest.mark.browser
def test_a_menu_is_drawn_ranked_and_says_who_sees_it_and_why(opened, tieline, tmp_path):
    file = tmp_path / "menu.png"
    file.write_bytes(picture(1200, 405))
    page = opened("/menus/new")
    page.get_by_label("選單名稱").fill("會員選單")
    page.get_by_label("選單列文字").fill("會員專區")
    page.locator("input[type=file]").set_input_files(file)
    canvas = page.get_by_role("group", name="選單圖片")
    canvas.get_by_role("img").or_(canvas.locator("img")).first.wait_for()
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 2, box["y"] + 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] - 2, steps=5)
    page.mouse.up()
    page.get_by_role("button", name="區域 1").wait_for()
    page.get_by_label("網址", exact=True).fill("https://shop.example/member")
    page.get_by_role("combobox", name="會員綁定").click()
    page.get_by_role("option", name="已綁定會員").click()
    page.get_by_role("button", name="儲存選單").click()
    page.get_by_role("link", name="會員選單").wait_for()

    kept = next(
        one for one in tieline.get("/api/line/accounts/main/menus")["menus"] if one["name"] == "會員選單"
    )
    area = kept["definition"]["areas"][0]["bounds"]
    assert kept["has_image"]
    assert kept["bound"] is True
    assert kept["definition"]["size"] == {"width": 1200, "height": 405}
    assert abs(area["width"] - 595) < 12
    assert area["x"] < 12

    page.get_by_label("顧客", exact=True).fill("好友1")
    page.get_by_role("option", name="好友1").click()
    page.get_by_text("看到「會員選單」").wait_for()
    page.get_by_label("顧客", exact=True).fill("王淑芬")
    page.get_by_role("option", name="王淑芬").click()
    page.get_by_text("他不是這個帳號的好友").wait_for()

    page.get_by_role("button", name="下移：會員選單").click()
    page.wait_for_function("() => document.querySelectorAll('main ol li a')[0]?.textContent === '貴賓選單'")


@pytest.mark.browser
def test_a_reply_is_written_and_tried(opened, tieline):
    page = opened("/replies")
    page.get_by_role("link", name="新增回覆").click()
    page.get_by_label("回覆名稱").fill("停車")
    page.get_by_role("textbox", name="關鍵字").fill("停車")
    page.get_by_role("textbox", name="文字", exact=True).fill("地下二樓可停兩小時")
    page.get_by_role("button", name="儲存回覆").click()
    page.get_by_role("link", name="停車").wait_for()

    page.get_by_label("訊息內容").fill("請問哪裡可以停車？")
    page.get_by_role("button", name="會怎麼回？").click()
    page.get_by_role("group", name="手機畫面").get_by_text("地下二樓可停兩小時").wait_for()

    page.get_by_role("switch", name="啟用「停車」").click()
    page.wait_for_function(
        "() => [...document.querySelectorAll('input[role=switch]')].some((one) => !one.checked)"
    )
    live = {one["key"]: one["live"] for one in tieline.get("/api/auto-replies")["auto_replies"]}
    assert sorted(live.values()) == [False, True]


@pytest.mark.browser
def test_a_way_in_is_made_and_its_code_can_be_printed(opened):
    page = opened("/joins")
    page.get_by_role("button", name="新增來源").click()
    page.get_by_label("名稱").fill("周年慶海報")
    page.get_by_label("給新朋友的歡迎訊息").fill("歡迎！")
    page.get_by_label("給老朋友的訊息").fill("歡迎回來！")
    page.get_by_role("button", name="儲存").click()
    page.get_by_role("button", name="周年慶海報").click()
    expect(page.get_by_label("給老朋友的訊息")).to_have_value("歡迎回來！")
    page.get_by_role("button", name="儲存").click()
    row = page.get_by_role("row", name=re.compile("周年慶海報"))
    row.get_by_role("button", name="QR").click()
    page.get_by_alt_text("「周年慶海報」的 QR Code").wait_for()

    with page.expect_download() as download:
        page.get_by_role("link", name="PNG").click()

    assert download.value.path().read_bytes().startswith(b"\x89PNG")


@pytest.mark.browser
def test_a_coupon_is_made_chosen_for_a_message_and_closed_for_good(opened):
    page = opened("/coupons")
    page.get_by_role("button", name="新增優惠券").click()
    page.get_by_label("名稱").fill("周年慶九折")
    page.get_by_role("button", name="建立優惠券").click()
    row = page.get_by_role("row", name=re.compile("周年慶九折"))
    expect(row).to_contain_text("進行中")
    made = row.locator("code").inner_text()

    row.get_by_role("button", name="結束優惠券").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="結束優惠券")).to_be_disabled()
    dialog.get_by_label("輸入「周年慶九折」確認").fill("周年慶九折")
    dialog.get_by_role("button", name="結束優惠券").click()

    expect(page.get_by_role("row", name=re.compile(made))).to_contain_text("已結束")


@pytest.mark.browser
def test_a_narrowcast_says_whom_it_reaches_is_saved_and_tells_why_line_did_not_send_it(opened):
    page = opened("/narrowcasts/new")
    page.get_by_label("名稱").fill("春裝，北部女性")
    page.get_by_role("textbox", name="文字", exact=True).fill("春裝上市")
    page.get_by_role("combobox", name="性別").click()
    page.get_by_role("option", name="女").click()
    page.get_by_role("combobox", name="地區").click()
    page.get_by_role("option", name="臺北市").click()
    page.keyboard.press("Escape")
    beside = page.get_by_role("region", name="會發給誰、多少錢")
    expect(beside).to_contain_text("不確定是否每個人都同意")
    page.get_by_label("為什麼可以發給不確定是否同意的人").fill("加入好友時都已同意")
    expect(beside).to_contain_text("依您寫的理由發送")

    page.get_by_role("button", name="儲存並發送").click()
    page.get_by_role("dialog").get_by_role("button", name="儲存並發送").click()

    expect(page.get_by_role("heading", name="春裝，北部女性")).to_be_visible()
    page.get_by_text("原因", exact=True).wait_for(timeout=60_000)
    expect(page.get_by_text("失敗", exact=True).first).to_be_visible()


@pytest.mark.browser
def test_a_plan_is_chosen_and_a_budget_set_and_taken_away(opened, tieline):
    page = opened("/settings")
    plans = page.get_by_role("region", name="LINE 價目方案")
    plans.get_by_role("combobox", name="衣著A").click()
    page.get_by_role("option", name="中用量").click()
    expect(plans).to_contain_text("含 3,000 則")
    assert tieline.get("/api/line/accounts")["accounts"][0]["price_plan"] == "tw-medium"

    budgets = page.get_by_role("region", name="預算")
    budgets.get_by_label("每月上限").fill("3000")
    budgets.get_by_role("button", name="設定預算").click()
    budgets.get_by_text("已用 0 則，上限 3,000 則").wait_for()
    budgets.get_by_role("button", name="移除").click()
    budgets.get_by_text("還沒有設定預算").wait_for()
    assert tieline.get("/api/cost")["budgets"] == []


@pytest.mark.browser
def test_a_segment_becomes_an_audience_at_line_that_follows_it(opened, tieline, line):
    tieline.post("/api/segments", {"key": "friends", "name": "好友", "condition": {"line_friend": "main"}})
    wait_for(lambda: tieline.get("/api/segments/friends")["state"] == "live")
    page = opened("/segments/friends")
    panel = page.get_by_role("region", name="LINE 受眾")
    panel.get_by_role("button", name="做成 LINE 受眾").click()
    panel.get_by_text("至少要 50 人").wait_for()

    line.call("POST", "/accounts/100/friends", {"count": 60, "seed": 9, "announce": True})
    wait_for(lambda: tieline.get("/api/segments/friends")["members"] >= 60)
    panel.get_by_role("button", name="做成 LINE 受眾").click()
    panel.get_by_text(re.compile(r"6\d 人")).wait_for()
    assert "跟著分眾更新" in panel.get_by_role("listitem").first.inner_text()
    (made,) = tieline.get("/api/line/accounts/main/audiences")["audiences"]
    assert (made["segment"], made["in_step"]) == ("friends", True)
