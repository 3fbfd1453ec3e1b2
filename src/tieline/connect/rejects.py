"""The refused rows, as a file that a spreadsheet opens and that can be corrected and imported again."""

import csv
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Protocol, Self

from tieline.connect.cell import masked, neutralised
from tieline.connect.reasons import REASONS, RefusedError
from tieline.connect.table import Row

OWN_COLUMNS = ("tieline_row", "tieline_column", "tieline_reason", "tieline_way_out")


class RowReject(NamedTuple):
    """A row that was not taken.

    Attributes:
        reason: A key of REASONS.
        value: The value at fault, masked.
    """

    row_number: int
    column: str
    reason: str
    value: str
    way_out: str


def row_reject(row: Row, refused: RefusedError) -> RowReject:
    """Return why `row` was refused, fit to be shown."""
    return RowReject(
        row.number, refused.column, refused.reason, masked(refused.value), REASONS[refused.reason]
    )


class RejectFile:
    """Writes refused rows with their original columns, then row, column, reason and way out.

    Written as UTF-8 with a byte order mark, or Excel would read Chinese as noise. Only its owner may read it.
    """

    def __init__(self, path: Path, columns: Sequence[str]) -> None:
        self._columns = [name for name in columns if name not in OWN_COLUMNS]
        # Bytes that were no text come out as question marks.
        self._file = path.open("w", encoding="utf-8-sig", errors="replace", newline="")
        path.chmod(0o600)
        self._writer = csv.writer(self._file)
        self._writer.writerow([neutralised(name) for name in (*self._columns, *OWN_COLUMNS)])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, row: Row, reject: RowReject) -> None:
        """Add one row."""
        own = (str(reject.row_number), reject.column, reject.reason, reject.way_out)
        cells = [row.cells.get(name, "") for name in self._columns]
        self._writer.writerow([neutralised(text) for text in (*cells, *own)])


class Names(Protocol):
    """Knows who was erased."""

    def anywhere(self, text: str) -> bool:
        """Say whether a text is an identifier of theirs, of whatever kind."""
        ...


def forget(folder: Path, gone: Names) -> int:
    """Take the rows that name somebody who was erased out of all files of refused rows; return how many went."""
    went = 0
    for path in sorted(folder.glob("*.csv")) if folder.is_dir() else ():
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
        kept = rows[:1] + [
            row for row in rows[1:] if not any(gone.anywhere(cell.lstrip("'")) for cell in row)
        ]
        if len(kept) < len(rows):
            went += len(rows) - len(kept)
            beside = path.with_suffix(".part")
            with beside.open("w", encoding="utf-8-sig", newline="") as file:
                beside.chmod(0o600)
                csv.writer(file).writerows(kept)
            beside.replace(path)
    return went
