"""What messages cost: now, at the end of the month, and before a send; with plans and budgets."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Body, Request
from pydantic import BaseModel

from tieline.api.costing import Month, find_account, hold, read_month
from tieline.api.doors import Doors
from tieline.api.shape import read_shape
from tieline.deliver import price
from tieline.deliver.estimate import sentence
from tieline.deliver.forecast import month_of, month_start
from tieline.errors import InvalidInputError, NotFoundError
from tieline.model.cost import Budget, Plan, Tier
from tieline.store.postgres.accounts import PostgresAccounts
from tieline.store.postgres.budgets import PostgresBudgets
from tieline.store.postgres.cost import PostgresCost, PostgresPlans
from tieline.store.postgres.outreach import PostgresOutreach
from tieline.store.postgres.segments import PostgresSegments

Json = Annotated[dict[str, Any], Body()]
Scope = Annotated[
    str, msgspec.Meta(pattern=r"^(workspace|(broadcast|journey|narrowcast):[A-Za-z0-9_.-]{1,100})$")
]
Money = Annotated[float, msgspec.Meta(ge=0, le=1e12)]


class Wish(msgspec.Struct, forbid_unknown_fields=True):
    """A send to be estimated; without a segment, to all friends."""

    account: str
    segment: str | None = None
    purpose: str = "marketing"
    origin: Scope = "workspace"
    times: Annotated[int, msgspec.Meta(ge=1, le=100)] = 1
    language: str = "zh-TW"


class NewBudget(msgspec.Struct, forbid_unknown_fields=True):
    """A limit to set."""

    scope: Scope
    most: Money
    unit: Literal["messages", "money"] = "messages"
    period: Literal["month", "once"] = "month"


class NewPlan(msgspec.Struct, forbid_unknown_fields=True):
    """A price plan of the brand's own, or a newer price of a known one."""

    name: str
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]
    valid_from: date
    fee: Money
    included: Annotated[int, msgspec.Meta(ge=0)]
    extra: list[Tier] = []
    country: str = ""
    source: str = ""


class BudgetView(BaseModel):
    """A limit, and what of it is spent in its `month`. `unit`: messages, or money of the accounts' currency."""

    scope: str
    unit: str
    period: str
    most: float
    spent: float
    month: str


class PlanView(BaseModel):
    """A price plan from a day on. `extra`: what a message beyond costs, by how many; `own`: the brand entered it."""

    key: str
    country: str
    name: str
    currency: str
    valid_from: date
    fee: float
    included: int
    extra: list[Any]
    source: str
    note: str
    own: bool


class PlansView(BaseModel):
    """Every price plan with its date and source, the brand's own last."""

    plans: list[PlanView]


class Overview(BaseModel):
    """This month of every account, of every other channel, and the limits."""

    channels: list[dict[str, Any]]
    accounts: list[dict[str, Any]]
    budgets: list[BudgetView]
    as_of: datetime


def router(doors: Doors) -> APIRouter:
    """Build the routes under /api/cost."""
    routes = APIRouter(prefix="/api/cost", tags=["cost"])

    @routes.get("")
    async def overview(request: Request) -> Overview:
        """Return this month of every account: used, left, money so far, and the month's end; and of every other channel.

        `channels`: messages by e-mail, SMS and webhook that left this month, and their price in the workspace's money.
        """
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            accounts = [
                one
                for one in (await PostgresAccounts(connection).all()).values()
                if one.workspace_id == workspace_id
            ]
            for account in accounts:
                doors.accounts[workspace_id, account.key] = account
            months = [await read_month(doors, connection, account) for account in accounts]
            budgets = await PostgresBudgets(connection).all(workspace_id)
            spent = await PostgresOutreach(connection).spent(workspace_id, month_start(doors.clock.now()))
        return Overview(
            channels=_channels(spent),
            accounts=[_month(month) for month in months],
            budgets=[_budget(budget) for budget in budgets],
            as_of=doors.clock.now(),
        )

    @routes.post("/estimate")
    async def estimate(request: Request, body: Json) -> dict[str, Any]:
        """Return whom a send reaches, what it costs, and whether quota and budgets reach for it; nothing is sent."""
        workspace_id = await doors.keys.workspace(request)
        wish = read_shape(body, Wish)
        async with doors.pool.connection() as connection:
            account = await find_account(doors, connection, workspace_id, wish.account)
            if wish.segment is not None:
                await PostgresSegments(connection).describe(workspace_id, wish.segment)
            reach = await PostgresCost(connection).reach(
                workspace_id, wish.account, wish.segment, wish.purpose
            )
            month = await read_month(doors, connection, account)
        found = hold(month, reach.reachable * wish.times, wish.origin)
        return {
            "audience": reach._asdict(),
            **_numbers(found._asdict()),
            "currency": month.plan.currency,
            "fits": found.fits,
            "sentence": sentence(found, month.plan, wish.language),
            "month": _month(month),
            "as_of": month.at,
        }

    _plans(routes, doors)
    _budgets(routes, doors)
    return routes


def _plans(routes: APIRouter, doors: Doors) -> None:
    @routes.get("/plans")
    async def plans(request: Request) -> PlansView:
        """Return every price plan with its date and source, the brand's own last."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            own = (await PostgresPlans(connection).all()).get(workspace_id, [])
        shown = [(plan, False) for plan in price.PLANS] + [(plan, True) for plan in own]
        return PlansView(plans=[PlanView(**msgspec.to_builtins(plan), own=is_own) for plan, is_own in shown])

    @routes.put("/plans/{key}")
    async def put_plan(request: Request, key: str, body: Json) -> dict[str, Any]:
        """Enter a plan of the brand's own, valid from a day; it goes before the table that comes with Tieline."""
        workspace_id = await doors.keys.workspace(request)
        new = read_shape(body, NewPlan)
        plan = Plan(
            key,
            new.country,
            new.name,
            new.currency,
            new.valid_from,
            Decimal(str(new.fee)),
            new.included,
            tuple(new.extra),
            new.source,
        )
        async with doors.pool.connection() as connection:
            await PostgresPlans(connection).put(workspace_id, plan, doors.clock.now())
        return {"key": key, "valid_from": new.valid_from}

    @routes.put("/accounts/{account}")
    async def choose(request: Request, account: str, body: Json) -> dict[str, Any]:
        """Say which plan `{"plan"}` an account is on."""
        workspace_id = await doors.keys.workspace(request)
        key = str(body.get("plan", ""))
        async with doors.pool.connection() as connection:
            await find_account(doors, connection, workspace_id, account)
            own = (await PostgresPlans(connection).all()).get(workspace_id, [])
            if price.plan(key, doors.clock.now().date(), [*price.PLANS, *own]) is None:
                raise InvalidInputError(
                    f"There is no price plan {key!r} in force today.",
                    field="/plan",
                    way_out=f"Known: {', '.join(sorted({one.key for one in (*price.PLANS, *own)}))}.",
                )
            await connection.execute(
                "update line_account set price_plan = %s where workspace_id = %s and key = %s",
                (key, workspace_id, account),
            )
        return {"account": account, "plan": key}


def _budgets(routes: APIRouter, doors: Doors) -> None:
    @routes.put("/budgets")
    async def put_budget(request: Request, body: Json) -> BudgetView:
        """Set a limit `{"scope", "unit", "most", "period"}`; at the limit, sending of that scope stops."""
        workspace_id = await doors.keys.workspace(request)
        new = read_shape(body, NewBudget)
        now = doors.clock.now()
        budget = Budget(workspace_id, new.scope, new.unit, Decimal(str(new.most)), new.period, month_of(now))
        async with doors.pool.connection() as connection:
            await PostgresBudgets(connection).put(budget, now)
        return _budget(budget)

    @routes.delete("/budgets/{scope}/{unit}", status_code=204)
    async def drop_budget(request: Request, scope: str, unit: str) -> None:
        """Remove a limit."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            if not await PostgresBudgets(connection).drop(workspace_id, scope, unit):
                raise NotFoundError(f"There is no budget of {unit} for {scope}.")

    @routes.post("/budgets/resume")
    async def resume(request: Request, body: Json) -> dict[str, Any]:
        """Send on what a budget, or a month that was used up, had stopped of `{"origin"}`; what still does not fit stops again."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            cursor = await connection.execute(
                """
                update send set state = 'planned', reason = '', not_before = %s, chunk_id = null, settled_at = null
                where workspace_id = %s and origin = %s and state = 'parked' and reason in ('budget', 'quota')
                  and attempts = 0
                """,
                (doors.clock.now(), workspace_id, str(body.get("origin", ""))),
            )
        return {"resumed": cursor.rowcount}


def _channels(spent: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what left by each channel beside LINE, and what it cost."""
    found: dict[str, dict[str, Any]] = {}
    for one in spent:
        of = found.setdefault(
            one["channel"], {"channel": one["channel"], "kind": one["kind"], "messages": 0, "money": 0.0}
        )
        if one["state"] == "accepted":
            of["messages"] += one["messages"]
            of["money"] += float(one["cost"])
    return list(found.values())


def _month(month: Month) -> dict[str, Any]:
    plan, used = month.plan, month.reading.used
    return {
        "account": month.account.key,
        "plan": {
            "key": plan.key,
            "name": plan.name,
            "fee": float(plan.fee),
            "included": plan.included,
            "note": plan.note,
        },
        "currency": plan.currency,
        "used": used,
        "limit": month.reading.limit,
        "left": month.reading.left,
        "beyond": max(0, used - plan.included),
        "money": float(price.month(plan, used)),
        "forecast": {
            **month.forecast._asdict(),
            "messages": month.forecast.messages,
            "money": float(price.month(plan, month.forecast.messages)),
        },
        "as_of": month.at,
    }


def _budget(budget: Budget) -> BudgetView:
    return BudgetView(
        scope=budget.scope,
        unit=budget.unit,
        period=budget.period,
        most=float(budget.most),
        spent=float(budget.spent),
        month=budget.month,
    )


def _numbers(found: dict[str, Any]) -> dict[str, Any]:
    over = [{"scope": scope, "unit": unit, "by": float(by)} for scope, unit, by in found["over_budget"]]
    plain = {name: float(value) if isinstance(value, Decimal) else value for name, value in found.items()}
    return {**plain, "over_budget": over}
