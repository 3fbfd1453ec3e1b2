"""A shop, the collector it sends to, and a browser that visits."""

from collections.abc import Callable, Iterator

import pytest
from browsing import ARGS, CHROMIUM, Web, served
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright


@pytest.fixture
def collector() -> Iterator[Web]:
    with served() as web:
        yield web


@pytest.fixture
def shop() -> Iterator[Web]:
    with served() as web:
        yield web


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGS))
        yield browser
        browser.close()


@pytest.fixture
def context(chromium: Browser) -> Iterator[BrowserContext]:
    context = chromium.new_context(locale="zh-TW", timezone_id="Asia/Taipei")
    context.set_default_timeout(8_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture(autouse=True)
def write_shop(shop: Web, collector: Web) -> Callable[..., None]:
    def write(attributes: str = 'data-consent="none"', before: str = "", key: str = "pk_test") -> None:
        shop.html = (
            "<!doctype html><title>電鍋專賣店</title>"
            f"<script>{before}</script>"
            f'<script async src="{collector.origin}/tieline.js" data-write-key="{key}" {attributes}></script>'
        )

    write()
    return write
