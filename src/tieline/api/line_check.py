"""Whether an account is set up so that nothing is lost and nobody is answered twice; and friends who were there before."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import msgspec
from fastapi import APIRouter, Request
from psycopg import AsyncConnection

from tieline.api.costing import find_account
from tieline.api.doors import Doors
from tieline.api.line_shapes import SetUp
from tieline.api.login_check import login_checks
from tieline.api.set_up import OK, PROBLEM, UNKNOWN, WARNING, Found
from tieline.api.voice import said, tell
from tieline.channel.line.login import LineLogin
from tieline.channel.line.secrets import Vault
from tieline.deliver.quota import LINE_TIME
from tieline.errors import ForbiddenError, UnavailableError
from tieline.model.event import LINE_FRIEND_KNOWN
from tieline.model.send import Answer
from tieline.store.postgres.accounts import LineAccount
from tieline.store.postgres.cost import PostgresCost
from tieline.store.postgres.login import PostgresLogin

PAGE = 1_000
TOGETHER = 500
MOST = 0.95
"""Friends come and go between LINE's count, which is a day old, and ours."""
IMPORT_THEM = "按「匯入既有好友」，名單上的人就會出現；出現不等於同意，行銷訊息要等他們同意。"
ASK_FOR_A_TAP = (
    "LINE 不給未認證帳號好友名單，沒有互動過的人要等他們動一下才會出現："
    "一、把預設圖文選單設好，點一下就認得（免費）；二、在 LINE Official Account Manager 群發一則請大家點選單或綁定的訊息"
    "（會算一次訊息費）；三、同時申請認證，通過後就能一次匯入。在那之前，分眾與報表只涵蓋認得的人。"
)


def router(doors: Doors, keys: Vault, line_login: LineLogin) -> APIRouter:
    """Build the routes under /api/line/accounts/{account} that look at LINE's side."""
    routes = APIRouter(prefix="/api/line/accounts/{account}", tags=["line"])

    @routes.get("/check", response_model=SetUp)
    async def check(request: Request, account: str, call: bool = False) -> dict[str, Any]:  # noqa: FBT001, FBT002 - a query
        """Return what is right and wrong with an account's set-up; with `call`, LINE calls our webhook to try it."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            found = await find_account(doors, connection, workspace_id, account)
            greets = await _greets(connection, found)
            login = await PostgresLogin(connection).channel(workspace_id, account)
            known = (
                await PostgresCost(connection).reach(workspace_id, account, None, "transactional")
            ).friends
        ask = _asking(doors, found)
        checks = await _bot(ask, found)
        if checks[0].state == OK:
            checks += await _webhook(doors, ask, found, call=call)
            checks += [await _quota(ask), await _twice(doors, ask, greets=greets)]
            importable = await _friends(ask)
            checks += [importable, await _day_one(doors, ask, known, may_import=importable.state == OK)]
        checks += await login_checks(doors, keys, line_login, found, login)
        worst = next(
            (state for state in (PROBLEM, WARNING, UNKNOWN) if any(one.state == state for one in checks)), OK
        )
        return {
            "account": account,
            "state": worst,
            "checks": [one._asdict() for one in checks],
            "as_of": doors.clock.now(),
        }

    @routes.post("/friends/import")
    async def import_friends(request: Request, account: str, start: str = "") -> dict[str, Any]:
        """Let the next thousand of LINE's list of friends be known; ask again with `next` until it is null.

        That somebody is a friend is no consent: they may be written to once they agree.
        """
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            found = await find_account(doors, connection, workspace_id, account)
        query = f"?limit={PAGE}" + (f"&start={quote(start, safe='')}" if start else "")
        answer = await _asking(doors, found)("GET", f"/v2/bot/followers/ids{query}")
        if answer.status == 403:
            raise ForbiddenError(
                "LINE shows the list of friends to verified and premium accounts only.",
                way_out="Friends become known when they write, tap or bind: send a message that asks for a tap.",
            )
        page = _decoded(answer, _Page)
        if page is None:
            raise UnavailableError("LINE does not answer.", way_out="Try again in a moment.")
        now = doors.clock.now()
        items = [
            said(
                LINE_FRIEND_KNOWN, [(f"line:{found.provider_id}", user)], {"account": account},
                message_id=f"{LINE_FRIEND_KNOWN}:{account}:{user}:{now.date()}", at=now,
            )
            for user in page.userIds
        ]  # fmt: skip
        for place in range(0, len(items), TOGETHER):
            await tell(doors, workspace_id, items[place : place + TOGETHER])
        return {"account": account, "friends": len(items), "next": page.next, "as_of": now}

    return routes


class _Bot(msgspec.Struct):
    userId: str  # noqa: N815 - LINE's name
    basicId: str = ""  # noqa: N815 - LINE's name
    chatMode: str = ""  # noqa: N815 - LINE's name


class _Endpoint(msgspec.Struct):
    endpoint: str = ""
    active: bool = False


class _Test(msgspec.Struct):
    success: bool = False
    statusCode: int = 0  # noqa: N815 - LINE's name
    reason: str = ""


class _Limit(msgspec.Struct):
    type: str
    value: int = 0


class _Sent(msgspec.Struct):
    status: str
    autoResponse: int = 0  # noqa: N815 - LINE's name
    welcomeResponse: int = 0  # noqa: N815 - LINE's name


class _Followers(msgspec.Struct):
    status: str
    targetedReaches: int | None = None  # noqa: N815 - LINE's name


class _Page(msgspec.Struct):
    userIds: list[str]  # noqa: N815 - LINE's name
    next: str | None = None


Ask = Callable[..., Awaitable[Answer]]


def _asking(doors: Doors, account: LineAccount) -> Ask:
    async def ask(method: str, path: str, body: bytes | None = None) -> Answer:
        return await doors.line.pass_on(account.workspace_id, account.key, method, path, body, {})

    return ask


async def _bot(ask: Ask, account: LineAccount) -> list[Found]:
    answer = await ask("GET", "/v2/bot/info")
    bot = _decoded(answer, _Bot)
    if bot is None:
        wrong = answer.status in {400, 401, 403}
        sentence = "LINE 不接受這組 Channel ID 與 Channel secret。" if wrong else "LINE 沒有回應。"
        return [
            Found(
                "channel",
                PROBLEM if wrong else UNKNOWN,
                sentence,
                "到 LINE Developers 複製 Basic settings 的內容再填一次。",
            )
        ]
    found = [Found("channel", OK, "LINE 接受這個頻道。")]
    if bot.userId != account.bot_user_id:
        found.append(
            Found(
                "bot",
                PROBLEM,
                "填的 Bot user ID 不是這個頻道的，Webhook 會被拒絕。",
                "改填 LINE Developers 顯示的 Your user ID。",
            )
        )
    if bot.chatMode == "chat":
        found.append(
            Found(
                "chat",
                WARNING,
                "「聊天」已開啟，LINE 的自動回應可能同時回覆。",
                "在 LINE Official Account Manager 的回應設定確認。",
            )
        )
    return found


async def _webhook(doors: Doors, ask: Ask, account: LineAccount, *, call: bool) -> list[Found]:
    ours = f"{doors.settings.public_url.rstrip('/')}/line/{account.key}/webhook"
    endpoint = _decoded(await ask("GET", "/v2/bot/channel/webhook/endpoint"), _Endpoint)
    found = []
    if endpoint is None or endpoint.endpoint != ours:
        found.append(
            Found("webhook", PROBLEM, "LINE 的 Webhook 網址不是這裡。", f"把 Webhook URL 設成 {ours}")
        )
    elif not endpoint.active:
        found.append(Found("webhook", PROBLEM, "Webhook 沒有開啟。", "開啟 Use webhook。"))
    else:
        found.append(Found("webhook", OK, "Webhook 網址正確，而且已開啟。"))
    if call:
        tried = _decoded(await ask("POST", "/v2/bot/channel/webhook/test", b"{}"), _Test)
        if tried is None:
            found.append(Found("reachable", UNKNOWN, "LINE 現在不能測試 Webhook。"))
        elif tried.success:
            found.append(Found("reachable", OK, "LINE 連得到我們。"))
        else:
            found.append(
                Found("reachable", PROBLEM, f"LINE 連不到我們（{tried.reason or tried.statusCode}）。")
            )
    found.append(
        Found(
            "redelivery",
            UNKNOWN,
            "LINE 不讓程式讀取「Webhook redelivery」。",
            "請確認已開啟，伺服器重啟時才不會漏掉事件。",
        )
    )
    return found


async def _quota(ask: Ask) -> Found:
    limit = _decoded(await ask("GET", "/v2/bot/message/quota"), _Limit)
    if limit is None:
        return Found("quota", UNKNOWN, "讀不到這個月的訊息額度。")
    return Found(
        "quota",
        OK,
        f"這個月可以送 {limit.value:,} 則。" if limit.type == "limited" else "這個月沒有訊息上限。",
    )


async def _twice(doors: Doors, ask: Ask, *, greets: bool) -> Found:
    """Tell whether LINE's own greeting and auto-response answer beside ours: its counters of yesterday show it."""
    day = doors.clock.now().astimezone(LINE_TIME).date() - timedelta(days=1)
    sent = _decoded(await ask("GET", f"/v2/bot/insight/message/delivery?date={day:%Y%m%d}"), _Sent)
    if sent is None or sent.status != "ready":
        return Found(
            "greeting",
            UNKNOWN,
            "還看不出 LINE 內建的歡迎訊息與自動回應是否開著。",
            "請在回應設定關閉，或不要在這裡設定。",
        )
    if greets and (sent.welcomeResponse or sent.autoResponse):
        return Found(
            "greeting",
            PROBLEM,
            "LINE 內建的歡迎訊息或自動回應也在回覆，好友會收到兩次。",
            "在 LINE Official Account Manager 的回應設定關閉。",
        )
    return Found("greeting", OK, "沒有重複的歡迎訊息與自動回應。")


async def _friends(ask: Ask) -> Found:
    answer = await ask("GET", "/v2/bot/followers/ids?limit=1")
    if answer.status == 200:
        return Found("friends", OK, "可以匯入既有好友。")
    if answer.status == 403:
        return Found(
            "friends",
            WARNING,
            "未認證帳號不能匯入既有好友。",
            "好友傳訊息、點選單或綁定後就會出現；可以先發一則請好友點一下的訊息。",
        )
    return Found("friends", UNKNOWN, "LINE 沒有回應好友名單。")


async def _day_one(doors: Doors, ask: Ask, known: int, *, may_import: bool) -> Found:
    """Tell how many friends LINE can reach and how many of them are known here, and how the others become known."""
    day = doors.clock.now().astimezone(LINE_TIME).date() - timedelta(days=1)
    said = _decoded(await ask("GET", f"/v2/bot/insight/followers?date={day:%Y%m%d}"), _Followers)
    at_line = said.targetedReaches if said is not None and said.status == "ready" else None
    if at_line is None:
        return Found("known", UNKNOWN, f"這裡認得 {known:,} 位好友；LINE 還沒有說可以觸及多少位。")
    sentence = f"LINE 可以觸及 {at_line:,} 位好友，這裡認得 {known:,} 位。"
    if known >= at_line * MOST:
        return Found("known", OK, sentence)
    return Found("known", WARNING, sentence, IMPORT_THEM if may_import else ASK_FOR_A_TAP)


async def _greets(connection: AsyncConnection, account: LineAccount) -> bool:
    cursor = await connection.execute(
        "select exists (select from auto_reply where workspace_id = %s and live"
        " and coalesce(definition->>'account', '') in ('', %s))",
        (account.workspace_id, account.key),
    )
    row = await cursor.fetchone()
    return bool(row and row[0])


def _decoded(answer: Answer, shape: type[Any]) -> Any:
    if answer.status != 200:
        return None
    try:
        return msgspec.json.decode(answer.body, type=shape)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
