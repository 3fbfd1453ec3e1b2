"""Journeys tell other systems: at least once each, with an id by which a repetition can be recognised."""

from datetime import datetime, timedelta

from tieline.connect.outgoing import Outcome, OutgoingCaller
from tieline.model.signal import DueCall
from tieline.ports import Transaction, WebhookStore

ATTEMPTS_MAX = 8
CALLS_TOGETHER = 20
LEASE = timedelta(minutes=5)


class WebhookLoop:
    """Makes calls that are due.

    Args:
        unit: Transactions that `calls` shares.
        calls: Calls that wait.
        caller: Posts them.
    """

    def __init__(self, unit: Transaction, calls: WebhookStore, caller: OutgoingCaller) -> None:
        self._unit = unit
        self._calls = calls
        self._caller = caller

    async def step(self, now: datetime) -> int:
        """Make what is due; return how many calls were made."""
        async with self._unit.transaction():
            due = await self._calls.due(now, CALLS_TOGETHER)
            for (
                call
            ) in due:  # put off before it is made, so that nothing stays locked while the other side thinks
                await self._calls.settle(call, "planned", "", now + LEASE)
        for call in due:
            outcome = await self._caller.post(call.url, call.body, {"webhook-id": call.call_id.hex()})
            async with self._unit.transaction():
                await self._calls.settle(call, *_next(call, outcome, now))
        return len(due)


def _next(call: DueCall, outcome: Outcome, now: datetime) -> tuple[str, str, datetime]:
    if outcome.ok:
        return "done", "", now
    if not outcome.again or call.attempts + 1 >= ATTEMPTS_MAX:
        return "failed", outcome.reason, now
    return "planned", outcome.reason, now + timedelta(seconds=5 * 4**call.attempts)
