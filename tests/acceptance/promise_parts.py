"""What the tests of promises begin from."""

from datetime import datetime
from zoneinfo import ZoneInfo

from tieline.model.broadcast import Variant
from tieline.testing.story import Story

TAIPEI = ZoneInfo("Asia/Taipei")
TEN = datetime(2026, 3, 2, 10, tzinfo=TAIPEI)
HELLO = (Variant(({"type": "text", "text": "hello"},)),)
REMIND = {
    "id": "remind",
    "kind": "send_line",
    "account": "main",
    "purpose": "marketing",
    "messages": [{"type": "text", "text": "cart {{ trigger.cart_id }}"}],
}
CART = {
    "key": "cart",
    "name": "cart",
    "trigger": {"kind": "event", "event": "Product Added", "where": {"property": "cart_id", "op": "exists"}},
    "reentry": {"mode": "always", "key": "cart_id"},
    "exit_on": [
        {"event": "Order Completed", "where": {"property": "cart_id", "op": "eq", "ref": "trigger.cart_id"}}
    ],
    "start": "wait",
    "steps": [{"id": "wait", "kind": "wait", "for": "PT30M", "next": "remind"}, REMIND],
}


async def friends(count: int) -> Story:
    story = Story(TEN, people=count)
    for number in range(count):
        await story.befriend(number, f"M{number}")
    return story
