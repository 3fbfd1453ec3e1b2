"""衣著A: a shop with tills, a web shop and an Official Account."""

from tieline.demo.brand import LineChannel
from tieline.demo.brands.messages import Json, card, send, text

KEY, NAME, PREFIX = "clothing-a", "衣著A", "A"
CHANNEL = LineChannel(
    "clothing", NAME, "1650000001", "2000000001", "clothing-channel-secret-0001", "U" + "a1" * 16
)
ACCOUNT = CHANNEL.key
SHOP = "https://shop.example.com"

VIP_SPEND = 3_000
PUSH = "winter-coats"
VIP = "vip-clicked"
SEGMENTS: dict[str, tuple[str, Json]] = {
    VIP: (
        "過去30天內消費超過3000元，且點擊過冬季大衣推播",
        {
            "all": [
                {
                    "event": "Order Completed",
                    "window": {"last": "P30D"},
                    "measure": {"fn": "sum", "property": "total"},
                    "op": "gt",
                    "value": VIP_SPEND,
                },
                {
                    "event": "message_link_clicked",
                    "where": {"property": "origin", "op": "eq", "value": f"broadcast:{PUSH}"},
                },
            ]
        },
    ),
}
SPEND: Json = {"event": "Order Completed", "measure": {"fn": "sum", "property": "total"}}
ORDERS: Json = {"event": "Order Completed"}

PREVIEW = "VIP專屬新品預覽"
WELCOME = "歡迎加入衣著A"
FIRST_ORDER = "首購8折"
CART_SOON = "購物車提醒"
CART_LATER = "還在考慮嗎"

WINTER_PUSH = [
    card("冬季大衣新上市", "冬季大衣新上市", "輕、暖、好整理，本週到店試穿。", "看新品", f"{SHOP}/coats")
]
BRAND_PUSH = [card("會員週開跑", "會員週開跑", "全館滿額贈，只到週日。", "逛逛", f"{SHOP}/week")]


def campaign(number: int) -> tuple[str, Json]:
    """Return the segment of everybody who was mailed for a campaign."""
    where = {"property": "campaign_id", "op": "eq", "value": number}
    return f"活動 {number} 的收件人", {"event": "Campaign Received", "where": where}


def campaign_push(number: int) -> list[Json]:
    """Return the push that goes with a campaign."""
    return [
        card(
            f"活動 {number} 加碼",
            f"活動 {number} 加碼",
            "憑會員條碼再折抵。",
            "領取",
            f"{SHOP}/campaign/{number}",
        )
    ]


def journeys() -> list[Json]:
    """Return the journeys of the brand."""
    return [_preview(), _welcome(), _first_order(), _cart()]


def _preview() -> Json:
    words = "{{ profile.name }}，這一季的新品先給您看。"
    message = card(PREVIEW, PREVIEW, words, "搶先看", f"{SHOP}/preview")
    return {
        "key": "vip-preview",
        "name": PREVIEW,
        "trigger": {"kind": "segment_entered", "segment": VIP},
        "start": "send",
        "steps": [send("send", ACCOUNT, [message])],
    }


def _welcome() -> Json:
    words = "綁定會員，門市與網路商店的紀錄就會是同一個您。"
    message = card(WELCOME, WELCOME, words, "會員綁定", "{{ links.bind }}")
    return {
        "key": "welcome",
        "name": "歡迎與綁定",
        "trigger": {"kind": "line_followed", "account": ACCOUNT},
        "start": "greet",
        "steps": [send("greet", ACCOUNT, [message], "transactional")],
    }


def _first_order() -> Json:
    """Whoever bought before, in whatever channel, is no new customer."""
    words = f"{FIRST_ORDER}：{{{{ profile.name }}}}，第一張訂單輸入 {{{{ coupon }}}}。"
    return {
        "key": "first-order",
        "name": FIRST_ORDER,
        "trigger": {"kind": "event", "event": "line_account_linked"},
        "start": "new",
        "steps": [
            {"id": "new", "kind": "condition", "if": {"not": ORDERS}, "then": "code", "else": "stop"},
            {"id": "code", "kind": "coupon", "pool": "first-order", "next": "send"},
            send("send", ACCOUNT, [text(words)]),
            {"id": "stop", "kind": "exit"},
        ],
    }


def _cart() -> Json:
    soon = (
        f"{CART_SOON}：{{{{ profile.name }}}}，您挑的{{{{ item.name }}}}還在，剩 {{{{ item.stock }}}} 件。"
        "結帳輸入 {{ coupon }} 免運。"
    )
    later = (
        f"{CART_LATER}？{{{{ item.name }}}}現在剩 {{{{ item.stock }}}} 件，免運碼 {{{{ coupon }}}} 還能用。"
    )
    bought = {
        "event": "Order Completed",
        "where": {"property": "cart_id", "op": "eq", "ref": "trigger.cart_id"},
    }
    item = {"item": {"catalog": "product", "key": "{{ trigger.product_id }}"}}
    return {
        "key": "cart",
        "name": "購物車未結",
        "trigger": {"kind": "event", "event": "Product Added"},
        "reentry": {"mode": "always", "key": "cart_id"},
        "start": "half-an-hour",
        "steps": [
            {
                "id": "half-an-hour",
                "kind": "wait_for_event",
                **bought,
                "timeout": "PT30M",
                "on_timeout": "free-shipping",
            },
            {
                "id": "free-shipping",
                "kind": "coupon",
                "pool": "free-shipping",
                "next": "remind",
                "on_empty": "remind",
            },
            send("remind", ACCOUNT, [text(soon)], lookup=item, next="a-day"),
            {"id": "a-day", "kind": "wait_for_event", **bought, "timeout": "PT23H30M", "on_timeout": "ask"},
            send("ask", ACCOUNT, [text(later)], lookup=item),
        ],
    }
