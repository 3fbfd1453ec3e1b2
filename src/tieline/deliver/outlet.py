"""The way out of one process: what everything that sends through it shares, call by call or chunk by chunk."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tieline.deliver.pace import Account, Pace
from tieline.deliver.parcel import Parcel
from tieline.deliver.policy import TRANSACTIONAL
from tieline.deliver.preflight import Preflight
from tieline.deliver.protocol import Meaning, classify
from tieline.deliver.purse import Purse
from tieline.deliver.quota import Quota
from tieline.model.chunk import Chunk
from tieline.model.send import Answer, Claimed


class Outlet:
    """Pace, quota, budgets, rests, and what LINE said of messages.

    Args:
        quota: What the month has left.
        zones: Time zone by workspace, for quiet hours.
        purse: Holds parcels against budgets; None where there are none.

    Attributes:
        pace: How fast calls may start; whoever else sends takes from it too.
        preflight: Asks LINE first whether it would take a message; None where that is not asked.
    """

    def __init__(self, quota: Quota, zones: Mapping[int, str], purse: Purse | None) -> None:
        self.quota = quota
        self.zones = zones
        self.purse = purse
        self.pace = Pace()
        self.preflight: Preflight | None = None
        self._rests: dict[Account, datetime] = {}

    @property
    def questions(self) -> Sequence[asyncio.Future[Answer]]:
        """What LINE was asked of messages and did not answer yet."""
        return self.preflight.questions if self.preflight is not None else ()

    @property
    def answers(self) -> int:
        """How often LINE has answered."""
        return self.preflight.answers if self.preflight is not None else 0

    async def hear(self, now: datetime) -> None:
        """Take what LINE answered, in the caller's transaction."""
        if self.preflight is not None:
            await self.preflight.hear(now)

    async def close(self) -> None:
        """Wait for no more answers."""
        if self.preflight is not None:
            await self.preflight.close()

    def zone(self, workspace_id: int) -> ZoneInfo:
        """Return the time zone that people of a workspace sleep by."""
        return ZoneInfo(self.zones.get(workspace_id, "UTC"))

    def rest(self, account: Account, until: datetime) -> None:
        """Let nothing leave from an account for a while."""
        self._rests[account] = until

    def rests(self, account: Account, now: datetime) -> bool:
        """Tell whether an account rests."""
        return self._rests.get(account, now) > now

    def not_now(self, now: datetime, *, crowded: bool) -> list[Account]:
        """Return the accounts of which nothing should be claimed.

        Those are who rest, and, where it is `crowded` with what LINE was asked about, who wait for an answer.
        """
        self._rests = {account: until for account, until in self._rests.items() if until > now}
        asked = self.preflight.asking if self.preflight is not None and crowded else frozenset[Account]()
        return [*self._rests, *sorted(asked - self._rests.keys())]

    def refused(self, parcel: Parcel, now: datetime) -> bool | None:
        """Tell whether LINE would refuse it; None while LINE is asked. What is in doubt was asked before."""
        if self.preflight is None or parcel.earlier:
            return False
        one = parcel.sample
        return self.preflight.refuses(
            parcel.leaves_from, one.origin, one.step, parcel.endpoint, one.messages, now
        )

    async def within_quota(self, parcel: Parcel, now: datetime) -> bool:
        """Count a parcel if the month's messages reach for it; a repetition was counted before."""
        if parcel.earlier:
            return True
        left = await self.quota.left(parcel.leaves_from, now, parcel.size)
        if left is not None and left < parcel.size and parcel.sample.purpose != TRANSACTIONAL:
            return False
        self.quota.spend(parcel.leaves_from, parcel.size)
        return True

    def uncount(self, parcel: Parcel) -> None:
        """Give back to the month what was counted for a call that certainly did nothing."""
        if not parcel.earlier:
            self.quota.spend(parcel.leaves_from, -parcel.size)

    async def allowed(self, parcels: Sequence[Parcel], now: datetime) -> list[int]:
        """Return, in the caller's transaction, of how many messages of each parcel budgets allow; count the whole ones."""
        if self.purse is None or not parcels:
            return [parcel.size for parcel in parcels]
        here: Counter[Account] = Counter()
        for parcel in parcels:
            here[parcel.leaves_from] += 0 if parcel.earlier else parcel.size
        return await self.purse.afford(parcels, lambda account: self.quota.used(account) - here[account], now)

    async def settled(self, ended: Iterable[tuple[Claimed | Chunk, bool]], now: datetime) -> None:
        """Give back to budgets, in the caller's transaction, what certainly did not leave."""
        if self.purse is not None:
            await self.purse.settle(ended, now)

    async def reserved(self, parcel: Parcel, answer: Answer, now: datetime) -> bool:
        """Tell whether LINE refuses for the month only because it keeps messages back for a narrowcast that runs."""
        if answer.status != 429 or classify(answer) is not Meaning.OUT_OF_QUOTA:
            return False
        return await self.quota.reserved(parcel.leaves_from, parcel.size, now)

    def heard(
        self, parcel: Parcel, answer: Answer, rest: timedelta, now: datetime, *, reserved: bool = False
    ) -> None:
        """Take from an answer what it says of the whole account."""
        meaning = classify(answer)
        if meaning is Meaning.OUT_OF_QUOTA and not reserved:
            self.quota.exhausted(parcel.leaves_from, now)
        elif meaning is Meaning.ACCEPTED:
            self.quota.taken(parcel.leaves_from)
        if rest:
            self.rest(parcel.leaves_from, now + rest)
