"""The browser snippet: what it sends, and that nothing is lost."""

import json
import threading
import time
from collections.abc import Callable

import pytest
from browsing import (
    CHROMIUM,
    QUEUED,
    QUIET_S,
    SCRIPT,
    Answer,
    Web,
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


def test_an_event_is_segments_and_needs_no_preflight(page: Page, shop: Web, collector: Web) -> None:
    visit(page, shop, "/rice-cookers?color=red")
    page.evaluate("tieline.identify('m-1', {email: 'hana@example.com'})")
    page.evaluate("tieline.track('Looked', {price: 3280})")
    send_now(page)
    collector.wait_for(lambda: len(collector.events) == 3)

    assert [request.method for request in collector.requests] == ["POST"]
    request = collector.requests[0]
    assert request.path == "/v1/batch"
    assert request.headers["Content-Type"].startswith("text/plain")
    assert "Cookie" not in request.headers
    assert request.body["writeKey"] == "pk_test"
    assert request.body["sentAt"].endswith("Z")
    viewed, identified, looked = request.body["batch"]
    assert viewed["type"] == "page"
    assert viewed["properties"]["path"] == "/rice-cookers"
    assert identified["traits"] == {"email": "hana@example.com"}
    assert looked["type"] == "track"
    assert looked["properties"] == {"price": 3280}
    assert looked["userId"] == "m-1"
    assert looked["timestamp"].endswith("Z")
    context = looked["context"]
    assert context["page"] == {
        "path": "/rice-cookers",
        "referrer": "",
        "search": "?color=red",
        "title": "電鍋專賣店",
        "url": f"{shop.origin}/rice-cookers?color=red",
    }
    assert (context["locale"], context["timezone"]) == ("zh-TW", "Asia/Taipei")
    assert context["library"]["name"] == "tieline.js"


def test_an_address_is_sent_without_secrets(page: Page, shop: Web, collector: Web) -> None:
    visit(page, shop, "/?id_token=x&mail=hana%40example.com&color=red#access_token=y")
    send_now(page)
    collector.wait_for(lambda: len(collector.events) == 1)
    sent = collector.events[0]["context"]["page"]
    assert sent["url"] == f"{shop.origin}/?color=red"
    assert sent["search"] == "?color=red"


def test_campaign_and_ad_click_follow_the_visitor_past_the_landing_page(
    page: Page, shop: Web, collector: Web
) -> None:
    visit(page, shop, "/?utm_source=line&utm_medium=push&utm_campaign=mid-autumn&ldtag_cl=c1&gclid=g1")
    visit(page, shop, "/cart")
    page.evaluate("tieline.track('Looked')")
    send_now(page)
    collector.wait_for(lambda: bool(collector.named("Looked")))
    context = collector.named("Looked")[0]["context"]
    assert context["page"]["search"] == ""
    assert context["campaign"] == {"source": "line", "medium": "push", "name": "mid-autumn"}
    assert context["adIds"] == {"ldtag_cl": "c1", "gclid": "g1"}


def test_a_campaign_is_forgotten_half_an_hour_after_the_last_event(
    page: Page, shop: Web, collector: Web
) -> None:
    page.clock.install()
    visit(page, shop, "/?utm_source=line")
    page.clock.fast_forward("29:00")
    page.evaluate("tieline.track('Still here')")
    page.clock.fast_forward("29:00")
    visit(page, shop, "/later")
    page.clock.fast_forward("31:00")
    page.evaluate("tieline.track('Much later')")
    send_now(page)
    collector.wait_for(lambda: bool(collector.named("Much later")))
    seen = {event["context"]["page"]["path"]: event["context"]["campaign"] for event in collector.events[:-1]}
    assert seen["/later"] == {"source": "line"}
    assert collector.named("Much later")[0]["context"]["campaign"] == {}


def test_events_made_offline_arrive_once_each_when_the_network_is_back(
    page: Page, context: BrowserContext, shop: Web, collector: Web
) -> None:
    visit(page, shop)
    collector.wait_for(lambda: len(collector.events) == 1)
    context.set_offline(True)
    page.evaluate("for (let i = 0; i < 60; i++) tieline.track('Offline', {i})")
    time.sleep(QUIET_S)
    assert len(collector.requests) == 1
    context.set_offline(False)
    collector.wait_for(lambda: len(collector.named("Offline")) == 60)
    page.wait_for_function(f"{QUEUED} === 0")
    time.sleep(QUIET_S)

    assert [event["properties"]["i"] for event in collector.named("Offline")] == list(range(60))
    assert len(set(ids(collector.events))) == len(collector.events) == 61


def test_a_reload_keeps_the_queue_and_its_message_ids(page: Page, shop: Web, collector: Web) -> None:
    collector.answer = Answer(503)
    visit(page, shop)
    page.evaluate("tieline.track('Bought')")
    collector.wait_for(lambda: len(collector.requests) >= 1)
    first = collector.requests[0].body["batch"]
    collector.answer = Answer()
    page.reload()
    collector.wait_for(lambda: len(collector.events) >= 3)
    assert ids(collector.events)[:2] == ids(first)


def test_an_overloaded_server_is_tried_again_when_it_says(page: Page, shop: Web, collector: Web) -> None:
    collector.next_answers = [Answer(503), Answer(429, (("Retry-After", "3"),)), Answer(500)]
    visit(page, shop)
    send_now(page)
    collector.wait_for(lambda: len(collector.requests) == 4, seconds=20)

    waits = [b.at_s - a.at_s for a, b in zip(collector.requests, collector.requests[1:], strict=False)]
    assert len({tuple(ids(request.body["batch"])) for request in collector.requests}) == 1
    assert 0.45 < waits[0] < 4
    assert 2.95 < waits[1] < 8
    assert 1.95 < waits[2] < 8


def test_a_refused_batch_is_dropped_and_the_console_says_why(page: Page, shop: Web, collector: Web) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    problem = {
        "title": "Unauthorized",
        "code": "write_key_unknown",
        "detail": "No source has this write key.",
    }
    collector.next_answers = [Answer(401, body=json.dumps(problem).encode())]
    visit(page, shop)
    send_now(page)
    page.wait_for_function(f"{QUEUED} === 0")
    page.wait_for_timeout(
        1_000 * QUIET_S
    )  # not a sleep: what the console says is heard only while the page is asked

    assert len(collector.requests) == 1
    assert "tieline: 1 event(s) dropped: 401 write_key_unknown No source has this write key." in said


def test_batches_hold_at_most_50_events_and_60_000_bytes(page: Page, shop: Web, collector: Web) -> None:
    visit(page, shop)
    page.evaluate("for (let i = 0; i < 120; i++) tieline.track('Looked', {i})")
    page.evaluate("for (let i = 0; i < 6; i++) tieline.track('Read', {text: '電'.repeat(8000)})")
    collector.wait_for(lambda: len(collector.events) == 127, seconds=20)
    assert max(len(request.body["batch"]) for request in collector.requests) == 50
    assert max(int(request.headers["Content-Length"]) for request in collector.requests) < 61_000
    assert len(set(ids(collector.events))) == 127


def test_the_queue_is_bounded_in_count_and_in_bytes_and_says_what_it_drops(
    page: Page, context: BrowserContext, shop: Web
) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    visit(page, shop)
    context.set_offline(True)
    page.evaluate("for (let i = 0; i < 1010; i++) tieline.track('Looked', {i})")
    assert page.evaluate(QUEUED) == 1000
    page.evaluate("for (let i = 0; i < 70; i++) tieline.track('Read', {text: 'x'.repeat(30000)})")
    page.evaluate("tieline.track('Too large', {text: 'x'.repeat(40000)})")
    assert page.evaluate("2 * Object.values(localStorage).join('').length") < 2_002_000
    assert page.evaluate("!Object.values(localStorage).join('').includes('Too large')")
    assert "tieline: queue full: 1 oldest event(s) dropped" in said
    assert "tieline: event dropped: larger than 32000 bytes" in said


def test_leaving_the_page_sends_at_once(page: Page, shop: Web, collector: Web) -> None:
    visit(page, shop)
    page.evaluate("tieline.track('Left')")
    page.goto("about:blank")
    collector.wait_for(lambda: bool(collector.named("Left")))


def test_leaving_does_not_repeat_what_is_on_its_way(page: Page, shop: Web, collector: Web) -> None:
    slow = threading.Event()
    collector.answer = Answer(after=slow)
    visit(page, shop)
    send_now(page)
    collector.wait_for(lambda: len(collector.requests) == 1)
    page.evaluate("tieline.track('Left')")
    send_now(page)
    collector.wait_for(lambda: len(collector.requests) == 2)
    slow.set()
    page.wait_for_function(f"{QUEUED} === 0")
    assert [event["type"] for event in collector.events] == ["page", "track"]


def test_two_tabs_share_a_queue_and_lose_nothing(context: BrowserContext, shop: Web, collector: Web) -> None:
    collector.answer = Answer(503)
    tabs = [context.new_page(), context.new_page()]
    for tab in tabs:
        visit(tab, shop)
    for number in range(10):
        for name, tab in zip("AB", tabs, strict=True):
            tab.evaluate("([tab, i]) => tieline.track('Looked', {tab, i})", [name, number])
    collector.wait_for(lambda: len(collector.requests) >= 2)
    collector.answer = Answer()
    tabs[0].close()
    collector.wait_for(lambda: len(set(ids(collector.named("Looked")))) == 20, seconds=20)
    assert len({event["anonymousId"] for event in collector.events}) == 1


def test_calls_made_before_the_script_arrives_are_kept(
    page: Page, shop: Web, collector: Web, write_shop: Callable[..., None]
) -> None:
    stub = """
        window.tieline = window.tieline || [];
        tieline.push(["track", "Early", {i: 1}]);
        (function () { tieline.push(arguments); })("track", "Early", {i: 2});
        tieline.push(["constructor"]);
        window.early = tieline;
    """
    write_shop('data-consent="none" data-auto-page="false"', before=stub)
    visit(page, shop)
    page.evaluate("early.push(['track', 'Early', {i: 3}]); early.track('Early', {i: 4})")
    send_now(page)
    collector.wait_for(lambda: len(collector.events) == 4)
    assert [event["properties"]["i"] for event in collector.events] == [1, 2, 3, 4]


def test_the_readme_stub_takes_calls_by_name(
    page: Page, shop: Web, collector: Web, write_shop: Callable[..., None]
) -> None:
    readme = (SCRIPT.parents[4] / "web/snippet/README.md").read_text()
    stub = readme.split("<script>")[1].split("</script>")[0]
    write_shop(before=stub + "tieline.track('Early');")
    visit(page, shop)
    send_now(page)
    collector.wait_for(lambda: len(collector.events) == 2)
    assert [event["type"] for event in collector.events] == ["page", "track"]


def test_the_script_in_a_page_twice_counts_once(page: Page, shop: Web, collector: Web) -> None:
    shop.html += shop.html.split("</script>")[1] + "</script>"
    visit(page, shop)
    page.wait_for_load_state("load")
    time.sleep(QUIET_S)
    assert [event["type"] for event in collector.events] == ["page"]


def test_one_cart_has_one_id_until_the_order(page: Page, shop: Web, collector: Web) -> None:
    visit(page, shop)
    page.evaluate(
        "tieline.cart('add', {product_id: 'A-7', price: 3280}); tieline.cart('remove', {product_id: 'A-7'})"
    )
    visit(page, shop, "/cart")
    page.evaluate("tieline.cart('view'); tieline.cart('checkout'); tieline.cart('order', {order_id: 'O-1'})")
    page.evaluate("tieline.cart('add', {product_id: 'B-1'}); tieline.cart('add', {cart_id: 'shop-9'})")
    page.evaluate("tieline.cart('steal')")
    send_now(page)
    collector.wait_for(lambda: bool(collector.named("Order Completed")))
    carts = {event["messageId"]: event for event in collector.events if event["type"] == "track"}.values()
    assert [event["event"] for event in carts] == [
        "Product Added",
        "Product Removed",
        "Cart Viewed",
        "Checkout Started",
        "Order Completed",
        "Product Added",
        "Product Added",
    ]
    cart_ids = [event["properties"]["cart_id"] for event in carts]
    assert len(set(cart_ids[:5])) == 1
    assert cart_ids[5] not in cart_ids[:5]
    assert cart_ids[6] == "shop-9"
    assert next(iter(carts))["properties"]["price"] == 3280


def test_another_user_or_a_reset_is_another_visitor(page: Page, shop: Web, collector: Web) -> None:
    visit(page, shop)
    for call in ("identify('m-1')", "identify('m-1')", "identify('m-2')", "reset()", "track('Anonymous')"):
        page.evaluate(f"tieline.{call}")
    send_now(page)
    collector.wait_for(lambda: bool(collector.named("Anonymous")))
    viewed, first, again, second, after = collector.events
    assert viewed["anonymousId"] == first["anonymousId"] == again["anonymousId"]
    assert len({event["anonymousId"] for event in (first, second, after)}) == 3
    assert "userId" not in after


def test_a_browser_that_forbids_storage_still_sends(page: Page, shop: Web, collector: Web) -> None:
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', {get() { throw new DOMException('no', 'SecurityError') }})"
    )
    collector.next_answers = [Answer(503)]
    visit(page, shop)
    page.evaluate("tieline.track('Looked')")
    send_now(page)
    collector.wait_for(lambda: len(collector.events) == 2)
    page.evaluate("tieline.consent('withdrawn'); tieline.track('After')")
    collector.wait_for(lambda: len(collector.events) == 3)
    time.sleep(QUIET_S)
    assert [event.get("event") for event in collector.events] == [None, "Looked", "consent_updated"]


def test_a_call_that_cannot_work_never_breaks_the_shop(page: Page, shop: Web, collector: Web) -> None:
    visit(page, shop)
    page.evaluate(
        "const loop = {}; loop.loop = loop; tieline.track('Loop', loop); tieline.track(); tieline.page(null)"
    )
    page.evaluate("tieline.identify(null); tieline.consent('maybe'); tieline.track('Fine')")
    send_now(page)
    collector.wait_for(lambda: len(collector.events) == 4)
    assert [event["type"] for event in collector.events] == ["page", "page", "identify", "track"]
