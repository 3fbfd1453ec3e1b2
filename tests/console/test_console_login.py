"""The door of the console: who may come in, and what happens to who may no longer."""

import pytest


@pytest.mark.browser
def test_who_is_not_logged_in_comes_to_the_door_and_then_to_the_page_they_wanted(opened, tieline):
    page = opened("/nowhere", member=False)
    page.wait_for_url("**/login")

    page.get_by_label("電子郵件").fill(tieline.keys["admin_email"])
    page.get_by_role("textbox", name="密碼").fill(tieline.keys["admin_password"])
    page.get_by_role("button", name="登入").click()

    page.wait_for_url("**/nowhere")
    page.get_by_role("navigation", name="主選單").wait_for()


@pytest.mark.browser
def test_a_wrong_password_is_refused_in_words(opened, tieline):
    page = opened("/login", member=False)

    page.get_by_label("電子郵件").fill(tieline.keys["admin_email"])
    page.get_by_role("textbox", name="密碼").fill("not this one")
    page.get_by_role("button", name="登入").click()

    page.get_by_role("alert").get_by_text("電子郵件或密碼不正確。").wait_for()


@pytest.mark.browser
def test_logging_out_closes_the_door_behind(opened):
    page = opened("/")

    page.get_by_role("button", name="帳號").click()
    page.get_by_role("menuitem", name="登出").click()
    page.wait_for_url("**/login")

    assert page.evaluate("fetch('/api/report').then((answer) => answer.status)") == 401


@pytest.mark.browser
def test_a_session_that_ended_elsewhere_leads_to_the_door(opened):
    page = opened("/")
    page.get_by_text("顧客檔案").first.wait_for()

    page.context.clear_cookies()
    page.reload()

    page.wait_for_url("**/login")
