"""The small loop that takes tags off when their time is over."""

from tieline.clock import Clock
from tieline.ports import Transaction
from tieline.tag.stage import TagStage


class ExpiryLoop:
    """Takes tags off in transactions of its own."""

    def __init__(self, unit: Transaction, tags: TagStage, clock: Clock) -> None:
        self._unit = unit
        self._tags = tags
        self._clock = clock

    async def step(self) -> int:
        """Take off what is over; return how many tags that were."""
        async with self._unit.transaction():
            return await self._tags.expire(self._clock.now())
