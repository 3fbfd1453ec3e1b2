"""The pages that a person sees at LINE: agreeing to a log-in, choosing who browses, and refusals."""

from html import escape
from urllib.parse import urlencode

from tieline.simulator.account import Account
from tieline.simulator.friend_book import FRIEND
from tieline.simulator.login_channels import LoginChannel
from tieline.simulator.wire import SimRequest, SimResponse
from tieline.simulator.world import World

PEOPLE_SHOWN = 12
ASKS = {
    "openid": ("內部識別碼", "必要"),
    "profile": ("個人檔案資訊（名稱、照片）", "必要"),
    "email": ("電子郵件帳號", "必要"),
    "chat_message.write": ("以您的名義傳送訊息到聊天室", "必要"),
}
STYLE = """
:root{font:16px/1.55 "Noto Sans TC","PingFang TC","Microsoft JhengHei",system-ui,sans-serif;color:#111}
*{box-sizing:border-box}body{margin:0;background:#fff;min-height:100vh;display:flex;flex-direction:column}
header{padding:14px 20px;border-bottom:1px solid #eee;font-weight:700;color:#06c755;letter-spacing:.02em}
main{flex:1;padding:24px 20px;max-width:480px;width:100%;margin:0 auto}h1{font-size:20px;margin:0 0 6px}
p{margin:0 0 14px;color:#555}ul{list-style:none;margin:0 0 18px;padding:0;border:1px solid #eee;border-radius:12px}
li{padding:12px 14px;display:flex;justify-content:space-between;gap:12px}li+li{border-top:1px solid #f2f2f2}
small{color:#06a24a;white-space:nowrap}label.friend{display:flex;gap:10px;align-items:center;padding:14px;
background:#f6faf7;border-radius:12px;margin-bottom:18px}label.friend input{width:20px;height:20px;accent-color:#06c755}
button,a.button{display:block;width:100%;border:0;border-radius:10px;padding:13px;font:inherit;font-weight:700;
text-align:center;text-decoration:none;cursor:pointer;background:#06c755;color:#fff;margin-bottom:10px}
button.quiet{background:#f3f4f5;color:#333;font-weight:500}.who{display:flex;gap:12px;align-items:center;margin-bottom:18px}
.who i{width:44px;height:44px;border-radius:50%;background:#dfe7ee;display:grid;place-items:center;font-style:normal}
a.person{display:block;padding:12px 14px;color:inherit;text-decoration:none;width:100%}li.person{padding:0}
"""


def consent(
    channel: LoginChannel, account: Account | None, query: dict[str, str], person: str, name: str
) -> SimResponse:
    """Ask a person to agree to a log-in; with a linked account also whether to add it as a friend."""
    asks = "".join(
        f"<li><span>{escape(ASKS[scope][0])}</span><small>{ASKS[scope][1]}</small></li>"
        for scope in dict.fromkeys(query["scope"].split())
        if scope in ASKS
    )
    friend = ""
    if account is not None and "bot_prompt" in query:
        friend = (
            '<label class="friend"><input type="checkbox" name="friend" checked>'
            f"<span>將「{escape(account.name)}」加入好友</span></label>"
        )
    body = (
        f'<div class="who"><i>{escape(name[:1])}</i><div><b>{escape(name)}</b><br>以這個 LINE 帳號登入</div></div>'
        f"<h1>{escape(channel.name)}</h1><p>希望取得以下權限：</p><ul>{asks}</ul>"
        f'<form method="post" action="?{escape(urlencode(query))}">'
        f'<input type="hidden" name="sim_user" value="{escape(person)}">{friend}'
        '<button name="decision" value="allow">許可</button>'
        '<button class="quiet" name="decision" value="deny">取消</button></form>'
    )
    return page(200, "LINE 登入", body)


def choose_person(world: World, channel: LoginChannel, request: SimRequest) -> SimResponse:
    """Ask who is browsing: a real phone would know."""
    account = world.accounts.get(channel.bot or "")
    people = world.people_of(channel.provider_id)
    rows = (
        list(account.friends.rows(FRIEND))[:PEOPLE_SHOWN]
        if account
        else range(min(len(people), PEOPLE_SHOWN))
    )
    items = "".join(
        f'<li class="person"><a class="person" href="?{escape(urlencode({**request.query, "sim_user": people.user_id(row)}))}">'
        f"{escape(people.name(row))}</a></li>"
        for row in rows
    )
    return page(
        200, "LINE 登入", f"<h1>您是哪一位？</h1><p>模擬的 LINE 不知道是誰在瀏覽。</p><ul>{items}</ul>"
    )


def refusal(title: str, text: str) -> SimResponse:
    """Say what is wrong with a request; the person goes nowhere."""
    return page(400, title, f"<h1>{escape(title)}</h1><p>{escape(text)}</p>")


def page(status: int, title: str, body: str) -> SimResponse:
    """Return a page of LINE's."""
    content = (
        '<!doctype html><html lang="zh-TW"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{STYLE}</style></head>"
        f"<body><header>LINE</header><main>{body}</main></body></html>"
    )
    return SimResponse(status, content.encode(), {"content-type": "text/html; charset=utf-8"})
