"""How many messages an account may still send this month.

LINE's count is approximate and lags behind, so it is held against our own; LINE's refusal is the last word.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta, timezone
from typing import Literal, NamedTuple, Protocol, TypeVar

import msgspec

from tieline.model.send import Answer

FRESH = timedelta(seconds=60)
FRESH_IN_WANT = timedelta(seconds=5)
"""For what does not fit: who raised the limit and lets the rest go need not wait a minute."""
HELD_BACK_LONGEST = timedelta(hours=6)
"""After so long a refusal counts, whatever LINE's counters say: they may be wrong, and a person should know."""
# LINE counts its months and days in Japan's time.
LINE_TIME = timezone(timedelta(hours=9))

T = TypeVar("T")
Account = tuple[int, str]


class LineQuota(Protocol):
    """What LINE says of a month."""

    async def quota(self, workspace_id: int, account: str) -> Answer:
        """Return how many messages this month may have."""
        ...

    async def consumption(self, workspace_id: int, account: str) -> Answer:
        """Return about how many messages this month has had."""
        ...


Ledger = Callable[[int, str, datetime], Awaitable[int]]


class _Quota(msgspec.Struct):
    type: Literal["none", "limited"]
    value: int = 0


class _Consumption(msgspec.Struct):
    totalUsage: int  # noqa: N815 - LINE's name


class Reading(NamedTuple):
    """The month as read at a moment.

    Attributes:
        left: Messages that may still be sent; None is no limit, or a limit that could not be read.
        used: Messages the month has had: the larger of LINE's count and ours.
        limit: Messages LINE allows in the month; None as for `left`.
    """

    left: int | None
    used: int
    limit: int | None
    at: datetime


class Quota:
    """What is left per account, read again every minute.

    Args:
        line: The LINE platform.
        accepted_since: Returns how many messages LINE has accepted from us since a moment.
    """

    def __init__(self, line: LineQuota, accepted_since: Ledger) -> None:
        self._line = line
        self._accepted_since = accepted_since
        self._readings: dict[Account, Reading] = {}
        self._doubts: dict[Account, Reading] = {}
        self._held_back: dict[Account, datetime] = {}

    async def left(self, account: Account, now: datetime, messages: int = 0) -> int | None:
        """Return how many messages are left, or None if nothing is known to limit them.

        Where `messages` do not fit into what was read a while ago, it is read again.
        """
        known = await self.reading(account, now)
        if known.left is not None and known.left < messages and abs(now - known.at) >= FRESH_IN_WANT:
            known = self._readings[account] = await self._read(account, now)
        return known.left

    async def reading(self, account: Account, now: datetime) -> Reading:
        """Return the month as it stands, read at most a minute ago."""
        known = self._readings.get(account)
        if known is None or abs(now - known.at) >= FRESH:
            known = self._readings[account] = await self._read(account, now)
        return known

    def used(self, account: Account) -> int:
        """Return how many messages the month has had, as far as that was read; 0 before the first reading."""
        known = self._readings.get(account)
        return known.used if known else 0

    def spend(self, account: Account, messages: int) -> None:
        """Count messages that are about to leave."""
        known = self._readings.get(account)
        if known is not None:
            left = None if known.left is None else known.left - messages
            self._readings[account] = known._replace(left=left, used=known.used + messages)

    async def reserved(self, account: Account, messages: int, now: datetime) -> bool:
        """Tell, of an account that LINE just refused for its month, whether LINE's own count leaves room all the same.

        LINE keeps messages back for a narrowcast that runs, of ours or of another tool, and says of the others what it
        says of a month that is used up. What is kept back comes free again; what stays refused for hours does not.
        """
        since = self._held_back.get(account)
        if since is not None and now - since > HELD_BACK_LONGEST:
            return False
        left = (await self._asked(account, now)).left
        if left is None or left < messages:
            return False
        self._held_back.setdefault(account, now)
        return True

    async def _asked(self, account: Account, now: datetime) -> Reading:
        """Return what LINE says of the month now, asked once for all that it refused at this moment."""
        known = self._doubts.get(account)
        if known is None or known.at != now:
            known = self._doubts[account] = self._readings[account] = await self._read(account, now)
        return known

    def taken(self, account: Account) -> None:
        """Note that LINE took something: nothing is kept back any more."""
        self._held_back.pop(account, None)

    def exhausted(self, account: Account, now: datetime) -> None:
        """Note that LINE said the month is used up."""
        known = self._readings.get(account, Reading(0, 0, 0, now))
        self._readings[account] = known._replace(left=0, at=now)

    async def _read(self, account: Account, now: datetime) -> Reading:
        quota = _decoded(await self._line.quota(*account), _Quota)
        consumption = _decoded(await self._line.consumption(*account), _Consumption)
        local = now.astimezone(LINE_TIME)
        month = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        own = await self._accepted_since(*account, month)
        used = max(own, consumption.totalUsage if consumption else 0)
        limit = quota.value if quota is not None and quota.type == "limited" else None
        return Reading(None if limit is None else limit - used, used, limit, now)


def _decoded(answer: Answer, shape: type[T]) -> T | None:
    if answer.status != 200:
        return None
    try:
        return msgspec.json.decode(answer.body, type=shape)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
