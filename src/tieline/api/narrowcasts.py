"""Narrowcasts: one message to audiences at LINE, previewed, saved, given up, looked at; LINE hands it out itself."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request
from psycopg import AsyncConnection

from tieline.api.audit import noted
from tieline.api.broadcasts import who
from tieline.api.costing import find_account, refuse_over
from tieline.api.doors import Doors
from tieline.api.narrowcast_answers import (
    NarrowcastList,
    NarrowcastMoved,
    NarrowcastPreview,
    NarrowcastShown,
)
from tieline.api.narrowcast_plan import Planned, check, consent, parts, plan, why
from tieline.api.segments import required_key
from tieline.errors import ConflictError, NotFoundError
from tieline.model.unit import shown
from tieline.store.postgres.narrowcast_desk import PostgresNarrowcastDesk

LISTED_MAX = 200
Json = Annotated[dict[str, Any], Body()]


def router(doors: Doors) -> APIRouter:
    """Build the routes under /api/line/narrowcasts."""
    routes = APIRouter(prefix="/api/line/narrowcasts", tags=["narrowcasts"])
    _saving(routes, doors)
    _acting(routes, doors)
    _reading(routes, doors)
    return routes


def _saving(routes: APIRouter, doors: Doors) -> None:
    """Add what comes before the start."""

    @routes.post("/preview", response_model=NarrowcastPreview)
    async def preview(request: Request, body: Json) -> dict[str, Any]:
        """Say how many people it can reach at most, what it may cost, what is known of consent, and what stands against it."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            planned = await plan(doors, connection, workspace_id, str(body.get("key", "")), body)
        return {
            "at_most": planned.most,
            "friends": planned.friends,
            "parts": parts(planned),
            **_cost(planned),
            "consent": consent(planned),
            "against": why(planned.reason),
            "needs_approval": planned.needs_approval,
            "as_of": doors.clock.now(),
        }

    @routes.post("", status_code=201, response_model=NarrowcastMoved)
    async def create(request: Request, body: Json) -> dict[str, Any]:
        """Save a narrowcast, which leaves once when its moment comes.

        `{"key", "account", "messages", "recipient", "demographic", "max", "up_to_quota", "silent", "send_at",
        "quiet_hours", "without_consent"}`. `recipient` is `{"audience": key}` of an audience that Tieline made,
        `{"line_audience": number}`, `{"narrowcast": key}`, or these joined by `{"and": [...]}`, `{"or": [...]}` and
        `{"not": ...}`; `demographic` is LINE's own filter. Where not everybody is known to have agreed to marketing,
        `without_consent` must say why it goes out all the same, and stands in the audit log.
        """
        workspace_id = await doors.keys.workspace(request)
        key = required_key(body)
        async with doors.pool.connection() as connection:
            planned = await plan(doors, connection, workspace_id, key, body)
        await check(doors, workspace_id, planned)
        async with doors.pool.connection() as connection, connection.transaction():
            account = await find_account(doors, connection, workspace_id, planned.said.account)
            await refuse_over(
                doors, connection, account, planned.cost.messages, f"narrowcast:{key}", planned.said.start_at
            )
            state = "approval" if planned.needs_approval else "ready"
            name = str(body.get("name") or key)[:200]
            desk = PostgresNarrowcastDesk(connection)
            if not await desk.add(
                workspace_id, key, name, planned.said, planned.most, state, who(request), doors.clock.now()
            ):
                raise ConflictError(f"There is a narrowcast {key} already.", way_out="Choose another key.")
        if planned.said.without_consent:
            noted(request, f"without_consent: {planned.said.without_consent}")
        return {"key": key, "state": state}


def _acting(routes: APIRouter, doors: Doors) -> None:
    """Add what people do to one that is saved."""

    @routes.post("/{key}/start", response_model=NarrowcastMoved)
    async def start(request: Request, key: str) -> dict[str, Any]:
        """Let one that was held go on: it certainly did not leave. What held it is looked at again before it is called."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection, connection.transaction():
            found = await look_up(connection, workspace_id, key)
            if found["state"] != "held":
                raise _not_now(key, found["state"])
            await _refuse_over(doors, connection, workspace_id, found)
            await PostgresNarrowcastDesk(connection).start(workspace_id, key, doors.clock.now())
        return {"key": key, "state": "ready"}

    @routes.post("/{key}/approve", response_model=NarrowcastMoved)
    async def approve(request: Request, key: str) -> dict[str, Any]:
        """Say yes to a narrowcast of somebody else."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection, connection.transaction():
            found = await look_up(connection, workspace_id, key)
            if not await PostgresNarrowcastDesk(connection).approve(
                workspace_id, key, who(request), doors.clock.now()
            ):
                if found["state"] == "approval":
                    raise ConflictError(
                        f"{key} was written by who would approve it.", way_out="Ask a second person."
                    )
                raise _not_now(key, found["state"])
            await _refuse_over(doors, connection, workspace_id, found)
        return {"key": key, "state": "ready"}

    @routes.post("/{key}/cancel", response_model=NarrowcastMoved)
    async def cancel(request: Request, key: str) -> dict[str, Any]:
        """Give one up. Once LINE has taken it, nobody can: then it is a conflict."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection, connection.transaction():
            found = await look_up(connection, workspace_id, key)
            state = await PostgresNarrowcastDesk(connection).stop(workspace_id, key, doors.clock.now())
            if not state:
                raise _not_now(key, (await look_up(connection, workspace_id, key))["state"] or found["state"])
        return {"key": key, "state": state, "stopping": state != "cancelled"}


def _reading(routes: APIRouter, doors: Doors) -> None:
    """Add what shows narrowcasts."""

    @routes.get("", response_model=NarrowcastList)
    async def every(request: Request) -> dict[str, Any]:
        """List narrowcasts, the newest first, with what came of each."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            found = await PostgresNarrowcastDesk(connection).all(workspace_id, LISTED_MAX)
        return {"narrowcasts": [_line(one) for one in found], "as_of": doors.clock.now()}

    @routes.get("/{key}", response_model=NarrowcastShown)
    async def read(request: Request, key: str) -> dict[str, Any]:
        """Return a narrowcast, how far it has come, and what came of it."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            found = await look_up(connection, workspace_id, key)
        return {
            **_line(found),
            "definition": found["definition"],
            "request_id": found["request_id"],
            "as_of": doors.clock.now(),
        }


async def look_up(connection: AsyncConnection, workspace_id: int, key: str) -> dict[str, Any]:
    """Return one narrowcast.

    Raises:
        NotFoundError: There is none with this key.
    """
    found = await PostgresNarrowcastDesk(connection).find(workspace_id, key)
    if found is None:
        raise NotFoundError(f"There is no narrowcast {key}.")
    return found


async def _refuse_over(
    doors: Doors, connection: AsyncConnection, workspace_id: int, found: Mapping[str, Any]
) -> None:
    """Refuse one that quota or a budget does not reach for; one that may shrink to the quota is left to LINE."""
    if found["definition"].get("up_to_quota"):
        return
    account = await find_account(doors, connection, workspace_id, found["account"])
    await refuse_over(doors, connection, account, found["most"], f"narrowcast:{found['key']}")


def _cost(planned: Planned) -> dict[str, Any]:
    cost, plan_of_month = planned.cost, planned.month.plan
    return {
        "cost": {
            "currency": plan_of_month.currency,
            "money": float(cost.money),
            "inside_plan": cost.inside,
            "beyond_plan": cost.beyond,
            "month_money": float(cost.month_money),
            "fits": cost.fits,
        },
        "over_quota": cost.over_quota,
        "over_budget": {f"{scope} {unit}": float(by) for scope, unit, by in cost.over_budget},
    }


def _line(found: Mapping[str, Any]) -> dict[str, Any]:
    said = found["insight"]
    return {
        **{
            name: found[name]
            for name in (
                "key", "name", "account", "state", "said", "author", "approved_by", "approved_at", "created_at",
                "updated_at", "accepted_at", "settled_at",
            )
        },
        "reason": why(found["reason"]),
        "at_most": found["most"],
        "due_at": found["not_before"],
        "called_first_at": found["first_attempt_at"],
        "report": {
            "target": found["target"],
            "sent": found["success"],
            "failed": found["failure"],
            "counted": found["billed"],
            "seen": shown(said, "overview", "uniqueImpression"),
            "clicked": shown(said, "overview", "uniqueClick"),
            "played": shown(said, "overview", "uniqueMediaPlayed"),
            "asked_at": found["asked_at"],
            "final": found["settled_at"] is not None and found["ask_at"] is None,
        },
    }  # fmt: skip


def _not_now(key: str, state: str) -> ConflictError:
    return ConflictError(f"The narrowcast {key} is {state}: this cannot be done now.")
