"""Broadcasts: one message to a segment, frozen when it starts."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Request
from psycopg.types.json import Jsonb

from tieline.api.costing import find_account, refuse_over
from tieline.api.doors import Doors
from tieline.api.segments import required_key
from tieline.deliver.render import check
from tieline.errors import ConflictError, InvalidInputError, NotFoundError
from tieline.store.postgres.cost import PostgresCost
from tieline.store.postgres.segments import PostgresSegments

PURPOSES = ("marketing", "transactional")
Json = Annotated[dict[str, Any], Body()]


def router(doors: Doors) -> APIRouter:
    """Build the routes under /api/broadcasts."""
    routes = APIRouter(prefix="/api/broadcasts", tags=["broadcasts"])

    @routes.post("", status_code=201)
    async def create(request: Request, body: Json) -> dict[str, Any]:
        """Send `{"key", "account", "segment", "purpose", "messages"}`; without a segment, to all friends.

        A key can be used once: asking twice never sends twice.
        """
        workspace_id = await doors.keys.workspace(request)
        key = required_key(body)
        purpose = body.get("purpose", "marketing")
        if purpose not in PURPOSES:
            raise InvalidInputError(
                f"purpose is {purpose!r}; it must be one of {', '.join(PURPOSES)}.", field="/purpose"
            )
        messages = body.get("messages")
        if not isinstance(messages, list) or not messages:
            raise InvalidInputError("A broadcast needs messages.", field="/messages")
        check(messages)
        definition = {"segment": body.get("segment"), "purpose": purpose, "messages": messages}
        async with doors.pool.connection() as connection, connection.transaction():
            if body.get("segment") is not None:
                await PostgresSegments(connection).describe(workspace_id, str(body["segment"]))
            account = await find_account(doors, connection, workspace_id, str(body.get("account", "")))
            reach = await PostgresCost(connection).reach(
                workspace_id, account.key, definition["segment"], purpose
            )
            await refuse_over(doors, connection, account, reach, f"broadcast:{key}")
            cursor = await connection.execute(
                """
                insert into broadcast (workspace_id, key, account, definition, state, created_at)
                values (%s, %s, %s, %s, 'ready', %s) on conflict do nothing
                """,
                (workspace_id, key, body["account"], Jsonb(definition), doors.clock.now()),
            )
            if not cursor.rowcount:
                raise ConflictError(
                    f"The broadcast {key} was started already.", way_out="Choose another key."
                )
        return {"key": key, "state": "ready"}

    @routes.get("/{key}")
    async def read(request: Request, key: str) -> dict[str, Any]:
        """Return what became of a broadcast."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            cursor = await connection.execute(
                "select state, planned, created_at, started_at from broadcast where workspace_id = %s and key = %s",
                (workspace_id, key),
            )
            row = await cursor.fetchone()
            if row is None:
                raise NotFoundError(f"There is no broadcast {key}.")
            cursor = await connection.execute(
                """
                select state, reason, count(*) from send
                where workspace_id = %s and origin = %s group by 1, 2 order by 1, 2
                """,
                (workspace_id, f"broadcast:{key}"),
            )
            sends = [
                {"state": state, "reason": reason, "people": count}
                for state, reason, count in await cursor.fetchall()
            ]
        names = ("state", "planned", "created_at", "started_at")
        return {"key": key, **dict(zip(names, row, strict=True)), "sends": sends, "as_of": doors.clock.now()}

    return routes
