"""What LINE says came of narrowcasts, asked for until it changes no more, one question an account and minute.

Source: https://developers.line.biz/en/reference/messaging-api/#get-message-event
"""

from datetime import datetime

from tieline.deliver.insight import AGAIN_AFTER, decoded
from tieline.model.unit import ask_next
from tieline.ports import Transaction
from tieline.ports.narrowcasts import NarrowcastApi, NarrowcastStore


class NarrowcastInsight:
    """Asks LINE about narrowcasts that were sent.

    Args:
        unit: Transactions of `store`, which no other loop shares.
        store: Narrowcasts, and what LINE said of them.
        line: LINE's numbers.
    """

    def __init__(self, unit: Transaction, store: NarrowcastStore, line: NarrowcastApi) -> None:
        self._unit = unit
        self._store = store
        self._line = line

    async def step(self, now: datetime) -> int:
        """Ask once for each account that has something to ask; return how many questions that were."""
        async with self._unit.transaction():
            due = await self._store.to_ask(now)
        for one in due:
            answer = await self._line.of_request(one.workspace_id, one.account, one.request_id)
            said = decoded(answer.body) if answer.status == 200 else None
            ask_at = ask_next(one.settled_at, now)
            if said is None and ask_at is not None:
                ask_at = now + AGAIN_AFTER
            async with self._unit.transaction():
                await self._store.told(one, said, now, ask_at)
        return len(due)
