"""Audiences at LINE: a segment as it is now, frozen, filled and watched until LINE is done with it."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Body, Request

from tieline.api.costing import find_account
from tieline.api.doors import Doors
from tieline.api.shape import read_shape
from tieline.deliver.audience import PEOPLE_MIN
from tieline.errors import InvalidInputError
from tieline.store.postgres.audiences import PostgresAudiences
from tieline.store.postgres.segments import PostgresSegments

Json = Annotated[dict[str, Any], Body()]


class NewAudience(msgspec.Struct, forbid_unknown_fields=True):
    """A segment to be an audience; only who agreed to the purpose is in it. `in_step`: it follows the segment."""

    key: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,60}$")]
    segment: str
    purpose: str = "marketing"
    in_step: bool = False


def router(doors: Doors) -> APIRouter:
    """Build the routes under /api/line/accounts/{account}/audiences."""
    routes = APIRouter(prefix="/api/line/accounts/{account}/audiences", tags=["audiences"])

    @routes.get("")
    async def all_of(request: Request, account: str) -> dict[str, Any]:
        """Return the audiences, how far each is, when it ends, and how many in it may not be written to any more."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            await find_account(doors, connection, workspace_id, account)
            audiences = PostgresAudiences(connection)
            found = await audiences.of(workspace_id, account)
            for one in found:
                one["withdrawn"] = await audiences.withdrawn(
                    workspace_id, account, one["key"], one["purpose"]
                )
        return {"audiences": found, "as_of": doors.clock.now()}

    @routes.put("/{key}")
    async def save(request: Request, account: str, key: str, body: Json) -> dict[str, Any]:
        """Make an audience of `{"segment", "purpose", "in_step"}` as it is now; asked again, it is made anew under the same key.

        With `in_step` it follows: who enters the segment is added within the hour; for those who left, and because LINE
        ends every audience, it is made anew under the same key, once a day at most.
        """
        workspace_id = await doors.keys.workspace(request)
        new = read_shape({**body, "key": key}, NewAudience)
        async with doors.pool.connection() as connection, connection.transaction():
            await find_account(doors, connection, workspace_id, account)
            await PostgresSegments(connection).describe(workspace_id, new.segment)
            people = await PostgresAudiences(connection).snapshot(
                workspace_id, account, key, new.segment, new.purpose, doors.clock.now(), in_step=new.in_step
            )
            if people < PEOPLE_MIN:
                raise InvalidInputError(
                    f"Of the segment {new.segment} {people} people may be written to; an audience needs {PEOPLE_MIN}.",
                    field="/segment",
                    way_out="Take a wider segment: a smaller audience would tell about single people.",
                )
        return {"key": key, "people": people, "state": "new", "in_step": new.in_step}

    return routes
