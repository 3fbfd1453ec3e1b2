"""What the phone page needs to draw a phone, and the list of people to choose one from."""

from base64 import b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from heapq import nlargest
from itertools import islice
from typing import Any

import msgspec

from tieline.simulator.account import Account
from tieline.simulator.coupon_book import Coupon
from tieline.simulator.friend_book import CODES, STATES, Friend, FriendState
from tieline.simulator.screens import Delivered, Entry, Said
from tieline.simulator.tapping import shown_menu

LONG_AGO = datetime.min.replace(tzinfo=UTC)
LOOKED_AT = 20_000  # screens among which the newest are looked for
Json = dict[str, Any]


def screen(account: Account, friend: Friend, now: datetime) -> Json:
    """Return everything one phone shows."""
    entries = friend.screen
    wanted = {
        message["couponId"]
        for entry in entries
        if isinstance(entry, Delivered)
        for message in msgspec.json.decode(entry.messages)
        if message["type"] == "coupon"
    }
    known = account.coupons.coupons
    return {
        "account": {"channel_id": account.channel_id, "name": account.name, "icon_url": account.icon_url},
        "friend": {"user_id": friend.user_id, "display_name": friend.display_name, "state": friend.state},
        "now": now,
        "entries": [_entry(account, entry) for entry in entries],
        "coupons": {one: coupon(known[one], friend, now) for one in wanted if one in known},
        "menu": _menu(account, friend),
    }


def coupon(known: Coupon, friend: Friend, now: datetime) -> Json:
    """Return a coupon as one person sees it."""
    return {
        "coupon_id": known.coupon_id,
        **known.content,
        "running": known.running(now),
        "taken": friend.row in known.taken,
        "lost": friend.row in known.lost,
        "used": known.used[friend.row],
        "usable": known.running(now) and known.usable(friend.row),
    }


def people(account: Account, search: str, state: str, offset: int, limit: int) -> Json:
    """Return people: found by name or id, or else those whose screens changed last, then everybody else."""
    book = account.friends
    rows = _found(account, search) if search else _newest(account)
    if state:
        code = CODES[FriendState(state)]
        rows = (row for row in rows if book.states[row] == code)
    else:
        rows = (row for row in rows if row < len(book.states) and book.states[row])
    chosen = list(islice(rows, offset, offset + limit))
    return {"friends": [_person(account, row) for row in chosen], "total": len(book)}


def entry_row(entry: Entry) -> str:
    """Return one line about an entry: what a lock screen would say."""
    if isinstance(entry, Said):
        return entry.text
    messages = msgspec.json.decode(entry.messages)
    return notice(messages[-1])


def notice(message: Json) -> str:
    """Return what the lock screen says about a message."""
    kind = message["type"]
    words = {
        "sticker": "傳送了貼圖",
        "image": "傳送了圖片",
        "video": "傳送了影片",
        "audio": "傳送了語音訊息",
        "location": "傳送了位置資訊",
        "coupon": "傳送了優惠券",
    }
    return str(message.get("altText") or message.get("text") or words.get(kind, kind))


def _found(account: Account, search: str) -> Iterator[int]:
    return account.friends.people.called(search, 10_000)


def _newest(account: Account) -> Iterator[int]:
    screens = account.friends.screens
    busy = list(islice(screens.busy(), LOOKED_AT))
    first = nlargest(200, busy, key=lambda row: (screens.newest_at(row) or LONG_AGO, -row))
    yield from first
    seen = set(first)
    yield from (row for row in account.friends.rows() if row not in seen)


def _person(account: Account, row: int) -> Json:
    book = account.friends
    screen_entries = book.screens.of(row)
    last = screen_entries[-1] if screen_entries else None
    return {
        "user_id": book.people.user_id(row),
        "display_name": book.people.name(row),
        "state": STATES[book.states[row]],
        "at": last.at if last else None,
        "last": entry_row(last)[:80] if last else "",
    }


def _entry(account: Account, entry: Entry) -> Json:
    if isinstance(entry, Said):
        message: Json | None = msgspec.json.decode(entry.message) if entry.message else None
        content = account.contents.get(entry.message_id or "")
        if message and content and content.media_type.startswith("image/"):
            message["url"] = f"data:{content.media_type};base64,{b64encode(content.body).decode()}"
        return {
            "from": "friend",
            "at": entry.at,
            "message_id": entry.message_id,
            "text": entry.text,
            "message": message,
        }
    messages = msgspec.json.decode(entry.messages)
    return {
        "from": "account",
        "at": entry.at,
        "kind": entry.kind,
        "request_id": entry.request_id,
        "silent": entry.silent,
        "message_ids": entry.message_ids,
        "messages": messages,
        "notice": notice(messages[-1]),
    }


def _menu(account: Account, friend: Friend) -> Json | None:
    menu = shown_menu(account, friend)
    if menu is None or menu.image is None:
        return None
    address = f"/_sim/accounts/{account.channel_id}/menus/{menu.rich_menu_id}/image"
    return {"rich_menu_id": menu.rich_menu_id, **menu.content, "image_url": address}
