"""Long work in one list: imports, exports, segments that are computed; what ended since somebody last looked."""

from datetime import datetime, timedelta

from fastapi import APIRouter, Request
from pydantic import BaseModel

from tieline.api.doors import Doors
from tieline.api.keys import caller
from tieline.model.access import MEMBER
from tieline.store.postgres.exports import PostgresExports

DAYS = timedelta(days=14)
IMPORTS = """
select import_id, file_name, state, rows_read, created_at, coalesce(undone_at, finished_at) from import_job
where workspace_id = %s and created_at >= %s order by created_at desc limit 100
"""
SEGMENTS = """
select key, name, updated_at from segment where workspace_id = %s and state = 'computing' order by updated_at desc limit 100
"""


class Work(BaseModel):
    """One piece of long work.

    `kind`: import, export or segment; `id` leads to it. `state`: running, done, failed or undone. `title` is the
    name of a file or a segment; "" is everybody. `total` is null where nobody knows it.
    """

    kind: str
    id: str
    title: str
    state: str
    done: int
    total: int | None
    created_at: datetime
    finished_at: datetime | None
    new: bool


class Inbox(BaseModel):
    """Long work of the last two weeks, the newest first. `unseen`: ended since who asks last looked."""

    work: list[Work]
    running: int
    unseen: int
    as_of: datetime


def router(doors: Doors) -> APIRouter:
    """Build the routes under /api/inbox."""
    routes = APIRouter(prefix="/api/inbox", tags=["inbox"])

    @routes.get("")
    async def inbox(request: Request) -> Inbox:
        """Return long work; what an account may not do is not in it."""
        return await _read(doors, request)

    @routes.post("/seen")
    async def seen(request: Request) -> Inbox:
        """Say that who asks has looked."""
        found = caller(request)
        if found.kind == MEMBER:
            async with doors.pool.connection() as connection:
                await connection.execute(
                    "update console_user set inbox_seen_at = %s where workspace_id = %s and member_id = %s",
                    (doors.clock.now(), found.workspace_id, found.caller_id),
                )
        return await _read(doors, request)

    return routes


async def _read(doors: Doors, request: Request) -> Inbox:
    found, now = caller(request), doors.clock.now()
    work: list[Work] = []
    async with doors.pool.connection() as connection:
        cursor = await connection.execute(
            "select inbox_seen_at from console_user where workspace_id = %s and member_id = %s",
            (found.workspace_id, found.caller_id if found.kind == MEMBER else 0),
        )
        row = await cursor.fetchone()
        seen_at = row[0] if row else None
        if "imports.read" in found.permissions:
            cursor = await connection.execute(IMPORTS, (found.workspace_id, now - DAYS))
            work += [
                _work("import", import_id, title, state, rows, None, began, ended)
                for import_id, title, state, rows, began, ended in await cursor.fetchall()
            ]
        if "people.export" in found.permissions:
            work += [
                _work(
                    "export",
                    one.export_id,
                    one.segment,
                    one.state,
                    one.done,
                    one.total,
                    one.created_at,
                    one.finished_at,
                )
                for one in await PostgresExports(connection).all(found.workspace_id, now - DAYS, now)
            ]
        if "segments.read" in found.permissions:
            cursor = await connection.execute(SEGMENTS, (found.workspace_id,))
            work += [
                _work("segment", key, name, "running", 0, None, began, None)
                for key, name, began in await cursor.fetchall()
            ]
    for one in work:
        one.new = one.finished_at is not None and (seen_at is None or one.finished_at > seen_at)
    work.sort(key=lambda one: one.created_at, reverse=True)
    return Inbox(
        work=work,
        running=sum(one.state == "running" for one in work),
        unseen=sum(one.new for one in work),
        as_of=now,
    )


def _work(
    kind: str,
    number: str,
    title: str,
    state: str,
    done: int,
    total: int | None,
    began: datetime,
    ended: datetime | None,
) -> Work:
    """Return a piece of work; an import that is being taken back runs."""
    return Work(
        kind=kind, id=number, title=title, state="running" if state == "undoing" else state, done=done, total=total,
        created_at=began, finished_at=ended, new=False,
    )  # fmt: skip
