"""A chain of restaurants: tiers by what somebody spent, and a coupon in the month of the birthday."""

from tieline.demo.brand import LineChannel
from tieline.demo.brands.messages import Json, send, text

KEY, NAME, PREFIX = "restaurant", "好日子餐廳", "R"
CHANNEL = LineChannel(
    "restaurant", NAME, "1650000003", "2000000003", "restaurant-channel-secret-03", "U" + "c3" * 16
)
ACCOUNT = CHANNEL.key
TIERS: dict[str, tuple[str, int, int | None]] = {
    "tier-taster": ("嚐鮮客", 1, 1_500),
    "tier-regular": ("常客", 1_500, 6_000),
    "tier-vip": ("VIP", 6_000, None),
}
"""Name, and the spend from (included) and to (not included) which somebody has it, in NT$."""
BIRTHDAY = "birthday-month"
GIFT = "生日快樂"


def segments() -> dict[str, tuple[str, Json]]:
    """Return the tiers and the birthday children of the month."""
    tiers = {key: (name, _spent(least, below)) for key, (name, least, below) in TIERS.items()}
    birthday = {
        "all": [{"trait": "birthday", "op": "month_is", "value": "current"}, {"line_friend": ACCOUNT}]
    }
    return {**tiers, BIRTHDAY: ("本月壽星", birthday)}


def journeys() -> list[Json]:
    """Return one journey for each tier, which writes it down, and the birthday coupon."""
    words = f"{GIFT}，{{{{ profile.name }}}}！本月憑 {{{{ coupon }}}} 招待甜點一份。"
    tiers: list[Json] = [
        {
            "key": key,
            "name": f"成為{name}",
            "trigger": {"kind": "segment_entered", "segment": key},
            "reentry": {"mode": "always"},
            "start": "note",
            "steps": [{"id": "note", "kind": "set_trait", "name": "tier", "value": name}],
        }
        for key, (name, _, _) in TIERS.items()
    ]
    birthday: Json = {
        "key": BIRTHDAY,
        "name": "生日月招待",
        "trigger": {"kind": "segment_entered", "segment": BIRTHDAY},
        "start": "code",
        "steps": [
            {"id": "code", "kind": "coupon", "pool": "dessert", "next": "send"},
            send("send", ACCOUNT, [text(words)]),
        ],
    }
    return [*tiers, birthday]


def _spent(least: int, below: int | None) -> Json:
    spend: Json = {"event": "Order Completed", "measure": {"fn": "sum", "property": "total"}}
    parts: list[Json] = [{**spend, "op": "gte", "value": least}]
    if below is not None:
        parts.append({**spend, "op": "lt", "value": below})
    return {"all": parts}
