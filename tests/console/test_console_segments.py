"""A marketer builds the two-part segment, sees the exact number while typing, saves it, and asks why somebody is in."""

import re

import pytest


@pytest.mark.browser
@pytest.mark.usefixtures("brand")
def test_a_segment_is_built_counted_saved_and_explained(opened):
    page = opened("/segments")
    page.get_by_role("link", name="新增分眾").click()
    page.get_by_label("名稱").fill("常客，但不是台中人")
    number = page.locator("output")

    page.get_by_role("button", name="新增條件").first.click()
    page.get_by_role("menuitem", name="做過的事").click()
    page.get_by_text("這個條件還沒填完").wait_for()
    page.get_by_role("combobox", name="事件").click()
    page.get_by_role("option", name="完成訂單").click()
    page.wait_for_function("() => document.querySelector('output')?.textContent === '9'")
    page.get_by_role("textbox", name="值").fill("4")
    page.wait_for_function("() => document.querySelector('output')?.textContent === '1'")
    page.get_by_role("textbox", name="值").fill("1")

    page.get_by_role("button", name="新增條件").last.click()
    page.get_by_role("menuitem", name="屬性").click()
    page.get_by_role("combobox", name="屬性").click()
    page.get_by_role("option", name="城市").click()
    page.get_by_role("combobox", name="值").or_(page.get_by_role("textbox", name="值")).last.fill("台中市")
    page.wait_for_function("() => document.querySelector('output')?.textContent === '1'")
    assert number.inner_text() == "1"

    page.get_by_role("button", name="儲存分眾").click()
    page.get_by_role("heading", level=1, name="常客，但不是台中人").wait_for()
    page.get_by_role("img", name="從 0 人到 1 人").wait_for()
    page.get_by_role("link", name=re.compile("王淑芬")).wait_for()
    page.get_by_role("button", name="為什麼？").first.click()
    page.get_by_text("符合這個分眾").wait_for()


@pytest.mark.browser
@pytest.mark.usefixtures("brand")
def test_an_edit_says_whom_it_would_move_before_it_is_saved(opened):
    page = opened("/segments/spenders/edit")
    page.wait_for_function("() => document.querySelector('output')?.textContent")

    page.get_by_role("textbox", name="值").fill("3,500")

    moves = page.get_by_role("region", name="儲存後的變化")
    moves.get_by_text("−3").wait_for()
    assert "+0" in moves.inner_text()


@pytest.mark.browser
@pytest.mark.usefixtures("brand")
def test_half_a_condition_cannot_be_saved(opened):
    page = opened("/segments/new")
    page.get_by_label("名稱").fill("半個")
    save = page.get_by_role("button", name="儲存分眾")
    assert save.is_disabled()

    page.get_by_role("button", name="新增條件").first.click()
    page.get_by_role("menuitem", name="標籤").click()

    assert save.is_disabled()
    page.get_by_role("combobox", name="標籤").fill("VIP")
    page.wait_for_function("() => document.querySelector('output')?.textContent === '0'")
    assert save.is_enabled()
