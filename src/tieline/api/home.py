"""The first page: who can be reached, what messages cost and bring, how fresh the sources are, what needs attention."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from pydantic import BaseModel

from tieline.api import home_questions as ask
from tieline.api.doors import Doors
from tieline.api.figure import Figure, asked, counted, ratio, unreadable
from tieline.deliver import price
from tieline.store.postgres.workspaces import PostgresWorkspaces

REVENUE_DAYS = 30
CLICK_DAYS = 3
SOURCE_DAYS = 35
SILENT = timedelta(days=1)


class AccountMonth(BaseModel):
    """One LINE account this month, by the workspace's calendar.

    `left`: messages that the plan still includes. `can_send_more`: whether more may be sent for money.
    `cost`: of the month so far, null if the plan's price is not known.
    """

    account: str
    name: str
    plan: str
    used: int
    included: int | None
    left: int | None
    can_send_more: bool
    cost: float | None
    currency: str | None


class SourceFreshness(BaseModel):
    """How fresh a source is. `state`: fresh, silent (it spoke within weeks, and not for a day), never, or unreadable."""

    key: str
    kind: str
    name: str
    last_event_at: datetime | None
    events_today: int | None
    state: str


class Attention(BaseModel):
    """Something that a person should look at: what, and how many."""

    what: str
    count: int


class Home(BaseModel):
    """The figures of the first page.

    `reachable`: friends who allow marketing on LINE. `blocked_rate`: of everybody who ever was a friend, how many are
    no more. `revenue`: of orders in 30 days within 3 days after the person opened a link in a message.
    """

    people: Figure
    friends: Figure
    reachable: Figure
    bound: Figure
    binding_rate: Figure
    blocked: Figure
    blocked_rate: Figure
    revenue: Figure
    revenue_orders: Figure
    months: list[AccountMonth]
    sources: list[SourceFreshness]
    attention: list[Attention]
    as_of: datetime


class Quota(BaseModel):
    """What every page shows of the month: messages used and left, per LINE account."""

    accounts: list[AccountMonth]
    as_of: datetime


def router(doors: Doors) -> APIRouter:
    """Build GET /api/home and GET /api/quota."""
    routes = APIRouter(prefix="/api", tags=["home"])

    @routes.get("/home")
    async def home(request: Request) -> Home:
        """Return the figures of the first page; one that cannot be read does not hide the others."""
        workspace_id = await doors.keys.workspace(request)
        now = doors.clock.now()
        people = await _people(doors, workspace_id, now)
        revenue = await _revenue(doors, workspace_id, now)
        sources = await _sources(doors, workspace_id, now)
        silent = sum(one.state == "silent" for one in sources)
        return Home(
            **people,
            binding_rate=ratio(people["bound"], people["friends"]),
            blocked_rate=_blocked_rate(people, now),
            **revenue,
            months=await _months(doors, workspace_id, now),
            sources=sources,
            attention=[
                *await _attention(doors, workspace_id, now),
                Attention(what="sources_silent", count=silent),
            ],
            as_of=now,
        )

    @routes.get("/quota")
    async def quota(request: Request) -> Quota:
        """Return what this month has used and has left."""
        workspace_id, now = await doors.keys.workspace(request), doors.clock.now()
        return Quota(accounts=await _months(doors, workspace_id, now), as_of=now)

    return routes


async def _people(doors: Doors, workspace_id: int, now: datetime) -> dict[str, Figure]:
    names = ("people", "friends", "reachable", "bound", "blocked")
    found = await asked(doors, ask.PEOPLE, {"workspace": workspace_id})
    if found is None:
        return {name: unreadable(now) for name in names}
    return {name: counted(int(found[0][name]), now) for name in names}


def _blocked_rate(people: Mapping[str, Figure], now: datetime) -> Figure:
    friends, blocked = people["friends"], people["blocked"]
    if friends.value is None or blocked.value is None:
        return friends
    return ratio(blocked, counted(friends.value + blocked.value, now))


async def _revenue(doors: Doors, workspace_id: int, now: datetime) -> dict[str, Figure]:
    parameters = {
        "workspace": workspace_id,
        "since": now - timedelta(days=REVENUE_DAYS),
        "window": CLICK_DAYS,
    }
    found = await asked(doors, ask.REVENUE, parameters)
    if found is None:
        return {"revenue": unreadable(now), "revenue_orders": unreadable(now)}
    return {
        "revenue": counted(float(found[0]["revenue"] or 0), now),
        "revenue_orders": counted(int(found[0]["orders"]), now),
    }


async def _months(doors: Doors, workspace_id: int, now: datetime) -> list[AccountMonth]:
    async with doors.pool.connection() as connection:
        zone = ZoneInfo((await PostgresWorkspaces(connection).find(workspace_id)).time_zone)
        local = now.astimezone(zone)
        begins = datetime(local.year, local.month, 1, tzinfo=zone).astimezone(UTC)
        cursor = await connection.execute(ask.MONTH, {"workspace": workspace_id, "month": begins})
        found = await cursor.fetchall()
    months = []
    for key, name, plan_key, used in found:
        plan = price.plan(plan_key, local.date())
        months.append(
            AccountMonth(
                account=key,
                name=name,
                plan=plan_key,
                used=used,
                included=plan.included if plan else None,
                left=max(0, plan.included - used) if plan else None,
                can_send_more=bool(plan and plan.extra),
                cost=float(price.month(plan, used)) if plan else None,
                currency=plan.currency if plan else None,
            )
        )
    return months


async def _sources(doors: Doors, workspace_id: int, now: datetime) -> list[SourceFreshness]:
    async with doors.pool.connection() as connection:
        named = await (await connection.execute(ask.NAMED_SOURCES, (workspace_id,))).fetchall()
    parameters = {
        "workspace": workspace_id,
        "day": now - SILENT,
        "since": now - timedelta(days=SOURCE_DAYS),
        "now": now + timedelta(hours=1),
    }
    found = await asked(doors, ask.SOURCES, parameters)
    seen = {row["source"]: row for row in found or ()}
    shown = []
    for key, kind, name, _ in named:
        row = seen.get(key)
        state = "never" if row is None else "fresh" if row["events_today"] else "silent"
        shown.append(
            SourceFreshness(
                key=key,
                kind=kind,
                name=name,
                last_event_at=row["last_event_at"] if row else None,
                events_today=None if found is None else int(row["events_today"]) if row else 0,
                state="unreadable" if found is None else state,
            )
        )
    return shown


async def _attention(doors: Doors, workspace_id: int, now: datetime) -> list[Attention]:
    asked_of: dict[str, Any] = {
        "workspace": workspace_id,
        "day": now - timedelta(days=1),
        "week": now - timedelta(days=7),
        "soon": now - timedelta(minutes=10),
    }
    async with doors.pool.connection() as connection:
        found = await (await connection.execute(ask.ATTENTION, asked_of)).fetchall()
    return [Attention(what=what, count=count) for what, count in found]
