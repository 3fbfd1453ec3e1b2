"""Journeys: save a version, switch it on and off, see who stands where."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Request

from tieline.api.doors import Doors
from tieline.deliver.render import check
from tieline.errors import InvalidInputError, InvalidJourneyError, InvalidTemplateError, NotFoundError
from tieline.journey.definition import Journey, SendLine
from tieline.journey.parse import parse
from tieline.store.postgres.journeys import PostgresJourneys

STATES = ("draft", "live", "paused", "stopped")
Json = Annotated[dict[str, Any], Body()]


def router(doors: Doors) -> APIRouter:
    """Build the routes under /api/journeys."""
    routes = APIRouter(prefix="/api/journeys", tags=["journeys"])

    @routes.post("", status_code=201)
    async def create(request: Request, body: Json) -> dict[str, Any]:
        """Save `{"definition", "state"}` as a new version; what does not compile is refused with its place."""
        workspace_id = await doors.keys.workspace(request)
        state = _state(body.get("state", "draft"))
        definition = body.get("definition")
        journey = parse(definition)
        _check_messages(journey, definition)
        async with doors.pool.connection() as connection, connection.transaction():
            await _check_references(connection, workspace_id, journey)
            version = await PostgresJourneys(connection).put(
                workspace_id, journey.key, journey.name, definition or {}, state, "api", doors.clock.now()
            )
        return {"key": journey.key, "version": version, "state": state}

    @routes.put("/{key}/state")
    async def switch(request: Request, key: str, body: Json) -> dict[str, Any]:
        """Switch a journey live, paused or stopped."""
        workspace_id = await doors.keys.workspace(request)
        state = _state(body.get("state"))
        async with doors.pool.connection() as connection, connection.transaction():
            await PostgresJourneys(connection).set_state(workspace_id, key, state, doors.clock.now())
        return {"key": key, "state": state}

    @routes.get("/{key}")
    async def read(request: Request, key: str) -> dict[str, Any]:
        """Return a journey with its counts: where people stand, and what became of its messages."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            cursor = await connection.execute(
                """
                select j.version, j.name, j.state, v.definition
                from journey j join journey_version v using (workspace_id, key, version)
                where workspace_id = %s and key = %s
                """,
                (workspace_id, key),
            )
            found = await cursor.fetchone()
            if found is None:
                raise NotFoundError(f"There is no journey {key}.")
            cursor = await connection.execute(
                """
                select step, state, count(*) from enrolment
                where workspace_id = %s and journey = %s group by 1, 2 order by 1, 2
                """,
                (workspace_id, key),
            )
            people = [
                {"step": step, "state": state, "people": count}
                for step, state, count in await cursor.fetchall()
            ]
            cursor = await connection.execute(
                """
                select step, state, reason, count(*) from send
                where workspace_id = %s and origin = %s group by 1, 2, 3 order by 1, 2, 3
                """,
                (workspace_id, f"journey:{key}"),
            )
            names = ("step", "state", "reason", "messages")
            sends = [dict(zip(names, row, strict=True)) for row in await cursor.fetchall()]
        version, name, state, definition = found
        return {
            "key": key,
            "name": name,
            "version": version,
            "state": state,
            "definition": definition,
            "people": people,
            "sends": sends,
            "as_of": doors.clock.now(),
        }

    return routes


def _state(value: object) -> str:
    if value not in STATES:
        raise InvalidInputError(f"state is {value!r}; it must be one of {', '.join(STATES)}.", field="/state")
    return str(value)


def _check_messages(journey: Journey, definition: Any) -> None:
    """Refuse templates that do not compile or that LINE would refuse, with the step's place."""
    for index, given in enumerate(definition["steps"]):
        step = journey.steps[given["id"]]
        if isinstance(step, SendLine):
            try:
                check(step.messages)
            except InvalidTemplateError as error:
                place = f"/steps/{index}/messages{error.field}"
                raise InvalidJourneyError(f"Step {step.id}: {error.message}", field=place) from None


async def _check_references(connection: Any, workspace_id: int, journey: Journey) -> None:
    """Refuse accounts that are not connected."""
    cursor = await connection.execute("select key from line_account where workspace_id = %s", (workspace_id,))
    accounts = {str(key) for (key,) in await cursor.fetchall()}
    for step in journey.steps.values():
        if isinstance(step, SendLine) and step.account not in accounts:
            raise InvalidJourneyError(
                f"Step {step.id} sends with the LINE account {step.account!r}, which is not connected.",
                way_out=f"Connected: {', '.join(sorted(accounts)) or 'none'}.",
            )
