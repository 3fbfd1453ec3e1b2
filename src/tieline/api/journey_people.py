"""The people on a journey: counts, who waits where, errors and their replay, experiments, starting and leaving by hand."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Body, Request

from tieline.api.doors import Doors
from tieline.api.journey_answers import (
    Experiments,
    JourneyCounts,
    JourneyErrors,
    JourneyPeople,
    JourneyReplayed,
    OnTheWay,
)
from tieline.api.people import read_people
from tieline.collect import own
from tieline.errors import InvalidInputError, MalformedBodyError, NotFoundError, UnknownKeyError
from tieline.model.event import JOURNEY_LEAVE_ASKED, JOURNEY_START_ASKED
from tieline.model.signal import Said
from tieline.store.postgres.facts import PostgresFacts
from tieline.store.postgres.journey_reports import PostgresJourneyReports
from tieline.store.postgres.workspaces import OWN_SOURCE

PEOPLE_MAX = 10_000
"""People that one request starts or ends a journey for."""
PAGE_MAX = 1_000
HOOK_BYTES_MAX = 64 * 1024
DAYS_MAX = 400
Json = Annotated[dict[str, Any], Body()]


class Person(msgspec.Struct, forbid_unknown_fields=True):
    """Somebody, by one identifier."""

    namespace: str
    value: str


class Asked(msgspec.Struct, forbid_unknown_fields=True):
    """For whom a journey starts or ends. `data`: the properties of the trigger."""

    people: list[Person]
    data: dict[str, Any] = {}


class Call(msgspec.Struct):
    """What another system sends: who, under which name for this call, and whatever else the journey reads."""

    person: Person
    id: str = ""
    data: dict[str, Any] = {}


def router(doors: Doors) -> APIRouter:
    """Build the routes under /api/journeys/{key} that are about people."""
    routes = APIRouter(prefix="/api/journeys/{key}", tags=["journeys"])
    _reading(routes, doors)
    _asking(routes, doors)
    return routes


def _reading(routes: APIRouter, doors: Doors) -> None:
    """Add what shows the people on a journey."""

    @routes.get("/counts")
    async def counts(request: Request, key: str, days: int = 30) -> JourneyCounts:
        """Return how many people reached each step on each day; `step` is "" for the entry and "!reason" for an end."""
        workspace_id = await doors.keys.workspace(request)
        if not 1 <= days <= DAYS_MAX:
            raise InvalidInputError(f"days is {days}; use 1 to {DAYS_MAX}.", field="days")
        now = doors.clock.now()
        async with doors.pool.connection() as connection:
            reports = await _known(connection, workspace_id, key)
            found = await reports.counts(workspace_id, key, (now - timedelta(days=days)).date())
        return JourneyCounts.model_validate({"key": key, "counts": found, "as_of": now})

    @routes.get("/people")
    async def people(
        request: Request, key: str, step: str | None = None, after: str = "", limit: int = 100
    ) -> JourneyPeople:
        """List who is on the way and where, a page at a time; `next` is the `after` of the next page."""
        workspace_id = await doors.keys.workspace(request)
        if not 1 <= limit <= PAGE_MAX:
            raise InvalidInputError(f"limit is {limit}; use 1 to {PAGE_MAX}.", field="limit")
        try:
            start = bytes.fromhex(after)
        except ValueError:
            raise InvalidInputError(
                "after is not the end of a page.", field="after", way_out='Use "next".'
            ) from None
        async with doors.pool.connection() as connection:
            reports = await _known(connection, workspace_id, key)
            found = await reports.people(workspace_id, key, step, start, limit)
            ids = dict.fromkeys(bytes.fromhex(one["profile_id"]) for one in found if one["profile_id"])
            known = await read_people(PostgresFacts(connection), workspace_id, list(ids))
        persons = {one.profile_id: one for one in known}
        onward = found[-1]["enrolment_id"] if len(found) == limit else None
        shown = [OnTheWay(**one, person=persons.get(one["profile_id"])) for one in found]
        return JourneyPeople(key=key, people=shown, next=onward, as_of=doors.clock.now())

    @routes.get("/errors")
    async def errors(request: Request, key: str, limit: int = 100) -> JourneyErrors:
        """List people whom an error stopped, messages that failed or are parked, and calls that failed."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            reports = await _known(connection, workspace_id, key)
            found = await reports.errors(workspace_id, key, max(1, min(limit, PAGE_MAX)))
        return JourneyErrors.model_validate({"key": key, **found, "as_of": doors.clock.now()})

    @routes.get("/experiments")
    async def experiments(request: Request, key: str) -> Experiments:
        """Return how each arm of each test and holdout has done."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            reports = await _known(connection, workspace_id, key)
            found = await reports.experiments(workspace_id, key)
        return Experiments.model_validate({"key": key, "arms": found, "as_of": doors.clock.now()})


def _asking(routes: APIRouter, doors: Doors) -> None:
    """Add what moves people by hand."""

    @routes.post("/errors/replay")
    async def replay(request: Request, key: str) -> JourneyReplayed:
        """Let go on what an error stopped, where nothing can happen twice by it; return how many of each."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection, connection.transaction():
            reports = await _known(connection, workspace_id, key)
            return JourneyReplayed(key=key, **await reports.replay(workspace_id, key, doors.clock.now()))

    @routes.post("/start", status_code=202)
    async def start(request: Request, key: str, body: Json) -> dict[str, Any]:
        """Ask that the journey starts for `{"people": [{"namespace", "value"}], "data"}`; its rules of re-entry hold."""
        return await _ask(doors, request, key, body, JOURNEY_START_ASKED)

    @routes.post("/leave", status_code=202)
    async def leave(request: Request, key: str, body: Json) -> dict[str, Any]:
        """Ask that the journey ends for these people."""
        return await _ask(doors, request, key, body, JOURNEY_LEAVE_ASKED)

    @routes.post("/hook", status_code=201)
    async def hook(request: Request, key: str) -> dict[str, Any]:
        """Make the address that other systems call to start this journey; an older one is dead from then on."""
        workspace_id = await doors.keys.workspace(request)
        token = doors.ids.token()
        async with doors.pool.connection() as connection, connection.transaction():
            reports = await _known(connection, workspace_id, key)
            await reports.set_hook(workspace_id, key, _hashed(token), doors.clock.now())
        url = f"{doors.settings.public_url.rstrip('/')}/hooks/{token}"
        return {
            "key": key,
            "url": url,
            "body": {"person": {"namespace": "phone", "value": "..."}, "id": "..."},
        }


def hooks(doors: Doors) -> APIRouter:
    """Build POST /hooks/{token}: other systems start a journey."""
    routes = APIRouter(tags=["journeys"])

    @routes.post("/hooks/{token}", status_code=202)
    async def called(request: Request, token: str) -> dict[str, Any]:
        """Start a journey for `{"person": {"namespace", "value"}, "id", "data"}`; the same `id` twice starts it once."""
        async with doors.pool.connection() as connection:
            found = await PostgresJourneyReports(connection).hook(_hashed(token))
        if found is None:
            raise UnknownKeyError("This address starts nothing.", way_out="Make a new one in the journey.")
        body = await request.body()
        if len(body) > HOOK_BYTES_MAX:
            raise InvalidInputError(f"The body has more than {HOOK_BYTES_MAX} bytes.")
        try:
            call = msgspec.json.decode(body, type=Call)
        except msgspec.ValidationError as error:
            raise InvalidInputError(f"The body does not fit: {error}.") from None
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            raise MalformedBodyError("The body is not JSON.") from None
        workspace_id, journey = found
        name = call.id or doors.ids.token()
        said = _said(
            workspace_id, journey, call.person, call.data, JOURNEY_START_ASKED, f"hook:{name}", doors
        )
        await _tell(doors, [said])
        return {"journey": journey, "id": name}

    return routes


async def _ask(
    doors: Doors, request: Request, key: str, body: Mapping[str, Any], name: str
) -> dict[str, Any]:
    workspace_id = await doors.keys.workspace(request)
    try:
        asked = msgspec.convert(body, Asked)
    except msgspec.ValidationError as error:
        raise InvalidInputError(f"The body does not fit: {error}.") from None
    if not 1 <= len(asked.people) <= PEOPLE_MAX:
        raise InvalidInputError(
            f"There are {len(asked.people)} people; use 1 to {PEOPLE_MAX}.", field="/people"
        )
    async with doors.pool.connection() as connection:
        await _known(connection, workspace_id, key)
    batch = doors.ids.token()
    await _tell(
        doors,
        [
            _said(workspace_id, key, one, asked.data, name, f"{batch}:{index}", doors)
            for index, one in enumerate(asked.people)
        ],
    )
    return {"key": key, "people": len(asked.people)}


def _said(
    workspace_id: int,
    journey: str,
    person: Person,
    data: Mapping[str, Any],
    name: str,
    call: str,
    doors: Doors,
) -> Said:
    properties = {"journey": journey, "data": data}
    message_id = f"{name}:{journey}:{call}"
    return Said(workspace_id, person.namespace, person.value, name, message_id, properties, doors.clock.now())


async def _tell(doors: Doors, said: Sequence[Said]) -> None:
    async with doors.pool.connection() as connection:
        cursor = await connection.execute(
            "select workspace_id, source_id from source where key = %s and workspace_id = %s",
            (OWN_SOURCE, said[0].workspace_id),
        )
        own_sources = {row[0]: row[1] for row in await cursor.fetchall()}
    await doors.commit.append(own.rows(said, own_sources, doors.clock.now()))


async def _known(connection: Any, workspace_id: int, key: str) -> PostgresJourneyReports:
    reports = PostgresJourneyReports(connection)
    if await reports.head(workspace_id, key) is None:
        raise NotFoundError(f"There is no journey {key}.")
    return reports


def _hashed(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
