"""What LINE says came of messages, asked for until it changes no more: seen, clicked, played, by aggregation unit.

Source: https://developers.line.biz/en/docs/messaging-api/unit-based-statistics-aggregation/
"""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from tieline.deliver.quota import LINE_TIME
from tieline.model.unit import SPAN_MAX, Unit, ask_next
from tieline.ports import Transaction
from tieline.ports.units import UnitCounters, UnitStore

AGAIN_AFTER = timedelta(minutes=10)


class Insight:
    """Asks LINE about units, one question an account and minute.

    Args:
        unit: Transactions of `units`, which no other loop shares.
        units: Units, and what LINE said of them.
        line: LINE's numbers.
    """

    def __init__(self, unit: Transaction, units: UnitStore, line: UnitCounters) -> None:
        self._unit = unit
        self._units = units
        self._line = line

    async def step(self, now: datetime) -> int:
        """Ask once for each account that has something to ask; return how many questions that were."""
        async with self._unit.transaction():
            due = await self._units.due(now)
        for one in due:
            span = span_of(one, now)
            answer = await self._line.of_unit(one.workspace_id, one.account, one.name, *span)
            said = decoded(answer.body) if answer.status == 200 else None
            ask_at = ask_next(one.last_at, now) if said is not None else now + AGAIN_AFTER
            async with self._unit.transaction():
                await self._units.said(one, span, said, now, ask_at)
        return len(due)


def span_of(unit: Unit, now: datetime) -> tuple[str, str]:
    """Return the first and the last day to ask for, in LINE's calendar: all of it, or its last 30 days."""
    last = now.astimezone(LINE_TIME).date()
    first = max(unit.first_at.astimezone(LINE_TIME).date(), last - SPAN_MAX)
    return f"{first:%Y%m%d}", f"{last:%Y%m%d}"


def decoded(body: bytes) -> dict[str, Any] | None:
    """Return the object that LINE answered, None if it is none."""
    try:
        return msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
