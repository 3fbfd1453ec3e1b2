"""Questions about one segment: why someone is in, what it was, what uses it, who is in as CSV."""

import csv
import io
from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec
from fastapi import APIRouter, Request
from psycopg import AsyncConnection
from starlette.responses import StreamingResponse

from tieline.api.doors import Doors, rows
from tieline.api.profiles import load, parse_id
from tieline.api.scope import about_everybody
from tieline.api.segment_counts import definitions_of, named
from tieline.condition import sql, uses
from tieline.condition.match import HistoryEvent, Person
from tieline.condition.node import Node, Top
from tieline.condition.reads import reads
from tieline.condition.tree import leaves
from tieline.condition.why import Question, explain
from tieline.model.profile import Profile
from tieline.store.clickhouse.written import WRITTEN_BY
from tieline.store.postgres.segments import PostgresSegments

PAGE = 10_000

USERS = """
select 'segment' as kind, key, definition from segment where workspace_id = %(workspace)s and state <> 'deleted'
union all
select 'computed_trait', key, definition from computed_trait where workspace_id = %(workspace)s and state <> 'deleted'
union all
select 'journey', j.key, v.definition from journey j join journey_version v
  using (workspace_id, key, version) where workspace_id = %(workspace)s and j.state <> 'stopped'
union all
select 'broadcast', key, definition from broadcast where workspace_id = %(workspace)s
union all
select 'auto_reply', key, definition from auto_reply where workspace_id = %(workspace)s and live
union all
select 'tag_rule', key, definition from tag_rule where workspace_id = %(workspace)s and state <> 'deleted'
union all
select 'destination', key, jsonb_build_object('segment', segment) from destination
where workspace_id = %(workspace)s and state <> 'deleted'
union all
select 'rich_menu', key, jsonb_build_object('segment', segment, 'tag', tag) from rich_menu where workspace_id = %(workspace)s
"""
"""Everything that may name a segment, a computed trait or a tag."""

_EVENTS = f"""
select event, at, toString(properties) as properties
from event
where workspace_id = {{workspace:UInt32}} and event in {{events:Array(String)}}
  and profile_id in (select toFixedString(unhex(arrayJoin({{profiles:Array(String)}})), 16) union distinct {WRITTEN_BY})
  and hex(toFixedString(dictGetOrDefault('override_map', 'profile_id', (workspace_id, node_id), profile_id), 16))
      in {{profiles:Array(String)}}
"""

_NEWEST = """
select event, max(at) as newest_at from event
where workspace_id = {workspace:UInt32} and event in {events:Array(String)} and at <= {now:DateTime64(3, 'UTC')}
group by event
"""
_MARK = "select max(log_offset) as reached, argMax(at, log_offset) as reached_at from history_mark"


def router(doors: Doors) -> APIRouter:
    """Build the routes under /api/segments that change nothing; they stand before those with a bare key."""
    routes = APIRouter(prefix="/api/segments", tags=["segments"])

    @routes.get("/{key}/why")
    async def why(request: Request, key: str, profile_id: str) -> dict[str, Any]:
        """Say of each condition whether it holds for a person, with the events and values that decide it."""
        workspace_id = await doors.keys.workspace(request)
        definitions, zone = await definitions_of(doors, workspace_id)
        node = named(key, definitions)
        profile = await load(doors, workspace_id, parse_id(profile_id))
        now = doors.clock.now()
        events = await _events(doors, workspace_id, profile.profile_id, sorted(reads(node).events))
        first = await _first(doors, await about_everybody(doors, workspace_id, now, zone), node)
        question = Question(_person(profile, events), now, zone, definitions, first)
        said = explain(definitions[key], question)
        return {"key": key, "profile_id": profile.profile_id.hex(), "as_of": now, **said}

    @routes.get("/{key}/freshness")
    async def freshness(request: Request, key: str) -> dict[str, Any]:
        """Say when a segment was computed, how far history is, and when each event it reads was last heard of."""
        workspace_id = await doors.keys.workspace(request)
        definitions, _ = await definitions_of(doors, workspace_id)
        names = sorted(reads(named(key, definitions)).events)
        async with doors.pool.connection() as connection:
            segment = await PostgresSegments(connection).describe(workspace_id, key)
        now = doors.clock.now()
        parameters = {"workspace": workspace_id, "events": names, "now": now}
        newest = {
            row["event"]: row["newest_at"] for row in rows(await doors.history.query(_NEWEST, parameters))
        }
        (mark,) = rows(await doors.history.query(_MARK, {}))
        inputs: list[dict[str, Any]] = [{"event": name, "newest_at": newest.get(name)} for name in names]
        heard = [one for one in inputs if one["newest_at"] is not None]
        return {
            "key": key,
            "as_of": now,
            "computed_at": segment["computed_at"],
            "history": {
                "log_offset": int(mark["reached"]),
                "at": mark["reached_at"] if mark["reached"] else None,
            },
            "inputs": inputs,
            "slowest": min(heard, key=lambda one: one["newest_at"]) if heard else None,
        }

    @routes.get("/{key}/versions")
    async def versions(request: Request, key: str) -> dict[str, Any]:
        """Return every definition a segment has had, the newest first."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            cursor = await connection.execute(
                """
                select version, definition, author, at from segment_version
                where workspace_id = %s and key = %s order by version desc
                """,
                (workspace_id, key),
            )
            found = await cursor.fetchall()
        names = ("version", "condition", "author", "at")
        return {"key": key, "versions": [dict(zip(names, row, strict=True)) for row in found]}

    @routes.get("/{key}/used-by")
    async def used_by(request: Request, key: str) -> dict[str, Any]:
        """List the segments, journeys and broadcasts whose definition names a segment."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            users = await users_of(connection, workspace_id, key)
        return {"key": key, "used_by": users}

    @routes.get("/{key}/members.csv")
    async def members_csv(request: Request, key: str) -> StreamingResponse:
        """Return the members of a segment as CSV: profile id and when they entered."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            await PostgresSegments(connection).describe(workspace_id, key)
        return StreamingResponse(_csv(doors, workspace_id, key), media_type="text/csv; charset=utf-8")

    return routes


async def users_of(connection: AsyncConnection, workspace_id: int, key: str) -> list[dict[str, str]]:
    """Return what names a segment: segments, journeys, broadcasts, rules of tags, destinations, rich menus."""
    return await definitions_using(connection, workspace_id, "segment", key)


async def definitions_using(
    connection: AsyncConnection, workspace_id: int, word: str, key: str
) -> list[dict[str, str]]:
    """Return kind and key of every definition in which `key` stands after `word`, anywhere."""
    cursor = await connection.execute(USERS, {"workspace": workspace_id})
    return [
        {"kind": kind, "key": name}
        for kind, name, written in await cursor.fetchall()
        if key in uses.said(written, word)
    ]


async def _csv(doors: Doors, workspace_id: int, key: str) -> AsyncIterator[str]:
    """Yield pages of rows; what stands in a cell is hexadecimal or a time, so that no cell is a formula."""
    yield "profile_id,entered_at\r\n"
    after = b""
    while True:
        async with doors.pool.connection() as connection:
            cursor = await connection.execute(
                """
                select profile_id, entered_at from membership
                where workspace_id = %s and segment = %s and profile_id > %s order by profile_id limit %s
                """,
                (workspace_id, key, after, PAGE),
            )
            found = await cursor.fetchall()
        if not found:
            return
        page = io.StringIO()
        csv.writer(page).writerows((bytes(person).hex(), at.isoformat()) for person, at in found)
        yield page.getvalue()
        after = bytes(found[-1][0])


async def _events(
    doors: Doors, workspace_id: int, profile_id: bytes, names: Sequence[str]
) -> list[HistoryEvent]:
    parameters = {"workspace": workspace_id, "events": list(names), "profiles": [profile_id.hex().upper()]}
    found = rows(await doors.history.query(_EVENTS, parameters))
    return [HistoryEvent(row["event"], row["at"], msgspec.json.decode(row["properties"])) for row in found]


async def _first(doors: Doors, scope: sql.Scope, node: Node) -> dict[Top, frozenset[bytes]]:
    """Return who is among the first, for each ranking in a condition."""
    found = {}
    for leaf in {leaf for leaf in leaves(node) if isinstance(leaf, Top)}:
        query = sql.compile_members(leaf, scope)
        table = await doors.history.query(query.sql, query.parameters)
        found[leaf] = frozenset(table["profile_id"].to_pylist())
    return found


def _person(profile: Profile, events: Sequence[HistoryEvent]) -> Person:
    return Person(
        traits={name: trait.value for name, trait in profile.traits.items()},
        tags=frozenset(profile.tags),
        consents=frozenset(profile.consents),
        friends=frozenset(profile.friends),
        namespaces=frozenset(namespace for namespace, _ in profile.identifiers),
        events=events,
        profile_id=profile.profile_id,
    )
