"""Static lists, growth, deletion and return of segments."""

from datetime import date, datetime, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Body, Request
from psycopg import AsyncConnection
from pydantic import BaseModel

from tieline.api import tag_jobs
from tieline.api.doors import Doors
from tieline.api.keys import caller
from tieline.api.segment_questions import users_of
from tieline.api.segments import required_key
from tieline.api.tag_changes import meant, text_of
from tieline.api.tag_jobs import Person, Wish
from tieline.errors import ConflictError, InvalidInputError
from tieline.model.tag import LIST
from tieline.store.postgres.segments import PostgresSegments
from tieline.tag import people as named

DAYS_MAX = 730
Json = Annotated[dict[str, Any], Body()]


class Day(BaseModel):
    """One day of a segment in the workspace's time zone. `members`: how many were in at its end, or are in now."""

    day: date
    members: int
    entered: int
    exited: int


class Growth(BaseModel):
    """The last days of a segment, the oldest first."""

    key: str
    days: list[Day]
    as_of: datetime


def router(doors: Doors) -> APIRouter:
    """Build routes under /api/segments; they stand before those with a bare key."""
    routes = APIRouter(prefix="/api/segments", tags=["segments"])

    @routes.post("/lists", status_code=201)
    async def make_list(request: Request, body: Json) -> dict[str, Any]:
        """Make a static list `{"key", "name", "people"}`, or add to one, or with `"action": "remove"` take off it.

        `people` is `{"profile_ids"}`, `{"segment"}` or `{"namespace", "values"}`: member numbers, LINE user ids, phones.
        """
        workspace_id = await doors.keys.workspace(request)
        key, action = required_key(body), str(body.get("action", "add"))
        async with doors.pool.connection() as connection, connection.transaction():
            people, refused = await meant(connection, workspace_id, body.get("people"))
            wish = Wish(f"{LIST}{key}", _action(action), "list", caller(request).name)
            return await _listed(
                doors, connection, workspace_id, str(body.get("name") or key), wish, people, refused
            )

    @routes.post("/lists/{key}.csv", status_code=201)
    async def make_list_of_file(
        request: Request, key: str, namespace: str, name: str = "", column: str = "", action: str = "add"
    ) -> dict[str, Any]:
        """Make a static list of the people that a CSV file names, or add to one; say which rows name nobody, and why."""
        workspace_id = await doors.keys.workspace(request)
        required_key({"key": key})
        read = named.rows_of(await text_of(request), column)
        wish = Wish(f"{LIST}{key}", _action(action), "list", caller(request).name)
        async with doors.pool.connection() as connection, connection.transaction():
            people, refused = await tag_jobs.people_by(connection, workspace_id, namespace, read)
            return await _listed(doors, connection, workspace_id, name or key, wish, people, refused)

    @routes.get("/{key}/growth")
    async def growth(request: Request, key: str, days: int = 90) -> Growth:
        """Return for each of the last days how many entered and exited, and how many were in at its end."""
        workspace_id = await doors.keys.workspace(request)
        span = max(1, min(days, DAYS_MAX))
        now = doors.clock.now()
        async with doors.pool.connection() as connection:
            segments = PostgresSegments(connection)
            segment = await segments.describe(workspace_id, key)
            moved = {day: (came, left) for day, came, left in await segments.growth(workspace_id, key, span)}
            today = now.astimezone(ZoneInfo(await segments.time_zone(workspace_id))).date()
        size, points = int(segment["members"]), []
        for back in range(span):
            day = today - timedelta(days=back)
            came, left = moved.get(day, (0, 0))
            points.append(Day(day=day, members=size, entered=came, exited=left))
            size -= came - left
        return Growth(key=key, days=points[::-1], as_of=now)

    @routes.delete("/{key}")
    async def delete(request: Request, key: str) -> dict[str, Any]:
        """Delete a segment that nothing uses; it can be restored."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection, connection.transaction():
            users = await users_of(connection, workspace_id, key)
            if users:
                listed = ", ".join(f"{user['kind']} {user['key']}" for user in users[:10])
                raise ConflictError(f"The segment {key} is used by {listed}.", way_out="Change these first.")
            await PostgresSegments(connection).delete(workspace_id, key, doors.clock.now())
        return {"key": key, "state": "deleted"}

    @routes.post("/{key}/restore")
    async def restore(request: Request, key: str) -> dict[str, Any]:
        """Bring a deleted segment back; it is computed as a whole next."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection, connection.transaction():
            await PostgresSegments(connection).restore(workspace_id, key, doors.clock.now())
            return await PostgresSegments(connection).describe(workspace_id, key)

    return routes


def _action(said: str) -> str:
    if said not in {"add", "remove"}:
        raise InvalidInputError(f"action is {said!r}.", field="/action", way_out="Use add or remove.")
    return said


async def _listed(
    doors: Doors,
    connection: AsyncConnection,
    workspace_id: int,
    name: str,
    wish: Wish,
    people: list[Person],
    refused: list[named.Refused],
) -> dict[str, Any]:
    """Make the segment of a list if there is none, and change who is on it."""
    key = wish.tag.removeprefix(LIST)
    segments, condition = PostgresSegments(connection), {"list": key}
    known = (await segments.definitions(workspace_id)).get(key)
    if known is not None and known != condition:
        raise ConflictError(
            f"{key} is a segment with conditions.", way_out="Choose another key for the list."
        )
    if known is None:
        await segments.put(workspace_id, key, name, condition, wish.author, doors.clock.now())
    done = await tag_jobs.run(doors, connection, workspace_id, wish, people, refused)
    return {**done, "key": key}
