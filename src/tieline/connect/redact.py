"""What people wrote leaves the log as soon as it was absorbed, unless the brand keeps it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from tieline.ports import Transaction
from tieline.ports.sharing import RawWebhooks

TOGETHER = 500


class RedactLoop:
    """Takes texts out of webhooks that were absorbed.

    Args:
        unit: Transactions of `raw`, which no other loop shares.
        raw: Webhooks in the log.
        redacted: Returns a body without texts and the messages taken back in it, or None if nothing is to be taken out.
    """

    def __init__(self, unit: Transaction, raw: RawWebhooks, redacted: Callable[[bytes], Any]) -> None:
        self._unit = unit
        self._raw = raw
        self._redacted = redacted

    async def step(self, now: datetime) -> int:
        """Take the next webhooks; return how many."""
        async with self._unit.transaction():
            rows = await self._raw.unredacted(TOGETHER)
            if not rows:
                return 0
            found = [(offset, self._redacted(body)) for offset, body in rows]
            changed = [(offset, one.body) for offset, one in found if one is not None]
            await self._raw.redact(changed, rows[-1][0], now)
            unsent = [message_id for _, one in found if one is not None for message_id in one.unsent]
            if unsent:
                await self._raw.unsent(unsent)
        return len(rows)
