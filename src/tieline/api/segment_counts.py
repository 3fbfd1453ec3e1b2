"""Counts of segments before anything is saved: overlap, funnel, what an edit moves."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Request

from tieline.api.doors import Doors, rows
from tieline.api.scope import about_everybody
from tieline.condition import sql
from tieline.condition.node import Node
from tieline.condition.parse import parse
from tieline.condition.rewrite import parsed, rewrite
from tieline.condition.tree import All, Not
from tieline.errors import InvalidInputError, NotFoundError
from tieline.store.postgres.segments import PostgresSegments

OVERLAP_MAX = 12
Json = Annotated[dict[str, Any], Body()]
Keys = Annotated[list[str], Query()]


def router(doors: Doors) -> APIRouter:
    """Build the routes under /api/segments that count; they stand before those with a bare key."""
    routes = APIRouter(prefix="/api/segments", tags=["segments"])

    @routes.get("/overlap")
    async def overlap(request: Request, key: Keys) -> dict[str, Any]:
        """Count each of some segments, and every pair of them together."""
        workspace_id = await doors.keys.workspace(request)
        if not 2 <= len(set(key)) <= OVERLAP_MAX:
            raise InvalidInputError(
                f"{len(set(key))} segments were named.", field="key", way_out=f"Name 2 to {OVERLAP_MAX}."
            )
        keys = sorted(set(key))
        definitions, zone = await definitions_of(doors, workspace_id)
        nodes = [named(name, definitions) for name in keys]
        pairs = [(one, two) for one in range(len(keys)) for two in range(one)]
        asked = [*nodes, *(All((nodes[one], nodes[two])) for one, two in pairs)]
        counted, as_of = await _tally(doors, workspace_id, asked, zone)
        return {
            "as_of": as_of,
            "segments": [
                {"key": name, "count": size} for name, size in zip(keys, counted[: len(keys)], strict=True)
            ],
            "pairs": [
                {"keys": [keys[two], keys[one]], "count": size}
                for (one, two), size in zip(pairs, counted[len(keys) :], strict=True)
            ],
        }

    @routes.post("/funnel")
    async def funnel(request: Request, body: Json) -> dict[str, Any]:
        """Count how many remain after each part of a condition, and whom each LINE account may write to."""
        workspace_id = await doors.keys.workspace(request)
        definitions, zone = await definitions_of(doors, workspace_id)
        whole = body.get("condition")
        node = compiled(whole, definitions)
        written = whole["all"] if isinstance(whole, dict) and "all" in whole else [whole]
        parts = [compiled(part, definitions) for part in written]
        accounts = await accounts_of(doors, workspace_id)
        ways = [
            {"channel": "email"},
            {"channel": "sms"},
            *({"channel": "line", "account": account} for account in accounts),
        ]
        reachable = [All((node, parse({"reachable": way}))) for way in ways]
        steps = [All(tuple(parts[: index + 1])) for index in range(len(parts))]
        counted, as_of = await _tally(doors, workspace_id, [*steps, *reachable], zone)
        return {
            "as_of": as_of,
            "steps": [
                {"condition": part, "remain": size}
                for part, size in zip(written, counted[: len(steps)], strict=True)
            ],
            "reachable": [
                {**way, "count": size} for way, size in zip(ways, counted[len(steps) :], strict=True)
            ],
        }

    @routes.post("/{key}/difference")
    async def difference(request: Request, key: str, body: Json) -> dict[str, Any]:
        """Count whom a new condition would move in and out of a segment, before it is saved."""
        workspace_id = await doors.keys.workspace(request)
        definitions, zone = await definitions_of(doors, workspace_id)
        before = named(key, definitions)
        after = compiled(body.get("condition"), {**definitions, key: body.get("condition")})
        asked: list[Node] = [All((before, Not(after))), All((after, Not(before))), All((before, after))]
        (out, come, stay), as_of = await _tally(doors, workspace_id, asked, zone)
        return {"key": key, "as_of": as_of, "out": out, "in": come, "stay": stay}

    return routes


async def accounts_of(doors: Doors, workspace_id: int) -> list[str]:
    """Return the keys of a workspace's LINE accounts."""
    async with doors.pool.connection() as connection:
        cursor = await connection.execute(
            "select key from line_account where workspace_id = %s order by key", (workspace_id,)
        )
        return [str(key) for (key,) in await cursor.fetchall()]


async def definitions_of(doors: Doors, workspace_id: int) -> tuple[dict[str, Any], str]:
    """Return the conditions of a workspace as written, by key, and its time zone."""
    async with doors.pool.connection() as connection:
        segments = PostgresSegments(connection)
        return await segments.definitions(workspace_id), await segments.time_zone(workspace_id)


def compiled(condition: Any, definitions: Mapping[str, Any]) -> Node:
    """Return a condition that may refer to the segments in `definitions`."""
    node = parse(condition, "/condition")
    return rewrite(node, parsed(definitions))


def named(key: str, definitions: Mapping[str, Any]) -> Node:
    """Return the condition of a segment.

    Raises:
        NotFoundError: There is none with this key.
    """
    if key not in definitions:
        raise NotFoundError(f"There is no segment {key}.")
    return compiled(definitions[key], definitions)


async def _tally(
    doors: Doors, workspace_id: int, nodes: Sequence[Node], zone: str
) -> tuple[list[int], datetime]:
    now = doors.clock.now()
    query = sql.compile_tally(nodes, await about_everybody(doors, workspace_id, now, zone))
    (row,) = rows(await doors.history.query(query.sql, query.parameters))
    return [int(count) for count in row["members"]] or [0] * len(nodes), now
