"""A friend leaves in the chat: the real thing against the simulated LINE, which delivers everything twice."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from serving import Served, Simulated, wait_for

CHANNEL = {"channel_id": "100", "channel_secret": "secret-of-100", "provider_id": "900"}


@pytest.fixture
def shop(tmp_path: Path, simulated: Simulated) -> Iterator[Served]:
    served = Served(tmp_path, **simulated.settings())
    served.start()
    yield served
    served.stop()


def test_a_friend_writes_taps_yes_and_is_somebody_else_than_the_member(
    shop: Served, simulated: Simulated
) -> None:
    opened = simulated.call(
        "POST", "/accounts",
        {**CHANNEL, "name": "衣著A", "webhook_url": f"{shop.url}/line/main/webhook", "quota": 0,
         "webhooks": {"redelivery": True, "redelivery_seconds": [1], "duplicate_probability": 1.0}},
    )  # fmt: skip
    shop.post(
        "/api/line/accounts",
        {**CHANNEL, "key": "main", "name": "衣著A", "bot_user_id": opened["bot_user_id"]},
    )
    simulated.call("POST", "/accounts/100/friends", {"count": 2, "seed": 1, "announce": True})
    users = [one["user_id"] for one in simulated.call("GET", "/accounts/100/friends")["friends"]]
    for number, user in enumerate(users):
        known = {"externalIds": [{"type": "line:900", "id": user}]}
        shop.collect({"type": "identify", "userId": f"M-{number}", "context": known})
    wait_for(shop.settled)
    leaving, staying = users

    def together(number: int) -> bool:
        """Whether friend and member of a number are one person."""
        by_line = shop.get("/api/profiles/lookup", namespace="line:900", value=users[number])
        by_member = shop.get("/api/profiles/lookup", namespace="member_id", value=f"M-{number}")
        return bool(by_line["profile_id"] == by_member["profile_id"])

    def screens() -> list[Any]:
        found: list[Any] = simulated.call("GET", "/deliveries?channel_id=100&limit=1000")["deliveries"]
        return found

    assert together(0)
    assert together(1)

    simulated.call("POST", f"/accounts/100/friends/{leaving}/text", {"text": "解除綁定"})
    wait_for(lambda: len(screens()) == 1)
    yes = screens()[0]["messages"][0]["template"]["actions"][0]
    for _ in range(2):
        simulated.call("POST", f"/accounts/100/friends/{leaving}/postback", {"data": yes["data"]})
    wait_for(lambda: not together(0))
    wait_for(lambda: simulated.call("GET", "/facts")["under_way"] == 0 and shop.settled())

    assert together(1)
    sent = screens()
    assert {one["kind"] for one in sent} == {"reply"}
    assert {one["user_id"] for one in sent} == {leaving}
    assert len(sent) == 3  # the question, and an answer to each tap, however often LINE delivered it
    assert staying != leaving
    events = shop.get(
        f"/api/profiles/{shop.get('/api/profiles/lookup', namespace='line:900', value=leaving)['profile_id']}/timeline"
    )
    assert str(events).count("line_account_unlinked") == 1
