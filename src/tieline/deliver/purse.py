"""The budgets as the sender meets them: what is about to leave is counted first, what did not leave is given back."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from tieline.deliver.budget import fit, given_back
from tieline.deliver.forecast import month_of
from tieline.deliver.groups import Call
from tieline.deliver.outcome import Outcome
from tieline.deliver.policy import TRANSACTIONAL
from tieline.model.cost import WORKSPACE, Budget, Spent
from tieline.model.send import SendState
from tieline.ports.cost import BudgetStore

Account = tuple[int, str]
Charge = Callable[[Account, int, int, datetime], Decimal]
NOT_LEFT = frozenset({SendState.PLANNED, SendState.FAILED, SendState.SUPPRESSED, SendState.EXPIRED})


class Afforded(NamedTuple):
    """Calls that every budget reaches for, and those that would overrun one."""

    within: list[Call]
    over: list[Call]


class Purse:
    """Counts calls against budgets.

    Args:
        budgets: Where limits and what is spent are kept.
        charge: Returns what messages of an account cost in a month that has had some: (account, had, messages, now).
    """

    def __init__(self, budgets: BudgetStore, charge: Charge) -> None:
        self._budgets = budgets
        self._charge = charge
        self._counted: dict[tuple[int, bytes], Spent] = {}

    async def afford(self, calls: Sequence[Call], used: Callable[[Account], int], now: datetime) -> Afforded:
        """Count the first attempts among `calls`, in the caller's transaction; a repetition was counted before.

        Args:
            calls: Calls that are about to leave.
            used: Returns how many messages an account's month has had before these calls.
            now: The present moment.
        """
        limited = await self._budgets.limited()
        new = [call for call in calls if not call.earlier and call.account[0] in limited]
        if not new:
            return Afforded(list(calls), [])
        had: dict[Account, int] = {}
        wanted: list[Spent] = []
        for call in new:
            before = had.setdefault(call.account, used(call.account))
            messages = len(call.sends)
            had[call.account] = before + messages
            money = self._charge(call.account, before, messages, now)
            certain = call.first.purpose == TRANSACTIONAL
            wanted.append(Spent(call.account[0], call.first.origin, messages, money, certain))
        fits, after = fit(await self._held(wanted), wanted, month_of(now))
        await self._budgets.write(after, now)
        over = {id(call) for call, fitting in zip(new, fits, strict=True) if not fitting}
        for call, spent in zip(new, wanted, strict=True):
            if id(call) not in over:
                each = spent._replace(messages=1, money=spent.money / spent.messages)
                self._counted |= {(send.workspace_id, send.send_id): each for send in call.sends}
        return Afforded(
            [call for call in calls if id(call) not in over], [call for call in calls if id(call) in over]
        )

    async def settle(self, outcomes: Iterable[Outcome], now: datetime) -> None:
        """Give back what certainly did not leave, in the caller's transaction."""
        back = [
            spent
            for one in outcomes
            if (spent := self._counted.pop(one.name, None)) is not None and one.verdict.state in NOT_LEFT
        ]
        if back:
            after = given_back(await self._held(back), back, month_of(now))
            await self._budgets.write(after, now)

    async def _held(self, spendings: Sequence[Spent]) -> list[Budget]:
        workspaces = sorted({one.workspace_id for one in spendings})
        return await self._budgets.locked(workspaces, [WORKSPACE, *sorted({one.origin for one in spendings})])
