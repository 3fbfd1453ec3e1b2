"""衣著A, day by day: the tags, measures, menus, answers, ways in and messages that its marketers keep."""

from tieline.demo.brands.clothing import PUSH, SHOP, VIP
from tieline.demo.brands.messages import Json, card, text
from tieline.demo.picture import HEIGHT, TILE, WIDTH

MODELS = ("nes", "rfm")
TRAITS: dict[str, tuple[str, Json]] = {
    "orders-year": ("一年內訂單數", {"event": "Order Completed", "window": {"last": "P365D"}}),
    "spend-year": (
        "一年內消費",
        {
            "event": "Order Completed",
            "window": {"last": "P365D"},
            "measure": {"fn": "sum", "property": "total"},
        },
    ),
}
TAGS: dict[str, Json] = {
    "VIP": {"name": "VIP", "owner": "會員組", "purpose": "近期高消費又看過新品的人"},
    "coats": {
        "name": "喜歡大衣",
        "owner": "商品組",
        "purpose": "大衣新品與換季通知",
        "expires_after_days": 180,
    },
}
TAG_RULES: dict[str, Json] = {
    "vip": {"tag": "VIP", "when": {"segment": VIP}},
    "coats": {"tag": "coats", "when": {"click": {"origin": f"broadcast:{PUSH}"}}},
}
_TILES = (("會員卡", f"{SHOP}/card"), ("本週新品", f"{SHOP}/new"), ("找門市", f"{SHOP}/stores"))


def menu(name: str, bar: str) -> Json:
    """Return a rich menu of three tiles, as LINE wants it."""
    areas = [
        {
            "bounds": {"x": number * TILE, "y": 0, "width": TILE, "height": HEIGHT},
            "action": {"type": "uri", "label": label, "uri": uri},
        }
        for number, (label, uri) in enumerate(_TILES)
    ]
    return {
        "size": {"width": WIDTH, "height": HEIGHT},
        "selected": False,
        "name": name,
        "chatBarText": bar,
        "areas": areas,
    }


MENUS: dict[str, Json] = {
    "everyone": {"name": "所有好友", "menu": menu("everyone", "逛逛衣著A"), "is_default": True},
    "vip": {"name": "VIP", "menu": menu("vip", "VIP 專區"), "tag": "VIP", "rank": 10},
}
REPLIES: dict[str, Json] = {
    "hours": {
        "key": "hours",
        "name": "營業時間",
        "on": {
            "kind": "message",
            "keywords": [{"match": "contains", "text": "幾點"}, {"match": "contains", "text": "營業"}],
        },
        "messages": [text("每天 11:00 到 21:30，週一公休。")],
    },
    "returns": {
        "key": "returns",
        "name": "退換貨",
        "on": {"kind": "message", "keywords": [{"match": "contains", "text": "退"}]},
        "messages": [card("退換貨", "七天內都可以退換", "帶著商品和訂單編號到門市，或線上申請。", "線上申請", f"{SHOP}/returns")],
    },
}  # fmt: skip
JOIN_SOURCES: dict[str, Json] = {
    "xinyi": {"name": "信義店櫃檯", "store": "信義店", "tags": ["門市"]},
    "taichung": {"name": "台中店試衣間", "store": "台中店", "tags": ["門市"]},
    "receipt": {"name": "電子發票明細"},
}
MESSAGES: dict[str, tuple[str, list[Json]]] = {
    "birthday": (
        "生日禮",
        [card("生日快樂", "{{ profile.name }}，生日快樂", "這個月任一筆消費折 300 元。", "去挑一件", f"{SHOP}/birthday")],
    ),
    "care": ("大衣保養提醒", [text("收納前先送洗，羊毛大衣能多穿三年。"), card("保養", "大衣保養", "三步驟，十分鐘。", "看教學", f"{SHOP}/care")]),
}  # fmt: skip
