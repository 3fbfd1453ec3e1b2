"""How many messages an account may still send this month.

LINE's count is approximate and lags behind, so it is held against our own; LINE's refusal is the last word.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta, timezone
from typing import Literal, NamedTuple, TypeVar

import msgspec

from tieline.model.send import Answer
from tieline.ports import LineApi

FRESH = timedelta(seconds=60)
# LINE counts its months and days in Japan's time.
LINE_TIME = timezone(timedelta(hours=9))

T = TypeVar("T")
Account = tuple[int, str]
Ledger = Callable[[int, str, datetime], Awaitable[int]]


class _Quota(msgspec.Struct):
    type: Literal["none", "limited"]
    value: int = 0


class _Consumption(msgspec.Struct):
    totalUsage: int  # noqa: N815 - LINE's name


class Reading(NamedTuple):
    """What is left, as read at a moment; None is no limit, or a limit that could not be read."""

    left: int | None
    at: datetime


class Quota:
    """What is left per account, read again every minute.

    Args:
        line: The LINE platform.
        accepted_since: Returns how many messages LINE has accepted from us since a moment.
    """

    def __init__(self, line: LineApi, accepted_since: Ledger) -> None:
        self._line = line
        self._accepted_since = accepted_since
        self._readings: dict[Account, Reading] = {}

    async def left(self, account: Account, now: datetime) -> int | None:
        """Return how many messages are left, or None if nothing is known to limit them."""
        known = self._readings.get(account)
        if known is None or abs(now - known.at) >= FRESH:
            known = self._readings[account] = Reading(await self._read(account, now), now)
        return known.left

    def spend(self, account: Account, messages: int) -> None:
        """Count messages that are about to leave."""
        known = self._readings.get(account)
        if known is not None and known.left is not None:
            self._readings[account] = Reading(known.left - messages, known.at)

    def exhausted(self, account: Account, now: datetime) -> None:
        """Note that LINE said the month is used up."""
        self._readings[account] = Reading(0, now)

    async def _read(self, account: Account, now: datetime) -> int | None:
        quota = _decoded(await self._line.quota(*account), _Quota)
        if quota is None or quota.type == "none":
            return None
        consumption = _decoded(await self._line.consumption(*account), _Consumption)
        local = now.astimezone(LINE_TIME)
        month = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        own = await self._accepted_since(*account, month)
        return quota.value - max(own, consumption.totalUsage if consumption else 0)


def _decoded(answer: Answer, shape: type[T]) -> T | None:
    if answer.status != 200:
        return None
    try:
        return msgspec.json.decode(answer.body, type=shape)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
