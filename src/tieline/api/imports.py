"""Imports: send a file with its mapping, see what became of it, take it back."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import IO, Any

import msgspec
from fastapi import APIRouter, Request
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.responses import FileResponse, Response

from tieline.api.doors import Doors
from tieline.api.import_shapes import ImportCarried, ImportLine, ImportWhole, LookedAt
from tieline.connect.convert import ImportRun
from tieline.connect.intake import Carried, Intake, shown
from tieline.connect.limits import Limits
from tieline.connect.mapping import ImportMapping, parse_mapping
from tieline.connect.read import open_table
from tieline.connect.suggest import suggest
from tieline.errors import BodyTooLargeError, InvalidInputError, NotFoundError
from tieline.store.postgres.imports import PostgresImports
from tieline.store.postgres.log import PostgresLog
from tieline.store.postgres.unit import PostgresUnit
from tieline.store.postgres.workspaces import PostgresWorkspaces

TOGETHER = 2
UNDO_SECONDS = 5.0
LOOKED_ROWS = 100
SHOWN_ROWS = 5
_FORM_BYTES = 1024 * 1024
"""What a form may have beside its file."""
_PRIVATE = {"Cache-Control": "no-store"}


def router(doors: Doors) -> APIRouter:
    """Build the routes under /api/imports."""
    routes = APIRouter(prefix="/api/imports", tags=["imports"])
    turns = asyncio.Semaphore(TOGETHER)

    @routes.post("", status_code=201, response_model=ImportCarried)
    async def create(request: Request) -> dict[str, Any]:
        """Import a file: a form with `file`, `mapping` (JSON) and, to try it out, `dry_run` = true.

        Sending the same file with the same mapping again goes on with the same import. Only a dry run returns samples:
        they are personal data.
        """
        workspace_id = await doors.keys.workspace(request)
        async with turns, _sent(request, _folder(doors)) as sent:
            return await _carry(doors, workspace_id, sent)

    @routes.post("/look")
    async def look(request: Request) -> LookedAt:
        """Say what a file holds and what its columns probably mean: a form with `file` and `source`. Nothing is kept.

        The answer shows some of its rows to who sent them: they are personal data.
        """
        await doors.keys.workspace(request)
        folder = _folder(doors)
        async with turns, _form(request, folder) as (form, own):
            file = await _file(form, own)
            return await asyncio.to_thread(_looked, file, str(form.get("source") or "import"))

    @routes.get("", response_model=list[ImportLine])
    async def listing(request: Request) -> list[dict[str, Any]]:
        """List imports, newest first."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            return await PostgresImports(connection).all(workspace_id)

    @routes.get("/{import_id}", response_model=ImportWhole)
    async def read(request: Request, import_id: str) -> dict[str, Any]:
        """Return an import with its mapping and report; `absorbed` once the stream has come past it."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            return await PostgresImports(connection).describe(workspace_id, import_id)

    @routes.get("/{import_id}/rejects")
    async def rejects(request: Request, import_id: str) -> Response:
        """Return the refused rows as CSV, to be corrected and imported."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            await PostgresImports(connection).describe(workspace_id, import_id)
        path = _rejects(doors, import_id)
        if not path.exists():
            raise NotFoundError("This import refused no rows, or they were removed.")
        return FileResponse(path, media_type="text/csv; charset=utf-8", headers=_PRIVATE)

    @routes.post("/{import_id}/undo")
    async def undo(request: Request, import_id: str) -> dict[str, Any]:
        """Take an import back: its links, facts, grants and events go, everything else stays."""
        workspace_id = await doors.keys.workspace(request)
        async with _intake(doors) as intake:
            await intake.take_back(workspace_id, import_id)
        _rejects(doors, import_id).unlink(missing_ok=True)
        return await _undone(doors, workspace_id, import_id)

    return routes


class _Sent(msgspec.Struct):
    """A form as it came: the file is in `folder`, which goes when the request ends."""

    folder: Path
    file_name: str
    mapping: ImportMapping
    dry_run: bool

    @property
    def path(self) -> Path:
        return self.folder / "file"


async def _carry(doors: Doors, workspace_id: int, sent: _Sent) -> dict[str, Any]:
    found = sent.folder / "rejects.csv"
    async with doors.pool.connection() as connection:
        workspace = await PostgresWorkspaces(connection).find(workspace_id)
    run = ImportRun(workspace_id, "", doors.clock.now(), workspace.time_zone, workspace.country)
    async with _intake(doors) as intake:
        carried = await intake.carry(
            sent.path, sent.mapping, run, file_name=sent.file_name, rejects_path=found, dry_run=sent.dry_run
        )
    if found.exists() and not sent.dry_run:
        shutil.move(found, _rejects(doors, carried.import_id))
    return _answer(carried)


def _answer(carried: Carried) -> dict[str, Any]:
    answer = {"import_id": carried.import_id, "state": carried.state, "again": carried.again}
    report = dict(shown(carried.report))
    if carried.state == "dry_run":
        report["samples"] = carried.report.samples
    return {**answer, "report": report}


async def _undone(doors: Doors, workspace_id: int, import_id: str) -> dict[str, Any]:
    """Return the import once it is taken back, or as it is when that takes longer."""
    found: dict[str, Any] = {}
    with suppress(TimeoutError):
        async with asyncio.timeout(UNDO_SECONDS):
            while found.get("state") != "undone":
                async with doors.pool.connection() as connection:
                    found = await PostgresImports(connection).describe(workspace_id, import_id)
                await asyncio.sleep(0.02)
    return found


@asynccontextmanager
async def _intake(doors: Doors) -> AsyncIterator[Intake]:
    """Yield an intake with a connection of its own: an import may take minutes, and the others must not wait."""
    unit = await PostgresUnit.open(str(doors.pool.conninfo))
    try:
        connection = unit.connection
        yield Intake(unit, PostgresLog(connection), PostgresImports(connection), doors.clock)
    finally:
        await unit.close()


def _folder(doors: Doors) -> Path:
    """Return where uploads and refused rows are kept; only the owner may look."""
    folder = doors.settings.data / "imports"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def _rejects(doors: Doors, import_id: str) -> Path:
    return _folder(doors) / f"{import_id}.csv"


@asynccontextmanager
async def _sent(request: Request, folder: Path) -> AsyncIterator[_Sent]:
    """Read the form with its mapping; the file goes away with the request."""
    async with _form(request, folder) as (form, own):
        file, mapping = form.get("file"), form.get("mapping")
        if isinstance(file, UploadFile) and not isinstance(mapping, str):
            raise InvalidInputError(
                "The form has no mapping.", field="/mapping", way_out="Send JSON in `mapping`."
            )
        await _file(form, own)
        dry_run = str(form.get("dry_run", "false")).lower() in {"true", "1", "yes", "on"}
        name = file.filename if isinstance(file, UploadFile) else None
        yield _Sent(own, Path(name or "file").name[:200], parse_mapping(str(mapping).encode()), dry_run)


@asynccontextmanager
async def _form(request: Request, folder: Path) -> AsyncIterator[tuple[FormData, Path]]:
    """Read the form; the file goes to disk as it comes, and away with the request."""
    try:
        form = await MultiPartParser(
            request.headers, _limited(request), max_files=1, max_fields=8, max_part_size=_FORM_BYTES
        ).parse()
    except (MultiPartException, KeyError) as error:
        raise InvalidInputError(
            f"The body is no form with a file ({error}).", way_out="Send multipart/form-data."
        ) from None
    try:
        with tempfile.TemporaryDirectory(dir=folder) as own:
            yield form, Path(own)
    finally:
        await form.close()


async def _file(form: FormData, folder: Path) -> Path:
    """Keep the file of a form in `folder`."""
    file, path = form.get("file"), folder / "file"
    if not isinstance(file, UploadFile):
        raise InvalidInputError("The form has no file.", field="/file", way_out="Send it in the part `file`.")
    await asyncio.to_thread(_keep, file.file, path)
    return path


def _looked(path: Path, source: str) -> LookedAt:
    opened = open_table(path)
    rows = [row.cells for row in islice(opened.table.rows(), LOOKED_ROWS)]
    found = suggest(opened.table.columns, rows, source=source)
    return LookedAt(
        file_format=opened.format,
        columns=list(opened.table.columns),
        rows=rows[:SHOWN_ROWS],
        suggestion=None if found is None else msgspec.to_builtins(found),
    )


def _keep(file: IO[bytes], path: Path) -> None:
    with path.open("wb") as kept:
        shutil.copyfileobj(file, kept, 1024 * 1024)


async def _limited(request: Request) -> AsyncGenerator[bytes, None]:
    """Yield the body until it is longer than any file may be, whatever its headers say."""
    most = Limits().file_bytes_max + _FORM_BYTES
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > most:
            raise BodyTooLargeError(f"A file may have {most - _FORM_BYTES} bytes.", way_out="Split the file.")
        yield part
