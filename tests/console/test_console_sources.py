"""Somebody connects a till: sees its first event arrive, finds what was parked, mends it and says it again."""

import httpx
import pytest


@pytest.mark.browser
def test_a_source_is_set_up_watched_and_mended(opened, tieline):
    page = opened("/sources")
    page.get_by_role("button", name="新增來源").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="種類").click()
    page.get_by_role("option", name="POS").click()
    dialog.get_by_label("名稱").fill("信義門市")
    dialog.get_by_label("代碼").fill("xinyi")
    dialog.get_by_role("button", name="建立來源").click()
    page.get_by_role("heading", level=1, name="信義門市").wait_for()
    page.get_by_text("還沒有收到事件").wait_for()
    write_key = page.get_by_role("textbox", name="寫入金鑰").input_value()

    sent = {"batch": [
        {"type": "track", "userId": "P1", "event": "Order Completed", "properties": {"total": 90}},
        {"type": "track", "userId": "P2", "event": "", "properties": {"total": 50}},
    ]}  # fmt: skip
    httpx.post(f"{tieline.url}/v1/batch", auth=(write_key, ""), json=sent).raise_for_status()
    page.get_by_role("row", name="已收下").wait_for()
    page.get_by_text("缺少事件名稱").wait_for()

    page.get_by_role("link", name="資料品質").click()
    page.get_by_role("row", name="xinyi").get_by_role("button", name="檢視").click()
    page.get_by_role("button", name="先試算").click()
    page.get_by_text("1 筆仍無法處理：缺少事件名稱").wait_for()
    page.get_by_label("欄位").fill("/event")
    page.get_by_label("改成").fill("Order Completed")
    page.get_by_role("button", name="修正並重送").click()
    page.get_by_text("已重送 1 筆").wait_for()
    page.get_by_role("row", name="xinyi").wait_for(state="detached")
    found = tieline.get("/api/quality")
    assert all(pile["source"] != "xinyi" for pile in found["piles"])
