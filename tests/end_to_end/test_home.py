"""The first page: figures of a shop whose history is known to the last event."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from serving import Served, wait_for

ACCOUNT = {
    "key": "oa", "name": "小店", "provider_id": "2001", "channel_id": "7001", "channel_secret": "secret-of-the-channel",
    "bot_user_id": "U" + "b" * 32, "price_plan": "tw-medium",
}  # fmt: skip
NOW = datetime.now(UTC)


def user(number: int) -> str:
    return "U" + hashlib.blake2b(bytes([number]), digest_size=16).hexdigest()


def line_event(kind: str, number: int, minutes_ago: int) -> dict[str, Any]:
    return {
        "type": kind, "webhookEventId": f"01H{kind[:3].upper()}{number:020d}", "mode": "active", "replyToken": "r",
        "timestamp": int((NOW - timedelta(minutes=minutes_ago)).timestamp() * 1000),
        "deliveryContext": {"isRedelivery": False}, "source": {"type": "user", "userId": user(number)},
        "follow": {"isUnblocked": False},
    }  # fmt: skip


def webhook(served: Served, *events: dict[str, Any]) -> None:
    body = json.dumps({"destination": ACCOUNT["bot_user_id"], "events": events}).encode()
    signed = base64.b64encode(hmac.digest(ACCOUNT["channel_secret"].encode(), body, hashlib.sha256)).decode()
    answer = served.http.post("/line/oa/webhook", content=body, headers={"X-Line-Signature": signed})
    assert answer.is_success, answer.text


def track(member: str, event: str, minutes_ago: int, **properties: Any) -> dict[str, Any]:
    at = (NOW - timedelta(minutes=minutes_ago)).isoformat()
    return {"type": "track", "userId": member, "event": event, "properties": properties, "timestamp": at}


def test_the_first_page_counts_what_happened(served: Served) -> None:
    before = served.get("/api/home")
    assert (before["friends"]["value"], before["friends"]["state"]) == (0, "counted")
    assert (before["binding_rate"]["value"], before["binding_rate"]["state"]) == (None, "not_computed")
    assert {one["key"]: one["state"] for one in before["sources"]} == {"server": "never", "web": "never"}

    served.post("/api/line/accounts", ACCOUNT)
    webhook(served, *(line_event("follow", n, 600) for n in range(4)))
    wait_for(served.settled)
    webhook(served, line_event("unfollow", 3, 300))
    served.collect(
        {"type": "identify", "userId": "M1", "traits": {"name": "王小明"},
         "context": {"externalIds": [{"type": "line:2001", "id": user(0)}]}},
        track("M1", "message_link_clicked", 120),
        track("M1", "Order Completed", 60, total=1200),
        track("M1", "Order Completed", 180, total=5),
        track("M2", "Order Completed", 60, total=7000),
    )  # fmt: skip
    wait_for(served.settled)

    home = served.get("/api/home")
    seen = {
        name: home[name]["value"]
        for name in ("people", "friends", "reachable", "bound", "blocked", "revenue", "revenue_orders")
    }
    assert seen == {
        "people": 5,
        "friends": 3,
        "reachable": 3,
        "bound": 1,
        "blocked": 1,
        "revenue": 1200,
        "revenue_orders": 1,
    }
    assert home["binding_rate"]["value"] == pytest.approx(1 / 3)
    assert home["blocked_rate"]["value"] == pytest.approx(1 / 4)
    (month,) = home["months"]
    assert (month["used"], month["left"], month["can_send_more"]) == (0, 3000, False)
    states = {one["key"]: one["state"] for one in home["sources"]}
    assert states == {"line-oa": "fresh", "server": "fresh", "web": "never"}
    assert {one["what"]: one["count"] for one in home["attention"]}["parked"] == 0
    assert served.get("/api/quota")["accounts"] == home["months"]
