"""Who is refused reads why, and the way out, in the language they work in."""

import re

import pytest
from playwright.sync_api import Page, expect


def refuse(page: Page, name: str, key: str, words: dict[str, str]) -> str:
    """Try to make a source whose key is taken, and return what the form says."""
    page.get_by_role("button", name=words["new"]).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(words["name"]).fill(name)
    dialog.get_by_label(words["key"]).fill(key)
    dialog.get_by_role("button", name=words["make"]).click()
    wrong = dialog.get_by_label(words["key"])
    expect(wrong).to_have_attribute("aria-invalid", "true")
    said = dialog.locator(".mantine-InputWrapper-error")
    expect(said).not_to_be_empty()
    return said.inner_text()


def catalogues(page: Page) -> list[str]:
    """Return a list that will hold what the page fetches of the catalogue from now on."""
    found: list[str] = []
    page.on("request", lambda request: found.append(request.url) if "/catalogue-" in request.url else None)
    return found


ZH = {"new": "新增來源", "name": "名稱", "key": "代碼", "make": "建立來源"}
JA = {"new": "ソースを追加", "name": "名前", "key": "キー", "make": "ソースを作成"}
EN = {"new": "New source", "name": "Name", "key": "Key", "make": "Make the source"}


@pytest.mark.browser
def test_a_key_that_is_taken_is_said_in_the_language_of_the_reader(opened, tieline):
    tieline.post("/api/sources", {"key": "taken", "kind": "web", "name": "官網"})
    zh, ja, en = (opened("/sources", language=language) for language in ("zh-TW", "ja", "en"))
    fetched = {page: catalogues(page) for page in (zh, en)}

    assert refuse(zh, "新官網", "taken", ZH) == "來源「taken」已經存在。請換一個代碼。"
    assert refuse(ja, "新", "taken", JA) == "ソース「taken」は既にあります。別のキーにしてください。"
    assert refuse(en, "Shop", "taken", EN) == "The source taken exists already. Choose another key."
    assert len(fetched[zh]) == 1, "it is not there before something is refused"
    assert fetched[en] == []


@pytest.mark.browser
def test_a_password_that_is_refused_leaves_no_english_word(opened):
    page = opened("/settings")
    page.get_by_label("目前的密碼").fill("not the one")
    page.get_by_label("新密碼").fill("lamp river seven")
    page.get_by_role("button", name="變更密碼").click()
    said = page.locator(".mantine-InputWrapper-error")
    expect(said).to_contain_text("密碼")
    assert re.findall(r"[A-Za-z]{2,}", said.inner_text()) == []


@pytest.mark.browser
def test_what_is_not_there_is_named(opened):
    page = opened("/journeys")
    page.goto(f"{page.url}/nowhere")
    page.get_by_text("找不到旅程「nowhere」。").wait_for()
