"""A marketer keeps the tags in order, and sees where customers stand in their life with the brand."""

import pytest
from looking import findings, overflowing, untranslated
from serving import wait_for


@pytest.mark.browser
@pytest.mark.usefixtures("brand")
def test_a_tag_is_described_put_on_a_segment_and_taken_back(opened, tieline):
    page = opened("/tags")
    page.get_by_role("button", name="新增標籤").first.click()
    drawer = page.get_by_role("dialog")
    drawer.get_by_label("標籤名稱").fill("冬季大衣")
    drawer.get_by_label("用途").fill("看過冬季大衣的人")
    drawer.get_by_role("button", name="儲存").click()
    page.get_by_role("button", name="冬季大衣").click()

    drawer.get_by_role("combobox", name="選擇分眾").click()
    page.get_by_role("option", name="30 天內消費滿 2,000").click()
    drawer.get_by_role("button", name="貼上", exact=True).click()
    drawer.get_by_text("貼給").first.wait_for()
    members = len(tieline.get("/api/segments/spenders/members")["members"])
    assert members > 0
    wait_for(lambda: carriers(tieline) == members)

    drawer.get_by_role("button", name="復原").click()
    drawer.get_by_text("已復原").wait_for()
    wait_for(lambda: carriers(tieline) == 0)


def carriers(tieline):
    return next(one["people"] for one in tieline.get("/api/tags")["tags"] if one["key"] == "冬季大衣")


@pytest.mark.browser
@pytest.mark.usefixtures("brand")
def test_nes_is_begun_with_one_button_and_shown_as_a_picture_with_its_cycle(opened, tieline):
    page = opened("/lifecycle")
    page.get_by_role("region", name="購買週期").get_by_text("9 天").wait_for()
    page.get_by_role("button", name="開始使用").click()

    page.get_by_role("img", name="NES").wait_for()
    page.get_by_label("主力：幾個週期內").fill("2")
    page.get_by_label("瞌睡：幾個週期內").fill("3")
    page.get_by_label("半睡：幾個週期內").fill("4")
    page.get_by_role("button", name="儲存門檻").click()
    page.get_by_text("門檻已儲存").wait_for()
    assert tieline.get("/api/traits/models/nes/report")["thresholds"]["active_cycles"] == 2


@pytest.mark.browser
@pytest.mark.usefixtures("brand")
def test_a_computed_trait_is_made_by_form_and_shown_with_how_people_spread(opened):
    page = opened("/traits")
    page.get_by_role("button", name="新增計算屬性").first.click()
    form = page.get_by_role("dialog")
    form.get_by_label("名稱").fill("一年內購買次數")
    form.get_by_role("button", name="儲存").click()

    card = page.get_by_role("region", name="一年內購買次數")
    card.get_by_text("最近 365 天 · 完成訂單 · 次數").wait_for()
    card.get_by_role("img", name="一年內購買次數").wait_for()


PAGES = ("/tags", "/lifecycle?model=nes", "/lifecycle?model=rfm", "/traits")


@pytest.mark.browser
@pytest.mark.usefixtures("brand")
@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1024, "dark"), (820, "light")])
def test_a_page_about_customers_fits_speaks_chinese_and_has_no_serious_finding(opened, path, width, scheme):
    page = opened(path, width=width, scheme=scheme)
    page.wait_for_function("() => !document.querySelector('[role=status][aria-label]')")

    assert overflowing(page) == []
    assert untranslated(page) == []
    assert findings(page) == []
