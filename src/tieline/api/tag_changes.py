"""Tags on and off: rules that put them on, and changes of many people at once."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request
from psycopg import AsyncConnection

from tieline.api import tag_jobs
from tieline.api.body import read_body
from tieline.api.doors import Doors
from tieline.api.keys import caller
from tieline.api.segments import required_key
from tieline.api.tag_jobs import Wish
from tieline.errors import InvalidInputError
from tieline.model.tag import LIST
from tieline.store.postgres.tags import PostgresTags
from tieline.tag import people as named
from tieline.tag.rule import parse

NAME_MAX = 200
FILE_MAX_BYTES = 20_000_000
Json = Annotated[dict[str, Any], Body()]


def router(doors: Doors) -> APIRouter:
    """Build the routes of rules and jobs under /api/tags; they stand before those with a bare key."""
    routes = APIRouter(prefix="/api/tags", tags=["tags"])
    _rules(routes, doors)
    _jobs(routes, doors)
    return routes


def _rules(routes: APIRouter, doors: Doors) -> None:
    @routes.get("/rules")
    async def rules(request: Request) -> dict[str, Any]:
        """List the rules that put tags on."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            return {"rules": await PostgresTags(connection).rules_of(workspace_id)}

    @routes.put("/rules/{key}")
    async def put_rule(request: Request, key: str, body: Json) -> dict[str, Any]:
        """Create or replace a rule `{"tag", "when": {"click"|"keyword"|"qr"|"page"|"event"|"segment": ...}}`."""
        workspace_id = await doors.keys.workspace(request)
        required_key({"key": key})
        tag, when = tag_name(body.get("tag")), body.get("when")
        parse(when, "/when")
        async with doors.pool.connection() as connection, connection.transaction():
            await PostgresTags(connection).put_rule(workspace_id, key, tag, when or {}, doors.clock.now())
        return {"key": key, "tag": tag, "when": when}

    @routes.delete("/rules/{key}")
    async def drop_rule(request: Request, key: str) -> dict[str, Any]:
        """Switch a rule off for good; tags that it put on stay."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection, connection.transaction():
            await PostgresTags(connection).drop_rule(workspace_id, key, doors.clock.now())
        return {"key": key, "state": "deleted"}


def _jobs(routes: APIRouter, doors: Doors) -> None:
    @routes.get("/jobs/{job_id}")
    async def job(request: Request, job_id: str) -> dict[str, Any]:
        """Return what a change of many people did, with the rows that were refused and why."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            return await PostgresTags(connection).job(workspace_id, job_id)

    @routes.post("/jobs/{job_id}/undo")
    async def undo(request: Request, job_id: str) -> dict[str, Any]:
        """Take a change back for everybody about whose tag nothing newer was said."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection, connection.transaction():
            return await tag_jobs.undo(doors, connection, workspace_id, job_id)

    @routes.get("/{key}/jobs")
    async def jobs(request: Request, key: str) -> dict[str, Any]:
        """List the newest changes of many people."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            return {"key": key, "jobs": await PostgresTags(connection).jobs(workspace_id, key)}

    @routes.post("/{key}/people", status_code=201)
    async def change(request: Request, key: str, body: Json) -> dict[str, Any]:
        """Put a tag on people, or take it off.

        `{"action": "add"|"remove", "people": {"profile_ids"} | {"segment"} | {"namespace", "values"}}`.
        """
        workspace_id = await doors.keys.workspace(request)
        action = body.get("action", "add")
        if action not in {"add", "remove"}:
            raise InvalidInputError(f"action is {action!r}.", field="/action", way_out="Use add or remove.")
        wish = Wish(tag_name(key), action, str(body.get("how") or "manual")[:40], caller(request).name)
        async with doors.pool.connection() as connection, connection.transaction():
            people, refused = await meant(connection, workspace_id, body.get("people"))
            return await tag_jobs.run(doors, connection, workspace_id, wish, people, refused)

    @routes.post("/{key}/people.csv", status_code=201)
    async def change_by_file(
        request: Request, key: str, namespace: str, column: str = "", action: str = "add"
    ) -> dict[str, Any]:
        """Put a tag on the people that a CSV file names, one in each row; say which rows name nobody, and why."""
        workspace_id = await doors.keys.workspace(request)
        if action not in {"add", "remove"}:
            raise InvalidInputError(f"action is {action!r}.", field="action", way_out="Use add or remove.")
        read = named.rows_of(await text_of(request), column)
        wish = Wish(tag_name(key), action, "import", caller(request).name)
        async with doors.pool.connection() as connection, connection.transaction():
            people, refused = await tag_jobs.people_by(connection, workspace_id, namespace, read)
            return await tag_jobs.run(doors, connection, workspace_id, wish, people, refused)


async def text_of(request: Request) -> str:
    """Return the text of an uploaded file.

    Raises:
        InvalidInputError: It is not UTF-8.
    """
    try:
        return (await read_body(request, FILE_MAX_BYTES)).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInputError(
            "The file is not UTF-8.",
            field="/file",
            way_out="Save it as CSV UTF-8, or import it as customers.",
        ) from None


async def meant(
    connection: AsyncConnection, workspace_id: int, said: Any
) -> tuple[list[tag_jobs.Person], list[named.Refused]]:
    """Return the people that a request names, and what names nobody.

    Raises:
        InvalidInputError: It is not clear who is meant.
    """
    if isinstance(said, Mapping) and "segment" in said:
        found = await tag_jobs.members_of(connection, workspace_id, str(said["segment"]))
        return await tag_jobs.people_in(connection, workspace_id, found), []
    if isinstance(said, Mapping) and "profile_ids" in said:
        asked = tag_jobs.profile_ids(said["profile_ids"])
        people = await tag_jobs.people_in(connection, workspace_id, asked)
        known = {person.profile_id for person in people}
        refused = [named.Refused(at, named.NOBODY) for at, one in enumerate(asked, 1) if one not in known]
        return people, refused
    if isinstance(said, Mapping) and isinstance(said.get("values"), list) and said["values"]:
        read = named.limited(said["values"])
        return await tag_jobs.people_by(connection, workspace_id, str(said.get("namespace", "")), read)
    raise InvalidInputError(
        "It is not clear who is meant.",
        field="/people",
        way_out='Write {"profile_ids": [...]}, {"segment": ...} or {"namespace": ..., "values": [...]}.',
    )


def tag_name(said: Any) -> str:
    """Return the name of a tag.

    Raises:
        InvalidInputError: It is none.
    """
    if not isinstance(said, str) or not said.strip() or len(said) > NAME_MAX or said.startswith(LIST):
        raise InvalidInputError(
            f"{said!r} is no name of a tag.",
            field="/tag",
            way_out=f"Use 1 to {NAME_MAX} characters, not list:.",
        )
    return said
