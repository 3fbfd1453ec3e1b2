"""What came of a broadcast: by arm, by the last touch, and against those who were held out."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from fastapi import APIRouter, Request
from psycopg import AsyncConnection

from tieline.api.at_line import at_line
from tieline.api.attribution import shown_lift
from tieline.api.broadcast_answers import BroadcastReport
from tieline.api.broadcasts import look_up
from tieline.api.costing import find_account, find_plan
from tieline.api.doors import Doors, rows
from tieline.api.scope import about_everybody
from tieline.condition import when
from tieline.condition.path import read_path
from tieline.condition.place import Place
from tieline.deliver import price
from tieline.deliver.forecast import month_start
from tieline.model.broadcast import HELD_OUT, UNDECIDED
from tieline.model.cost import Plan
from tieline.report import touch
from tieline.report.lift import lift
from tieline.store.clickhouse.results import ORDER, ClickHouseResults
from tieline.store.postgres.broadcast_desk import PostgresBroadcastDesk
from tieline.store.postgres.broadcast_results import Orders, PostgresBroadcastResults, Span
from tieline.store.postgres.cost import PostgresCost
from tieline.store.postgres.units import PostgresUnits

WINDOW_DAYS = 7
BOUGHT_WITHIN = timedelta(days=WINDOW_DAYS)
LEFT_WITHIN = timedelta(hours=48)
CREDITED_FOR = timedelta(days=90)
"""Orders of so many days after the start are given to a click."""
ORDERS_MAX = 1_000_000
SOFT = {
    "opened": "LINE counts who saw a message, within two weeks and not below 20 people: it is no list of people, and seeing"
    " is not reading.",
    "bought": touch.SOFT_SENT,
    "blocked_afterwards": "They blocked within 48 hours after the message: that it was the reason is not known.",
}
TOO_MANY = f"More than {ORDERS_MAX:,} orders fall into these days; compare a smaller broadcast."


class Money(NamedTuple):
    """What a broadcast's messages cost beyond what the month had cost before it."""

    plan: Plan
    before: int

    def of(self, messages: int, all_messages: int) -> Decimal:
        """Return the part that so many of all its messages cost."""
        if not all_messages:
            return Decimal(0)
        return price.of(self.plan, self.before, all_messages) * messages / all_messages


def router(doors: Doors) -> APIRouter:
    """Build GET /api/broadcasts/{key}/report."""
    routes = APIRouter(prefix="/api/broadcasts", tags=["broadcasts"])

    @routes.get("/{key}/report", response_model=BroadcastReport)
    async def report(request: Request, key: str) -> dict[str, Any]:
        """Return what came of it by arm, and what it brought beyond what those held out bought anyway.

        `attributed`: orders within 7 days of a click on this message that no later click on another message precedes.
        `bought` (soft): orders within 7 days of the message. `opened` (soft): who saw it by LINE's count, null where LINE
        does not count. `cost`: what its messages added to the month's bill. `lift`: by the lot, whether a message left or
        not, orders within 7 days of each person's moment.
        """
        workspace_id = await doors.keys.workspace(request)
        origin, now = f"broadcast:{key}", doors.clock.now()
        async with doors.pool.connection() as connection:
            found = await look_up(connection, workspace_id, key)
            desk = PostgresBroadcastDesk(connection)
            arms, sends = await desk.arms(workspace_id, key), await desk.sends(workspace_id, key)
            units = await PostgresUnits(connection).of(workspace_id, origin)
            span = await PostgresBroadcastResults(connection).span(workspace_id, key)
            money = await _money(doors, connection, workspace_id, found)
        results = ClickHouseResults(doors.history)
        came = {
            "clicked": await results.by_step(workspace_id, origin),
            "bought": await results.bought(workspace_id, origin, BOUGHT_WITHIN),
            "left": await results.left(workspace_id, origin, LEFT_WITHIN),
            "attributed": await _credited(doors, workspace_id, origin, span) if span else {},
        }
        names = sorted({one["arm"] for one in sends} | (arms.keys() - {UNDECIDED}))
        shown_arms = [_arm(one, arms.get(one, 0), sends, came, units.get(one), money) for one in names]
        against, more = await _against(doors, workspace_id, key, span)
        return {
            "key": key,
            "name": found["name"],
            "state": found["state"],
            "winner": found["winner"],
            "currency": money.plan.currency,
            "window_days": WINDOW_DAYS,
            "arms": shown_arms,
            "lift": against,
            "soft": {**SOFT, **more},
            "as_of": now,
        }

    return routes


async def _money(
    doors: Doors, connection: AsyncConnection, workspace_id: int, found: Mapping[str, Any]
) -> Money:
    """Return the plan a broadcast was sent under, and how many messages its month had had before."""
    began = found["started_at"] or doors.clock.now()
    account = await find_account(doors, connection, workspace_id, found["account"])
    plan = await find_plan(connection, account, began.date())
    earlier = await PostgresCost(connection).by_origin(workspace_id, account.key, month_start(began), began)
    return Money(plan, sum(messages for _, messages in earlier))


async def _credited(doors: Doors, workspace_id: int, origin: str, span: Span) -> dict[str, dict[str, Any]]:
    """Return the orders whose last touch was a click on a message of `origin`, by arm."""
    scope = await about_everybody(doors, workspace_id, doors.clock.now())
    asked = touch.Asked(
        event=ORDER,
        value=read_path(Place("total", "/value")),
        from_at=when.to_milliseconds(span.first_at),
        until_at=when.to_milliseconds(min(doors.clock.now(), span.last_at + CREDITED_FOR)),
        window_days=WINDOW_DAYS,
    )
    query = touch.compile_steps(asked, touch.CLICKED, origin, scope)
    found = rows(await doors.history.query(query.sql, query.parameters))
    return {
        str(row["step"]): {
            "results": int(row["results"]),
            "people": int(row["people"]),
            "value": float(row["value"]),
        }
        for row in found
    }


async def _against(
    doors: Doors, workspace_id: int, key: str, span: Span | None
) -> tuple[dict[str, Any] | None, dict[str, str]]:
    """Return what it brought against those held out, None if nobody was; and why it could not be said."""
    if span is None or not span.held_out:
        return None, {}
    until = span.last_at + BOUGHT_WITHIN
    table = await ClickHouseResults(doors.history).orders(workspace_id, span.first_at, until, ORDERS_MAX + 1)
    if table.num_rows > ORDERS_MAX:
        return None, {"lift": TOO_MANY}
    orders = Orders(*(table.column(name).to_pylist() for name in ("person", "at", "amount")))
    async with doors.pool.connection() as connection:
        told, held = await PostgresBroadcastResults(connection).groups(
            workspace_id, key, orders, BOUGHT_WITHIN
        )
    return {
        "groups": {"treated": told._asdict(), "held_out": held._asdict()},
        "lift": shown_lift(lift(told, held)),
        "window_days": WINDOW_DAYS,
        "complete": until <= doors.clock.now(),
    }, {}


def _arm(
    name: str,
    people: int,
    sends: Iterable[Mapping[str, Any]],
    came: Mapping[str, Any],
    unit: Mapping[str, Any] | None,
    money: Money,
) -> dict[str, Any]:
    every = list(sends)
    mine = [one for one in every if one["arm"] == name]
    told = name != HELD_OUT
    orders = came["bought"].get(name, {"people": 0, "events": 0, "amount": 0.0})
    credited = came["attributed"].get(name, {"results": 0, "people": 0, "value": 0.0})
    line = at_line(unit)
    return {
        "arm": name,
        "people": people,
        "sent": sum(one["people"] for one in mine if one["state"] == "accepted"),
        "suppressed": _by_reason(mine, "suppressed", "expired"),
        "failed": _by_reason(mine, "failed", "parked"),
        "opened": line["seen"] if line else None,
        "clicked": came["clicked"].get(name, 0) if told else None,
        "attributed": credited if told else None,
        "bought": orders if told else None,
        "blocked_afterwards": int(came["left"].get(name, {"people": 0})["people"]) if told else None,
        "cost": _cost(mine, every, credited["results"], money) if told else None,
        "line": line,
    }


def _by_reason(sends: Iterable[Mapping[str, Any]], *states: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for one in sends:
        if one["state"] in states:
            found[one["reason"]] = found.get(one["reason"], 0) + one["people"]
    return found


def _cost(
    mine: Iterable[Mapping[str, Any]], every: Iterable[Mapping[str, Any]], results: int, money: Money
) -> dict[str, Any]:
    messages = sum(one["billed"] for one in mine)
    spent = float(money.of(messages, sum(one["billed"] for one in every)))
    return {"messages": messages, "money": spent, "per_result": spent / results if results else None}
