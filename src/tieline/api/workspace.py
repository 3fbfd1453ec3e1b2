"""The workspace itself: its name, its clock, its quiet hours, and the price plans of its LINE accounts."""

from datetime import datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fastapi import APIRouter, Request
from psycopg import AsyncConnection
from psycopg.types.json import Jsonb
from pydantic import BaseModel, Field

from tieline.api.doors import Doors
from tieline.api.keys import caller
from tieline.errors import InvalidInputError
from tieline.model.limits import Quiet
from tieline.store.postgres.habits import habits
from tieline.store.postgres.workspaces import PostgresWorkspaces


class QuietHours(BaseModel):
    """From when until when no marketing is sent, by the workspace's clock: HH:MM. They may pass midnight."""

    begin: str = "22:00"
    end: str = "09:00"


class PlanOfAccount(BaseModel):
    """The price plan that a LINE account has at LINE."""

    account: str
    name: str
    price_plan: str


class WorkspaceView(BaseModel):
    """The workspace. `quiet_hours` hold for all marketing that says nothing else; null if none were decided."""

    key: str
    name: str
    time_zone: str
    country: str
    quiet_hours: QuietHours | None
    accounts: list[PlanOfAccount]
    local_time: datetime
    as_of: datetime


class WorkspaceChange(BaseModel):
    """What to change; what is left out stays. `no_quiet_hours` takes them away."""

    name: str | None = Field(None, min_length=1, max_length=120)
    time_zone: str | None = None
    quiet_hours: QuietHours | None = None
    no_quiet_hours: bool = False


def router(doors: Doors) -> APIRouter:
    """Build the routes under /api/workspace."""
    routes = APIRouter(prefix="/api/workspace", tags=["workspace"])

    @routes.get("")
    async def read(request: Request) -> WorkspaceView:
        """Return the workspace."""
        async with doors.pool.connection() as connection:
            return await _view(doors, connection, caller(request).workspace_id)

    @routes.patch("")
    async def change(request: Request, body: WorkspaceChange) -> WorkspaceView:
        """Change the workspace; a new time zone holds for days, quiet hours and birthdays from the next one on."""
        workspace_id = caller(request).workspace_id
        zone = _zone(body.time_zone)
        quiet = _quiet(body.quiet_hours)
        async with doors.pool.connection() as connection, connection.transaction():
            await connection.execute(
                """
                update workspace set name = coalesce(%s, name), time_zone = coalesce(%s, time_zone)
                where workspace_id = %s
                """,
                (body.name.strip() if body.name else None, zone, workspace_id),
            )
            if quiet is not None or body.no_quiet_hours:
                await connection.execute(
                    """
                    update workspace
                    set settings = settings || jsonb_build_object('sending', coalesce(settings->'sending', '{}') || %s)
                    where workspace_id = %s
                    """,
                    (Jsonb({"quiet_hours": "off" if body.no_quiet_hours else quiet}), workspace_id),
                )
            return await _view(doors, connection, workspace_id)

    return routes


async def _view(doors: Doors, connection: AsyncConnection, workspace_id: int) -> WorkspaceView:
    found = await PostgresWorkspaces(connection).find(workspace_id)
    cursor = await connection.execute(
        "select key, name, price_plan from line_account where workspace_id = %s order by key", (workspace_id,)
    )
    accounts = [
        PlanOfAccount(account=key, name=name, price_plan=plan) for key, name, plan in await cursor.fetchall()
    ]
    quiet = habits(found.settings).quiet
    now = doors.clock.now()
    return WorkspaceView(
        key=found.key,
        name=found.name,
        time_zone=found.time_zone,
        country=found.country,
        quiet_hours=QuietHours(begin=f"{quiet.start:%H:%M}", end=f"{quiet.end:%H:%M}")
        if isinstance(quiet, Quiet)
        else None,
        accounts=accounts,
        local_time=now.astimezone(ZoneInfo(found.time_zone)),
        as_of=now,
    )


def _zone(name: str | None) -> str | None:
    if name is None:
        return None
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidInputError(
            f"{name!r} is no time zone.", field="/time_zone", way_out="Use an IANA name such as Asia/Taipei."
        ) from None
    return name


def _quiet(hours: QuietHours | None) -> dict[str, str] | None:
    if hours is None:
        return None
    for field in ("begin", "end"):
        value = getattr(hours, field)
        try:
            time.fromisoformat(value if len(value) == 5 and value[2] == ":" else "")
        except ValueError:
            raise InvalidInputError(
                f"{value!r} is no time of day; write it as 22:00.", field=f"/quiet_hours/{field}"
            ) from None
    if hours.begin == hours.end:
        raise InvalidInputError("Quiet hours begin and end at the same time.", field="/quiet_hours/end")
    return {"from": hours.begin, "until": hours.end}
