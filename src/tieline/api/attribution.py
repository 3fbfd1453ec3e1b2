"""What messages brought: by the last touch before a result, and against people who were held out."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request

from tieline.api.doors import Doors, rows
from tieline.api.report_shapes import Attribution, Incremental
from tieline.api.scope import about_everybody
from tieline.api.segment_counts import compiled
from tieline.condition import sql, when
from tieline.condition.happened import read_measured
from tieline.condition.node import Measure
from tieline.condition.path import read_path
from tieline.condition.place import Place
from tieline.condition.valued import Classes, Measured, Valued
from tieline.errors import InvalidInputError
from tieline.model.group import Group
from tieline.report import touch
from tieline.report.lift import Interval, Lift, lift
from tieline.store.postgres.segments import PostgresSegments

WINDOW_MAX = 90
SPAN_MAX = timedelta(days=400)
TREATED, HELD_OUT = "treated", "held_out"
Json = Annotated[dict[str, Any], Body()]

_GROUPS = """
select arm, count() as people, countIf(results > 0) as converted, avg(value) as mean, varSamp(value) as variance
from (select told[1] as arm, toFloat64OrZero(told[2]) as results, toFloat64OrZero(told[3]) as value from (
"""


def router(doors: Doors) -> APIRouter:
    """Build GET /api/reports/attribution and POST /api/reports/lift."""
    routes = APIRouter(prefix="/api/reports", tags=["reports"])

    @routes.get("/attribution", response_model=Attribution)
    async def attribution(
        request: Request,
        start: datetime,
        end: datetime,
        event: str = "Order Completed",
        value: str = "total",
        window_days: int = 7,
    ) -> dict[str, Any]:
        """Give each result to the message touched last before it: by click, and, marked as soft, by what was sent."""
        workspace_id = await doors.keys.workspace(request)
        asked = _asked(event, value, start, end, window_days)
        scope = await about_everybody(doors, workspace_id, doors.clock.now())
        answers = {}
        for name, kind, soft in (("clicked", touch.CLICKED, False), ("sent", touch.SENT, True)):
            query = touch.compile_touches(asked, kind, scope)
            found = rows(await doors.history.query(query.sql, query.parameters))
            answers[name] = {"soft": soft, "origins": [touch.told(dict(row)) for row in found]}
        return {
            "event": event,
            "window_days": window_days,
            "by": answers,
            "soft_because": {"sent": touch.SOFT_SENT},
            "as_of": scope.now,
        }

    @routes.post("/lift", response_model=Incremental)
    async def incremental(request: Request, body: Json) -> dict[str, Any]:
        """Compare people who were treated with people whom chance held out.

        `{"treated": condition, "held_out": condition, "outcome": {"event", "where", "window"}, "value": "total"}`. Who
        is both counts as treated. Each interval is one of 95%.
        """
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            segments = PostgresSegments(connection)
            definitions = await segments.definitions(workspace_id)
            zone = await segments.time_zone(workspace_id)
        groups = await arms(doors, workspace_id, body, definitions, zone)
        found = lift(groups[TREATED], groups[HELD_OUT])
        return {
            "groups": {name: group._asdict() for name, group in groups.items()},
            "lift": shown_lift(found),
            "as_of": doors.clock.now(),
        }

    return routes


async def arms(
    doors: Doors, workspace_id: int, body: Mapping[str, Any], definitions: Mapping[str, Any], zone: str
) -> dict[str, Group]:
    """Return what became of the treated and of those held out."""
    for name in (TREATED, HELD_OUT, "outcome"):
        if not isinstance(body.get(name), Mapping):
            raise InvalidInputError(f"{name} is missing.", field=f"/{name}", way_out="Write a condition.")
    groups = Classes(tuple((name, compiled(body[name], definitions)) for name in (TREATED, HELD_OUT)))
    occurrence, _ = read_measured(Place(body["outcome"], "/outcome"))
    value = read_path(Place(str(body.get("value") or "total"), "/value"))
    traits: list[Valued] = [
        groups,
        Measured(occurrence, Measure()),
        Measured(occurrence, Measure("sum", value)),
    ]
    scope = await about_everybody(doors, workspace_id, doors.clock.now(), zone)
    query = sql.compile_values(traits, scope)
    counted = rows(
        await doors.history.query(  # sql: own names
            f"{_GROUPS}{query.sql}\n)) where arm is not null group by arm", query.parameters
        )
    )
    found = {
        str(row["arm"]): Group(
            int(row["people"]), int(row["converted"]), _number(row["mean"]), _number(row["variance"])
        )
        for row in counted
    }
    return {name: found.get(name, Group(0, 0)) for name in (TREATED, HELD_OUT)}


def _number(said: Any) -> float:
    return float(said) if said is not None and said == said else 0.0  # noqa: PLR0124 - one person has no variance


def shown_lift(found: Lift) -> dict[str, Any]:
    """Return a lift as reports answer it."""
    return {
        "rate": _shown(found.rate),
        "conversions": _shown(found.conversions),
        "relative": found.relative,
        "money": _shown(found.money),
        "revenue": _shown(found.revenue),
    }


def _shown(interval: Interval | None) -> dict[str, Any] | None:
    return {**interval._asdict(), "certain": interval.certain} if interval else None


def _asked(event: str, value: str, start: datetime, end: datetime, window_days: int) -> touch.Asked:
    if start.tzinfo is None or end.tzinfo is None:
        raise InvalidInputError(
            "A time has no offset.", field="start", way_out="Write 2026-01-31T00:00:00+08:00."
        )
    if not start < end <= start + SPAN_MAX:
        raise InvalidInputError("end does not follow start within 400 days.", field="end")
    if not 1 <= window_days <= WINDOW_MAX:
        raise InvalidInputError(
            f"window_days is {window_days}.", field="window_days", way_out=f"Use 1 to {WINDOW_MAX}."
        )
    path = read_path(Place(value, "/value")) if value else None
    if path is not None and not path.single:
        raise InvalidInputError("value goes through a list.", field="value", way_out="Name one number.")
    return touch.Asked(event, path, when.to_milliseconds(start), when.to_milliseconds(end), window_days)
