"""Journeys: look at them, save a version, validate a draft, switch them on and off."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request

from tieline.api.at_line import at_line
from tieline.api.broadcasts import who
from tieline.api.doors import Doors
from tieline.api.journey_answers import (
    DraftProblem,
    JourneyLine,
    JourneyList,
    JourneyShown,
    JourneyVersion,
    JourneyVersionLine,
    JourneyVersions,
    KindField,
    Kinds,
    KindShown,
    MovedPeople,
    SavedJourney,
    SwitchedJourney,
    Validated,
)
from tieline.api.journey_checks import check_references, message_problems, reference_problems
from tieline.condition.place import Place
from tieline.deliver.forecast import month_of
from tieline.errors import ConflictError, InvalidInputError, InvalidJourneyError, NotFoundError, TielineError
from tieline.journey import fields
from tieline.journey.definition import Journey, Reach, SendLine
from tieline.journey.kind import ID, Kind
from tieline.journey.moving import shared_steps
from tieline.journey.parse import parse, problems, step_at
from tieline.journey.reference import STEP_KINDS, TRIGGER_KINDS
from tieline.model.cost import Budget, Period
from tieline.store.postgres.budgets import PostgresBudgets
from tieline.store.postgres.journey_reports import PostgresJourneyReports
from tieline.store.postgres.journeys import PostgresJourneys
from tieline.store.postgres.units import PostgresUnits

STATES = ("draft", "live", "draining", "paused", "stopped")
LISTED_DAYS = timedelta(days=30)
Json = Annotated[dict[str, Any], Body()]


def router(doors: Doors) -> APIRouter:
    """Build the routes under /api/journeys."""
    routes = APIRouter(prefix="/api/journeys", tags=["journeys"])
    _drafting(routes, doors)
    _changing(routes, doors)
    _reading(routes, doors)
    return routes


def _drafting(routes: APIRouter, doors: Doors) -> None:
    """Add what an editor needs."""

    @routes.get("/kinds")
    async def kinds(request: Request) -> Kinds:
        """Return every kind of step and of trigger with its fields: what an editor offers."""
        await doors.keys.workspace(request)
        return Kinds(
            steps=[_described(name, kind, step=True) for name, kind in STEP_KINDS.items()],
            triggers=[_described(name, kind, step=False) for name, kind in TRIGGER_KINDS.items()],
        )

    @routes.post("/validate")
    async def validate(request: Request, body: Json) -> Validated:
        """Say everything that is wrong with a draft at once, each with its step and its place."""
        workspace_id = await doors.keys.workspace(request)
        definition = body.get("definition")
        async with doors.pool.connection() as connection:
            found = await every_problem(connection, workspace_id, definition)
        return Validated(problems=[_told(definition, one) for one in found], ready=not found)


def _changing(routes: APIRouter, doors: Doors) -> None:
    """Add what changes a journey and those on it."""

    @routes.post("", status_code=201)
    async def create(request: Request, body: Json) -> SavedJourney:
        """Save `{"definition", "state", "running"}` as a new version; what does not compile is refused with its place.

        `"unfinished": true` keeps a draft as it is; it is checked when it is switched on. `running` says what becomes of those on the way: `finish` (left out) lets them finish on the version they began,
        `move` lets them go on in the new one, as far as their step is there with the same kind.
        """
        workspace_id = await doors.keys.workspace(request)
        state = _state(body.get("state", "draft"))
        running = _running(body.get("running", "finish"))
        definition = body.get("definition")
        if body.get("unfinished") is True and state == "draft":
            return await _keep(doors, workspace_id, definition, who(request))
        journey = parse(definition)
        for problem in message_problems(journey, definition):
            raise problem
        async with doors.pool.connection() as connection, connection.transaction():
            await check_references(connection, workspace_id, journey, definition)
            version = await PostgresJourneys(connection).put(
                workspace_id,
                journey.key,
                journey.name,
                definition or {},
                state,
                who(request),
                doors.clock.now(),
            )
            await _set_budget(connection, workspace_id, journey, doors.clock.now())
            moved = await _move(connection, workspace_id, journey.key, version) if running == "move" else 0
        return SavedJourney(key=journey.key, version=version, state=state, moved=moved)

    @routes.put("/{key}/state")
    async def switch(request: Request, key: str, body: Json) -> SwitchedJourney:
        """Switch a journey: live, draining (nobody enters, those on the way finish), paused (all stand still), stopped."""
        workspace_id = await doors.keys.workspace(request)
        state = _state(body.get("state"))
        async with doors.pool.connection() as connection, connection.transaction():
            head = await PostgresJourneyReports(connection).head(workspace_id, key)
            if head is not None and head["state"] == "draft" and state != "draft":
                for problem in await every_problem(connection, workspace_id, head["definition"]):
                    raise problem
                await _set_budget(connection, workspace_id, parse(head["definition"]), doors.clock.now())
            await PostgresJourneys(connection).set_state(workspace_id, key, state, doors.clock.now())
        return SwitchedJourney(key=key, state=state)

    @routes.post("/{key}/move")
    async def move(request: Request, key: str) -> MovedPeople:
        """Let those on older versions go on in the newest one, as far as their step is there with the same kind."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection, connection.transaction():
            head = await PostgresJourneyReports(connection).head(workspace_id, key)
            if head is None:
                raise NotFoundError(f"There is no journey {key}.")
            moved = await _move(connection, workspace_id, key, head["version"])
        return MovedPeople(key=key, version=head["version"], moved=moved)


def _reading(routes: APIRouter, doors: Doors) -> None:
    """Add what shows journeys."""

    @routes.get("")
    async def every(request: Request) -> JourneyList:
        """List journeys: state, version, who is on the way, who entered and reached the goal in 30 days."""
        workspace_id = await doors.keys.workspace(request)
        now = doors.clock.now()
        async with doors.pool.connection() as connection:
            found = await PostgresJourneyReports(connection).all(workspace_id, (now - LISTED_DAYS).date())
        return JourneyList(journeys=[JourneyLine(**one) for one in found], as_of=now)

    @routes.get("/{key}/versions")
    async def versions(request: Request, key: str) -> JourneyVersions:
        """List the versions of a journey, the newest first, with how many people are still on each."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            found = await PostgresJourneyReports(connection).versions(workspace_id, key)
        if not found:
            raise NotFoundError(f"There is no journey {key}.")
        lines = [JourneyVersionLine(**one) for one in found]
        return JourneyVersions(key=key, versions=lines, as_of=doors.clock.now())

    @routes.get("/{key}/versions/{version}")
    async def one_version(request: Request, key: str, version: int) -> JourneyVersion:
        """Return one version as it was saved."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            found = await PostgresJourneyReports(connection).definition(workspace_id, key, version)
        if found is None:
            raise NotFoundError(f"The journey {key} has no version {version}.")
        return JourneyVersion(key=key, version=version, definition=found)

    @routes.get("/{key}")
    async def read(request: Request, key: str) -> JourneyShown:
        """Return a journey with its counts: where people stand, and what became of its messages."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            reports = PostgresJourneyReports(connection)
            head = await reports.head(workspace_id, key)
            if head is None:
                raise NotFoundError(f"There is no journey {key}.")
            people = await reports.stands(workspace_id, key)
            sends = await reports.sends(workspace_id, key)
            units = await PostgresUnits(connection).of(workspace_id, f"journey:{key}")
        line = {step: at_line(unit) for step, unit in units.items()}
        shown = {**head, "people": people, "sends": sends, "line": line, "as_of": doors.clock.now()}
        return JourneyShown.model_validate(shown)


async def every_problem(connection: Any, workspace_id: int, definition: Any) -> list[InvalidJourneyError]:
    """Return everything that keeps a draft from going live."""
    found = problems(definition)
    if found:
        return found
    journey = parse(definition)
    return [
        *message_problems(journey, definition),
        *await reference_problems(connection, workspace_id, journey, definition),
    ]


async def _keep(doors: Doors, workspace_id: int, definition: Any, author: str) -> SavedJourney:
    """Keep a draft that nobody can enter yet.

    Raises:
        InvalidInputError: It has no key or no name to keep it under.
        ConflictError: People are on this journey, or may enter it.
    """
    kept = definition if isinstance(definition, dict) else {}
    key = fields.read_slug(Place(kept.get("key"), "/definition/key"))
    name = str(kept.get("name") or "").strip()
    if not name:
        raise InvalidInputError("name is empty; a draft is listed by it.", field="/definition/name")
    async with doors.pool.connection() as connection, connection.transaction():
        head = await PostgresJourneyReports(connection).head(workspace_id, key)
        if head is not None and head["state"] != "draft":
            raise ConflictError(
                f"The journey {key} is {head['state']}; an unfinished version would stop it.",
                way_out="Finish it first, or save it under another key.",
            )
        journeys = PostgresJourneys(connection)
        version = await journeys.put(workspace_id, key, name, kept, "draft", author, doors.clock.now())
    return SavedJourney(key=key, version=version, state="draft", moved=0)


async def _set_budget(connection: Any, workspace_id: int, journey: Journey, at: datetime) -> None:
    """Let the sender hold the messages of a journey against the budget it was saved with; without one, nothing changes."""
    said = journey.settings.budget if journey.settings is not None else None
    if said is None:
        return
    period: Period = "month" if said.per == "month" else "once"
    most = Decimal(said.messages)
    limit = Budget(workspace_id, f"journey:{journey.key}", "messages", most, period, month_of(at))
    await PostgresBudgets(connection).put(limit, at)


async def _move(connection: Any, workspace_id: int, key: str, version: int) -> int:
    """Let people go on in a version; return how many."""
    reports = PostgresJourneyReports(connection)
    new = parse(await reports.definition(workspace_id, key, version), version)
    steps = {}
    for one in await reports.versions(workspace_id, key):
        if one["version"] != version and one["running"]:
            old = parse(await reports.definition(workspace_id, key, one["version"]), one["version"])
            steps[one["version"]] = shared_steps(old, new)
    return await reports.move(workspace_id, key, version, steps)


def _described(name: str, kind: Kind, *, step: bool) -> KindShown:
    fields = (ID, *kind.fields) if step else kind.fields
    return KindShown(
        kind=name,
        paid=kind.make in {SendLine, Reach},
        meaning=kind.meaning,
        example=kind.example,
        fields=[
            KindField(
                key=one.key,
                write=one.shape,
                required=one.required,
                meaning=one.meaning,
                leads_on=one.shape == "id of a step",
            )
            for one in fields
        ],
    )


def _told(definition: Any, error: TielineError) -> DraftProblem:
    return DraftProblem(
        step=step_at(definition, error.field),
        field=error.field,
        message=error.message,
        way_out=error.way_out,
        code=error.code,
    )


def _state(value: object) -> str:
    if value not in STATES:
        raise InvalidInputError(f"state is {value!r}; it must be one of {', '.join(STATES)}.", field="/state")
    return str(value)


def _running(value: object) -> str:
    if value not in {"finish", "move"}:
        raise InvalidInputError(f"running is {value!r}; it must be finish or move.", field="/running")
    return str(value)
