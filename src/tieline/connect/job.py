"""One import from start to report."""

import hashlib
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from tieline.connect.convert import Converter, ImportRun, Warned
from tieline.connect.group import Group, groups
from tieline.connect.limits import Limits
from tieline.connect.mapping import ImportMapping, check_columns, columns_used
from tieline.connect.read import open_table
from tieline.connect.reasons import RefusedError
from tieline.connect.rejects import OWN_COLUMNS, RejectFile, RowReject, row_reject
from tieline.connect.table import Row

BATCH_ITEMS_MAX = 500
BATCH_BYTES_MAX = 1024 * 1024
SAMPLES_MAX = 5
REJECTS_SHOWN_MAX = 20
Progress = Callable[[float], None]


class Batch(NamedTuple):
    """Items for one log row.

    Attributes:
        body: `{"batch": [...]}` in UTF-8, at most about a megabyte.
        items: How many there are, at most 500.
        fraction: How much of the file has been read, 0 to 1.
    """

    body: bytes
    items: int
    fraction: float


class Report(msgspec.Struct, frozen=True):
    """What became of a file. `rows_read` is always `rows_taken` + `rows_refused`.

    Attributes:
        file_hash: 32 hexadecimal digits that name the content of the file.
        encoding: Of a CSV file, "" for the others.
        columns_unused: Columns that the mapping does not mention.
        reasons: How many rows were refused, by reason.
        rejects: The first refused rows, values masked.
        rejects_path: Where all refused rows were written, None if there were none.
        warnings: What was repaired or looked odd.
        samples: The first items, as they go into the log. They contain personal data.
    """

    file_format: str
    encoding: str
    file_hash: str
    columns: tuple[str, ...]
    columns_unused: tuple[str, ...]
    rows_read: int
    rows_taken: int
    rows_refused: int
    items: int
    reasons: dict[str, int]
    rejects: tuple[RowReject, ...]
    rejects_path: Path | None
    warnings: tuple[Warned, ...]
    samples: tuple[dict[str, Any], ...]


class ImportJob:
    """Reads a file once and tells what became of it.

    Opening it already refuses a file or a mapping that does not fit; `batches` then yields what to append to the log.
    It may be run again after a crash: the same rows give the same message ids.

    Args:
        path: The file.
        mapping: What its columns mean.
        run: Which run this is.
        rejects_path: Where refused rows go; removed at the end if there are none.
        limits: What the file may cost.

    Raises:
        UnreadableFileError: The file cannot be imported.
        InvalidInputError: The mapping names a column that is not there.
    """

    def __init__(
        self,
        path: Path,
        mapping: ImportMapping,
        run: ImportRun,
        *,
        rejects_path: Path,
        limits: Limits | None = None,
    ) -> None:
        self._limits = limits or Limits()
        self._mapping = mapping
        self._rejects_path = rejects_path
        self._opened = open_table(path, self._limits, encoding=mapping.encoding, sheet=mapping.sheet)
        check_columns(mapping, self._opened.table.columns)
        self._file_hash = file_hash(path)
        self._converter = Converter(mapping, run, self._file_hash, self._limits)
        self._rows_read = self._rows_taken = self._items = 0
        self._reasons: Counter[str] = Counter()
        self._shown: list[RowReject] = []
        self._samples: list[dict[str, Any]] = []

    def batches(self) -> Generator[Batch, None, None]:
        """Yield what to append to the log, in the order of the file.

        Raises:
            UnreadableFileError: The file breaks off or goes beyond a limit; what was yielded before stays valid.
        """
        table = self._opened.table
        waiting: list[bytes] = []
        size = 0
        with ExitStack() as stack:
            rejects = stack.enter_context(RejectFile(self._rejects_path, table.columns))
            stack.callback(self._drop_empty_rejects)
            for group in groups(table, self._mapping.group_by, self._limits):
                for item in self._taken(group, rejects):
                    if waiting and (len(waiting) >= BATCH_ITEMS_MAX or size + len(item) > BATCH_BYTES_MAX):
                        yield _batch(waiting, table.fraction)
                        waiting, size = [], 0
                    waiting.append(item)
                    size += len(item)
            if waiting:
                yield _batch(waiting, 1.0)

    def report(self) -> Report:
        """Return what became of the rows so far."""
        columns = self._opened.table.columns
        used = {column for _, column in columns_used(self._mapping)} | set(OWN_COLUMNS)
        refused = self._rows_read - self._rows_taken
        return Report(
            file_format=self._opened.format,
            encoding=self._opened.table.encoding,
            file_hash=self._file_hash,
            columns=columns,
            columns_unused=tuple(column for column in columns if column not in used),
            rows_read=self._rows_read,
            rows_taken=self._rows_taken,
            rows_refused=refused,
            items=self._items,
            reasons=dict(self._reasons),
            rejects=tuple(self._shown),
            rejects_path=self._rejects_path if refused else None,
            warnings=tuple(self._converter.warnings()),
            samples=tuple(self._samples),
        )

    def _taken(self, group: Group, rejects: RejectFile) -> Sequence[bytes]:
        """Return the items of a group, or write all its rows to the rejects."""
        self._rows_read += len(group)
        try:
            items = self._converted(group)
            encoded = self._encoded(items)
        except RefusedError as refused:
            at_fault = next((row for row in group if row.number == refused.row_number), group[0])
            for row in group:
                self._refuse(row, refused if row is at_fault else RefusedError("same_group"), rejects)
            return ()
        self._rows_taken += len(group)
        self._items += len(items)
        self._samples += items[: SAMPLES_MAX - len(self._samples)]
        return encoded

    def _converted(self, group: Group) -> list[dict[str, Any]]:
        for row in group:
            if row.damage:
                refused = RefusedError(row.damage)
                refused.row_number = row.number
                raise refused
        if group.too_large:
            raise RefusedError("group_too_large", column=self._mapping.group_by)
        return self._converter.convert(group)

    def _encoded(self, items: Sequence[dict[str, Any]]) -> list[bytes]:
        encoded = [msgspec.json.encode(item) for item in items]
        if any(len(item) > self._limits.item_bytes_max for item in encoded):
            raise RefusedError("item_too_large")
        return encoded

    def _refuse(self, row: Row, refused: RefusedError, rejects: RejectFile) -> None:
        reject = row_reject(row, refused)
        self._reasons[reject.reason] += 1
        if len(self._shown) < REJECTS_SHOWN_MAX:
            self._shown.append(reject)
        rejects.write(row, reject)

    def _drop_empty_rejects(self) -> None:
        if self._rows_read == self._rows_taken:
            self._rejects_path.unlink(missing_ok=True)


def run(
    job: ImportJob,
    *,
    take: Callable[[Batch], None] | None = None,
    on_progress: Progress | None = None,
) -> Report:
    """Carry out an import and return its report.

    Args:
        job: The import, opened.
        take: Appends a batch to the log; None is a dry run, which reads and refuses the same rows and keeps nothing.
        on_progress: Told the fraction of the file read, 0 to 1, after each batch.
    """
    for batch in job.batches():
        if take:
            take(batch)
        if on_progress:
            on_progress(batch.fraction)
    if on_progress:
        on_progress(1.0)
    return job.report()


def file_hash(path: Path) -> str:
    """Return 32 hexadecimal digits that name the content of `path`."""
    digest = hashlib.blake2b(digest_size=16)
    with path.open("rb") as file:
        while block := file.read(1024 * 1024):
            digest.update(block)
    return digest.hexdigest()


def _batch(items: Sequence[bytes], fraction: float) -> Batch:
    return Batch(b'{"batch":[' + b",".join(items) + b"]}", len(items), fraction)
