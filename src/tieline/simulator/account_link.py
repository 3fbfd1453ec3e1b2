"""LINE's page that ends an account linking, as the person's browser sees it.

Source: https://developers.line.biz/en/docs/messaging-api/linking-accounts/
"""

from datetime import datetime
from html import escape
from http.cookies import SimpleCookie

from tieline.simulator import login_pages, phone
from tieline.simulator.wire import SimRequest, SimResponse
from tieline.simulator.world import World

PATH = "/dialog/bot/accountLink"
SHORTEST_NONCE, LONGEST_NONCE = 10, 255


def open_page(world: World, request: SimRequest, now: datetime) -> SimResponse:
    """Link the browsing person, named by query, header or cookie `sim_user`, to the nonce.

    A token that is unknown, used or expired shows an error and causes no webhook at all, as at LINE.
    """
    browsing = browsing_user(request)
    nonce = request.query.get("nonce", "")
    token = world.link_tokens.get(request.query.get("linkToken", ""))
    if browsing is None:
        return _page(401, "請先登入 LINE", "沒有指定正在瀏覽的使用者（sim_user）。")
    if token is None or now >= token.expires_at:
        return _page(400, "無法連結帳號", "連結已失效，請重新操作。")
    if not SHORTEST_NONCE <= len(nonce) <= LONGEST_NONCE:
        return _page(400, "無法連結帳號", "參數 nonce 的長度必須是 10 至 255。")
    del world.link_tokens[request.query["linkToken"]]
    same_person = browsing == token.user_id
    friend = token.account.friends[token.user_id] if same_person else None
    phone.linked(world, token.account, friend, nonce, now)
    if friend is None:
        return _page(200, "無法連結帳號", "這個連結是發給另一位使用者的。")
    return _page(200, "帳號連結完成", f"已連結 {token.account.name}。")


def browsing_user(request: SimRequest) -> str | None:
    """Return whose browser makes the request."""
    cookies = SimpleCookie(request.headers.get("cookie", ""))
    cookie = cookies["sim_user"].value if "sim_user" in cookies else None
    return request.query.get("sim_user") or request.headers.get("x-sim-user") or cookie


def _page(status: int, title: str, text: str) -> SimResponse:
    return login_pages.page(status, title, f"<h1>{escape(title)}</h1><p>{escape(text)}</p>")
