"""Tags: the dictionary, who carries them, and what uses them."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request
from psycopg import AsyncConnection

from tieline.api import tag_jobs
from tieline.api.doors import Doors, rows
from tieline.api.keys import caller
from tieline.api.segment_questions import USERS
from tieline.api.tag_changes import tag_name
from tieline.api.tag_jobs import Wish
from tieline.condition import uses
from tieline.errors import ConflictError, InvalidInputError
from tieline.model.tag import LIST
from tieline.store.postgres.tags import PostgresTags

NAME_MAX = 200
DAYS_MAX = 3650
Json = Annotated[dict[str, Any], Body()]

_CARRIED = """
select tag, count() as people from profile final array join tags as tag
where workspace_id = {workspace:UInt32} group by tag
"""
_USED = """
select tag, max(at) as last_used_at, count() as times, groupUniqArray(10)(how) as hows from (
    select arrayJoin(arrayFilter(x -> notEmpty(x), arrayConcat([ifNull(properties.tag.:String, '')],
           JSONExtract(ifNull(toJSONString(properties.tags), '[]'), 'Array(String)')))) as tag, at,
           ifNull(properties.how.:String, source) as how
    from event where workspace_id = {workspace:UInt32} and event = 'tag_added'
) group by tag
"""


def router(doors: Doors) -> APIRouter:
    """Build the routes under /api/tags; those of `tag_changes` stand before them."""
    routes = APIRouter(prefix="/api/tags", tags=["tags"])

    @routes.get("")
    async def dictionary(request: Request) -> dict[str, Any]:
        """List every tag: described or not, how many carry it, how often, by what and when last it was put on."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            described = {row["key"]: row for row in await PostgresTags(connection).dictionary(workspace_id)}
        mine = {"workspace": workspace_id}
        carried = {row["tag"]: row["people"] for row in rows(await doors.history.query(_CARRIED, mine))}
        used = {row["tag"]: row for row in rows(await doors.history.query(_USED, mine))}
        keys = sorted(key for key in {*described, *carried, *used} if not key.startswith(LIST))
        return {
            "tags": [_shown(key, described.get(key), carried.get(key, 0), used.get(key)) for key in keys],
            "as_of": doors.clock.now(),
        }

    @routes.put("/{key}")
    async def describe(request: Request, key: str, body: Json) -> dict[str, Any]:
        """Describe a tag: `{"name", "owner", "purpose", "expires_after_days"}`."""
        workspace_id = await doors.keys.workspace(request)
        said = _described(key, body, caller(request).name)
        async with doors.pool.connection() as connection, connection.transaction():
            await PostgresTags(connection).put(workspace_id, tag_name(key), said, doors.clock.now())
        return {"key": key, **said}

    @routes.get("/{key}/used-by")
    async def used_by(request: Request, key: str) -> dict[str, Any]:
        """List the segments, traits, journeys, broadcasts, answers and rules that name a tag."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            return {"key": key, "used_by": await _users(connection, workspace_id, key)}

    @routes.delete("/{key}")
    async def delete(request: Request, key: str, *, take_off: bool = False) -> dict[str, Any]:
        """Take a tag out of the dictionary if nothing uses it; `take_off` also takes it off people, which can be undone."""
        workspace_id = await doors.keys.workspace(request)
        carriers = await _carriers(doors, workspace_id, key) if take_off else []
        async with doors.pool.connection() as connection, connection.transaction():
            users = [
                user for user in await _users(connection, workspace_id, key) if user["kind"] != "tag_rule"
            ]
            if users:
                named_users = ", ".join(f"{user['kind']} {user['key']}" for user in users[:10])
                raise ConflictError(f"The tag {key} is used by {named_users}.", way_out="Change these first.")
            await PostgresTags(connection).delete(workspace_id, key, doors.clock.now())
            done = None
            if take_off:
                people = await tag_jobs.people_in(connection, workspace_id, carriers)
                wish = Wish(key, "remove", "manual", caller(request).name)
                done = await tag_jobs.run(doors, connection, workspace_id, wish, people)
        return {"key": key, "state": "deleted", "taken_off": done}

    return routes


def _shown(
    key: str, described: Mapping[str, Any] | None, carried: int, used: Mapping[str, Any] | None
) -> dict[str, Any]:
    blank = {"name": key, "owner": "", "purpose": "", "expires_after_days": None, "rules": 0}
    return {
        "key": key,
        **(described or blank),
        "described": described is not None,
        "people": carried,
        "times": used["times"] if used else 0,
        "last_used_at": used["last_used_at"] if used else None,
        "put_on_by": sorted(used["hows"]) if used else [],
    }


def _described(key: str, body: Mapping[str, Any], author: str) -> dict[str, Any]:
    days = body.get("expires_after_days")
    if days is not None and (not isinstance(days, int) or isinstance(days, bool) or not 0 < days <= DAYS_MAX):
        raise InvalidInputError(
            f"expires_after_days is {days!r}.",
            field="/expires_after_days",
            way_out=f"Use 1 to {DAYS_MAX}, or leave it out.",
        )
    texts = {
        name: str(body.get(name) or other)
        for name, other in (("name", key), ("owner", author), ("purpose", ""))
    }
    for name, text in texts.items():
        if len(text) > NAME_MAX * 5:
            raise InvalidInputError(f"{name} is too long.", field=f"/{name}")
    return {**texts, "expires_after_days": days}


async def _users(connection: AsyncConnection, workspace_id: int, tag: str) -> list[dict[str, str]]:
    found = await (await connection.execute(USERS, {"workspace": workspace_id})).fetchall()
    users = [{"kind": kind, "key": key} for kind, key, written in found if _names_tag(written, tag)]
    rules = await PostgresTags(connection).rules_of(workspace_id)
    return users + [{"kind": "tag_rule", "key": rule["key"]} for rule in rules if rule["tag"] == tag]


def _names_tag(written: Any, tag: str) -> bool:
    if isinstance(written, Mapping):
        listed = written.get("tags")
        return (
            tag in uses.said(written, "tag")
            or (isinstance(listed, list) and tag in listed)
            or any(_names_tag(part, tag) for part in written.values())
        )
    return isinstance(written, list) and any(_names_tag(part, tag) for part in written)


async def _carriers(doors: Doors, workspace_id: int, tag: str) -> list[bytes]:
    found = await doors.history.query(
        "select profile_id from profile final where workspace_id = {workspace:UInt32} and has(tags, {tag:String}) limit 100000",
        {"workspace": workspace_id, "tag": tag},
    )
    return [bytes(one) for one in found["profile_id"].to_pylist()]
