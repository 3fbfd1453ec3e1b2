"""The phone page: what a few friends see right now, as a person would want to look at it."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from heapq import nlargest
from html import escape
from typing import Any

import msgspec

from tieline.simulator.account import Account
from tieline.simulator.friend_book import BLOCKED, FRIEND, Friend, FriendState
from tieline.simulator.platform import LinePlatform
from tieline.simulator.screens import Delivered, Said
from tieline.simulator.world import month_of

PHONES = 6
ENTRIES = 8
REFRESH_SECONDS = 3
TAIPEI = timezone(timedelta(hours=8))
STATES = {FriendState.FRIEND: "好友", FriendState.BLOCKED: "已封鎖", FriendState.STRANGER: "非好友"}
WAYS = {"push": "推播", "multicast": "群發", "reply": "回覆（免費）"}
STYLE = """
:root { color-scheme: light; font: 15px/1.5 "Noto Sans TC", "PingFang TC", "Microsoft JhengHei", sans-serif; }
body { margin: 0; background: #eef1f5; color: #1c2733; }
main { max-width: 1180px; margin: 0 auto; padding: 24px 20px 60px; }
h1 { font-size: 22px; margin: 0 0 2px; } h2 { font-size: 16px; margin: 28px 0 10px; }
.note { color: #5c6b7a; margin: 0; }
table { border-collapse: collapse; width: 100%; background: #fff; border-radius: 10px; overflow: hidden; }
th, td { padding: 8px 12px; text-align: right; border-bottom: 1px solid #e6eaef; white-space: nowrap; }
th { color: #5c6b7a; font-weight: 500; font-size: 13px; } th:first-child, td:first-child { text-align: left; }
td.bad { color: #b3261e; font-weight: 600; } .wide { overflow-x: auto; }
.phones { display: grid; grid-template-columns: repeat(auto-fill, minmax(300px, 1fr)); gap: 18px; }
.phone { background: #8cabd8; border: 8px solid #1c2733; border-radius: 26px; overflow: hidden; }
.phone header { background: #2a3a4d; color: #fff; padding: 8px 14px; display: flex; justify-content: space-between; }
.phone header small { opacity: .8; align-self: center; }
.chat { padding: 12px; min-height: 240px; display: flex; flex-direction: column; gap: 8px; }
.in, .out { max-width: 82%; padding: 7px 11px; border-radius: 14px; overflow-wrap: anywhere; white-space: pre-wrap; }
.in { background: #fff; align-self: flex-start; } .out { background: #a5e887; align-self: flex-end; }
.in b { display: block; } .button { display: block; color: #2c5fb3; border-top: 1px solid #e6eaef; margin-top: 6px;
padding-top: 5px; text-align: center; } .when { font-size: 11px; color: #33465c; align-self: flex-start; }
.out + .when { align-self: flex-end; }
"""


def render(platform: LinePlatform, now: datetime) -> str:
    """Return the page as HTML; it reloads itself."""
    accounts = list(platform.world.accounts.values())
    phones = nlargest(
        PHONES,
        (
            (account.friends.friend(row), account)
            for account in accounts
            for row in account.friends.screens.busy()
        ),
        key=lambda pair: pair[0].screen[-1].at,
    )
    return (
        '<!doctype html><html lang="zh-TW"><head><meta charset="utf-8">'
        f'<meta http-equiv="refresh" content="{REFRESH_SECONDS}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>LINE 模擬平台</title><style>{STYLE}</style></head><body><main>"
        "<h1>LINE 模擬平台</h1>"
        f'<p class="note">模擬時間 {_clock(now, "%Y-%m-%d %H:%M:%S")}（台北）· 每 {REFRESH_SECONDS} 秒更新 · 好友皆為虛擬</p>'
        f"<h2>官方帳號</h2>{_accounts(accounts, now)}"
        f'<h2>最近的手機畫面</h2><div class="phones">{"".join(_phone(*pair) for pair in phones)}</div>'
        f"{'' if phones else '<p class=note>還沒有任何訊息。</p>'}</main></body></html>"
    )


def _accounts(accounts: list[Account], now: datetime) -> str:
    if not accounts:
        return '<p class="note">還沒有帳號；請用 POST /_sim/accounts 建立。</p>'
    heads = "".join(
        f"<th>{name}</th>"
        for name in ("帳號", "好友", "封鎖", "送達", "本月計費", "額度", "重複送達", "拒絕")
    )
    rows = "".join(_account_row(account, now) for account in accounts)
    return f'<div class="wide"><table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'


def _account_row(account: Account, now: datetime) -> str:
    ledger = account.ledger
    number = account.friends.number
    repeated = sum(len(group.occurrences) - 1 for group in ledger.duplicates.values())
    quota = "不限" if account.quota is None else f"{account.quota:,}"
    return (
        f"<tr><td>{escape(account.name)}</td><td>{number(FRIEND):,}</td>"
        f"<td>{number(BLOCKED):,}</td><td>{ledger.delivered:,}</td>"
        f"<td>{account.usage[month_of(now)]:,}</td><td>{quota}</td>"
        f"<td{' class=bad' if repeated else ''}>{repeated:,}</td><td>{sum(ledger.refused.values()):,}</td></tr>"
    )


def _phone(friend: Friend, account: Account) -> str:
    entries = "".join(_entry(entry) for entry in friend.screen[-ENTRIES:])
    return (
        f'<section class="phone"><header><span>{escape(account.name)}</span>'
        f"<small>{escape(friend.display_name)}・{STATES[friend.state]}</small></header>"
        f'<div class="chat">{entries}</div></section>'
    )


def _entry(entry: Delivered | Said) -> str:
    when = _clock(entry.at, "%m/%d %H:%M")
    if isinstance(entry, Said):
        return f'<div class="out">{escape(entry.text)}</div><div class="when">{when}</div>'
    bubbles = "".join(f'<div class="in">{_bubble(one)}</div>' for one in msgspec.json.decode(entry.messages))
    return f'{bubbles}<div class="when">{when}・{WAYS.get(entry.kind, entry.kind)}</div>'


def _bubble(message: dict[str, Any]) -> str:
    """Return one message as a phone shows it, roughly: its texts, then its buttons."""
    kind = message["type"]
    if kind in {"text", "textV2"}:
        body = escape(message["text"])
    elif kind in {"flex", "template"}:
        body = "<br>".join(
            escape(text) for text in _texts(message.get("contents") or message.get("template"))
        )
        body = body or escape(message["altText"])
    else:
        body = {"image": "🖼 圖片", "video": "🎬 影片", "sticker": "😀 貼圖", "location": "📍 位置"}.get(
            kind, "🎵 語音"
        )
    return body + "".join(f'<span class="button">{escape(label)}</span>' for label in _labels(message))


def _texts(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for child in part:
            yield from _texts(child)
    elif isinstance(part, dict):
        for name in ("title", "text"):
            if isinstance(part.get(name), str) and part.get("type") not in {"message", "postback", "uri"}:
                yield part[name]
        for name, child in part.items():
            if name != "action":
                yield from _texts(child)


def _labels(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for child in part:
            yield from _labels(child)
    elif isinstance(part, dict):
        if isinstance(part.get("label"), str):
            yield part["label"]
        for child in part.values():
            yield from _labels(child)


def _clock(at: datetime, form: str) -> str:
    return at.astimezone(TAIPEI).strftime(form)
