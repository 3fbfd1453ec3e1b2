"""Somebody connects a till: sees its first event arrive, finds what was parked, mends it and says it again."""

import httpx
import pytest
from playwright.sync_api import expect
from serving import wait_for


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


@pytest.mark.browser
def test_what_a_till_said_is_taken_back_and_given_back(opened, tieline):
    till = tieline.post("/api/sources", {"key": "mixed-up", "kind": "pos", "name": "弄混的收銀機"})
    sent = {"batch": [{"type": "identify", "userId": "R1", "traits": {"email": "r1@shop.example.com"}}]}
    httpx.post(f"{tieline.url}/v1/batch", auth=(till["write_key"], ""), json=sent).raise_for_status()

    def people() -> int:
        named = ("member_id", "R1"), ("email", "r1@shop.example.com")
        found = [
            tieline.http.get("/api/profiles/lookup", params={"namespace": namespace, "value": value})
            for namespace, value in named
        ]
        return len({one.json()["profile_id"] for one in found}) if all(one.is_success for one in found) else 0

    assert wait_for(lambda: people() == 1)
    page = opened("/sources/mixed-up")
    page.get_by_text("它說過的都算數").wait_for()
    page.get_by_role("button", name="不採用它說過的").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("1 人會變成 2 人").wait_for()
    dialog.get_by_role("region", name="例子 1").get_by_text("之後：2 個人").wait_for()
    dialog.get_by_label("原因").fill("店員弄混了客人")
    dialog.get_by_role("button", name="不採用它說過的").click()
    page.get_by_text("店員弄混了客人").wait_for()
    assert people() == 2

    page.get_by_role("button", name="重新採用").click()
    page.get_by_role("dialog").get_by_label("原因").fill("其實沒有弄混")
    page.get_by_role("dialog").get_by_role("button", name="重新採用").click()
    page.get_by_role("dialog").wait_for(state="detached")
    page.get_by_text("店員弄混了客人。已於").wait_for()
    expect(page.get_by_role("button", name="重新採用")).to_have_count(0)
    assert people() == 1
