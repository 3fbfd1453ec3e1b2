"""Webhooks on their way to other tools, and texts that are not kept."""

from datetime import datetime
from typing import Protocol

from tieline.model.sharing import Delivery


class ForwardStore(Protocol):
    """Deliveries, from the log to the end. What was delivered is gone; what cannot be is dead, and listed."""

    async def enqueue(self, most: int, at: datetime) -> int:
        """Copy webhooks that came since for every tool, and move its place in the log; return how many."""
        ...

    async def due(self, now: datetime, most: int, lease_until: datetime) -> list[Delivery]:
        """Hand out deliveries that are due, put off so that nobody else takes them meanwhile."""
        ...

    async def delivered(self, delivery: Delivery) -> None:
        """Forget a delivery: the tool has it."""
        ...

    async def failed(self, delivery: Delivery, reason: str, again_at: datetime | None) -> None:
        """Try again at a moment; None is never again."""
        ...


class RawWebhooks(Protocol):
    """Webhooks in the log, after they were absorbed and copied for every tool."""

    async def unredacted(self, most: int) -> list[tuple[int, bytes]]:
        """Return the next webhooks by log offset, with their bodies."""
        ...

    async def redact(self, rows: list[tuple[int, bytes]], through: int, at: datetime) -> None:
        """Write bodies back without what is not kept, and note how far that went."""
        ...

    async def unsent(self, message_ids: list[str]) -> None:
        """Take what people took back out of deliveries that still wait."""
        ...
