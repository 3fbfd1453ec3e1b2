"""The budgets as the sender meets them: what is about to leave is counted first, what did not leave is given back."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from tieline.deliver.budget import fit, given_back
from tieline.deliver.forecast import month_of
from tieline.deliver.pace import Account
from tieline.deliver.parcel import Parcel
from tieline.deliver.policy import TRANSACTIONAL
from tieline.model.chunk import Chunk
from tieline.model.cost import WORKSPACE, Budget, Reserved, Spent
from tieline.model.send import Claimed
from tieline.ports.cost import BudgetStore, Mark

Charge = Callable[[Account, int, int, datetime], Decimal]


class Purse:
    """Counts parcels against budgets.

    What is counted for a send or chunk is written beside it in the same transaction, so that a crash between any two steps
    neither counts it twice nor lets it leave uncounted.

    Args:
        budgets: Where limits and what is spent are kept.
        charge: Returns what messages of an account cost in a month that has had some: (account, had, messages, now).
    """

    def __init__(self, budgets: BudgetStore, charge: Charge) -> None:
        self._budgets = budgets
        self._charge = charge
        self._counted: dict[tuple[int, bytes], Reserved] = {}

    async def afford(
        self, parcels: Sequence[Parcel], used: Callable[[Account], int], now: datetime
    ) -> list[int]:
        """Count what is not counted yet, in the caller's transaction; return of how many messages of each budgets allow.

        Only a parcel that is allowed whole is counted.

        Args:
            parcels: What is about to leave.
            used: Returns how many messages an account's month has had before these parcels.
            now: The present moment.
        """
        allowed = [parcel.size for parcel in parcels]
        limited = await self._budgets.limited()
        new = [
            place
            for place, parcel in enumerate(parcels)
            if parcel.leaves_from[0] in limited and not all(self._reserved(one) for one in parcel.units)
        ]
        if not new:
            return allowed
        month, had, marks = month_of(now), dict[Account, int](), list[Mark]()
        held = await self._held(
            {parcels[place].leaves_from[0] for place in new}, {parcels[place].sample.origin for place in new}
        )
        for place in new:
            parcel = parcels[place]
            account = parcel.leaves_from
            before = had.setdefault(account, used(account))
            spent = self._spent(parcel, before, parcel.size, now)
            found = fit(held, [spent], month)
            if found.fits[0]:
                held = found.budgets
                had[account] = before + parcel.size
                marks += self._mark(parcel, spent, month)
            else:
                allowed[place] = self._part(parcel, before, held, now)
        await self._budgets.write(held, now)
        await self._budgets.mark(marks)
        return allowed

    async def settle(self, ended: Iterable[tuple[Claimed | Chunk, bool]], now: datetime) -> None:
        """Forget what has come to an end, in the caller's transaction; give back where it is certain that nothing left.

        Args:
            ended: Sends and chunks whose fence still held, and whether it is certain that nothing left.
            now: The present moment.
        """
        back: list[Spent] = []
        marks: list[Mark] = []
        for one, nothing_left in ended:
            reserved = self._counted.pop(one.name, None) or one.reserved
            if reserved is not None and nothing_left:
                back.append(
                    Spent(one.workspace_id, one.origin, one.size, reserved.money, month=reserved.month)
                )
                marks.append(Mark(one.name, one.many, None))
        if back:
            held = await self._held({one.workspace_id for one in back}, {one.origin for one in back})
            await self._budgets.write(given_back(held, back, month_of(now)), now)
            await self._budgets.mark(marks)

    def _reserved(self, one: Claimed | Chunk) -> Reserved | None:
        return self._counted.get(one.name) or one.reserved

    def _spent(self, parcel: Parcel, before: int, messages: int, now: datetime) -> Spent:
        sample = parcel.sample
        money = self._charge(parcel.leaves_from, before, messages, now)
        certain = sample.purpose == TRANSACTIONAL
        return Spent(sample.workspace_id, sample.origin, messages, money, certain)

    def _mark(self, parcel: Parcel, spent: Spent, month: str) -> list[Mark]:
        each = {one.name: Reserved(spent.money * one.size / spent.messages, month) for one in parcel.units}
        self._counted |= each
        return [Mark(one.name, one.many, each[one.name]) for one in parcel.units]

    def _part(self, parcel: Parcel, before: int, held: Sequence[Budget], now: datetime) -> int:
        """Return how many messages of a parcel that is too large there is money for."""
        least, most = 0, parcel.size - 1
        while least < most:
            middle = (least + most + 1) // 2
            fits = fit(held, [self._spent(parcel, before, middle, now)], month_of(now)).fits[0]
            least, most = (middle, most) if fits else (least, middle - 1)
        return least

    async def _held(self, workspaces: Iterable[int], origins: Iterable[str]) -> list[Budget]:
        return await self._budgets.locked(sorted(workspaces), [WORKSPACE, *sorted(origins)])
