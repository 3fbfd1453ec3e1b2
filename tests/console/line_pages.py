"""A brand with a LINE account on a simulated LINE: friends who agreed, a menu, a reply, a way in."""

import struct
import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

from brand import seed
from serving import Served, Simulated, wait_for

CHANNEL = {
    "channel_id": "100",
    "channel_secret": "secret-of-100",
    "provider_id": "900",
    "bot_user_id": "U" + "b" * 32,
}
FRIENDS = 5


def picture(width: int, height: int) -> bytes:
    """Return a grey PNG."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = (b"\0" + b"\xb4" * width) * height
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def agree(served: Served, user: str, member: str, name: str) -> None:
    """Let a friend be a member who allows marketing."""
    served.collect(
        {
            "type": "identify",
            "userId": member,
            "traits": {"name": name},
            "context": {"externalIds": [{"id": user, "type": "line:900", "collection": "users", "encoding": "none"}]},
        },
        {
            "type": "track",
            "userId": member,
            "event": "consent_updated",
            "properties": {"purpose": "marketing", "channel": "line", "state": "granted", "legal_basis": "consent"},
        },
        key="crm",
    )  # fmt: skip


def seed_line(served: Served, line: Simulated) -> list[str]:
    """Fill a workspace; return the LINE users of its friends."""
    seed(served)
    hooks = {"webhook_url": f"{served.url}/line/main/webhook", "webhooks": {"redelivery": True}}
    line.call("POST", "/accounts", {**CHANNEL, "name": "衣著A", **hooks})
    served.post("/api/line/accounts", {"key": "main", "name": "衣著A", **CHANNEL})
    served.keys["crm"] = served.post("/api/sources", {"key": "crm", "kind": "crm", "name": "會員系統"})[
        "write_key"
    ]
    line.call("POST", "/accounts/100/friends", {"count": FRIENDS, "seed": 1, "announce": True})
    users = [one["user_id"] for one in line.call("GET", "/accounts/100/friends")["friends"]]
    for number, user in enumerate(users):
        agree(served, user, f"F-{number}", f"好友{number}")
    put(served, "/api/line/accounts/main/menus/spring", menu("春季選單", "spring", is_default=True))
    put(served, "/api/line/accounts/main/menus/vip", menu("貴賓選單", "vip", tag="VIP", rank=50))
    served.http.put(
        "/api/line/accounts/main/menus/spring/image",
        content=picture(1200, 800),
        headers={"Content-Type": "image/png"},
    ).raise_for_status()
    put(served, "/api/auto-replies/hours", {"rule": reply("hours", "營業時間", "幾點"), "live": True})
    put(
        served,
        "/api/line/accounts/main/join-sources/xinyi",
        {"name": "信義門市", "store": "信義店", "tags": ["門市"]},
    )
    wait_for(served.settled)
    served.post(
        "/api/line/narrowcasts",
        {
            "key": "spring",
            "name": "春裝上市",
            "account": "main",
            "messages": [{"type": "text", "text": "春裝上市"}],
            "without_consent": "加入好友時都已同意",
            "send_at": (datetime.now(UTC) + timedelta(days=1)).isoformat(),
        },
    )
    return users


def put(served: Served, path: str, body: Any) -> None:
    answer = served.http.put(path, json=body)
    assert answer.is_success, answer.text


def menu(name: str, key: str, **rule: Any) -> dict[str, Any]:
    area = {
        "bounds": {"x": 0, "y": 0, "width": 600, "height": 800},
        "action": {"type": "uri", "uri": "https://shop.example"},
    }
    drawing = {
        "size": {"width": 1200, "height": 800}, "selected": True, "name": key, "chatBarText": "打開選單", "areas": [area],
    }  # fmt: skip
    return {"name": name, "menu": drawing, **rule}


def reply(key: str, name: str, word: str) -> dict[str, Any]:
    return {
        "key": key,
        "name": name,
        "on": {"kind": "message", "keywords": [{"match": "contains", "text": word}]},
        "messages": [{"type": "text", "text": "每天 11 點到 21 點"}],
    }
