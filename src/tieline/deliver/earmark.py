"""What budgets count for a narrowcast: as many messages as it may cost before its call, as many as it was in the end."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from tieline.deliver.budget import fit, given_back
from tieline.deliver.forecast import month_of
from tieline.model.cost import WORKSPACE, Budget, Reserved, Spent
from tieline.model.narrowcast import Claimed
from tieline.ports.cost import BudgetStore

Charge = Callable[[tuple[int, str], int, int, datetime], Decimal]


class Earmark:
    """Counts narrowcasts against budgets, in the caller's transaction, which also notes what was counted.

    Args:
        budgets: Where limits and what is spent are kept.
        charge: Returns what messages of an account cost in a month that has had some: (account, had, messages, now).
    """

    def __init__(self, budgets: BudgetStore, charge: Charge) -> None:
        self._budgets = budgets
        self._charge = charge

    async def take(self, one: Claimed, had: int, now: datetime) -> Reserved | None:
        """Count all that it may cost, unless that was done; None where a budget does not reach."""
        if one.reserved is not None:
            return one.reserved
        month = month_of(now)
        money = self._charge((one.workspace_id, one.account), had, one.most, now)
        found = fit(await self._held(one), [Spent(one.workspace_id, one.origin, one.most, money)], month)
        if not found.fits[0]:
            return None
        await self._budgets.write(found.budgets, now)
        return Reserved(money, month)

    async def give_back(self, one: Claimed, messages: int, now: datetime) -> None:
        """Count so many messages less, of those that were counted."""
        if one.reserved is None or messages <= 0:
            return
        money = one.reserved.money * messages / one.most
        back = Spent(one.workspace_id, one.origin, messages, money, month=one.reserved.month)
        await self._budgets.write(given_back(await self._held(one), [back], month_of(now)), now)

    async def _held(self, one: Claimed) -> list[Budget]:
        return await self._budgets.locked([one.workspace_id], [WORKSPACE, one.origin])
