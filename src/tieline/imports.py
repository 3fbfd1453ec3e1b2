"""Import files into a data folder, whether or not its Tieline runs."""

import asyncio
from collections.abc import Callable, Coroutine
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec

from tieline import settings
from tieline.app.parts import clock
from tieline.clock import Clock
from tieline.connect.convert import ImportRun
from tieline.connect.intake import Carried, Intake
from tieline.connect.job import Progress
from tieline.connect.mapping import parse_mapping
from tieline.connect.read import open_table
from tieline.connect.suggest import suggest
from tieline.errors import InvalidInputError
from tieline.folder import database, workspace_named
from tieline.store.postgres.imports import PostgresImports
from tieline.store.postgres.log import PostgresLog
from tieline.store.postgres.unit import PostgresUnit

UNDO_LOOKS = 300
_LOOK_SECONDS = 0.1
_SAMPLE_ROWS = 200
_T = TypeVar("_T")


def import_file(
    data: Path,
    workspace: str,
    file: Path,
    mapping: Path,
    rejects: Path,
    *,
    dry_run: bool,
    on_progress: Progress | None = None,
) -> Carried:
    """Import `file` into the workspace of this key; refused rows go to `rejects`.

    Raises:
        InvalidInputError: A file is not there, cannot be imported, or the mapping does not fit it.
        NotFoundError: There is no such workspace.
        StartError: The database of the folder cannot be reached.
    """
    meant = parse_mapping(_readable(mapping).read_bytes())
    path = _readable(file)

    async def carry(opened: _Opened) -> Carried:
        async with opened.unit.transaction():
            brand = await workspace_named(opened.unit, workspace)
        run = ImportRun(brand.workspace_id, "", opened.clock.now(), brand.time_zone, brand.country)
        return await opened.intake.carry(
            path,
            meant,
            run,
            file_name=file.name,
            rejects_path=rejects,
            dry_run=dry_run,
            on_progress=on_progress,
        )

    with database(data) as (chosen, url, _):
        return asyncio.run(_with(chosen, url, carry))


def undo_import(data: Path, import_id: str) -> str:
    """Ask for an import to be taken back; return its state then: "undone" if a Tieline runs and did it, or "undoing".

    Raises:
        NotFoundError: There is no such import.
        ConflictError: It was a catalogue.
        StartError: The database of the folder cannot be reached.
    """

    async def take_back(opened: _Opened) -> str:
        jobs = PostgresImports(opened.unit.connection)
        async with opened.unit.transaction():
            workspace_id = await jobs.owner(import_id)
        await opened.intake.take_back(workspace_id, import_id)
        state = "undoing"
        for _ in range(UNDO_LOOKS if served else 1):
            async with opened.unit.transaction():
                state = str((await jobs.describe(workspace_id, import_id))["state"])
            if state == "undone":
                break
            await asyncio.sleep(_LOOK_SECONDS)
        return state

    with database(data) as (chosen, url, served):
        return asyncio.run(_with(chosen, url, take_back))


def suggest_mapping(file: Path, source: str, line_provider: str = "") -> str:
    """Return a first guess at what the columns of `file` mean, as the JSON that `import_file` reads.

    Raises:
        InvalidInputError: The file cannot be read, or no column says who or what its rows are about.
    """
    table = open_table(_readable(file)).table
    sample = [row.cells for row in islice(table.rows(), _SAMPLE_ROWS)]
    found = suggest(table.columns, sample, source=source, line_provider=line_provider)
    if found is None:
        raise InvalidInputError(
            "No column of this file says who or what its rows are about.",
            way_out="Write the mapping by hand.",
        )
    return msgspec.json.format(msgspec.json.encode(found), indent=2).decode()


class _Opened(NamedTuple):
    unit: PostgresUnit
    intake: Intake
    clock: Clock


async def _with(chosen: settings.Settings, url: str, act: Callable[[_Opened], Coroutine[Any, Any, _T]]) -> _T:
    unit = await PostgresUnit.open(url)
    try:
        now = clock(chosen)
        intake = Intake(unit, PostgresLog(unit.connection), PostgresImports(unit.connection), now)
        return await act(_Opened(unit, intake, now))
    finally:
        await unit.close()


def _readable(path: Path) -> Path:
    if not path.is_file():
        raise InvalidInputError(f"There is no file {path}.", way_out="Check its name.")
    return path
