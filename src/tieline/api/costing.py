"""What an account's month looks like now: read once, used by every route that speaks of money."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from psycopg import AsyncConnection

from tieline.api.doors import Doors
from tieline.deliver import price
from tieline.deliver.estimate import Estimate, amount, estimate
from tieline.deliver.forecast import WEEKS, Forecast, expect, month_end, month_of
from tieline.deliver.quota import Quota, Reading
from tieline.errors import NotFoundError, OverLimitError
from tieline.model.cost import Budget, Plan
from tieline.store.postgres.accounts import LineAccount, PostgresAccounts
from tieline.store.postgres.budgets import PostgresBudgets
from tieline.store.postgres.cost import PostgresCost, PostgresPlans


class Month(NamedTuple):
    """One account's month as of now."""

    account: LineAccount
    plan: Plan
    reading: Reading
    forecast: Forecast
    budgets: list[Budget]
    at: datetime

    @property
    def committed(self) -> int:
        """Messages that were sent or are on their way."""
        return self.reading.used + self.forecast.waiting


async def find_account(doors: Doors, connection: AsyncConnection, workspace_id: int, key: str) -> LineAccount:
    """Return a connected account of this workspace.

    Raises:
        NotFoundError: There is none.
    """
    found = await PostgresAccounts(connection).find(key)
    if found.workspace_id != workspace_id:
        raise NotFoundError(f"There is no LINE account {key}.", field="/account")
    doors.accounts[workspace_id, key] = found
    return found


async def find_plan(connection: AsyncConnection, account: LineAccount, on: date) -> Plan:
    """Return what an account's messages cost on a day.

    Raises:
        NotFoundError: The account's plan is in no table.
    """
    own = (await PostgresPlans(connection).all()).get(account.workspace_id, [])
    plan = price.plan(account.price_plan, on, [*price.PLANS, *own])
    if plan is None:
        raise NotFoundError(
            f"The price plan {account.price_plan} of the account {account.key} is not known.",
            way_out="Enter it under /api/cost/plans, or choose another for the account.",
        )
    return plan


async def read_month(doors: Doors, connection: AsyncConnection, account: LineAccount) -> Month:
    """Return an account's month: plan, what is used, what is to come.

    Raises:
        NotFoundError: The account's plan is in no table.
    """
    now = doors.clock.now()
    workspace_id, key = account.workspace_id, account.key
    plan = await find_plan(connection, account, now.date())
    cost = PostgresCost(connection)
    reading = await Quota(doors.line, cost.used).reading((workspace_id, key), now)
    ends = month_end(now)
    begun = [await cost.messages_of(workspace_id, said) for said in await cost.begun(workspace_id, key, ends)]
    by_day = await cost.by_day(workspace_id, key, now - timedelta(weeks=WEEKS, days=1), "journey")
    forecast = expect(
        now,
        used=reading.used,
        waiting=await cost.waiting(workspace_id, key, ends),
        scheduled=sum(begun) + await cost.unplanned(workspace_id, key, ends),
        by_day=by_day,
    )
    budgets = [
        _current(budget, month_of(now)) for budget in await PostgresBudgets(connection).all(workspace_id)
    ]
    return Month(account, plan, reading, forecast, budgets, now)


def hold(month: Month, messages: int, origin: str) -> Estimate:
    """Hold a send of so many messages against a month."""
    return estimate(
        month.plan,
        messages,
        used=month.committed,
        limit=month.reading.limit,
        expected=month.forecast.messages,
        budgets=month.budgets,
        origin=origin,
    )


async def refuse_over(
    doors: Doors, connection: AsyncConnection, account: LineAccount, messages: int, origin: str
) -> Estimate:
    """Refuse a send that quota or a budget does not reach for, and say by how much.

    Raises:
        OverLimitError: It does not fit.
    """
    month = await read_month(doors, connection, account)
    found = hold(month, messages, origin)
    if not found.fits:
        raise OverLimitError(
            f"{found.messages:,} messages do not fit: {'; '.join(_lacks(found, month.plan))}.",
            way_out="Narrow the segment, raise the limit at LINE or the budget here, or wait for the next month.",
        )
    return found


def _lacks(found: Estimate, plan: Plan) -> Iterable[str]:
    if found.over_quota:
        yield f"{found.over_quota:,} more than this month's quota"
    for scope, unit, by in found.over_budget:
        much = f"{by:,.0f} messages" if unit == "messages" else amount(by, plan.currency)
        yield f"{much} more than the budget of {scope}"


def _current(budget: Budget, month: str) -> Budget:
    if budget.period == "once" or budget.month == month:
        return budget
    return Budget(budget.workspace_id, budget.scope, budget.unit, budget.most, budget.period, month)
