"""Somebody at the counter says her name: she is found, seen whole, cut from her phone, and whole again."""

import re

import pytest


@pytest.mark.browser
@pytest.mark.usefixtures("brand")
def test_she_is_found_by_the_end_of_her_phone_and_seen_whole(opened):
    page = opened("/people")

    page.get_by_role("searchbox", name="搜尋顧客").fill("4756")
    page.get_by_role("link", name=re.compile("王淑芬")).click()

    page.get_by_role("heading", level=1, name=re.compile("王淑芬")).wait_for()
    assert "4756" not in page.url
    page.get_by_text("完成訂單").first.wait_for()
    page.get_by_text("NT$5,120").wait_for()
    page.get_by_text("金卡").first.wait_for()
    page.get_by_role("region", name="優惠券").get_by_text("已兌換").wait_for()


@pytest.mark.browser
def test_the_timeline_is_narrowed_and_opened(opened, brand):
    page = opened(f"/people/{brand}")

    page.get_by_text("瀏覽", exact=True).click()
    page.get_by_text("瀏覽頁面").wait_for()
    page.get_by_text("完成訂單").first.wait_for(state="detached")
    page.get_by_role("button", name=re.compile("瀏覽頁面")).click()

    page.get_by_text("冬季新品").last.wait_for()


@pytest.mark.browser
def test_she_is_told_why_she_is_in_a_segment(opened, brand):
    page = opened(f"/people/{brand}")

    page.get_by_role("button", name="為什麼？").click()

    page.get_by_text("符合這個分眾").wait_for()
    page.get_by_text("過去 30 天 「完成訂單」的「總金額」加總 ≥ 2,000").wait_for()
    page.get_by_text("共 4 筆").wait_for()


@pytest.mark.browser
def test_a_phone_is_cut_from_her_after_a_look_at_what_changes_and_comes_back(opened, brand, tieline):
    page = opened(f"/people/{brand}?tab=graph")
    page.get_by_role("img", name=re.compile("歸戶圖")).wait_for()

    page.get_by_role("listitem").filter(has_text="0912 384 756").get_by_role("button", name="拆開").click()
    dialogue = page.get_by_role("dialog")
    dialogue.get_by_text("現在：1 個人").wait_for()
    dialogue.get_by_text("之後：2 個人").wait_for()
    dialogue.get_by_label("原因").fill("家人共用手機")
    dialogue.get_by_role("button", name="拆開").click()
    page.get_by_text("已拆開").wait_for()

    def phone() -> set[str]:
        found = tieline.get("/api/profiles/lookup", namespace="phone", value="0912384756")
        return {one["namespace"] for one in found["identifiers"]}

    assert phone() == {"phone"}
    page.get_by_role("listitem").filter(has_text="家人共用手機").get_by_role("button", name="復原").click()
    dialogue.get_by_text("之後：1 個人").wait_for()
    dialogue.get_by_label("原因").fill("弄錯了")
    dialogue.get_by_role("button", name="復原").click()
    page.get_by_text("已復原").first.wait_for()

    assert {"phone", "member_id", "email"} <= phone()


@pytest.mark.browser
@pytest.mark.usefixtures("brand")
def test_who_does_not_exist_is_said_so(opened):
    page = opened("/people")
    page.get_by_role("searchbox", name="搜尋顧客").fill("沒有這個人")
    page.get_by_role("heading", name="找不到符合的顧客").wait_for()
