"""Segments: make one, count it before it is made, list who is in."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request

from tieline.api.doors import Doors, rows
from tieline.api.keys import caller
from tieline.api.scope import about_everybody
from tieline.api.segment_counts import compiled
from tieline.condition import sql
from tieline.errors import InvalidInputError
from tieline.store.postgres.segments import PostgresSegments

MEMBERS_MAX = 10_000
Json = Annotated[dict[str, Any], Body()]


def router(doors: Doors) -> APIRouter:
    """Build the routes under /api/segments."""
    routes = APIRouter(prefix="/api/segments", tags=["segments"])

    @routes.post("", status_code=201)
    async def create(request: Request, body: Json) -> dict[str, Any]:
        """Create a segment `{"key", "name", "condition"}`, or a new version of it."""
        workspace_id = await doors.keys.workspace(request)
        key, name = required_key(body), str(body.get("name") or body.get("key"))
        async with doors.pool.connection() as connection, connection.transaction():
            segments = PostgresSegments(connection)
            others = {**await segments.definitions(workspace_id), key: body.get("condition")}
            compiled(body.get("condition"), others)
            await segments.put(
                workspace_id, key, name, body["condition"], caller(request).name, doors.clock.now()
            )
            return await segments.describe(workspace_id, key)

    @routes.post("/preview")
    async def preview(request: Request, body: Json) -> dict[str, Any]:
        """Count exactly who a condition holds for now, without making a segment."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            segments = PostgresSegments(connection)
            node = compiled(body.get("condition"), await segments.definitions(workspace_id))
            zone = await segments.time_zone(workspace_id)
        now = doors.clock.now()
        scope = await about_everybody(doors, workspace_id, now, zone)
        query = sql.compile_count(node, scope)
        table = await doors.history.query(query.sql, query.parameters)
        mark = rows(await doors.history.query("select max(log_offset) as mark from history_mark", {}))[0][
            "mark"
        ]
        return {"count": int(table.column(0)[0].as_py()), "as_of": now, "log_offset": int(mark)}

    @routes.get("/{key}")
    async def read(request: Request, key: str) -> dict[str, Any]:
        """Return a segment with its size and when it was computed."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            return await PostgresSegments(connection).describe(workspace_id, key)

    @routes.get("/{key}/members")
    async def members(request: Request, key: str, limit: int = 1_000, after: str = "") -> dict[str, Any]:
        """List members by profile id; `after` is the last id of the page before."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            segment = await PostgresSegments(connection).describe(workspace_id, key)
            cursor = await connection.execute(
                """
                select encode(profile_id, 'hex'), entered_at from membership
                where workspace_id = %s and segment = %s and profile_id > decode(%s, 'hex')
                order by profile_id limit %s
                """,
                (workspace_id, key, after, max(1, min(limit, MEMBERS_MAX))),
            )
            found = [
                {"profile_id": profile_id, "entered_at": at} for profile_id, at in await cursor.fetchall()
            ]
        return {
            "key": key,
            "count": segment["members"],
            "computed_at": segment["computed_at"],
            "as_of": doors.clock.now(),
            "members": found,
        }

    return routes


def required_key(body: Mapping[str, Any]) -> str:
    """Return the key of the thing to be made.

    Raises:
        InvalidInputError: There is none, or it is more than letters, digits, - and _.
    """
    key = body.get("key")
    if not isinstance(key, str) or not key.replace("-", "").replace("_", "").isalnum() or len(key) > 80:
        raise InvalidInputError(
            f"key is {key!r}; it must be a short name.", field="/key", way_out="Use letters, digits, - and _."
        )
    return key
