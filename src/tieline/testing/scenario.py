"""What the simulated brand has set up: its segments, its journeys, what its messages say."""

from typing import Any

from tieline.model.event import Source

WORKSPACE = 1
ZONE = "Asia/Taipei"
ACCOUNT = "main"
PROVIDER = "p1"
LINE_NAMESPACE = f"line:{PROVIDER}"
CHANNEL = "2000000001"
CHANNEL_SECRET = "0123456789abcdef0123456789abcdef"  # noqa: S105 - of a channel that does not exist

WEB = Source(WORKSPACE, 1, "web", "web")
SHOP = Source(WORKSPACE, 2, "shop", "server")
TILL = Source(WORKSPACE, 3, "till", "pos")
LINE_SOURCE = Source(WORKSPACE, 4, "line-main", "line", account=ACCOUNT, provider=PROVIDER)
OWN = Source(WORKSPACE, 5, "tieline", "tieline")
SOURCES = {source.source_id: source for source in (WEB, SHOP, TILL, LINE_SOURCE, OWN)}

ADDED, ORDERED = "Product Added", "Order Completed"
CART_WAIT_MINUTES = 30

SEGMENTS: dict[str, dict[str, Any]] = {
    "spender": {
        "event": ORDERED,
        "measure": {"fn": "sum", "property": "total"},
        "op": "gte",
        "value": 1500,
    },
    "recent": {"event": ORDERED, "window": {"last": "PT1H"}},
    "reachable": {
        "all": [{"line_friend": ACCOUNT}, {"consent": {"purpose": "marketing", "channel": "line"}}]
    },
    "gold": {"trait": "tier", "op": "eq", "value": "gold"},
    "tagged": {"all": [{"tag": "vip"}, {"not": {"segment": "recent"}}]},
}

JOURNEYS: dict[str, dict[str, Any]] = {
    "cart": {
        "trigger": {"kind": "event", "event": ADDED, "where": {"property": "cart_id", "op": "exists"}},
        "reentry": {"mode": "always", "key": "cart_id"},
        "exit_on": [
            {"event": ORDERED, "where": {"property": "cart_id", "op": "eq", "ref": "trigger.cart_id"}}
        ],
        "start": "wait",
        "steps": [
            {"id": "wait", "kind": "wait", "for": f"PT{CART_WAIT_MINUTES}M", "next": "remind"},
            {
                "id": "remind",
                "kind": "send_line",
                "account": ACCOUNT,
                "purpose": "marketing",
                "messages": [{"type": "text", "text": "cart {{ trigger.cart_id }}"}],
                "expires_after": "PT2H",
            },
        ],
    },
    "welcome": {
        "trigger": {"kind": "line_followed", "account": ACCOUNT},
        "reentry": {"mode": "once"},
        "start": "hello",
        "steps": [
            {
                "id": "hello",
                "kind": "send_line",
                "account": ACCOUNT,
                "purpose": "transactional",
                "messages": [{"type": "text", "text": "welcome"}],
                "next": "wait",
            },
            {"id": "wait", "kind": "wait", "for": "PT20M", "next": "bought"},
            {"id": "bought", "kind": "condition", "if": {"event": ORDERED}, "else": "coupon"},
            {"id": "coupon", "kind": "coupon", "pool": "welcome", "next": "offer"},
            {
                "id": "offer",
                "kind": "send_line",
                "account": ACCOUNT,
                "purpose": "marketing",
                "messages": [{"type": "text", "text": "welcome coupon {{ coupon }}"}],
            },
        ],
    },
    "thanks": {
        "trigger": {"kind": "segment_entered", "segment": "spender"},
        "reentry": {"mode": "once"},
        "start": "tag",
        "steps": [
            {"id": "tag", "kind": "tag", "add": ["vip"], "next": "thank"},
            {
                "id": "thank",
                "kind": "send_line",
                "account": ACCOUNT,
                "purpose": "marketing",
                "messages": [{"type": "text", "text": "thanks for {{ trigger.segment }}"}],
            },
        ],
    },
}


def journey(key: str) -> dict[str, Any]:
    """Return the whole definition of a journey."""
    return {"key": key, "name": key, **JOURNEYS[key]}
