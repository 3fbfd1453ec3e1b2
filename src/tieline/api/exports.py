"""Write people into a file: in the background, followed in the inbox, kept for a week, fetched by who may."""

import asyncio
import csv
import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TextIO

import structlog
from fastapi import APIRouter, Request
from pydantic import BaseModel, Field
from starlette.responses import FileResponse, Response

from tieline.api.doors import Doors
from tieline.api.keys import caller
from tieline.connect.cell import neutralised
from tieline.errors import InvalidInputError, NotFoundError
from tieline.model.profile import Profile
from tieline.profile.fold import fold
from tieline.search.words import shown
from tieline.store.postgres.exports import Export, PostgresExports
from tieline.store.postgres.facts import PostgresFacts
from tieline.store.postgres.segments import PostgresSegments

KEPT = timedelta(days=7)
PAGE = 1_000
TOGETHER = 1
STANDARD = ["profile_id", "name", "member_id", "phone", "email", "line", "tags", "consents", "first_seen_at"]
COLUMNS_MAX = 60
_log = structlog.get_logger()


class NewExport(BaseModel):
    """Whom to export, and what of them: `segment` "" is everybody; a column that is none of ours is a trait."""

    segment: str = Field("", max_length=80)
    columns: list[str] = Field(STANDARD, min_length=1, max_length=COLUMNS_MAX)


class ExportView(BaseModel):
    """An export. `total` is null while nobody has counted."""

    export_id: str
    segment: str
    columns: list[str]
    state: str
    done: int
    total: int | None
    made_by: str
    created_at: datetime
    finished_at: datetime | None


def router(doors: Doors) -> APIRouter:
    """Build POST /api/people/export and the routes under /api/people/exports."""
    routes = APIRouter(prefix="/api/people", tags=["people"])
    turns, running = asyncio.Semaphore(TOGETHER), set[asyncio.Task[None]]()

    @routes.post("/export", status_code=202)
    async def export(request: Request, body: NewExport) -> ExportView:
        """Begin an export; it goes on after the answer."""
        found, now = caller(request), doors.clock.now()
        _sweep(doors)
        async with doors.pool.connection() as connection:
            if body.segment:
                await PostgresSegments(connection).describe(found.workspace_id, body.segment)
            store = PostgresExports(connection)
            total = await store.size(found.workspace_id, body.segment)
            made = Export(
                doors.ids.token(), body.segment, _columns(body.columns), "running", 0, total,
                f"{found.kind}:{found.caller_id}", now, None,
            )  # fmt: skip
            await store.begin(found.workspace_id, made)
        task = asyncio.create_task(_carry(doors, found.workspace_id, made, turns))
        running.add(task)
        task.add_done_callback(running.discard)
        return _shown(made)

    @routes.get("/exports/{export_id}")
    async def read(request: Request, export_id: str) -> ExportView:
        """Return how far an export has come."""
        async with doors.pool.connection() as connection:
            store = PostgresExports(connection)
            return _shown(await store.find(caller(request).workspace_id, export_id, doors.clock.now()))

    @routes.get("/exports/{export_id}/file", response_class=Response)
    async def file(request: Request, export_id: str) -> Response:
        """Return the file as CSV that spreadsheets open as it is."""
        async with doors.pool.connection() as connection:
            store = PostgresExports(connection)
            found = await store.find(caller(request).workspace_id, export_id, doors.clock.now())
        path = _path(doors, found.export_id)
        if found.state != "done" or not path.exists():
            raise NotFoundError("This export is not finished, or its file was removed.")
        name = f"people-{found.segment or 'all'}-{found.created_at:%Y%m%d}.csv"
        return FileResponse(path, media_type="text/csv; charset=utf-8", filename=name)

    return routes


async def _carry(doors: Doors, workspace_id: int, made: Export, turns: asyncio.Semaphore) -> None:
    """Write the file page by page, then say that it is done."""
    state = "failed"
    try:
        async with turns:
            await _write(doors, workspace_id, made)
        state = "done"
    except Exception as error:  # noqa: BLE001 - the list of long work says that it failed; nobody waits for this task
        _log.error("export failed", export_id=made.export_id, error=type(error).__name__)
        _path(doors, made.export_id).unlink(missing_ok=True)
    finally:
        async with doors.pool.connection() as connection:
            await PostgresExports(connection).end(workspace_id, made.export_id, state, doors.clock.now())


async def _write(doors: Doors, workspace_id: int, made: Export) -> None:
    path = _path(doors, made.export_id)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    after, done = b"", 0
    with os.fdopen(descriptor, "w", encoding="utf-8-sig", newline="") as out:
        csv.writer(out).writerow(made.columns)
        while True:
            async with doors.pool.connection() as connection:
                store = PostgresExports(connection)
                ids = await store.page(workspace_id, made.segment, after, PAGE)
                stored = await PostgresFacts(connection).load(workspace_id, ids)
                await store.progress(workspace_id, made.export_id, done + len(ids), doors.clock.now())
            if not ids:
                return
            people = [
                fold(
                    workspace_id,
                    one,
                    stored.nodes[one],
                    stored.facts.get(one, ()),
                    stored.consents.get(one, ()),
                )
                for one in ids
                if one in stored.nodes
            ]
            await asyncio.to_thread(_append, out, people, made.columns)
            after, done = ids[-1], done + len(ids)


def _append(out: TextIO, people: Sequence[Profile], columns: Sequence[str]) -> None:
    csv.writer(out).writerows([neutralised(_cell(one, column)) for column in columns] for one in people)


def _cell(profile: Profile, column: str) -> str:
    """Return one value of a person as text; what they have several of stands in one cell."""
    match column:
        case "profile_id":
            return profile.profile_id.hex()
        case "name":
            return shown(profile.traits)
        case "tags":
            return ", ".join(profile.tags)
        case "consents":
            return ", ".join(profile.consents)
        case "first_seen_at":
            return profile.first_seen_at.isoformat()
    values = [value for namespace, value in profile.identifiers if namespace.partition(":")[0] == column]
    trait = profile.traits.get(column)
    if not values and trait is not None and trait.value is not None:
        values = [str(trait.value)]
    return ", ".join(values)


def _columns(names: list[str]) -> list[str]:
    if len(set(names)) != len(names) or not all(0 < len(name) <= 200 for name in names):
        raise InvalidInputError("columns must be different names.", field="/columns")
    return names


def _shown(one: Export) -> ExportView:
    return ExportView(**one._asdict())


def _path(doors: Doors, export_id: str) -> Path:
    return doors.settings.data / "exports" / f"{export_id}.csv"


def _sweep(doors: Doors) -> None:
    """Remove files that are older than a week."""
    for path in (doors.settings.data / "exports").glob("*.csv"):
        if doors.callers.clock.now().timestamp() - path.stat().st_mtime > KEPT.total_seconds():
            path.unlink(missing_ok=True)
