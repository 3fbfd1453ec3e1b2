"""The member log-in page of account binding: member number, phone, one-time code, then back to LINE."""

from collections.abc import Mapping
from html import escape
from typing import Annotated
from urllib.parse import quote, urlencode, urlsplit

from fastapi import APIRouter, Form
from psycopg import AsyncConnection
from starlette.responses import HTMLResponse, RedirectResponse, Response

from tieline.api.doors import Doors
from tieline.identify.normalize import normalize
from tieline.ids import keyed_hash
from tieline.model.identity import MEMBER, PHONE
from tieline.ports import Sms
from tieline.store.postgres.accounts import PostgresAccounts
from tieline.store.postgres.bind import Challenge, PostgresBinding
from tieline.store.postgres.workspaces import PostgresWorkspaces

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action *; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
PAGE = """<!doctype html>
<html lang="zh-Hant-TW"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>會員綁定</title><style>
body{{font:16px/1.6 system-ui,"Noto Sans TC","PingFang TC",sans-serif;background:#f4f6f8;color:#1c2733;margin:0}}
main{{max-width:24rem;margin:8vh auto;background:#fff;padding:2rem;border-radius:1rem;box-shadow:0 8px 32px #1c273314}}
h1{{font-size:1.35rem;margin:0 0 .5rem}}p{{margin:.4rem 0 1.2rem;color:#4a5866}}
label{{display:block;font-weight:600;margin-top:1rem}}
input{{width:100%;box-sizing:border-box;font:inherit;padding:.7rem .8rem;margin-top:.3rem;border:1px solid #c5ced6;border-radius:.6rem}}
button{{width:100%;font:inherit;font-weight:700;margin-top:1.6rem;padding:.8rem;border:0;border-radius:.6rem;background:#06a94d;color:#fff}}
small{{display:block;margin-top:1.4rem;color:#6b7884}}[role=alert]{{color:#b3261e}}
</style></head><body><main>{body}</main></body></html>"""
ASK_MEMBER = """<h1>{brand}　會員綁定</h1><p>將您的 LINE 帳號與會員資料綁定，門市與網路商店的紀錄就會是同一個您。</p>{alert}
<form method="post" action="/line/{account}/bind"><input type="hidden" name="linkToken" value="{link_token}">
<label>會員編號<input name="member_id" autocomplete="username" required maxlength="64"></label>
<label>手機號碼<input name="phone" type="tel" autocomplete="tel" required maxlength="32" placeholder="0912 345 678"></label>
<button>寄送驗證碼</button></form><small>您可以隨時在選單中解除綁定。</small>"""
ASK_CODE = """<h1>輸入驗證碼</h1><p>若會員編號與手機號碼相符，您會收到一則 6 位數驗證碼簡訊，5 分鐘內有效。</p>{alert}
<form method="post" action="/line/{account}/bind/code"><input type="hidden" name="challenge" value="{challenge}">
<label>驗證碼<input name="code" inputmode="numeric" autocomplete="one-time-code" pattern="[0-9]{{6}}" required></label>
<button>完成綁定</button></form>"""
WRONG = '<p role="alert">驗證碼不正確或已過期，請重新輸入，或回到 LINE 重新開始綁定。</p>'
EXPIRED = "<h1>連結已失效</h1><p>請回到 LINE 對話，再點一次「會員綁定」。</p>"


def headers(line_access_url: str) -> Mapping[str, str]:
    """Return the headers of a page: nobody may frame it but a simulated LINE on this machine, which is a phone."""
    parts = urlsplit(line_access_url)
    if parts.hostname not in LOOPBACK:
        return HEADERS
    own = f"frame-ancestors {parts.scheme}://{parts.netloc}"
    policy = HEADERS["Content-Security-Policy"].replace("frame-ancestors 'none'", own)
    return {**HEADERS, "Content-Security-Policy": policy}


def router(doors: Doors, sms: Sms) -> APIRouter:
    """Build the pages under /line/{account}/bind."""
    routes = APIRouter(prefix="/line", tags=["bind"], include_in_schema=False)

    def page(body: str, status: int = 200) -> HTMLResponse:
        return _page(body, status, headers=headers(doors.settings.line_access_url))

    @routes.get("/{account}/bind")
    async def ask_member(account: str, linkToken: str = "") -> Response:  # noqa: N803 - LINE's name
        """Ask who the friend is."""
        async with doors.pool.connection() as connection:
            found = await PostgresAccounts(connection).find(account)
        if not linkToken:
            return page(EXPIRED, 400)
        return page(
            ASK_MEMBER.format(
                brand=escape(found.name), account=quote(account), link_token=escape(linkToken), alert=""
            )
        )

    @routes.post("/{account}/bind")
    async def send_code(
        account: str,
        linkToken: Annotated[str, Form()],  # noqa: N803 - LINE's name
        member_id: Annotated[str, Form(max_length=64)],
        phone: Annotated[str, Form(max_length=32)],
    ) -> Response:
        """Send a code if number and phone belong to one person; the answer looks the same if they do not."""
        token, code = doors.ids.token(), f"{int(doors.ids.chance() * 1_000_000):06d}"
        async with doors.pool.connection() as connection, connection.transaction():
            challenge = await _member(connection, account, linkToken, member_id, phone)
            if challenge is not None and await PostgresBinding(connection).open(
                token, code, challenge, doors.clock.now()
            ):
                await sms.send_code(challenge.phone, code)
        return page(ASK_CODE.format(account=quote(account), challenge=escape(token), alert=""))

    @routes.post("/{account}/bind/code")
    async def check_code(
        account: str, challenge: Annotated[str, Form()], code: Annotated[str, Form(max_length=12)]
    ) -> Response:
        """Lead back to LINE with a nonce that stands for the member."""
        now = doors.clock.now()
        nonce = doors.ids.token()
        async with doors.pool.connection() as connection, connection.transaction():
            binding = PostgresBinding(connection)
            answered = await binding.answer(challenge, code.strip(), now)
            if answered is not None and answered.account == account:
                await binding.add_nonce(nonce, answered, now)
        if answered is None or answered.account != account:
            return page(
                ASK_CODE.format(account=quote(account), challenge=escape(challenge), alert=WRONG), 400
            )
        query = urlencode({"linkToken": answered.link_token, "nonce": nonce})
        target = f"{doors.settings.line_access_url.rstrip('/')}/dialog/bot/accountLink?{query}"
        return RedirectResponse(target, status_code=303, headers=HEADERS)

    return routes


async def _member(
    connection: AsyncConnection, account: str, link_token: str, member_id: str, phone: str
) -> Challenge | None:
    """Return the challenge for a member whose number and phone belong to one profile, None if they do not."""
    found = await PostgresAccounts(connection).find(account)
    workspace = await PostgresWorkspaces(connection).find(found.workspace_id)
    member = normalize(MEMBER, member_id, workspace.country)
    number = normalize(PHONE, phone, workspace.country)
    if not isinstance(member, str) or not isinstance(number, str):
        return None
    key = workspace.identity_key
    cursor = await connection.execute(
        "select count(distinct profile_id), count(*) from node where workspace_id = %s and node_id = any(%s)",
        (found.workspace_id, [keyed_hash(key, MEMBER, member), keyed_hash(key, PHONE, number)]),
    )
    row = await cursor.fetchone()
    if row is None or (int(row[0]), int(row[1])) != (1, 2):
        return None
    return Challenge(found.workspace_id, account, link_token, member, number)


def _page(body: str, status: int, *, headers: Mapping[str, str]) -> HTMLResponse:
    return HTMLResponse(PAGE.format(body=body), status_code=status, headers=headers)
