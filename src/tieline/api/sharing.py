"""Sharing an account with other tools: webhooks go on to them, and keys let their calls come through us."""

from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec
from fastapi import APIRouter, Body, Request

from tieline.api.costing import find_account
from tieline.api.doors import Doors
from tieline.api.keys import key_hash
from tieline.api.line_shapes import ForwardList, ToolKey
from tieline.api.shape import read_shape
from tieline.errors import InvalidInputError, NotFoundError
from tieline.model.sharing import Forward
from tieline.store.postgres.sharing import PostgresForwards, PostgresProxy

DEAD_MAX = 200
Json = Annotated[dict[str, Any], Body()]
Key = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,50}$")]


class NewForward(msgspec.Struct, forbid_unknown_fields=True):
    """A tool that gets webhooks."""

    key: Key
    url: Annotated[str, msgspec.Meta(max_length=500)]


class NewTool(msgspec.Struct, forbid_unknown_fields=True):
    """A tool that calls LINE through us."""

    name: Key


def router(doors: Doors) -> APIRouter:
    """Build the routes under /api/line/accounts/{account}/forwards and /tools."""
    routes = APIRouter(prefix="/api/line/accounts/{account}", tags=["sharing"])

    @routes.get("/forwards", response_model=ForwardList)
    async def all_of(request: Request, account: str) -> dict[str, Any]:
        """Return the tools that get webhooks, what waits for each, and what was given up."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            await find_account(doors, connection, workspace_id, account)
            forwards = PostgresForwards(connection)
            found = await forwards.of(workspace_id, account)
            dead = await forwards.dead(workspace_id, account, DEAD_MAX)
        return {"forwards": found, "dead": dead, "as_of": doors.clock.now()}

    @routes.put("/forwards/{key}")
    async def put(request: Request, account: str, key: str, body: Json) -> dict[str, Any]:
        """Let a tool `{"url"}` have the account's webhooks from now on, signed as LINE signs them."""
        workspace_id = await doors.keys.workspace(request)
        new = read_shape({**body, "key": key}, NewForward)
        parts = urlsplit(new.url)
        if parts.scheme != "https" and parts.hostname not in doors.settings.webhook_hosts.split():
            raise InvalidInputError("A tool must be reached over HTTPS.", field="/url")
        async with doors.pool.connection() as connection:
            await find_account(doors, connection, workspace_id, account)
            forward = Forward(workspace_id, account, key, new.url, 0)
            await PostgresForwards(connection).put(forward, doors.clock.now())
        return {"key": key, "url": new.url}

    @routes.post("/forwards/{key}/replay")
    async def replay(request: Request, account: str, key: str) -> dict[str, Any]:
        """Deliver again what was given up for a tool."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            again = await PostgresForwards(connection).replay(workspace_id, account, key, doors.clock.now())
        return {"key": key, "replayed": again}

    @routes.delete("/forwards/{key}", status_code=204)
    async def drop(request: Request, account: str, key: str) -> None:
        """Let a tool have no more webhooks."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection, connection.transaction():
            if not await PostgresForwards(connection).drop(workspace_id, account, key):
                raise NotFoundError(f"There is no tool {key}.")

    @routes.post("/tools", status_code=201, response_model=ToolKey)
    async def give_key(request: Request, account: str, body: Json) -> dict[str, Any]:
        """Give a tool `{"name"}` a key for LINE's API as we offer it; it is shown once, and a former one is dead."""
        workspace_id = await doors.keys.workspace(request)
        new = read_shape(body, NewTool)
        token = f"lp_{doors.ids.token()}{doors.ids.token()}"
        async with doors.pool.connection() as connection:
            await find_account(doors, connection, workspace_id, account)
            proxy = PostgresProxy(connection)
            await proxy.put_key(workspace_id, account, new.name, key_hash(token), doors.clock.now())
        base = f"{doors.settings.public_url.rstrip('/')}/line-api"
        return {"name": new.name, "channel_access_token": token, "api_url": base}

    @routes.delete("/tools/{name}", status_code=204)
    async def revoke(request: Request, account: str, name: str) -> None:
        """Let a tool's key open nothing any more."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            if not await PostgresProxy(connection).revoke(workspace_id, account, name, doors.clock.now()):
                raise NotFoundError(f"There is no tool {name}.")

    return routes
