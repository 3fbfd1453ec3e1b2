"""A file of members comes in: its columns are understood, it is tried, imported, seen, and taken back."""

import pytest
from looking import findings, overflowing, untranslated
from serving import wait_for

MEMBERS = (
    "會員編號,姓名,手機,城市,同意行銷\n"
    "M-9001,陳大文,0911222333,高雄市,是\n"
    "M-9002,李小花,0911222444,台南市,否\n"
    "M-9003,壞資料,12,台北市,是\n"
)


@pytest.mark.browser
def test_a_file_is_understood_tried_imported_and_taken_back(opened, tieline, tmp_path):
    file = tmp_path / "members.csv"
    file.write_text(MEMBERS, "utf-8")
    page = opened("/imports")
    page.get_by_role("link", name="匯入檔案").first.click()
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_label("來源系統的代碼").fill("crm")
    page.get_by_role("button", name="下一步").click()

    phone = page.get_by_role("row", name="手機")
    phone.get_by_text("0911222333").wait_for()
    assert phone.get_by_role("combobox").first.input_value() == "識別顧客"
    agreed = page.get_by_role("row", name="同意行銷")
    assert agreed.get_by_role("combobox").first.input_value() == "同意收行銷訊息"
    assert page.get_by_role("button", name="先試算").is_disabled()
    agreed.get_by_placeholder("同意文字版本").fill("2026-01")
    page.get_by_role("button", name="先試算").click()
    page.get_by_text("還沒有匯入任何資料").wait_for()
    page.get_by_text("不是電話號碼").wait_for()
    assert tieline.get("/api/imports") == []

    page.get_by_role("button", name="匯入 2 列").click()
    page.get_by_role("heading", level=1, name="members.csv").wait_for()
    page.get_by_role("link", name="下載退回的列").wait_for()
    assert (overflowing(page), untranslated(page), findings(page)) == ([], [], [])
    wait_for(lambda: tieline.get("/api/imports")[0]["absorbed"])
    found = tieline.get("/api/profiles/lookup", namespace="phone", value="0911222444")
    assert found["traits"]["city"]["value"] == "台南市"

    page.get_by_role("button", name="長時間工作").click()
    page.get_by_role("dialog").get_by_role("link", name="members.csv").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="復原這次匯入").click()
    page.get_by_role("dialog").get_by_role("button", name="復原這次匯入").click()
    page.get_by_text("已復原").first.wait_for()
    answer = tieline.http.get("/api/profiles/lookup", params={"namespace": "phone", "value": "0911222444"})
    assert answer.status_code == 404
