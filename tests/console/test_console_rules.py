"""Somebody reads the rules of who is one person, mistypes one, and lets a change hold."""

import pytest
from playwright.sync_api import expect


@pytest.mark.browser
def test_rules_are_read_as_sentences_and_a_change_of_them_comes_to_hold(opened, tieline):
    page = opened("/identity?tab=rules")
    phone = page.get_by_role("region", name="手機")
    expect(phone).to_contain_text("每人最多 3 個")
    expect(phone).to_contain_text("超過 5 人共用")
    expect(page.get_by_role("region", name="對所有人")).to_contain_text("名字不同，就不是同一個人")

    text = tieline.get("/api/identity/rules")["text"]
    page.get_by_role("button", name="修改規則").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("規則檔").fill(text.replace("largest_profile", "largest_profil"))
    dialog.get_by_role("button", name="檢查").click()
    expect(dialog.get_by_role("alert")).to_contain_text("largest_profile")

    dialog.get_by_label("規則檔").fill(text.replace("largest_profile: 200", "largest_profile: 150"))
    dialog.get_by_label("原因").fill("沒有人有那麼多識別碼")
    dialog.get_by_role("button", name="開始試算").click()
    changes = page.get_by_role("region", name="規則的變更")
    expect(changes.get_by_text("使用中")).to_be_visible(timeout=60_000)
    expect(changes).to_contain_text("沒有人有那麼多識別碼")
    expect(changes).to_contain_text("0 人會合併，0 人會拆開，0 個識別碼換人")
    expect(page.get_by_role("region", name="對所有人")).to_contain_text("一個人最多 150 個識別碼")
