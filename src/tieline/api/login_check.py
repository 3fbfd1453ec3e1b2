"""Whether people can log in and bind: the login channel is the brand's own, and its LIFF app opens our page."""

from tieline.api.doors import Doors
from tieline.api.set_up import OK, PROBLEM, UNKNOWN, WARNING, Found
from tieline.channel.line.login import Channel, LiffApp, LineLogin
from tieline.channel.line.secrets import Vault
from tieline.model.login import LoginChannel
from tieline.store.postgres.accounts import LineAccount

NO_LOGIN = Found(
    "login",
    WARNING,
    "還沒有設定 LINE Login 頻道。",
    "在同一個 Provider 底下建立 LINE Login 頻道，再填到這裡。",
)
NO_LIFF = Found(
    "liff",
    WARNING,
    "還沒有填 LIFF ID，好友在 LINE 裡綁定時要再登入一次。",
    "在 LINE Login 頻道新增 LIFF 應用程式，再填到這裡。",
)


async def login_checks(
    doors: Doors, keys: Vault, login: LineLogin, account: LineAccount, entered: LoginChannel | None
) -> list[Found]:
    """Return what is right and wrong with an account's login channel and LIFF app."""
    if entered is None:
        return [NO_LOGIN]
    if entered.provider_id != account.provider_id:
        return [Found("login", PROBLEM, "LINE Login 與官方帳號不在同一個 Provider，會員編號對不起來。")]
    secret = keys.open(entered.channel_secret, account.workspace_id, f"login:{account.key}")
    apps = await login.apps(Channel(entered.channel_id, secret))
    if apps is None:
        sentence = "LINE 現在不接受 LINE Login 的 Channel ID 與 Channel secret。"
        return [Found("login", UNKNOWN, sentence, "稍後再檢查一次；如果還是一樣，重新複製一次再填。")]
    fine = Found("login", OK, "LINE Login 與官方帳號在同一個 Provider。")
    return [fine, NO_LIFF if not entered.liff_id else _liff(doors, account, entered.liff_id, apps)]


def _liff(doors: Doors, account: LineAccount, liff_id: str, apps: list[LiffApp]) -> Found:
    app = next((one for one in apps if one.liff_id == liff_id), None)
    if app is None:
        return Found(
            "liff",
            PROBLEM,
            "這個 LIFF 應用程式不在 LINE Login 頻道裡，所以也不在品牌自己的 Provider。",
            "改填這個頻道底下的 LIFF ID。",
        )
    ours = f"{doors.settings.public_url.rstrip('/')}/line/{account.key}/liff"
    if app.page.rstrip("/") != ours:
        return Found("liff", PROBLEM, "LIFF 應用程式開的不是這裡的頁面。", f"把 Endpoint URL 設成 {ours}")
    if "openid" not in app.scope:
        return Found(
            "liff",
            PROBLEM,
            "LIFF 應用程式沒有 openid 權限，認不出是誰。",
            "在 Scope 勾選 openid 與 profile。",
        )
    return Found("liff", OK, "LIFF 應用程式在同一個頻道，也開對了頁面。")
