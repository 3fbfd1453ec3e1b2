"""Budgets: how much may be spent, by the workspace, a broadcast or a journey. Pure; the store keeps what is spent.

A message is counted before its call begins, in the same transaction in which it is compared with the limit, so that a
budget is never overrun, however many workers send. What certainly did not leave is given back. What a person asked for
counts, but is never stopped.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

import msgspec

from tieline.model.cost import WORKSPACE, Budget, Spent


class Fit(NamedTuple):
    """Which spendings fit, in order, and the budgets after them."""

    fits: list[bool]
    budgets: list[Budget]


def fit(budgets: Sequence[Budget], spendings: Sequence[Spent], month: str) -> Fit:
    """Take one spending after another as long as every budget that it touches reaches."""
    now = [_of_month(budget, month) for budget in budgets]
    fits: list[bool] = []
    for spending in spendings:
        touched = [place for place, budget in enumerate(now) if _touches(budget, spending)]
        reaches = all(
            now[place].spent + _amount(now[place], spending) <= now[place].most for place in touched
        )
        fits.append(reaches or spending.certain)
        if fits[-1]:
            for place in touched:
                now[place] = _plus(now[place], _amount(now[place], spending))
    return Fit(fits, now)


def given_back(budgets: Sequence[Budget], spendings: Sequence[Spent], month: str) -> list[Budget]:
    """Return the budgets after spendings that did not happen; a month that is over is not given anything back."""
    now = [_of_month(budget, month) for budget in budgets]
    for spending in spendings:
        over = spending.month not in {"", month}
        now = [
            _plus(budget, -min(budget.spent, _amount(budget, spending)))
            if _touches(budget, spending) and not (over and budget.period == "month")
            else budget
            for budget in now
        ]
    return now


def _of_month(budget: Budget, month: str) -> Budget:
    if budget.period == "once" or budget.month == month:
        return budget
    return msgspec.structs.replace(budget, month=month, spent=Decimal(0))


def _touches(budget: Budget, spending: Spent) -> bool:
    return budget.workspace_id == spending.workspace_id and budget.scope in {WORKSPACE, spending.origin}


def _amount(budget: Budget, spending: Spent) -> Decimal:
    return Decimal(spending.messages) if budget.unit == "messages" else spending.money


def _plus(budget: Budget, amount: Decimal) -> Budget:
    return msgspec.structs.replace(budget, spent=budget.spent + amount)
