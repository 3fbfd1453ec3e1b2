"""A marketer composes a Flex coupon, tries it, sees the cost, sends it to a segment, and reads what came of it."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from composing import compose_coupon, figure
from line_pages import FRIENDS, put, seed_line
from looking import findings, overflowing, untranslated
from playwright.sync_api import Page, expect
from serving import Served, Simulated, wait_for
from window import Open, served_beside

from tieline.deliver.quota import FRESH_IN_WANT

WAITS_MS = 60_000


@pytest.fixture(scope="module")
def tieline(line: Simulated, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A brand with five friends who agreed, three of whom are in a segment."""
    with served_beside(line, tmp_path_factory.mktemp("broadcasts")) as served:
        seed_line(served, line)
        put(served, "/api/messages/hello", {"name": "打招呼", "messages": [{"type": "text", "text": "嗨"}]})
        near = {"any": [{"trait": "name", "op": "eq", "value": f"好友{n}"} for n in range(3)]}
        served.post("/api/segments", {"key": "near", "name": "附近的好友", "condition": near})
        wait_for(lambda: served.get("/api/segments/near")["state"] == "live")
        yield served


def choose(page: Page, box: str, option: str) -> None:
    page.get_by_role("combobox", name=box).click()
    page.get_by_role("option", name=option, exact=True).click()


@pytest.mark.browser
def test_a_flex_coupon_is_composed_tried_priced_sent_to_a_segment_and_reported_on(
    opened: Open, tieline: Served, line: Simulated
) -> None:
    page = opened("/broadcasts")
    compose_coupon(page)
    choose(page, "寄給", "附近的好友")
    cost = page.get_by_role("region", name="寄得到的人與費用")
    expect(cost.get_by_text("3 則都在本月額度內", exact=False)).to_be_visible()

    page.get_by_role("button", name="下一步：測試").click()
    page.get_by_role("textbox", name="測試收件人").fill("好友4")
    page.get_by_role("option", name="好友4").click()
    page.get_by_role("button", name="寄出測試").click()
    page.get_by_text("已寄給 1 位測試收件人").wait_for()
    page.wait_for_url("**/broadcasts/edit/winter-coupon-*")

    page.get_by_role("button", name="下一步：費用與排程").click()
    page.get_by_role("button", name="寄出", exact=True).click()
    last = page.get_by_role("dialog")
    expect(last).to_contain_text("附近的好友")
    expect(last).to_contain_text("3 則")
    last.get_by_role("button", name="寄出", exact=True).click()

    page.wait_for_url(re.compile(r"/broadcasts/winter-coupon-\w+$"))
    page.get_by_text("已寄完").wait_for(timeout=WAITS_MS)
    expect(page.get_by_role("region", name="成效報告")).to_be_visible()
    wait_for(lambda: figure(page, "已寄出") == "3")

    person = tieline.get("/api/profiles/lookup", namespace="member_id", value="F-0")
    user = next(one["value"] for one in person["identifiers"] if one["namespace"] == "line:900")
    phone = page.context.new_page()
    phone.goto(f"{line.url}/#account=100&friend={user}")
    phone.locator(".ln-flex-button", has_text="立即使用").last.click()
    wait_for(tieline.settled)
    tieline.collect(
        {"type": "track", "userId": "F-0", "event": "Order Completed",
         "properties": {"order_id": "W-1", "total": 1_800, "currency": "TWD"}},
        key="crm",
    )  # fmt: skip
    wait_for(tieline.settled)

    page.reload()
    expect(page.get_by_role("region", name="成效報告")).to_be_visible()
    wait_for(lambda: figure(page, "點擊") == "1")
    assert figure(page, "收到後購買") == "1"
    with page.expect_download() as downloading:
        page.get_by_role("button", name="匯出 CSV").click()
    rows = downloading.value.path().read_text("utf-8-sig").splitlines()
    assert any(row.endswith("已寄出,3") for row in rows)

    page.goto(f"{tieline.url}/broadcasts?view=calendar")
    page.get_by_role("link", name=re.compile("Winter coupon")).first.wait_for()


@pytest.mark.browser
def test_a_large_broadcast_waits_for_a_second_person_and_nobody_approves_their_own(
    opened: Open, tieline: Served
) -> None:
    said = {
        "messages": [{"type": "text", "text": "嗨"}],
        "account": "main",
        "purpose": "marketing",
        "segment": "near",
    }
    assert tieline.http.put("/api/sending", json={"approval_above": 2}).is_success
    asked = tieline.post("/api/broadcasts", {**said, "key": "of-a-program", "name": "程式寫的"})
    assert asked["state"] == "approval"

    page = opened("/broadcasts/edit")
    page.get_by_label("群發名稱").fill("Own large one")
    page.get_by_role("textbox", name="文字", exact=True).fill("大家好")
    page.get_by_role("button", name="下一步：受眾").click()
    page.get_by_text("需要第二個人核准").wait_for()
    page.get_by_role("button", name=re.compile("^4費用與排程|費用與排程")).first.click()
    page.get_by_role("button", name="送交核准").click()
    page.get_by_role("dialog").get_by_role("button", name="送交核准").click()
    page.get_by_text("要由另一位有權限的同事核准").wait_for()
    assert page.get_by_role("button", name="核准", exact=True).count() == 0

    page.goto(f"{tieline.url}/broadcasts/of-a-program")
    page.get_by_role("button", name="核准", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="核准", exact=True).click()
    page.get_by_text("已寄完").wait_for(timeout=WAITS_MS)
    assert tieline.get("/api/broadcasts/of-a-program")["approved_by"].startswith("member:")
    assert tieline.http.put("/api/sending", json={}).is_success


@pytest.mark.browser
def test_a_broadcast_that_goes_out_slowly_is_stopped_and_resumed(opened: Open, tieline: Served) -> None:
    said = {"messages": [{"type": "text", "text": "慢慢寄"}], "account": "main", "purpose": "marketing"}
    tieline.post("/api/broadcasts", {**said, "key": "slow", "name": "慢慢寄", "per_minute": 1})

    page = opened("/broadcasts/slow")
    page.get_by_role("button", name="停止寄送").click()
    page.get_by_role("dialog").get_by_role("button", name="停止寄送").click()
    page.get_by_role("alert").get_by_text("已停止").wait_for()
    page.get_by_role("button", name="繼續寄送").click()
    page.get_by_role("dialog").get_by_role("button", name="繼續寄送").click()

    page.get_by_role("button", name="停止寄送").wait_for()
    assert tieline.get("/api/broadcasts/slow")["state"] in {"planning", "planned"}


@pytest.mark.browser
def test_those_left_when_the_quota_was_used_up_get_it_once_a_person_says_so(
    opened: Open, tieline: Served, line: Simulated
) -> None:
    def received() -> list[str]:
        """Who has it on the phone, once for each time it arrived."""
        shown = line.call("GET", "/deliveries?channel_id=100&limit=1000")["deliveries"]
        return sorted(one["user_id"] for one in shown if one["messages"][0].get("text") == "額度用完")

    soon = (datetime.now(UTC) + timedelta(seconds=4)).isoformat()
    said = {"messages": [{"type": "text", "text": "額度用完"}], "account": "main", "purpose": "marketing"}
    tieline.post("/api/broadcasts", {**said, "key": "left", "name": "額度用完", "send_at": soon})
    line.call("PATCH", "/accounts/100", {"quota": 1})
    try:
        page = opened("/broadcasts/left")
        left = page.get_by_role("alert").filter(has_text="還沒收到：額度或預算不夠")
        left.wait_for(timeout=WAITS_MS)
        already = received()
        expect(left).to_contain_text(f"{FRIENDS - len(already)} 人還沒收到")

        left.get_by_role("button", name="送給還沒收到的人").click()
        wait_for(tieline.settled)
        page.reload()
        left.wait_for()  # LINE still says no: they are left again, and nobody got it twice
        assert received() == already
    finally:
        line.call("PATCH", "/accounts/100", {"quota": None})

    page.wait_for_timeout(FRESH_IN_WANT.total_seconds() * 1000)
    left.get_by_role("button", name="送給還沒收到的人").click()
    wait_for(lambda: len(received()) == FRIENDS)
    expect(left).to_have_count(0, timeout=WAITS_MS)
    wait_for(tieline.settled)
    assert len(set(received())) == len(received()) == FRIENDS


PAGES = (
    "/broadcasts",
    "/broadcasts?view=calendar",
    "/broadcasts/edit",
    "/broadcasts/edit?from=slow&step=audience",
    "/broadcasts/edit?from=slow&step=test",
    "/broadcasts/edit?from=slow&step=schedule",
    "/broadcasts/slow",
    "/messages/hello",
)


@pytest.mark.browser
@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1024, "dark")])
def test_a_page_of_broadcasts_fits_speaks_chinese_and_has_no_serious_finding(
    opened: Open, path: str, width: int, scheme: str
) -> None:
    page = opened(path, width=width, scheme=scheme)
    page.wait_for_function("() => !document.querySelector('[role=status][aria-label]')")

    assert overflowing(page) == []
    assert untranslated(page) == []
    assert findings(page) == []
