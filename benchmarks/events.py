"""Events as a web shop sends them, about 400 bytes each, made from a seed."""

import random
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

NAMES = ("怡君", "家豪", "淑芬", "志明", "雅婷", "俊傑")
GOODS = ("輕量羽絨外套", "純棉圓領上衣", "防潑水後背包", "羊毛針織帽")
BATCH = 50


class Shop:
    """People who browse, buy and sign in.

    Args:
        seed: Start of all chance; shops of different seeds have different message ids.
        people: How many there are.
    """

    def __init__(self, seed: int, people: int) -> None:
        self._random = random.Random(seed)
        self._seed = seed
        self._people = people
        self._said = 0

    def event(self, at: datetime, person: int | None = None) -> dict[str, Any]:
        """Return the next event: 5 % sign in, 10 % buy, the others look at something."""
        chance, kind = self._random, self._random.random()
        who = chance.randrange(self._people) if person is None else person
        self._said += 1
        said: dict[str, Any] = {
            "messageId": f"{self._seed:08x}-{self._said:012x}",
            "userId": f"M{who:08d}",
            "anonymousId": f"3f2504e0-4f89-41d3-9a0c-{who:012x}",
            "timestamp": at.isoformat(),
            "context": {
                "library": {"name": "analytics.js", "version": "2.11.1"},
                "page": {"url": f"https://shop.example.com/coats/{who % 997}", "path": f"/coats/{who % 997}"},
                "locale": "zh-TW",
            },
        }
        if kind < 0.05:
            traits = {
                "email": f"member{who}@shop.example.com",
                "phone": f"09{10_000_000 + who:08d}",
                "given_name": NAMES[who % len(NAMES)],
            }
            return {"type": "identify", **said, "traits": traits}
        if kind < 0.15:
            return {"type": "track", **said, "event": "Order Completed", "properties": self._order(who)}
        return {"type": "track", **said, "event": "Product Viewed", "properties": self._product()}

    def bodies(self, events: int, at: datetime) -> Iterator[bytes]:
        """Yield bodies of POST /v1/batch that carry `events` in all."""
        for _ in range(events // BATCH):
            batch = [self.event(at) for _ in range(BATCH)]
            yield msgspec.json.encode({"batch": batch, "sentAt": at.isoformat()})

    def _order(self, who: int) -> dict[str, Any]:
        items = [{**self._product(), "quantity": 1} for _ in range(2)]
        total = sum(item["price"] for item in items)
        return {"order_id": f"O{who}-{self._said}", "total": total, "currency": "TWD", "products": items}

    def _product(self) -> dict[str, Any]:
        number = self._random.randrange(2_000)
        return {
            "product_id": f"SKU-{number:05d}",
            "name": GOODS[number % len(GOODS)],
            "price": 190 + number,
            "category": "outer",
        }
