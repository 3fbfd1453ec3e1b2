"""A marketer writes a message, sees it on the phone, is told what LINE would refuse, and finds every version again."""

import pytest


def add(page, kind):
    page.get_by_role("button", name="新增泡泡").click()
    page.get_by_role("menuitem", name=kind, exact=True).click()


def begin_to_insert_before(page, text):
    page.get_by_role("textbox", name="文字", exact=True).fill(text)
    page.get_by_role("textbox", name="文字", exact=True).press("Home")
    page.get_by_role("button", name="插入顧客資料").click()
    page.get_by_role("combobox", name="哪一項資料").click()


def insert_the_name(page):
    page.get_by_role("option", name="姓名").click()
    page.get_by_label("沒有資料時顯示").fill("您")
    page.get_by_role("button", name="插入", exact=True).click()


@pytest.mark.browser
@pytest.mark.usefixtures("brand")
def test_a_message_is_written_for_a_person_seen_on_the_phone_and_kept(opened, tieline):
    page = opened("/messages")
    page.get_by_role("link", name="新增訊息").first.click()
    page.get_by_label("訊息名稱").fill("Winter hello")
    begin_to_insert_before(page, "，冬季新品到了")
    insert_the_name(page)
    phone = page.get_by_role("group", name="手機畫面")
    phone.get_by_text("您，冬季新品到了").wait_for()

    page.get_by_label("以某位顧客的資料預覽").fill("王淑芬")
    page.get_by_role("option", name="王淑芬").click()
    phone.get_by_text("王淑芬，冬季新品到了").wait_for()
    page.get_by_text("鎖定畫面").click()
    phone.get_by_text("王淑芬，冬季新品到了").wait_for()

    page.get_by_role("button", name="儲存訊息").click()
    page.get_by_text("已儲存為第 1 版").wait_for()
    page.wait_for_url("**/messages/winter-hello")
    kept = tieline.get("/api/messages/winter-hello")
    assert kept["messages"] == [{"type": "text", "text": '{{ profile.name | default: "您" }}，冬季新品到了'}]


@pytest.mark.browser
@pytest.mark.usefixtures("brand")
def test_no_trait_can_be_chosen_before_all_are_known(opened):
    page = opened("/messages/new")
    late = []

    def hold(route):
        late.append(route)

    page.route("**/api/segments/vocabulary", hold)
    page.reload()
    begin_to_insert_before(page, "，新品到了")
    assert page.get_by_role("option").count() == 0
    assert page.get_by_role("button", name="插入", exact=True).is_disabled()

    late.pop().continue_()
    insert_the_name(page)
    written = page.get_by_role("textbox", name="文字", exact=True).input_value()
    assert written == '{{ profile.name | default: "您" }}，新品到了'


@pytest.mark.browser
@pytest.mark.usefixtures("brand")
def test_a_preview_that_got_no_answer_is_asked_for_again(opened):
    page = opened("/messages/new")
    lost = []

    def lose(route):
        if "profile_id" in route.request.post_data and len(lost) < 5:
            lost.append(route)
            route.fulfill(status=503, json={"title": "The database does not answer.", "code": "unavailable"})
        else:
            route.continue_()

    page.route("**/api/messages/preview", lose)
    page.get_by_role("textbox", name="文字", exact=True).fill('{{ profile.name | default: "您" }}，新品到了')
    page.get_by_label("以某位顧客的資料預覽").fill("王淑芬")
    page.get_by_role("option", name="王淑芬").click()
    page.get_by_role("group", name="手機畫面").locator("xpath=..").get_by_role(
        "button", name="再試一次"
    ).click()
    page.get_by_role("group", name="手機畫面").get_by_text("王淑芬，新品到了").wait_for()
    assert len(lost) == 5


@pytest.mark.browser
@pytest.mark.usefixtures("brand")
def test_a_search_for_people_that_got_no_answer_says_so(opened):
    page = opened("/messages/new")
    lost = {"title": "The database does not answer.", "code": "unavailable"}
    page.route("**/api/people/search", lambda route: route.fulfill(status=503, json=lost))
    page.get_by_label("以某位顧客的資料預覽").fill("王淑芬")
    page.get_by_text("現在查不到顧客，請稍後再輸入一次。").wait_for()


@pytest.mark.browser
@pytest.mark.usefixtures("brand")
def test_what_line_would_refuse_is_said_at_its_field_and_not_saved(opened):
    page = opened("/messages/new")
    page.get_by_label("訊息名稱").fill("Buttons")
    add(page, "按鈕")
    page.get_by_label("按鈕文字").fill("一" * 21)
    page.get_by_text("最多 20 字，現在 21 字。").wait_for()
    page.get_by_label("網址", exact=True).fill("http://example.com")
    page.get_by_text("網址要以 https:// 開頭。").wait_for()
    assert page.get_by_text("這裡還沒填。").count() == 0

    page.get_by_role("button", name="儲存訊息").click()

    page.get_by_text("個地方 LINE 不會接受").wait_for()
    page.get_by_text("這裡還沒填。").first.wait_for()
    assert page.url.endswith("/messages/new")


@pytest.mark.browser
@pytest.mark.usefixtures("brand")
def test_a_flex_coupon_is_made_by_form_changed_as_json_and_an_old_version_comes_back(opened, tieline):
    page = opened("/messages/new")
    page.get_by_label("訊息名稱").fill("Flex coupon")
    page.get_by_role("button", name="移除：1. 文字").click()
    add(page, "Flex 卡片")
    page.get_by_role("button", name="優惠券卡片").click()
    phone = page.get_by_role("group", name="手機畫面")
    phone.get_by_text("折 100 元").wait_for()
    page.get_by_label("文字", exact=True).nth(1).fill("折 200 元")
    phone.get_by_text("折 200 元").wait_for()
    page.get_by_role("button", name="儲存訊息").click()
    page.get_by_text("已儲存為第 1 版").wait_for()

    page.wait_for_url("**/messages/flex-coupon")
    page.get_by_role("heading", level=1, name="Flex coupon").wait_for()
    page.get_by_text("JSON", exact=True).click()
    code = page.get_by_label("Flex 內容（JSON）")
    code.fill(code.input_value().replace("折 200 元", "折 300 元"))
    phone.get_by_text("折 300 元").wait_for()
    page.get_by_role("button", name="儲存訊息").click()
    page.get_by_text("已儲存為第 2 版").wait_for()
    assert tieline.get("/api/messages/flex-coupon")["version"] == 2

    page.get_by_role("button", name="更多").click()
    page.get_by_role("menuitem", name="版本紀錄").click()
    page.get_by_role("listitem").filter(has_text="第 1 版").get_by_role("button", name="取回這一版").click()
    phone.get_by_text("折 200 元").wait_for()
