"""An owner invites somebody, gives a program a key, and sees what was done; who is invited sees what their role may."""

import pytest


def invite(page, email, role):
    page.get_by_role("button", name="邀請成員").click()
    page.get_by_label("電子郵件").fill(email)
    page.get_by_role("dialog").get_by_role("combobox", name="角色").click()
    page.get_by_role("option", name=role).click()
    page.get_by_role("button", name="產生邀請連結").click()
    return page.get_by_role("textbox", name="連結").input_value()


@pytest.mark.browser
def test_who_is_invited_comes_in_and_sees_only_their_role(opened, tieline):
    owner = opened("/members")
    link = invite(owner, "nora@shop.example", "分析人員")
    assert link.startswith(f"{tieline.url}/join#")

    guest = opened("/" + link.removeprefix(f"{tieline.url}/"), member=False)
    guest.get_by_role("heading", level=1, name="加入 ").wait_for()
    guest.get_by_label("密碼", exact=True).fill("short")
    guest.get_by_role("button", name="加入").click()
    guest.get_by_text("請至少用 10 個字元").wait_for()
    guest.get_by_label("密碼", exact=True).fill("lamp river seven")
    guest.get_by_role("button", name="加入").click()
    guest.get_by_role("link", name="前往登入").click()
    guest.get_by_label("電子郵件").fill("nora@shop.example")
    guest.get_by_label("密碼", exact=True).fill("lamp river seven")
    guest.get_by_role("button", name="登入").click()
    guest.get_by_role("heading", level=1, name="首頁").wait_for()
    assert guest.get_by_role("link", name="成員").is_visible()
    assert guest.get_by_role("link", name="API 金鑰").count() == 0
    guest.goto(f"{tieline.url}/audit")
    guest.get_by_text("您沒有權限").wait_for()

    again = opened("/" + link.removeprefix(f"{tieline.url}/"), member=False)
    again.get_by_text("這個邀請已失效").wait_for()
    owner.reload()
    owner.get_by_text("nora@shop.example").wait_for()
    assert owner.get_by_text("尚未接受的邀請").count() == 0


@pytest.mark.browser
def test_a_key_is_shown_once_and_dies_when_it_is_revoked(opened, tieline):
    page = opened("/keys")
    page.get_by_role("button", name="新增金鑰").click()
    page.get_by_label("名稱").fill("門市報表")
    page.get_by_label("查看報表").check()
    page.get_by_role("button", name="建立金鑰").click()
    secret = page.get_by_role("textbox", name="金鑰").input_value()
    bearer = {"Authorization": f"Bearer {secret}"}
    assert page.request.get(f"{tieline.url}/api/report", headers=bearer).status == 200
    page.get_by_role("button", name="我已複製").click()
    row = page.get_by_role("row", name="門市報表")
    assert secret not in page.content()

    row.get_by_role("button", name="撤銷").click()
    page.get_by_role("dialog").get_by_role("button", name="撤銷").click()
    row.wait_for(state="detached")
    assert page.request.get(f"{tieline.url}/api/report", headers=bearer).status == 401


@pytest.mark.browser
def test_the_audit_log_says_who_did_what_and_that_it_is_whole(opened):
    settings = opened("/settings")
    settings.get_by_label("名稱").fill("小日子")
    settings.get_by_role("switch", name="夜間不發送行銷訊息").check()
    settings.get_by_role("button", name="儲存").click()
    settings.get_by_text("已儲存").wait_for()
    settings.get_by_role("navigation").get_by_text("小日子").wait_for()

    page = opened("/audit")
    page.get_by_role("row", name="變更工作區設定").first.wait_for()
    page.get_by_role("button", name="檢查紀錄是否完整").click()
    page.get_by_text("筆紀錄完整").wait_for()


@pytest.mark.browser
def test_a_channel_is_set_up_and_paused_and_its_secret_is_never_shown(opened, tieline):
    page = opened("/settings")
    panel = page.get_by_role("region", name="訊息通道")
    panel.get_by_text("還沒有設定其他通道").wait_for()
    panel.get_by_role("button", name="新增通道").click()
    dialog = page.get_by_role("dialog", name="新增通道")
    dialog.get_by_role("combobox", name="種類").click()
    page.get_by_role("option", name="簡訊", exact=True).click()
    dialog.get_by_label("代號").fill("texts")
    dialog.get_by_label("網址").fill("http://sms.example/send")
    dialog.get_by_label("密碼或簽章金鑰").fill("nobody-may-read-this")
    dialog.get_by_label("每則價格").fill("0.8")
    dialog.get_by_role("button", name="儲存").click()
    dialog.get_by_role("alert").wait_for()
    dialog.get_by_label("網址").fill("https://sms.example/send")
    dialog.get_by_role("button", name="儲存").click()
    panel.get_by_text("啟用").wait_for()

    panel.get_by_role("button", name="暫停").click()
    panel.get_by_text("已暫停").wait_for()
    found = page.request.get(f"{tieline.url}/api/channels")
    assert "nobody-may-read-this" not in found.text() + page.content()
    (channel,) = found.json()["channels"]
    assert (channel["key"], channel["state"], channel["secret"]) == ("texts", "paused", True)
    assert channel["settings"] == {"url": "https://sms.example/send", "idempotent": False}
