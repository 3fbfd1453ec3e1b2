"""Looking back on money: our ledger beside LINE's counters, what aiming saved, and friends that only cost."""

from datetime import datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request

from tieline.api.costing import Month, find_account, read_month
from tieline.api.doors import Doors, rows
from tieline.api.report_shapes import Dormant, Savings
from tieline.deliver import price
from tieline.deliver.forecast import month_start
from tieline.deliver.quota import LINE_TIME
from tieline.errors import InvalidInputError
from tieline.store.postgres.cost import PostgresCost

DAYS_MAX = 400
AIMED = ("broadcast:", "narrowcast:")
DORMANT = """
select countIf(active = 0 and got >= {least:UInt32}) as people, sumIf(got, active = 0 and got >= {least:UInt32}) as messages,
       count() as written_to
from (
    select toFixedString(dictGetOrDefault('override_map', 'profile_id', (workspace_id, node_id), profile_id), 16) as person,
           countIf(event = 'message_sent' and ifNull(properties.lane::Nullable(String), '') != 'reply') as got,
           countIf(event not in ('message_sent', 'message_suppressed', 'message_failed') and source not in ('tieline')
                   or event = 'message_link_clicked') as active
    from event
    where workspace_id = {workspace:UInt32} and at >= {since:DateTime64(3, 'UTC')}
    group by person
    having got > 0
)
"""


def router(doors: Doors) -> APIRouter:
    """Build the reports under /api/cost."""
    routes = APIRouter(prefix="/api/cost", tags=["cost"])

    @routes.get("/reconciliation/{account}")
    async def reconciliation(request: Request, account: str, days: int = 31) -> dict[str, Any]:
        """Return our count of each day beside LINE's; null is what LINE has not counted yet."""
        workspace_id = await doors.keys.workspace(request)
        now = doors.clock.now()
        since = now.astimezone(LINE_TIME).date() - timedelta(days=max(1, min(days, DAYS_MAX)))
        async with doors.pool.connection() as connection:
            await find_account(doors, connection, workspace_id, account)
            found = await PostgresCost(connection).days(workspace_id, account, since)
        return {"account": account, "days": [{**day, **_compared(day)} for day in found], "as_of": now}

    @routes.get("/savings/{account}", response_model=Savings)
    async def savings(request: Request, account: str, month: str = "") -> dict[str, Any]:
        """Return what a month cost, and what it would have cost had every broadcast and narrowcast gone to every friend."""
        workspace_id = await doors.keys.workspace(request)
        began, ended = _bounds(month, doors.clock.now())
        async with doors.pool.connection() as connection:
            found = await find_account(doors, connection, workspace_id, account)
            now_month = await read_month(doors, connection, found)
            cost = PostgresCost(connection)
            origins = await cost.by_origin(workspace_id, account, began, ended)
            replies = await cost.replies(workspace_id, account, began, ended)
            everyone = (await cost.reach(workspace_id, account, None, "transactional")).friends
        return {
            "account": account,
            "month": f"{began.astimezone(LINE_TIME):%Y-%m}",
            **_saved(now_month, origins, replies, everyone),
            "as_of": now_month.at,
        }

    @routes.get("/dormant/{account}", response_model=Dormant)
    async def dormant(request: Request, account: str, days: int = 90, messages: int = 3) -> dict[str, Any]:
        """Return how many people got messages and did nothing at all in so many days, and what these messages cost."""
        workspace_id = await doors.keys.workspace(request)
        since = doors.clock.now() - timedelta(days=max(1, min(days, DAYS_MAX)))
        async with doors.pool.connection() as connection:
            found = await find_account(doors, connection, workspace_id, account)
            month = await read_month(doors, connection, found)
        table = await doors.history.query(
            DORMANT, {"workspace": workspace_id, "since": since, "least": max(1, messages)}
        )
        said = rows(table)[0]
        sent = int(said["messages"] or 0)
        each = price.of(month.plan, max(month.plan.included, month.reading.used), 1)
        return {
            "account": account,
            "people": int(said["people"]),
            "written_to": int(said["written_to"]),
            "messages": sent,
            "money": float(each * sent),
            "money_each": float(each),
            "currency": month.plan.currency,
            "since": since,
            "as_of": doors.clock.now(),
        }

    return routes


def _compared(day: dict[str, Any]) -> dict[str, Any]:
    """Return how far the counts are apart, by kind; None as long as LINE has not said."""
    kinds = ("push", "multicast", "reply", "narrowcast")
    apart = {
        kind: None if day[f"line_{kind}"] is None else day[f"line_{kind}"] - day[f"own_{kind}"]
        for kind in kinds
    }
    known = [value for value in apart.values() if value is not None]
    state = "unready" if len(known) < len(kinds) else "differs" if any(known) else "matches"
    return {"difference": apart, "state": state}


def _saved(month: Month, origins: list[tuple[str, int]], replies: int, everyone: int) -> dict[str, Any]:
    sent = sum(messages for _, messages in origins)
    aimed = [messages for origin, messages in origins if origin.startswith(AIMED)]
    to_all = sum(max(everyone, messages) for messages in aimed) + sent - sum(aimed)
    cost, cost_to_all = price.month(month.plan, sent), price.month(month.plan, to_all)
    return {
        "friends": everyone,
        "messages": sent,
        "messages_to_all": to_all,
        "money": float(cost),
        "money_to_all": float(cost_to_all),
        "saved": float(cost_to_all - cost),
        "replies": replies,
        "saved_by_replies": float(price.of(month.plan, sent, replies)),
        "currency": month.plan.currency,
        "origins": [{"origin": origin, "messages": messages} for origin, messages in origins],
    }


def _bounds(month: str, now: datetime) -> tuple[datetime, datetime]:
    """Return when a month "2026-11" begins and ends by LINE's calendar; the present one if none is named."""
    try:
        began = datetime.strptime(month, "%Y-%m").replace(tzinfo=LINE_TIME) if month else month_start(now)
    except ValueError:
        raise InvalidInputError(f"month is {month!r}; write it as 2026-11.", field="month") from None
    return began, (began + timedelta(days=32)).replace(day=1)
