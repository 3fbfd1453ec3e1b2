"""Our ledger beside LINE's counters, day by day: a difference is somebody else's sending, or a mistake to be found.

LINE counts by days of Japan, and says what a day had on the day after. What differs is kept and shown, never evened out.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec

from tieline.deliver.quota import LINE_TIME, Account
from tieline.model.send import Answer
from tieline.ports import Transaction
from tieline.ports.cost import DayStore, LineCounters, LineDay

DAYS_BACK = 14
AGAIN_AFTER = timedelta(hours=1)
LONG_BACK = timedelta(days=400)
"""Days that nobody asked for in time, while Tieline stood still or LINE was out, are asked for all the same."""
LONG_AGAIN_AFTER = timedelta(days=1)
LONG_AT_ONCE = 3
"""LINE takes 60 questions an hour about its days, and a step comes every few minutes: yesterday must not wait for last year."""
KINDS = ("push", "multicast", "reply", "broadcast")


class _Delivered(msgspec.Struct):
    status: Literal["ready", "unready", "out_of_service"]
    success: int | None = None


class _ByKind(msgspec.Struct):
    status: Literal["ready", "unready", "out_of_service"]
    apiNarrowcast: int = 0  # noqa: N815 - LINE's name


class _Followers(msgspec.Struct):
    status: Literal["ready", "unready", "out_of_service"]
    followers: int | None = None
    targetedReaches: int | None = None  # noqa: N815 - LINE's name
    blocks: int | None = None


class Reconciler:
    """Asks LINE for the days that are over, each until LINE has counted it.

    Args:
        unit: Transactions of `days`, which no other loop shares.
        days: Where both counts are kept.
        line: LINE's counters.
        accounts: The connected accounts.
    """

    def __init__(
        self, unit: Transaction, days: DayStore, line: LineCounters, accounts: Mapping[Account, Any]
    ) -> None:
        self._unit = unit
        self._days = days
        self._line = line
        self._accounts = accounts

    async def step(self, now: datetime) -> int:
        """Ask for what is missing; return how many days were asked for."""
        yesterday = now.astimezone(LINE_TIME).date() - timedelta(days=1)
        first = yesterday - timedelta(days=DAYS_BACK - 1)
        asked = 0
        for account in list(self._accounts):
            async with self._unit.transaction():
                days = await self._days.unchecked(account, first, yesterday, now - AGAIN_AFTER)
                before = await self._days.unchecked(
                    account, yesterday - LONG_BACK, first - timedelta(days=1), now - LONG_AGAIN_AFTER
                )
            for day in (*days, *before[-LONG_AT_ONCE:]):
                counted = {kind: _count(await self._line.delivered(*account, kind, day)) for kind in KINDS}
                kinds = _decoded(await self._line.delivered_by_kind(*account, day), _ByKind)
                friends = _decoded(await self._line.followers(*account, day), _Followers)
                said = friends if friends and friends.status == "ready" else _Followers("unready")
                async with self._unit.transaction():
                    own = await self._days.own(account, day)
                    line = LineDay(
                        **counted,
                        narrowcast=kinds.apiNarrowcast if kinds and kinds.status == "ready" else None,
                        friends=said.followers,
                        reachable=said.targetedReaches,
                        blocks=said.blocks,
                    )
                    await self._days.save(account, day, own, line, now)
                asked += 1
        return asked


def _count(answer: Answer) -> int | None:
    said = _decoded(answer, _Delivered)
    return said.success or 0 if said is not None and said.status == "ready" else None


def _decoded(answer: Answer, shape: type[Any]) -> Any:
    if answer.status != 200:
        return None
    try:
        return msgspec.json.decode(answer.body, type=shape)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
