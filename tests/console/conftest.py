"""A real Tieline, and a browser that opens its console."""

import contextlib
import sys
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Error, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "end_to_end"))
sys.path.insert(0, str(Path(__file__).parent))

from brand import seed
from serving import Served, Simulated
from window import BUILT, PATIENCE_MS, Open, chromium, log_in

PAGES = pytest.StashKey[list[Page]]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Beside a failure, say what its pages showed: who reads of it elsewhere cannot look."""
    report = yield
    if report.when == "call" and report.failed:
        for page in item.stash.get(PAGES, []):
            with contextlib.suppress(Error):
                report.sections.append((page.url, page.locator("body").aria_snapshot()))
    return report


# One for each file: what another file left behind, segments or lines in the audit log, would change what a page shows.
@pytest.fixture(scope="module")
def tieline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    if not BUILT.exists():
        pytest.skip("the console is not built: npm cannot reach its registry")
    served = Served(tmp_path_factory.mktemp("console"))
    served.start()
    yield served
    served.stop()


@pytest.fixture(scope="module")
def brand(tieline: Served) -> str:
    """Fill the workspace; return the profile id of Mrs Wang."""
    seed(tieline)
    found: str = tieline.get("/api/profiles/lookup", namespace="member_id", value="M-1001")["profile_id"]
    return found


@pytest.fixture(scope="module")
def line() -> Iterator[Simulated]:
    simulated = Simulated()
    yield simulated
    simulated.stop()


# An open Playwright keeps an event loop running, in which async tests of other rooms would fail.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = chromium()
    if not program:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What the browser complained of; a test that leaves any fails."""
    heard: list[str] = []
    yield heard
    assert heard == []


@pytest.fixture
def opened(
    tieline: Served, browser: Browser, complaints: list[str], request: pytest.FixtureRequest
) -> Iterator[Open]:
    """Open an address of the console in a window of its own."""
    contexts: list[BrowserContext] = []
    pages = request.node.stash[PAGES] = []

    def hear(said: ConsoleMessage) -> None:
        # The browser itself writes every answer of 4xx there; what the page makes of it is what the tests look at.
        if said.type == "error" and not said.text.startswith("Failed to load resource: the server responded"):
            complaints.append(said.text)

    def open_page(
        path: str = "/",
        language: str = "zh-TW",
        width: int = 1280,
        scheme: str = "light",
        *,
        member: bool = True,
    ) -> Page:
        context = browser.new_context(
            locale=language,
            timezone_id="Asia/Taipei",
            viewport={"width": width, "height": 800},
            color_scheme="dark" if scheme == "dark" else "light",
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        if member:
            log_in(context, tieline)
        page = context.new_page()
        pages.append(page)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", hear)
        page.goto(f"{tieline.url}{path}")
        page.get_by_role("heading", level=1).wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()
