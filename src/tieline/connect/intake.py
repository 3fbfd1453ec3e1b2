"""Carry a file into the log, a few batches in one transaction, and ask for it to be taken back."""

import asyncio
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from tieline.clock import Clock
from tieline.connect.convert import ImportRun
from tieline.connect.job import Batch, ImportJob, Progress, Report, file_hash
from tieline.connect.mapping import ImportMapping
from tieline.connect.reasons import REASONS
from tieline.errors import ConflictError, NotFoundError
from tieline.model.event import IMPORT_UNDONE, LogKind, NewLogRow
from tieline.ports import ImportJobs, LogStore, Transaction

BATCHES_TOGETHER = 8
ROWS_AHEAD_MAX = 40
"""How far an import may be ahead of the stream, in log rows of up to 500 items: events of today wait behind it."""
_PACE_SECONDS = 0.05
_STANDSTILL_SECONDS = 2.0
_ID_BYTES = 10


class Carried(msgspec.Struct, frozen=True):
    """What became of a file.

    Attributes:
        import_id: Names this file with this mapping; "" after a dry run.
        state: "dry_run" or "done".
        again: What the file says was in the log already, as a whole or in part.
    """

    import_id: str
    state: str
    again: bool
    report: Report

    def lines(self) -> Iterator[str]:
        """Yield what a person wants to know, without values of cells."""
        report = self.report
        yield f"{report.rows_read} rows read, {report.rows_taken} taken, {report.rows_refused} refused."
        for reason, rows in report.reasons.items():
            yield f"  {rows} x {reason}: {REASONS[reason]}"
        if report.rejects_path:
            yield f"Refused rows: {report.rejects_path}"
        for warned in report.warnings:
            yield f"  {warned.rows} x {warned.code} in {warned.column!r}, first in row {warned.first_row}"
        if report.columns_unused:
            yield f"Columns without a meaning: {'、'.join(report.columns_unused)}"
        if self.state == "dry_run":
            yield "Nothing was stored; this was a dry run."
        elif self.again:
            yield f"Import {self.import_id}: this file was imported before; what was there was not added again."
        else:
            yield f"Import {self.import_id}. To take it back: tieline import-undo {self.import_id}"


class Intake:
    """Imports into the log. It may run while the stream does, and several may run at once.

    Args:
        unit: Opens the transactions.
        log: Where batches go.
        jobs: Where imports are kept.
        clock: What time it is.
    """

    def __init__(self, unit: Transaction, log: LogStore, jobs: ImportJobs, clock: Clock) -> None:
        self._unit = unit
        self._log = log
        self._jobs = jobs
        self._clock = clock
        self._stream_moves = True

    async def carry(
        self,
        path: Path,
        mapping: ImportMapping,
        run: ImportRun,
        *,
        file_name: str,
        rejects_path: Path,
        dry_run: bool = False,
        on_progress: Progress | None = None,
    ) -> Carried:
        """Import a file, or go on where an interrupted import of it ended.

        Args:
            path: The file.
            mapping: What its columns mean.
            run: For whom; id and time are filled in here.
            file_name: What its owner calls it.
            rejects_path: Where refused rows go.
            dry_run: Only say what would become of it.
            on_progress: Told the fraction of the file read.

        Raises:
            UnreadableFileError: The file cannot be imported, or breaks off; what was read before stays.
            InvalidInputError: The mapping does not fit the file, or its source takes no files.
            ConflictError: The import is taken back meanwhile.
        """
        hashed = await asyncio.to_thread(file_hash, path)
        async with self._unit.transaction():
            name = _name(run.workspace_id, mapping, hashed)
            undone = await self._jobs.times_undone(run.workspace_id, name)
            import_id = f"{name}-{undone + 1}" if undone else name
            known = await self._jobs.find(run.workspace_id, import_id)
        at = known.started_at if known else self._clock.now()
        run = replace(run, import_id=import_id, at=at)
        job = await asyncio.to_thread(ImportJob, path, mapping, run, rejects_path=rejects_path)
        repeated = known is not None and known.state == "done" and mapping.kind != "catalog"
        if dry_run or repeated:
            await self._read(job, on_progress, None)
            return Carried(
                "" if dry_run else import_id, "dry_run" if dry_run else "done", repeated, job.report()
            )
        await self._append(job, run, mapping, file_name, hashed, on_progress)
        return Carried(import_id, "done", known is not None, job.report())

    async def take_back(self, workspace_id: int, import_id: str) -> None:
        """Ask for an import to be taken back; the stream does it when it comes to it. Asking twice is once.

        Raises:
            NotFoundError: There is no such import.
            ConflictError: It was a catalogue.
        """
        async with self._unit.transaction():
            known = await self._jobs.find(workspace_id, import_id)
            if known is None:
                raise NotFoundError(f"There is no import {import_id}.")
            if known.kind == "catalog":
                raise ConflictError(
                    "A catalogue replaces items, and what they were before is not kept.",
                    way_out="Import the earlier catalogue again.",
                )
            if known.state in {"undoing", "undone"}:
                return
            own_source = await self._jobs.undoing(workspace_id, import_id)
            now = self._clock.now()
            body = _undo_body(import_id)
            await self._log.append([NewLogRow(workspace_id, own_source, LogKind.OWN, 1, now, body)])

    async def _append(
        self,
        job: ImportJob,
        run: ImportRun,
        mapping: ImportMapping,
        file_name: str,
        hashed: str,
        on_progress: Progress | None,
    ) -> None:
        async with self._unit.transaction():
            document = msgspec.to_builtins(mapping)
            source_id = await self._jobs.begin(
                run.workspace_id, run.import_id, file_name, hashed, document, run.at
            )
        state = "failed"
        try:
            await self._read(job, on_progress, _Target(run.workspace_id, run.import_id, source_id))
            state = "done"
        finally:
            async with self._unit.transaction():
                await self._jobs.ended(
                    run.workspace_id, run.import_id, state, shown(job.report()), self._clock.now()
                )

    async def _read(self, job: ImportJob, on_progress: Progress | None, target: "_Target | None") -> None:
        batches = job.batches()
        try:
            while some := await asyncio.to_thread(_take, batches):
                if target is not None:
                    await self._store(some, target)
                if on_progress:
                    on_progress(some[-1].fraction)
        finally:
            with suppress(ValueError):  # a reading that was cancelled still runs, and ends with its thread
                batches.close()
        if on_progress:
            on_progress(1.0)

    async def _store(self, batches: Sequence[Batch], target: "_Target") -> None:
        workspace_id, import_id, source_id = target
        now = self._clock.now()
        async with self._unit.transaction():
            known = await self._jobs.find(workspace_id, import_id)
            if known is None or known.state != "running":
                raise ConflictError(
                    f"The import {import_id} is being taken back.",
                    way_out="Import the file again after that.",
                )
            if known.kind == "catalog":
                items = [item for batch in batches for item in msgspec.json.decode(batch.body)["batch"]]
                await self._jobs.shelve(workspace_id, items, now)
                return
            last = await self._log.append(
                [
                    NewLogRow(workspace_id, source_id, LogKind.IMPORT, batch.items, now, batch.body)
                    for batch in batches
                ]
            )
            await self._jobs.taken(workspace_id, import_id, last - len(batches) + 1, last)
        await self._pace()

    async def _pace(self) -> None:
        """Wait until the stream has come close, unless it stands still: then nobody is kept waiting."""
        waited, before = 0.0, -1
        while self._stream_moves:
            async with self._unit.transaction():
                behind, through = await self._jobs.behind()
            if behind <= ROWS_AHEAD_MAX:
                return
            waited = 0.0 if through != before else waited + _PACE_SECONDS
            before = through
            self._stream_moves = waited < _STANDSTILL_SECONDS
            await asyncio.sleep(_PACE_SECONDS)


class _Target(NamedTuple):
    workspace_id: int
    import_id: str
    source_id: int


def shown(report: Report) -> Mapping[str, Any]:
    """Return a report without the samples, which are personal data, and without a path of this machine."""
    document: dict[str, Any] = msgspec.to_builtins(replace(report, samples=(), rejects_path=None))
    del document["samples"], document["rejects_path"]
    return document


def _take(batches: Iterator[Batch]) -> list[Batch]:
    return list(islice(batches, BATCHES_TOGETHER))


def _name(workspace_id: int, mapping: ImportMapping, hashed: str) -> str:
    """Return what names a file with a mapping, so that importing it again is going on with the same import."""
    whole = msgspec.json.encode((workspace_id, hashed, mapping), order="sorted")
    return hashlib.blake2b(whole, digest_size=_ID_BYTES).hexdigest()


def _undo_body(import_id: str) -> bytes:
    item = {
        "type": "track",
        "event": IMPORT_UNDONE,
        "messageId": f"{IMPORT_UNDONE}:{import_id}",
        "properties": {"import_id": import_id},
    }
    return msgspec.json.encode({"batch": [item]})
