"""What the month of an account looks like in which a send begins: read once, used by every route that speaks of money."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from psycopg import AsyncConnection

from tieline.api.doors import Doors
from tieline.deliver import price
from tieline.deliver.estimate import Estimate, amount, estimate
from tieline.deliver.forecast import WEEKS, Forecast, expect, month_end, month_of, month_start
from tieline.deliver.quota import LINE_TIME, Quota, Reading
from tieline.errors import NotFoundError, OverLimitError
from tieline.model.cost import Budget, Plan
from tieline.store.postgres.accounts import LineAccount, PostgresAccounts
from tieline.store.postgres.budgets import PostgresBudgets
from tieline.store.postgres.cost import PostgresCost, PostgresPlans

_EVER = datetime.min.replace(tzinfo=UTC)


class Month(NamedTuple):
    """One account's month as of now: this one, or one that is to come."""

    account: LineAccount
    plan: Plan
    reading: Reading
    forecast: Forecast
    budgets: list[Budget]
    at: datetime

    @property
    def committed(self) -> int:
        """Messages that were sent, are on their way, or on the calendar before the month ends."""
        return self.reading.used + self.forecast.waiting + self.forecast.scheduled


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


async def read_month(
    doors: Doors,
    connection: AsyncConnection,
    account: LineAccount,
    begins_at: datetime | None = None,
    origin: str = "",
) -> Month:
    """Return an account's month: plan, what is used, what is to come.

    Args:
        doors: What routes reach the world by.
        connection: To the database.
        account: Whose month.
        begins_at: A moment of the month; None, or a moment that has passed, for the present one.
        origin: What is to be held against the month, and so is no part of what is to come: "broadcast:spring".

    Raises:
        NotFoundError: The account's plan is in no table.
    """
    now = doors.clock.now()
    at = max(now, begins_at or now)
    coming = month_of(at) != month_of(now)
    workspace_id, key = account.workspace_id, account.key
    plan = await find_plan(connection, account, at.date())
    cost = PostgresCost(connection)
    reading = await Quota(doors.line, cost.used).reading((workspace_id, key), now)
    if coming:  # the allowance begins anew
        reading = reading._replace(left=reading.limit, used=0)
    # What should have left and has not is part of this month.
    since, ends = month_start(at) if coming else _EVER, month_end(at)
    begun = [
        await cost.messages_of(workspace_id, said)
        for said in await cost.begun(workspace_id, key, since, ends, origin.removeprefix("broadcast:"))
    ]
    running, to_come = await cost.narrowcasts(
        workspace_id, key, since, ends, origin.removeprefix("narrowcast:")
    )
    forecast = expect(
        now,
        used=reading.used,
        waiting=await cost.waiting(workspace_id, key, since, ends) + (0 if coming else running),
        scheduled=sum(begun) + await cost.unplanned(workspace_id, key, since, ends) + to_come,
        by_day=await cost.by_day(workspace_id, key, now - timedelta(weeks=WEEKS, days=1), "journey"),
        first=since.astimezone(LINE_TIME).date() if coming else None,
    )
    budgets = [
        _current(budget, month_of(at)) for budget in await PostgresBudgets(connection).all(workspace_id)
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
    doors: Doors,
    connection: AsyncConnection,
    account: LineAccount,
    messages: int,
    origin: str,
    begins_at: datetime | None = None,
) -> Estimate:
    """Refuse a send that quota or a budget does not reach for, and say by how much.

    Raises:
        OverLimitError: It does not fit.
    """
    month = await read_month(doors, connection, account, begins_at, origin)
    found = hold(month, messages, origin)
    if not found.fits:
        raise OverLimitError(
            f"{found.messages:,} messages do not fit: {'; '.join(_lacks(found, month.plan))}.",
            way_out="Narrow the segment, raise the limit at LINE or the budget here, or wait for the next month.",
        )
    return found


def _lacks(found: Estimate, plan: Plan) -> Iterable[str]:
    if found.over_quota:
        yield f"{found.over_quota:,} more than the month's quota"
    for scope, unit, by in found.over_budget:
        much = f"{by:,.0f} messages" if unit == "messages" else amount(by, plan.currency)
        yield f"{much} more than the budget of {scope}"


def _current(budget: Budget, month: str) -> Budget:
    if budget.period == "once" or budget.month == month:
        return budget
    return Budget(budget.workspace_id, budget.scope, budget.unit, budget.most, budget.period, month)
