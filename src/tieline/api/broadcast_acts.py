"""What people do to a broadcast: start it, approve it, stop it, let it go on."""

from typing import Any

import msgspec
from fastapi import APIRouter, Request

from tieline.api.broadcast_answers import BroadcastMoved, BroadcastResumed, BroadcastStopped
from tieline.api.broadcasts import first_state, look_up, refuse_over_month, who
from tieline.api.doors import Doors
from tieline.deliver.policy import Reason
from tieline.errors import ConflictError
from tieline.model.broadcast import Broadcast
from tieline.store.postgres.broadcast_desk import STOPPED, PostgresBroadcastDesk
from tieline.store.postgres.deliver import PostgresSends

RUNNING = ("ready", "planning", "planned", "drifted")


def router(doors: Doors) -> APIRouter:
    """Build the routes under /api/broadcasts/{key} that act."""
    routes = APIRouter(prefix="/api/broadcasts", tags=["broadcasts"])
    _beginning(routes, doors)
    _stopping(routes, doors)
    return routes


async def _moved(
    doors: Doors, request: Request, key: str, before: tuple[str, ...], after: str
) -> dict[str, Any]:
    workspace_id = await doors.keys.workspace(request)
    async with doors.pool.connection() as connection, connection.transaction():
        found = await look_up(connection, workspace_id, key)
        if not await PostgresBroadcastDesk(connection).change(
            workspace_id, key, before, after, doors.clock.now()
        ):
            raise _not_now(key, found["state"])
    return {"key": key, "state": after}


def _beginning(routes: APIRouter, doors: Doors) -> None:
    """Add what starts a broadcast, or gives it up before."""

    @routes.post("/{key}/start", response_model=BroadcastMoved)
    async def start(request: Request, key: str) -> dict[str, Any]:
        """Start a draft when its moment comes; one that quota or a budget does not reach for stays a draft."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            found = await look_up(connection, workspace_id, key)
            said = msgspec.convert(found["definition"], Broadcast)
            if found["state"] == "draft":
                await refuse_over_month(doors, connection, workspace_id, key, said)
            state = await first_state(connection, workspace_id, said)
        return await _moved(doors, request, key, ("draft",), state)

    @routes.post("/{key}/approve", response_model=BroadcastMoved)
    async def approve(request: Request, key: str) -> dict[str, Any]:
        """Say yes to a broadcast of somebody else."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection, connection.transaction():
            found = await look_up(connection, workspace_id, key)
            if not await PostgresBroadcastDesk(connection).approve(
                workspace_id, key, who(request), doors.clock.now()
            ):
                if found["state"] == "approval":
                    raise ConflictError(
                        f"{key} was written by who would approve it.", way_out="Ask a second person."
                    )
                raise _not_now(key, found["state"])
            said = msgspec.convert(found["definition"], Broadcast)
            await refuse_over_month(doors, connection, workspace_id, key, said)
        return {"key": key, "state": "ready"}

    @routes.post("/{key}/confirm", response_model=BroadcastMoved)
    async def confirm(request: Request, key: str) -> dict[str, Any]:
        """Send to the frozen recipients although they differ from the preview."""
        return await _moved(doors, request, key, ("drifted",), "planning")

    @routes.post("/{key}/cancel", response_model=BroadcastMoved)
    async def cancel(request: Request, key: str) -> dict[str, Any]:
        """Give up a broadcast of which nothing was sent yet."""
        return await _moved(doors, request, key, ("draft", "approval", "ready", "drifted"), "cancelled")


def _stopping(routes: APIRouter, doors: Doors) -> None:
    """Add what stops a broadcast and lets it go on."""

    @routes.post("/{key}/stop", response_model=BroadcastStopped)
    async def stop(request: Request, key: str) -> dict[str, Any]:
        """Let no further call start within a second; what has left cannot be taken back."""
        workspace_id = await doors.keys.workspace(request)
        now = doors.clock.now()
        async with doors.pool.connection() as connection, connection.transaction():
            found = await look_up(connection, workspace_id, key)
            desk = PostgresBroadcastDesk(connection)
            if not await desk.change(workspace_id, key, RUNNING, "stopped", now):
                raise _not_now(key, found["state"])
            aside = await desk.halt(workspace_id, key, who(request), now)
        return {"key": key, "state": "stopped", "laid_aside": aside}

    @routes.post("/{key}/resume", response_model=BroadcastResumed)
    async def resume(request: Request, key: str) -> dict[str, Any]:
        """Go on where a stopped broadcast was stopped; nobody gets it twice."""
        workspace_id = await doors.keys.workspace(request)
        now = doors.clock.now()
        async with doors.pool.connection() as connection, connection.transaction():
            found = await look_up(connection, workspace_id, key)
            if found["state"] != "stopped":
                raise _not_now(key, found["state"])
            desk = PostgresBroadcastDesk(connection)
            await desk.lift(workspace_id, key)
            await desk.go_on(workspace_id, key, now)
            sends, origin = PostgresSends(connection), f"broadcast:{key}"
            planned = await sends.resume(workspace_id, origin, STOPPED, now)
            planned += await sends.resume(workspace_id, origin, Reason.LINE_REFUSES, now)
        return {"key": key, "planned_again": planned}


def _not_now(key: str, state: str) -> ConflictError:
    return ConflictError(f"The broadcast {key} is {state}: this cannot be done now.")
