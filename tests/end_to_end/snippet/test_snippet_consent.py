"""The browser snippet: what it waits for."""

import json
import time
from collections.abc import Callable

import pytest
from browsing import (
    CHROMIUM,
    QUIET_S,
    STORED,
    Answer,
    Web,
    everything_stored,
    ids,
    send_now,
    visit,
)
from playwright.sync_api import BrowserContext, Page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        CHROMIUM is None, reason="no Chromium on this machine (Debian: apt-get install chromium)"
    ),
]


@pytest.mark.parametrize("attributes", ['data-consent="required"', "", 'data-consent="None"'])
def test_nothing_is_stored_or_sent_before_consent(
    page: Page,
    context: BrowserContext,
    shop: Web,
    collector: Web,
    write_shop: Callable[..., None],
    attributes: str,
) -> None:
    write_shop(attributes)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    visit(page, shop, "/?utm_source=line&gclid=g1")
    page.evaluate("tieline.identify('m-1', {tier: 'gold'})")
    page.evaluate("tieline.cart('add', {product_id: 'A-7'})")
    send_now(page)
    time.sleep(QUIET_S)

    assert everything_stored(page, context) == []
    assert collector.requests == []
    assert {url.split("?")[0] for url in asked} <= {
        shop.origin + "/",
        shop.origin + "/favicon.ico",
        collector.origin + "/tieline.js",
    }


def test_a_grant_sends_what_was_held_in_order_and_grants_nothing_itself(
    page: Page, shop: Web, collector: Web, write_shop: Callable[..., None]
) -> None:
    write_shop('data-consent="required"')
    visit(page, shop, "/?utm_source=line")
    page.evaluate("tieline.track('Looked'); tieline.identify('m-1'); tieline.track('Bought')")
    page.evaluate("tieline.consent('granted')")
    collector.wait_for(lambda: len(collector.events) == 4)

    events = collector.events
    assert [event.get("event", event["type"]) for event in events] == ["page", "Looked", "identify", "Bought"]
    assert {event["context"]["campaign"]["source"] for event in events} == {"line"}
    assert len({event["anonymousId"] for event in events}) == 1
    assert "consent" not in json.dumps(events)
    assert "userId" not in events[0]
    assert events[3]["userId"] == "m-1"


def test_held_events_are_bounded(
    page: Page, shop: Web, collector: Web, write_shop: Callable[..., None]
) -> None:
    write_shop('data-consent="required"')
    visit(page, shop)
    page.evaluate("for (let i = 0; i < 300; i++) tieline.track('Looked', {i})")
    page.evaluate("tieline.consent('granted')")
    collector.wait_for(lambda: len(collector.events) == 100)
    assert [event["properties"]["i"] for event in collector.named("Looked")] == list(range(200, 300))


def test_a_withdrawal_clears_storage_says_so_once_and_ends_it(
    page: Page, context: BrowserContext, shop: Web, collector: Web, write_shop: Callable[..., None]
) -> None:
    write_shop('data-consent="required"')
    visit(page, shop, "/?utm_source=line")
    page.evaluate("tieline.consent('granted')")
    page.evaluate("tieline.identify('m-1')")
    collector.wait_for(lambda: len(collector.events) == 2)
    page.evaluate("tieline.track('Never leaves')")
    assert page.evaluate(STORED)

    page.evaluate("tieline.consent('withdrawn')")
    assert everything_stored(page, context) == []
    page.evaluate("tieline.track('After'); tieline.cart('view'); tieline.identify('m-1'); tieline.page()")
    page.evaluate("tieline.consent('withdrawn')")
    time.sleep(QUIET_S)
    page.reload()
    page.evaluate("tieline.track('After')")
    time.sleep(QUIET_S)

    last = collector.events[2:]
    assert [event["event"] for event in last] == ["consent_updated"]
    assert last[0]["type"] == "track"
    assert last[0]["properties"] == {"purpose": "analytics", "channel": "web", "state": "withdrawn"}
    assert last[0]["userId"] == "m-1"
    assert last[0]["anonymousId"] == collector.events[0]["anonymousId"]
    assert everything_stored(page, context) == []


def test_a_withdrawal_made_offline_is_delivered_by_the_next_page(
    page: Page, context: BrowserContext, shop: Web, collector: Web, write_shop: Callable[..., None]
) -> None:
    write_shop('data-consent="required"')
    visit(page, shop)
    page.evaluate("tieline.consent('granted')")
    collector.wait_for(lambda: len(collector.events) == 1)
    context.set_offline(True)
    page.evaluate("tieline.track('Never leaves'); tieline.consent('withdrawn'); tieline.consent('withdrawn')")
    page.wait_for_function(f"{STORED}.length === 1")
    assert "withdrawal" in page.evaluate(STORED)[0]
    context.set_offline(False)
    visit(page, shop)
    collector.wait_for(lambda: len(collector.events) >= 2)
    page.wait_for_function(f"{STORED}.length === 0")
    assert {event["event"] for event in collector.events[1:]} == {"consent_updated"}
    assert len(set(ids(collector.events))) == 2


def test_a_refusal_where_nobody_asks_holds_on_the_next_page(page: Page, shop: Web, collector: Web) -> None:
    visit(page, shop)
    page.evaluate("tieline.consent('withdrawn')")
    collector.wait_for(lambda: bool(collector.named("consent_updated")))
    sent = set(ids(collector.events))
    visit(page, shop, "/next")
    send_now(page)
    time.sleep(QUIET_S)
    # The first page may have gone before it saw the answer: then the withdrawal comes again, as itself.
    assert set(ids(collector.events)) == sent
    assert page.evaluate("Object.values(localStorage)") == ["withdrawn"]


def test_a_new_grant_after_a_withdrawal_starts_a_new_visitor(
    page: Page, shop: Web, collector: Web, write_shop: Callable[..., None]
) -> None:
    write_shop('data-consent="required"')
    visit(page, shop)
    page.evaluate("tieline.consent('granted'); tieline.consent('withdrawn'); tieline.consent('granted')")
    page.evaluate("tieline.track('Back')")
    send_now(page)
    collector.wait_for(lambda: bool(collector.named("Back")))
    assert collector.named("Back")[0]["anonymousId"] != collector.named("consent_updated")[0]["anonymousId"]


def test_consent_in_one_tab_holds_in_the_other(
    context: BrowserContext, shop: Web, collector: Web, write_shop: Callable[..., None]
) -> None:
    write_shop('data-consent="required"')
    first, second = context.new_page(), context.new_page()
    visit(first, shop, "/first")
    visit(second, shop, "/second")
    first.evaluate("tieline.consent('granted')")
    collector.wait_for(lambda: len(set(ids(collector.events))) == 2)
    assert len({event["anonymousId"] for event in collector.events}) == 1
    assert {event["context"]["page"]["path"] for event in collector.events} == {"/first", "/second"}

    first.evaluate("tieline.consent('withdrawn')")
    collector.wait_for(lambda: bool(collector.named("consent_updated")))
    second.wait_for_function(f"{STORED}.length === 0")
    second.evaluate("tieline.track('After')")
    send_now(second)
    time.sleep(QUIET_S)
    assert not collector.named("After")
    assert second.evaluate(STORED) == []


def test_global_privacy_control_is_a_refusal_until_an_explicit_grant(
    page: Page, context: BrowserContext, shop: Web, collector: Web
) -> None:
    context.add_init_script(
        "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', {get: () => true})"
    )
    visit(page, shop, "/?utm_source=line")
    page.evaluate("tieline.track('Refused')")
    send_now(page)
    time.sleep(QUIET_S)
    assert collector.requests == []
    assert everything_stored(page, context) == []

    page.evaluate("tieline.consent('granted'); tieline.track('Asked')")
    send_now(page)
    collector.wait_for(lambda: bool(collector.events))
    assert [event["event"] for event in collector.events] == ["Asked"]


def test_global_privacy_control_switched_on_later_empties_the_queue(
    page: Page, context: BrowserContext, shop: Web, collector: Web
) -> None:
    collector.answer = Answer(503)
    visit(page, shop)
    send_now(page)
    collector.wait_for(lambda: len(collector.requests) == 1)
    collector.answer = Answer()
    context.add_init_script(
        "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', {get: () => true})"
    )
    visit(page, shop)
    time.sleep(QUIET_S)
    assert collector.events == []
    assert everything_stored(page, context) == []
