"""Sources: where events come from, each with a write key that can only collect."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Request

from tieline.api.doors import Doors
from tieline.api.segments import required_key
from tieline.errors import InvalidInputError
from tieline.store.postgres.workspaces import PostgresWorkspaces

KINDS = ("web", "app", "server", "pos", "crm", "import")
Json = Annotated[dict[str, Any], Body()]


def router(doors: Doors) -> APIRouter:
    """Build the routes under /api/sources."""
    routes = APIRouter(prefix="/api/sources", tags=["sources"])

    @routes.post("", status_code=201)
    async def create(request: Request, body: Json) -> dict[str, Any]:
        """Create a source `{"key", "kind", "name", "settings"}` and return its write key."""
        workspace_id = await doors.keys.workspace(request)
        key, kind = required_key(body), body.get("kind")
        if kind not in KINDS:
            raise InvalidInputError(f"kind is {kind!r}; it must be one of {', '.join(KINDS)}.", field="/kind")
        name, settings = str(body.get("name") or key), body.get("settings") or {}
        async with doors.pool.connection() as connection, connection.transaction():
            _, write_key = await PostgresWorkspaces(connection).add_source(
                workspace_id, key, kind, name, doors.clock.now(), settings
            )
        doors.keys.forget()
        return {"key": key, "kind": kind, "name": name, "write_key": write_key}

    @routes.get("")
    async def listing(request: Request) -> list[dict[str, Any]]:
        """List the sources of the workspace."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            cursor = await connection.execute(
                """
                select key, kind, name, write_key, settings, created_at from source
                where workspace_id = %s and revoked_at is null and kind <> 'tieline' order by key
                """,
                (workspace_id,),
            )
            names = [column.name for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in await cursor.fetchall()]

    return routes
