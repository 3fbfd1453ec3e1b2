"""Webhooks go on to the tools that share the account: as LINE sent them, signed as LINE signs, until they are taken.

A tool that is down gets everything later; what it refuses, or misses for hours, is dead and listed, never dropped.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from tieline.connect.outgoing import Outcome, OutgoingCaller
from tieline.model.sharing import Delivery
from tieline.ports import Transaction
from tieline.ports.sharing import ForwardStore

WEBHOOKS_TOGETHER = 500
DELIVERIES_TOGETHER = 20
ATTEMPTS_MAX = 9
LEASE = timedelta(minutes=2)
FIRST_WAIT = timedelta(seconds=2)
Sign = Callable[[Delivery], str]


class ForwardLoop:
    """Copies webhooks for every tool and delivers the copies.

    Args:
        unit: Transactions of `forwards`, which no other loop shares.
        forwards: Who gets webhooks, and what is on its way.
        caller: Posts them.
        sign: Returns the signature that LINE would give a body of this account.
    """

    def __init__(self, unit: Transaction, forwards: ForwardStore, caller: OutgoingCaller, sign: Sign) -> None:
        self._unit = unit
        self._forwards = forwards
        self._caller = caller
        self._sign = sign

    async def step(self, now: datetime) -> int:
        """Copy what came and deliver what is due; return how much that was."""
        async with self._unit.transaction():
            copied = await self._forwards.enqueue(WEBHOOKS_TOGETHER, now)
        async with self._unit.transaction():
            due = await self._forwards.due(now, DELIVERIES_TOGETHER, now + LEASE)
        for delivery in due:
            headers = {"x-line-signature": self._sign(delivery), "User-Agent": "LineBotWebhook/2.0"}
            outcome = await self._caller.post(delivery.url, delivery.body, headers)
            async with self._unit.transaction():
                if outcome.ok:
                    await self._forwards.delivered(delivery)
                else:
                    await self._forwards.failed(delivery, outcome.reason, _again(delivery, outcome, now))
        return copied + len(due)


def _again(delivery: Delivery, outcome: Outcome, now: datetime) -> datetime | None:
    """Return when to try again; a refusal may be mended by the tool, so only an address of no use ends at once."""
    if outcome.reason in {"not_https", "private_address"} or delivery.attempts + 1 >= ATTEMPTS_MAX:
        return None
    return now + FIRST_WAIT * int(4**delivery.attempts)
