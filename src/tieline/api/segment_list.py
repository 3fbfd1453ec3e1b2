"""Segments as a list, the people in one by name, and the words a condition can be made of."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from tieline.api.doors import Doors, rows
from tieline.api.people import Person, read_people
from tieline.api.segment_counts import accounts_of
from tieline.store.postgres.facts import PostgresFacts
from tieline.store.postgres.segments import PostgresSegments

PEOPLE_MAX = 100
LOOKED_AT = 300
"""Events of a name, and profiles, that are looked at to learn what they hold."""
WORDS_MAX = 200
DEPTH_MAX = 4
EXAMPLES = 12
EXAMPLE_MAX = 40

_SEGMENTS = """
select key, name, version, state, computed_at, updated_at,
       (select count(*) from membership m where m.workspace_id = s.workspace_id and m.segment = s.key) as members
from segment s where workspace_id = %s and state <> 'deleted' order by updated_at desc, key
"""
_EVENTS = """
select event, count() as seen, max(at) as newest_at from event
where workspace_id = {workspace:UInt32} group by event order by seen desc, event limit {most:UInt32}
"""
_PROPERTIES = """
select toJSONString(properties) as said from event
where workspace_id = {workspace:UInt32} and event = {event:String} limit {most:UInt32}
"""
_TRAITS = """
select toJSONString(traits) as said, tags from profile where workspace_id = {workspace:UInt32} limit {most:UInt32}
"""


class SegmentLine(BaseModel):
    """One segment. `members` is what was last computed; `computed_at` is null while it never was."""

    key: str
    name: str
    version: int
    state: str
    members: int
    computed_at: datetime | None
    updated_at: datetime


class SegmentList(BaseModel):
    """All segments that are not deleted, the one that was changed last first."""

    segments: list[SegmentLine]
    as_of: datetime


class MemberPage(BaseModel):
    """Some members of a segment; `after` leads to the next page, null if there is none."""

    people: list[Person]
    after: str | None
    as_of: datetime


class EventName(BaseModel):
    """A name of events, how many there are, and when the newest happened."""

    name: str
    seen: int
    newest_at: datetime


class Word(BaseModel):
    """What stands at one path: the kind of its values (number, text, boolean or list), and some of the texts."""

    kind: str
    examples: list[str] = []


class Vocabulary(BaseModel):
    """What a condition can be made of here: what was said so far, not all that may be."""

    events: list[EventName]
    traits: dict[str, Word]
    tags: list[str]
    accounts: list[str]
    as_of: datetime


class Properties(BaseModel):
    """Properties of the events of one name."""

    event: str
    properties: dict[str, Word]
    as_of: datetime


def router(doors: Doors) -> APIRouter:
    """Build the routes under /api/segments that list; they stand before those with a bare key."""
    routes = APIRouter(prefix="/api/segments", tags=["segments"])

    @routes.get("")
    async def listed(request: Request) -> SegmentList:
        """List the segments of the workspace."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            cursor = await connection.execute(_SEGMENTS, (workspace_id,))
            names = [column.name for column in cursor.description or ()]
            found = [SegmentLine(**dict(zip(names, row, strict=True))) for row in await cursor.fetchall()]
        return SegmentList(segments=found, as_of=doors.clock.now())

    @routes.get("/vocabulary")
    async def vocabulary(request: Request) -> Vocabulary:
        """Return names of events, traits, tags and LINE accounts that conditions may speak of."""
        workspace_id = await doors.keys.workspace(request)
        asked = {"workspace": workspace_id, "most": WORDS_MAX}
        events = rows(await doors.history.query(_EVENTS, asked))
        profiles = rows(await doors.history.query(_TRAITS, {**asked, "most": 10 * LOOKED_AT}))
        return Vocabulary(
            events=[
                EventName(name=row["event"], seen=row["seen"], newest_at=row["newest_at"]) for row in events
            ],
            traits=words(json.loads(row["said"]) for row in profiles),
            tags=sorted({tag for row in profiles for tag in row["tags"]})[:WORDS_MAX],
            accounts=await accounts_of(doors, workspace_id),
            as_of=doors.clock.now(),
        )

    @routes.get("/vocabulary/properties")
    async def properties(request: Request, event: str) -> Properties:
        """Return the properties that events of a name carry, learned from some of them."""
        workspace_id = await doors.keys.workspace(request)
        asked = {"workspace": workspace_id, "event": event, "most": LOOKED_AT}
        found = rows(await doors.history.query(_PROPERTIES, asked))
        return Properties(
            event=event, properties=words(json.loads(row["said"]) for row in found), as_of=doors.clock.now()
        )

    @routes.get("/{key}/people")
    async def people(
        request: Request, key: str, limit: Annotated[int, Query(ge=1, le=PEOPLE_MAX)] = 50, after: str = ""
    ) -> MemberPage:
        """Return members of a segment by name, in the order of their ids."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            await PostgresSegments(connection).describe(workspace_id, key)
            cursor = await connection.execute(
                """
                select profile_id from membership
                where workspace_id = %s and segment = %s and profile_id > decode(%s, 'hex')
                order by profile_id limit %s
                """,
                (workspace_id, key, after, limit + 1),
            )
            ids = [bytes(one) for (one,) in await cursor.fetchall()]
            found = await read_people(PostgresFacts(connection), workspace_id, ids[:limit])
        return MemberPage(
            people=found,
            after=ids[limit - 1].hex() if len(ids) > limit else None,
            as_of=doors.clock.now(),
        )

    return routes


def words(said: Iterable[Mapping[str, Any]]) -> dict[str, Word]:
    """Return the paths in some objects, as conditions write them, in their order.

    Of several kinds at one path, text wins: it is what can always be compared.
    """
    found: dict[str, Word] = {}
    for one in said:
        for path, value in _paths(one, "", DEPTH_MAX):
            kind = _kind(value)
            word = found.setdefault(path, Word(kind=kind))
            if word.kind != kind:
                word.kind = "text"
            if kind == "text" and len(value) <= EXAMPLE_MAX and value not in word.examples[:EXAMPLES]:
                word.examples = [*word.examples, value][:EXAMPLES]
    return dict(sorted(found.items())[:WORDS_MAX])


def _paths(value: Mapping[str, Any], before: str, depth: int) -> Iterable[tuple[str, Any]]:
    for name, inside in value.items():
        path = f"{before}{name}"
        match inside:
            case dict() if depth:
                yield from _paths(inside, f"{path}.", depth - 1)
            case list() if depth:
                yield path, []
                for element in inside[:5]:
                    if isinstance(element, dict):
                        yield from _paths(element, f"{path}[].", depth - 1)
                    else:
                        yield f"{path}[]", element
            case None | dict() | list():
                continue
            case _:
                yield path, inside


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, list):
        return "list"
    return "number" if isinstance(value, int | float) else "text"
