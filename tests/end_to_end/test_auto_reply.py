"""A friend writes, and the brand answers for free: the real thing against the simulated LINE."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from serving import Served, Simulated, wait_for

CHANNEL = {
    "channel_id": "100", "channel_secret": "secret-of-100", "provider_id": "900",
    "bot_user_id": "U" + "b" * 32,
}  # fmt: skip


@pytest.fixture
def tieline(tmp_path: Path, simulated: Simulated) -> Iterator[Served]:
    served = Served(tmp_path, **simulated.settings())
    served.start()
    yield served
    served.stop()


def deliveries(simulated: Simulated) -> list[Any]:
    found: list[Any] = simulated.call("GET", "/deliveries?channel_id=100&limit=1000")["deliveries"]
    return found


def test_a_keyword_is_answered_once_with_a_free_reply_and_tags_the_friend(
    tieline: Served, simulated: Simulated
) -> None:
    opened = simulated.call(
        "POST", "/accounts",
        {**CHANNEL, "name": "衣著A", "webhook_url": f"{tieline.url}/line/main/webhook", "quota": 0,
         "webhooks": {"redelivery": True, "redelivery_seconds": [1], "duplicate_probability": 0.9}},
    )  # fmt: skip
    tieline.post(
        "/api/line/accounts",
        {"key": "main", "name": "衣著A", "provider_id": "900", "channel_id": "100",
         "channel_secret": CHANNEL["channel_secret"], "bot_user_id": opened.get("bot_user_id", CHANNEL["bot_user_id"])},
    )  # fmt: skip
    saved = tieline.http.put(
        "/api/auto-replies/hours",
        json={
            "rule": {
                "key": "hours",
                "on": {"kind": "message", "keywords": [{"match": "contains", "text": "營業"}]},
                "messages": [
                    {"type": "text", "text": "每天十點到九點半，{{ profile.display_name | default: '您好' }}"}
                ],
                "tags": ["問過營業時間"],
            }
        },
    )
    assert saved.status_code == 200, saved.text
    simulated.call("POST", "/accounts/100/friends", {"count": 1, "seed": 1, "announce": True})
    user = simulated.call("GET", "/accounts/100/friends")["friends"][0]["user_id"]
    wait_for(tieline.settled)

    simulated.call("POST", f"/accounts/100/friends/{user}/text", {"text": "請問營業到幾點？"})
    wait_for(lambda: deliveries(simulated))
    simulated.call("POST", f"/accounts/100/friends/{user}/text", {"text": "謝謝"})
    wait_for(lambda: simulated.call("GET", "/facts")["under_way"] == 0 and tieline.settled())

    sent = deliveries(simulated)
    assert [one["kind"] for one in sent] == ["reply"]
    profile = tieline.get("/api/profiles/lookup", namespace="line:900", value=user)
    assert "問過營業時間" in str(
        wait_for(lambda: tieline.get(f"/api/profiles/{profile['profile_id']}")["tags"])
    )
    told = tieline.get("/api/auto-replies")["auto_replies"][0]
    assert told["replies"] == [{"state": "accepted", "reason": "", "replies": 1}]
    tried = tieline.post("/api/auto-replies/try", {"text": "營業時間", "account": "main"})
    assert tried["answered_by"] == ["hours"]


def test_a_rule_that_line_would_refuse_is_refused_with_its_place(tieline: Served) -> None:
    answer = tieline.http.put(
        "/api/auto-replies/long",
        json={
            "rule": {
                "key": "long", "on": {"kind": "message"}, "messages": [{"type": "text", "text": "x" * 5_001}],
            }
        },
    )  # fmt: skip

    assert (answer.status_code, answer.json()["field"]) == (422, "/rule/messages/0/text")
