"""`tieline serve` is killed ten times while it works: nothing acknowledged is lost, nobody is written to twice."""

import os
import random
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from serving import Served, Simulated, wait_for

FRIENDS, KILLS = 40, 10
SEED = int(os.environ.get("KILL_SEED", "20261122"))
CHANNEL = {"channel_id": "1656000001", "channel_secret": "5" * 32, "provider_id": "p1"}
THANKS = {
    "key": "thanks",
    "name": "收到訂單",
    "trigger": {"kind": "event", "event": "Order Completed"},
    "reentry": {"mode": "always", "key": "order_id"},
    "start": "send",
    "steps": [
        {
            "id": "send",
            "kind": "send_line",
            "account": "main",
            "purpose": "transactional",
            "messages": [{"type": "text", "text": "訂單 {{ trigger.order_id }} 已收到，謝謝！"}],
        }
    ],
}


@pytest.fixture
def shop(tmp_path: Path, simulated: Simulated):
    tieline = Served(tmp_path, **simulated.settings())
    tieline.start()
    account = simulated.call("POST", "/accounts", {
        **CHANNEL, "name": "衣著A", "webhook_url": f"{tieline.url}/line/main/webhook", "quota": 1_000_000,
        "webhooks": {"redelivery": True, "redelivery_seconds": [1, 2, 5, 10, 20], "duplicate_probability": 0.1},
    })  # fmt: skip
    tieline.post(
        "/api/line/accounts",
        {**CHANNEL, "key": "main", "name": "衣著A", "bot_user_id": account["bot_user_id"]},
    )
    yield tieline
    tieline.stop()


class Shopper(threading.Thread):
    """Orders without pause; an order that is not acknowledged is sent again under the same message id."""

    def __init__(self, shop: Served, friends: list[str]) -> None:
        super().__init__(daemon=True)
        self.shop, self.friends = shop, friends
        self.acknowledged: dict[str, int] = dict.fromkeys(friends, 0)
        self.stop = threading.Event()

    def run(self) -> None:
        number = 0
        with httpx.Client(base_url=self.shop.url, auth=(self.shop.keys["write_key"], ""), timeout=10) as http:
            while not self.stop.is_set():
                batch = [self._order(number + index) for index in range(5)]
                while not self._sent(http, batch):
                    time.sleep(0.05)
                for index in range(5):
                    self.acknowledged[self.friends[(number + index) % FRIENDS]] += 1
                number += 5
                time.sleep(0.15)

    def _order(self, number: int) -> dict[str, Any]:
        user = self.friends[number % FRIENDS]
        return {
            "type": "track", "event": "Order Completed", "messageId": f"order-{number}",
            "properties": {"order_id": f"A{number}", "total": 100},
            "context": {"externalIds": [{"type": "line:p1", "id": user}]},
        }  # fmt: skip

    def _sent(self, http: httpx.Client, batch: list[dict[str, Any]]) -> bool:
        try:
            return http.post("/v1/batch", json={"batch": batch}).status_code == 200
        except httpx.HTTPError:
            return False


def test_ten_kills_lose_nothing_and_double_nothing(shop: Served, simulated: Simulated) -> None:
    simulated.call(
        "POST", f"/accounts/{CHANNEL['channel_id']}/friends", {"count": FRIENDS, "seed": 1, "announce": True}
    )
    friends = [
        one["user_id"]
        for one in simulated.call("GET", f"/accounts/{CHANNEL['channel_id']}/friends")["friends"]
    ]
    wait_for(lambda: shop.get("/api/report")["friends"] == FRIENDS)
    shop.post("/api/journeys", {"definition": THANKS, "state": "live"})
    time.sleep(1.5)  # the stream reads journeys once a second

    shopper, chance = Shopper(shop, friends), random.Random(SEED)
    shopper.start()
    for _ in range(KILLS):
        time.sleep(chance.uniform(0.2, 2.0))
        shop.kill()
        shop.start()
    time.sleep(1)
    shopper.stop.set()
    shopper.join(timeout=60)
    assert sum(shopper.acknowledged.values()) > 100

    wait_for(shop.settled)
    wait_for(lambda: simulated.call("GET", "/facts")["under_way"] == 0)
    for user, orders in shopper.acknowledged.items():
        profile = shop.get("/api/profiles/lookup", namespace="line:p1", value=user)["profile_id"]
        timeline = shop.get(f"/api/profiles/{profile}/timeline", limit=500)["events"]
        ids = [event["message_id"] for event in timeline if event["event"] == "Order Completed"]
        assert len(ids) == len(set(ids)) == orders
    deliveries = [
        (one["user_id"], one["messages"][0]["text"])
        for one in simulated.call("GET", f"/deliveries?channel_id={CHANNEL['channel_id']}&limit=1000000")[
            "deliveries"
        ]
    ]
    assert len(deliveries) == len(set(deliveries))
    assert len(deliveries) == sum(shopper.acknowledged.values())
