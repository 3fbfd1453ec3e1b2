"""Every page: no error, nothing wider than the window, nothing in another language, no serious finding of axe."""

import pytest
from looking import findings, overflowing, untranslated

PAGES = (
    "/",
    "/nowhere",
    "/people",
    "/people/{wang}",
    "/people/{wang}?tab=graph",
    "/segments",
    "/segments/new",
    "/segments/spenders",
    "/segments/spenders/edit",
    "/identity",
    "/identity?tab=doctor",
    "/identity?tab=rules",
    "/settings",
    "/members",
    "/keys",
    "/audit",
    "/sources",
    "/sources/server",
    "/quality",
    "/imports",
    "/imports/new",
    "/reports",
)


def settle(page):
    """Wait until the page has its answers: nothing is loading any more."""
    page.wait_for_load_state("networkidle")
    page.wait_for_function("() => !document.querySelector('[role=status][aria-label]')")


@pytest.mark.browser
@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1024, "dark"), (820, "light")])
def test_a_page_fits_speaks_chinese_and_has_no_serious_finding(opened, brand, path, width, scheme):
    page = opened(path.format(wang=brand), width=width, scheme=scheme)
    settle(page)

    assert overflowing(page) == []
    assert untranslated(page) == []
    assert findings(page) == []


@pytest.mark.browser
def test_the_language_is_switched_at_once_and_kept(opened):
    page = opened("/")

    page.get_by_role("button", name="語言: 繁體中文").click()
    page.get_by_role("menuitem", name="日本語").click()

    assert page.get_by_role("heading", level=1).inner_text() == "ホーム"
    assert page.evaluate("document.documentElement.lang") == "ja"
    page.reload()
    page.get_by_role("heading", level=1, name="ホーム").wait_for()


@pytest.mark.browser
def test_the_door_fits_speaks_chinese_and_has_no_serious_finding(opened):
    page = opened("/login", member=False, width=1024)
    settle(page)

    assert overflowing(page) == []
    assert untranslated(page) == []
    assert findings(page) == []
