"""A gym: whoever stayed away for two weeks hears from the coach."""

from tieline.demo.brand import LineChannel
from tieline.demo.brands.messages import Json, send, text

KEY, NAME, PREFIX = "gym", "伸展健身房", "G"
CHANNEL = LineChannel(
    "gym", NAME, "1650000002", "2000000002", "gym-channel-secret-000000002", "U" + "b2" * 16
)
ACCOUNT = CHANNEL.key
VISIT = "Checked In"
AWAY = "away-14-days"
AWAY_DAYS = 14
SEGMENTS: dict[str, tuple[str, Json]] = {
    AWAY: (
        "14 天沒來",
        {
            "all": [
                {"event": VISIT},
                {"event": VISIT, "window": {"last": f"P{AWAY_DAYS}D"}, "op": "eq", "value": 0},
            ]
        },
    ),
}
COACH = "好久不見"


def journeys() -> list[Json]:
    """Return the journeys of the brand."""
    words = f"{COACH}，{{{{ profile.name }}}}。這週想練哪天？教練幫您留位子。"
    return [
        {
            "key": "come-back",
            "name": "14 天沒來",
            "trigger": {"kind": "segment_entered", "segment": AWAY},
            "start": "send",
            "steps": [send("send", ACCOUNT, [text(words)])],
        }
    ]
