"""The audit log: who did what to which thing. Written by the guard for every route that says so, read here."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool
from pydantic import BaseModel

from tieline.access import chain
from tieline.api.doors import Doors
from tieline.api.keys import caller
from tieline.model.access import Entry
from tieline.store.postgres.audit import Line, PostgresAudit

PAGE_MAX = 200
CHECKED_TOGETHER = 2_000
DETAIL = "tieline.audit_detail"
NOBODY = "nobody"


class AuditLine(BaseModel):
    """One line; `actor_name` is looked up now and stands nowhere in the log."""

    number: int
    at: datetime
    actor: str
    actor_name: str
    action: str
    thing: str
    outcome: str
    detail: str


class AuditPage(BaseModel):
    """Lines, the newest first; `next_before` leads to older ones."""

    lines: list[AuditLine]
    next_before: int | None
    as_of: datetime


class AuditCheck(BaseModel):
    """Whether the chain of the log holds; `broken_at` is the first line that was changed, moved or removed."""

    whole: bool
    lines: int
    broken_at: int | None
    as_of: datetime


def router(doors: Doors) -> APIRouter:
    """Build the routes under /api/audit."""
    routes = APIRouter(prefix="/api/audit", tags=["audit"])

    @routes.get("")
    async def listed(
        request: Request,
        before: int | None = None,
        action: str = "",
        actor: str = "",
        limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
    ) -> AuditPage:
        """Return what was done, the newest first; `action` is the beginning of a permission's name."""
        workspace_id = caller(request).workspace_id
        async with doors.pool.connection() as connection:
            found = await opened(connection).newest(workspace_id, before, limit, action, actor)
            names = await _names(connection, workspace_id, {line.entry.actor for line in found})
        return AuditPage(
            lines=[_shown(line, names) for line in found],
            next_before=found[-1].number if len(found) == limit else None,
            as_of=doors.clock.now(),
        )

    @routes.get("/check")
    async def check(request: Request) -> AuditCheck:
        """Follow the chain from the first line to the last."""
        workspace_id = caller(request).workspace_id
        lines: list[tuple[int, Entry, bytes]] = []
        async with doors.pool.connection() as connection:
            log = opened(connection)
            while part := await log.after(workspace_id, lines[-1][0] if lines else 0, CHECKED_TOGETHER):
                lines += part
        broken = chain.first_broken(workspace_id, lines)
        return AuditCheck(whole=broken is None, lines=len(lines), broken_at=broken, as_of=doors.clock.now())

    return routes


def opened(connection: AsyncConnection) -> PostgresAudit:
    """Return the log on a connection."""
    return PostgresAudit(connection, chain.link, chain.START)


async def write(pool: AsyncConnectionPool, workspace_id: int, entry: Entry) -> None:
    """Add one line in a transaction of its own."""
    async with pool.connection() as connection, connection.transaction():
        await opened(connection).add(workspace_id, entry)


def noted(request: Request, detail: str) -> None:
    """Say more in the line that the guard will write about this request; nothing personal."""
    request.scope[DETAIL] = detail


def _shown(line: Line, names: dict[str, str]) -> AuditLine:
    entry = line.entry
    return AuditLine(
        number=line.number,
        at=entry.at,
        actor=entry.actor,
        actor_name=names.get(entry.actor, ""),
        action=entry.action,
        thing=entry.thing,
        outcome=entry.outcome,
        detail=entry.detail,
    )


async def _names(connection: AsyncConnection, workspace_id: int, actors: set[str]) -> dict[str, str]:
    cursor = await connection.execute(
        """
        select actor, name from (
            select 'member:' || member_id as actor, email as name from console_user where workspace_id = %(workspace)s
            union all
            select 'key:' || key_id, name from secret_key where workspace_id = %(workspace)s
        ) as known where actor = any(%(actors)s)
        """,
        {"workspace": workspace_id, "actors": sorted(actors)},
    )
    return {str(actor): str(name) for actor, name in await cursor.fetchall()}
