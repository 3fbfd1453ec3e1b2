"""A marketer keeps another system told of a segment: sets it up, sees why it takes no calls, and tells it anew."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from brand import seed
from looking import findings, overflowing, untranslated
from playwright.sync_api import expect
from serving import Served, wait_for
from window import BUILT

PAGES = ("/destinations",)


class Partner:
    """The other system: it takes calls, or says no."""

    def __init__(self) -> None:
        self.status = 410
        self.took: list[dict] = []
        partner = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if partner.status == 200:
                    partner.took.append(body)
                self.send_response(partner.status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                return

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"


@pytest.fixture(scope="module")
def partner() -> Iterator[Partner]:
    other = Partner()
    yield other
    other.server.shutdown()
    other.server.server_close()


@pytest.fixture(scope="module")
def tieline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    if not BUILT.exists():
        pytest.skip("the console is not built: npm cannot reach its registry")
    served = Served(tmp_path_factory.mktemp("destinations"), WEBHOOK_HOSTS="127.0.0.1")
    served.start()
    seed(served)
    yield served
    served.stop()


@pytest.mark.browser
def test_a_system_is_added_says_why_it_takes_nothing_and_is_told_everybody_anew(opened, partner):
    page = opened("/destinations")
    page.get_by_text("還沒有要通知的系統").wait_for()
    page.get_by_role("button", name="新增系統").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("代號").fill("crm")
    dialog.get_by_role("combobox", name="分眾").click()
    page.get_by_role("option", name="30 天內消費滿 2,000").click()
    dialog.get_by_label("網址").fill(partner.url)
    dialog.get_by_role("button", name="儲存").click()
    dialog.get_by_role("alert").wait_for()  # the segment asks for no consent
    dialog.get_by_label("為什麼不需要同意").fill("履行訂單")
    dialog.get_by_role("button", name="儲存").click()
    secret = page.get_by_role("textbox", name="金鑰").input_value()
    assert secret.startswith("whsec_")
    page.get_by_role("button", name="我已複製").click()

    row = page.get_by_role("row", name="crm")
    row.get_by_text("已停止：對方不收").wait_for()
    row.get_by_text("對方回覆 410").wait_for()
    assert secret not in page.content()

    partner.status = 200
    row.get_by_role("button", name="恢復，重送全部").click()
    row.get_by_text("通知中").wait_for()
    wait_for(lambda: partner.took)
    assert partner.took[0]["type"] == "segment.full"
    assert partner.took[0]["members"][0]["identifiers"].keys() == {"member_id"}
    expect(row.get_by_text("對方回覆 410")).to_have_count(0)

    row.get_by_role("button", name="暫停").click()
    row.get_by_text("已暫停").wait_for()


@pytest.mark.browser
def test_a_change_keeps_the_secret_and_what_is_removed_is_gone(opened, tieline, partner):
    wish = {
        "segment": "spenders",
        "url": partner.url,
        "identifiers": ["member_id"],
        "without_consent": "履行訂單",
    }
    first = tieline.http.put("/api/segments/destinations/ads", json=wish).json()["secret"]
    page = opened("/destinations")
    row = page.get_by_role("row", name="ads")
    row.get_by_role("button", name="修改").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("電子郵件").check()
    dialog.get_by_role("button", name="儲存").click()
    page.get_by_text("已儲存，接著會送出全部名單").wait_for()
    dialog.wait_for(state="detached")

    row.get_by_role("button", name="修改").click()
    dialog.get_by_label("換一把新的簽章金鑰").check()
    dialog.get_by_role("button", name="儲存").click()
    renewed = page.get_by_role("textbox", name="金鑰").input_value()
    assert renewed.startswith("whsec_")
    assert renewed != first
    page.get_by_role("button", name="我已複製").click()
    shown = {one["key"]: one for one in tieline.get("/api/segments/destinations")["destinations"]}
    assert shown["ads"]["definition"]["identifiers"] == ["email", "member_id"]

    row.get_by_role("button", name="移除").click()
    page.get_by_role("dialog").get_by_role("button", name="移除").click()
    row.wait_for(state="detached")


@pytest.mark.browser
@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1024, "dark"), (820, "light")])
def test_the_page_of_other_systems_fits_speaks_chinese_and_has_no_serious_finding(
    opened, tieline, path, width, scheme
):
    long = {
        "segment": "spenders", "url": f"https://{'a' * 60}.example/{'hook' * 20}", "identifiers": ["member_id"], "without_consent": "履行訂單",
    }  # fmt: skip
    tieline.http.put("/api/segments/destinations/unreachable-partner", json=long).raise_for_status()
    page = opened(path, width=width, scheme=scheme)
    page.get_by_role("row", name="unreachable-partner").wait_for()

    assert overflowing(page) == []
    assert untranslated(page) == []
    assert findings(page) == []
