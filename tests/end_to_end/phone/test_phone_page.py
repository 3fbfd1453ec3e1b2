"""The phone page in a real browser: what a person sees, taps and types, and what LINE tells the brand."""

import shutil
import struct
import zlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect, sync_playwright
from serving import Simulated

CHROMIUM = next(
    filter(
        None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"))
    ),
    None,
)
ARGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
ACCOUNT = "/_sim/accounts/1234"
NONCE = "bm9uY2Utd2l0aC1lbm91Z2gtYml0cw"


LIFF_PAGE = """<h1>綁定</h1><p></p><button>說</button><script src="LINE/liff/edge/2/sdk.js"></script><script>
const show = (text) => (document.querySelector("p").textContent = text);
liff.init({ liffId: "APP" }).then(async () => {
  const { displayName, userId } = await liff.getProfile();
  const { friendFlag } = await liff.getFriendship();
  show([displayName, liff.getDecodedIDToken().sub === userId, friendFlag, location.hash === ""].join("|"));
  document.querySelector("button").onclick = () =>
    liff.sendMessages([{ type: "text", text: "我完成了" }]).then(() => liff.closeWindow());
}).catch((error) => show(String(error)));
</script>"""


class Brand:
    """A brand's web server: a shop, a short link to the world outside, and a member log-in."""

    def __init__(self, line: str) -> None:
        brand, self.opened, self.liff_id = self, [], ""

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                brand.opened.append(self.path)
                path = self.path.partition("?")[0]
                token = self.path.partition("linkToken=")[2]
                if path == "/bind":
                    self.page(LIFF_PAGE.replace("LINE", line).replace("APP", brand.liff_id))
                    return
                to = {
                    "/r/1": "https://shop.example/cake",
                    "/done": f"{line}/dialog/bot/accountLink?linkToken={token}&nonce={NONCE}",
                }.get(path)
                self.send_response(302 if to else 200)
                if to:
                    self.send_header("Location", to)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                if not to:
                    self.wfile.write(f'<h1>會員登入</h1><a href="/done?linkToken={token}">登入</a>'.encode())

            def page(self, text: str) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        Thread(target=self.server.serve_forever, daemon=True).start()


class Line:
    """The simulated platform, with one account, three friends and a token that never ends."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = httpx.Client(base_url=url, headers={"authorization": "Bearer T"}, timeout=30)
        account = {"channel_id": "1234", "channel_secret": "s", "provider_id": "b", "name": "小舖"}
        self.ask("POST", "/_sim/accounts", {**account, "long_lived_token": "T"})
        self.people = self.ask("POST", ACCOUNT + "/friends", {"count": 300})["user_ids"]

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.http.request(method, path, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def push(self, *messages: dict[str, Any], person: int = 0) -> None:
        self.ask("POST", "/v2/bot/message/push", {"to": self.people[person], "messages": list(messages)})

    def said(self) -> list[str]:
        screen = self.ask("GET", f"{ACCOUNT}/friends/{self.people[0]}/screen")
        return [one["text"] for one in screen["entries"] if one["from"] == "friend"]

    def menu(self, name: str, action: dict[str, Any]) -> str:
        area = {"bounds": {"x": 0, "y": 0, "width": 1200, "height": 405}, "action": action}
        shape = {"size": {"width": 1200, "height": 405}, "selected": True, "name": name}
        menu_id: str = self.ask("POST", "/v2/bot/richmenu", {**shape, "chatBarText": name, "areas": [area]})[
            "richMenuId"
        ]
        headers = {"content-type": "image/png"}
        self.http.post(
            f"/v2/bot/richmenu/{menu_id}/content", content=png(1200, 405), headers=headers
        ).raise_for_status()
        self.ask("POST", "/v2/bot/richmenu/alias", {"richMenuAliasId": name, "richMenuId": menu_id})
        return menu_id


def png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    rows = zlib.compress((b"\0" + b"\x06\xc7\x55" * width) * height)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield chromium
        chromium.close()


@pytest.fixture
def line(simulated: Simulated) -> Iterator[Line]:
    known = Line(simulated.url)
    yield known
    known.http.close()


@pytest.fixture
def brand(line: Line) -> Iterator[Brand]:
    site = Brand(line.url)
    yield site
    site.server.shutdown()
    site.server.server_close()


@pytest.fixture
def page(browser: Any, line: Line) -> Iterator[Page]:
    context = browser.new_context(locale="zh-TW", viewport={"width": 1440, "height": 900})
    opened = context.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.goto(f"{line.url}/#account=1234&friend={line.people[0]}")
    expect(opened.locator(".chat-title")).to_contain_text("小舖")
    yield opened
    context.close()
    assert errors == []


def buttons(*actions: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "template",
        "altText": "選",
        "template": {"type": "buttons", "text": "選一個", "actions": list(actions)},
    }


def test_a_message_appears_by_itself_and_markup_in_it_is_text(page: Page, line: Line) -> None:
    line.push({"type": "text", "text": "<b>嗨</b><script>window.bad = 1</script>"})

    expect(page.locator(".chat-room .ln-bubble")).to_have_text("<b>嗨</b><script>window.bad = 1</script>")
    assert page.evaluate("window.bad") is None


def test_what_is_typed_is_said_and_told(page: Page, line: Line) -> None:
    page.locator(".type-field").fill("有貨嗎？")
    page.keyboard.press("Enter")

    expect(page.locator(".chat-out")).to_contain_text("有貨嗎？")
    expect(page.locator(".event summary")).to_contain_text("message")
    assert line.said() == ["有貨嗎？"]


def test_a_button_sends_its_postback_with_the_text_it_shows(page: Page, line: Line) -> None:
    line.push(buttons({"type": "postback", "label": "訂位", "data": "book", "displayText": "我要訂位"}))

    page.locator(".ln-button").click()

    expect(page.locator(".chat-out")).to_contain_text("我要訂位")
    expect(page.locator(".event summary")).to_contain_text("postback")
    assert line.said() == ["我要訂位"]


def test_a_picked_day_comes_back(page: Page, line: Line) -> None:
    line.push(buttons({"type": "datetimepicker", "label": "選日期", "data": "when", "mode": "date"}))

    page.locator(".ln-button").click()
    page.locator(".pick-field").fill("2026-12-24")
    page.locator(".pick-page .coupon-deed").click()

    page.locator(".event summary").click()
    expect(page.locator(".event pre")).to_contain_text('"date": "2026-12-24"')


def test_a_tab_of_the_menu_switches_to_the_other(page: Page, line: Line) -> None:
    first = line.menu("home", {"type": "richmenuswitch", "richMenuAliasId": "member", "data": "to=member"})
    second = line.menu("member", {"type": "message", "label": "點數", "text": "查點數"})
    line.ask("POST", f"/v2/bot/user/all/richmenu/{first}")

    expect(page.locator(".menu-bar")).to_contain_text("home")
    page.locator(".menu-spot").click()
    expect(page.locator(".menu-bar")).to_contain_text("member")
    assert line.ask("GET", f"/v2/bot/user/{line.people[0]}/richmenu") == {"richMenuId": second}
    page.locator(".menu-spot").click()
    expect(page.locator(".chat-out")).to_contain_text("查點數")


def test_a_link_to_the_world_outside_is_followed_once_and_only_named(
    page: Page, line: Line, brand: Brand
) -> None:
    line.push(buttons({"type": "uri", "label": "看蛋糕", "uri": f"{brand.url}/r/1"}))

    page.locator(".ln-button").click()

    expect(page.locator(".sheet-outside code")).to_have_text("https://shop.example/cake")
    assert brand.opened == ["/r/1"]


def test_account_linking_goes_through_inside_the_phone(page: Page, line: Line, brand: Brand) -> None:
    token = line.ask("POST", f"/v2/bot/user/{line.people[0]}/linkToken")["linkToken"]
    line.push(buttons({"type": "uri", "label": "綁定", "uri": f"{brand.url}/login?linkToken={token}"}))

    page.locator(".ln-button").click()
    frame = page.frame_locator(".sheet-frame")
    frame.get_by_text("登入", exact=True).click()

    expect(frame.locator("h1")).to_have_text("帳號連結完成")


def test_a_liff_page_knows_the_person_speaks_for_them_and_closes(
    page: Page, line: Line, brand: Brand
) -> None:
    login = {"channel_id": "5678", "channel_secret": "s", "provider_id": "b", "bot": "1234"}
    line.ask("POST", "/_sim/login-channels", login)
    form = {"grant_type": "client_credentials", "client_id": "5678", "client_secret": "s"}
    token = line.http.post("/oauth2/v3/token", data=form).json()["access_token"]
    app = {"view": {"type": "full", "url": f"{brand.url}/bind"}}
    app |= {"scope": ["openid", "profile", "chat_message.write"]}
    made = line.http.post("/liff/v1/apps", json=app, headers={"authorization": f"Bearer {token}"})
    brand.liff_id = made.json()["liffId"]
    line.push(
        buttons({"type": "uri", "label": "綁定", "uri": f"https://liff.line.me/{brand.liff_id}?from=qr"})
    )

    page.locator(".ln-button").click()

    name = page.locator(".who b").text_content()
    frame = page.frame_locator(".sheet-frame")
    expect(frame.locator("p")).to_have_text(f"{name}|true|true|true")
    frame.locator("button").click()
    expect(page.locator(".chat-out")).to_contain_text("我完成了")
    expect(page.locator(".sheet")).to_be_hidden()


def test_a_coupon_is_taken_used_and_used_up(page: Page, line: Line) -> None:
    coupon = {
        "title": "全館九折",
        "startTimestamp": 1_700_000_000,
        "endTimestamp": 2_000_000_000,
        "maxUseCountPerTicket": 1,
        "timezone": "ASIA_TAIPEI",
        "visibility": "UNLISTED",
        "reward": {"type": "others"},
    }
    number = line.ask("POST", "/v2/bot/coupon", coupon)["couponId"]
    line.push({"type": "coupon", "couponId": number})

    page.locator(".ln-coupon").click()
    deed = page.locator(".coupon-page .coupon-deed")
    deed.click()
    expect(deed).to_have_text("使用優惠券")
    deed.click()
    expect(deed).to_be_disabled()
    page.locator(".sheet-close").click()
    expect(page.locator(".ln-coupon-foot")).to_have_text("已使用")


def test_whoever_blocks_gets_nothing_and_can_come_back(page: Page, line: Line) -> None:
    page.get_by_role("button", name="封鎖", exact=True).click()
    expect(page.locator(".foot-note")).to_contain_text("您已封鎖")
    line.push({"type": "text", "text": "不會到"})

    page.locator(".foot-deed").click()
    expect(page.locator(".type-field")).to_be_visible()
    line.push({"type": "text", "text": "歡迎回來"})
    expect(page.locator(".chat-room .ln-bubble")).to_have_text("歡迎回來")


def test_the_lock_screen_says_what_line_would_say(page: Page, line: Line) -> None:
    bubble = {
        "type": "bubble",
        "body": {"type": "box", "layout": "vertical", "contents": [{"type": "text", "text": "x"}]},
    }
    line.push({"type": "flex", "altText": "週末限定", "contents": bubble})
    expect(page.locator(".ln-flex")).to_be_visible()

    page.get_by_role("button", name="鎖定畫面").click()

    expect(page.locator(".lock .notice")).to_contain_text("週末限定")


def test_a_person_is_found_by_name_among_many(page: Page, line: Line) -> None:
    wanted = line.ask("GET", f"{ACCOUNT}/friends?limit=300")["friends"][200]

    page.locator(".people-search").fill(wanted["user_id"])
    row = page.locator(".person")
    expect(row).to_have_count(1)
    row.click()

    expect(page.locator(".who")).to_contain_text(wanted["display_name"])
    page.locator(".people-search").fill("沒有這個人")
    expect(page.locator(".people-none")).to_be_visible()


def test_the_page_speaks_japanese_and_english(page: Page) -> None:
    page.get_by_role("button", name="日").click()
    expect(page.locator(".type-field")).to_have_attribute("placeholder", "メッセージを入力")
    page.get_by_role("button", name="EN").click()
    expect(page.locator(".brand")).to_contain_text("LINE phone simulator")
