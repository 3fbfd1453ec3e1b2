"""Read-only SQL on a workspace's own data."""

from typing import Any

from fastapi import APIRouter, Request
from psycopg.conninfo import conninfo_to_dict

from tieline.api.doors import Doors
from tieline.store.postgres import open_sql


def router(doors: Doors) -> APIRouter:
    """Build the routes under /api/workspace/sql."""
    routes = APIRouter(prefix="/api/workspace/sql", tags=["workspace"])

    @routes.get("")
    async def look(request: Request) -> dict[str, Any]:
        """Say which views there are, and whether the role can log in."""
        workspace_id = await doors.keys.workspace(request)
        role = open_sql.name_of(workspace_id)
        async with doors.pool.connection() as connection:
            found = await connection.execute("select rolcanlogin from pg_roles where rolname = %s", (role,))
            row = await found.fetchone()
        views = [{"view": f"{role}.{name}", "holds": holds} for name, (holds, _) in open_sql.VIEWS.items()]
        return {"role": role, "open": bool(row and row[0]), "views": views}

    @routes.post("", status_code=201)
    async def give(request: Request) -> dict[str, Any]:
        """Open the door, or change its lock: the answer holds the password, once."""
        workspace_id = await doors.keys.workspace(request)
        password = doors.ids.token()
        async with doors.pool.connection() as connection:
            async with connection.transaction():
                role = await open_sql.give(connection, workspace_id, password)
            at = conninfo_to_dict(connection.info.dsn)
        return {
            "role": role,
            "password": password,
            "host": at.get("host", ""),
            "port": at.get("port", ""),
            "database": connection.info.dbname,
            "views": sorted(open_sql.VIEWS),
        }

    @routes.delete("")
    async def take(request: Request) -> dict[str, Any]:
        """Close the door; whoever is in is sent away."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection, connection.transaction():
            await open_sql.take(connection, workspace_id)
        return {"role": open_sql.name_of(workspace_id), "open": False}

    return routes
