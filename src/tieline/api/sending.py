"""What a workspace has decided for all of its messages: quiet hours, frequency cap, approval of large broadcasts, drift."""

from datetime import time
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request
from psycopg.types.json import Jsonb

from tieline.api.doors import Doors
from tieline.condition.place import Place
from tieline.errors import InvalidConditionError, InvalidInputError
from tieline.journey.settings import read_cap, read_number, read_quiet
from tieline.model.limits import QUIET_USUAL
from tieline.store.postgres.workspaces import PostgresWorkspaces

KEYS = ("quiet_hours", "frequency_cap", "approval_above", "drift_percent")
APPROVAL_MAX = 100_000_000
Json = Annotated[dict[str, Any], Body()]


def router(doors: Doors) -> APIRouter:
    """Build /api/sending."""
    routes = APIRouter(prefix="/api/sending", tags=["settings"])

    @routes.get("")
    async def read(request: Request) -> dict[str, Any]:
        """Return what was decided, and the quiet hours that journeys with settings keep where nothing was."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            workspace = await PostgresWorkspaces(connection).find(workspace_id)
        usual = {"from": _shown(QUIET_USUAL.start), "until": _shown(QUIET_USUAL.end)}
        return {
            "decided": workspace.settings.get("sending", {}),
            "usual_quiet_hours": usual,
            "time_zone": workspace.time_zone,
        }

    @routes.put("")
    async def decide(request: Request, body: Json) -> dict[str, Any]:
        """Decide anew; what is left out is undecided. "off" is a decision too."""
        workspace_id = await doors.keys.workspace(request)
        try:
            place = Place(body)
            place.keys((), KEYS)
            for key, reader in (("quiet_hours", read_quiet), ("frequency_cap", read_cap)):
                if place.has(key):
                    reader(place.at(key))
            for key, most in (("approval_above", APPROVAL_MAX), ("drift_percent", 100)):
                if place.has(key):
                    read_number(place.at(key), most)
        except InvalidConditionError as error:
            raise InvalidInputError(error.message, field=error.field, way_out=error.way_out) from error
        async with doors.pool.connection() as connection, connection.transaction():
            await connection.execute(
                "update workspace set settings = jsonb_set(settings, '{sending}', %s) where workspace_id = %s",
                (Jsonb(body), workspace_id),
            )
        return {"decided": body}

    return routes


def _shown(at: time) -> str:
    return f"{at:%H:%M}"
