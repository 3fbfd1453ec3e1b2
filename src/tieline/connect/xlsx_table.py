"""Workbooks, row by row, once their archive has been looked at."""

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from tieline.connect.archive import check_workbook
from tieline.connect.limits import Limits
from tieline.connect.table import EXACT_BELOW, Row, cell_text, check_row_number, named_columns, row_of
from tieline.errors import UnreadableFileError

_ROWS_MAX = 1_048_576
# What a workbook with damaged or hostile XML makes its reader raise.
_DAMAGE = (
    AttributeError,
    EOFError,
    IndexError,
    KeyError,
    OSError,
    OverflowError,
    ParseError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)


class XlsxTable:
    """One sheet of an Excel workbook; its first row that is not blank is the header.

    Raises:
        UnreadableFileError: The archive is hostile or damaged, or there is no such sheet.
    """

    encoding = ""

    def __init__(self, path: Path, limits: Limits, sheet: str = "") -> None:
        check_workbook(path, limits)
        self._path = path
        self._limits = limits
        self._sheet = sheet
        self._size = path.stat().st_size
        self.fraction = 0.0
        first = next(self._values(limits.columns_max + 1), (0, ()))
        self._header_number = first[0]
        self.columns = named_columns(first[1], limits)

    def rows(self) -> Iterator[Row]:
        """Yield every row after the header that is not blank."""
        for number, cells in self._values(len(self.columns) + 1):
            if number > self._header_number:
                yield row_of(number, self.columns, cells)

    def _values(self, width: int) -> Iterator[tuple[int, Sequence[str]]]:
        import openpyxl

        with self._path.open("rb") as file:
            try:
                book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
                sheet = self._chosen(book)
                # Bounds of our own: the stated size of a sheet may be too small or absurd.
                rows = sheet.iter_rows(max_col=width, max_row=_ROWS_MAX, values_only=True)
                for number, values in enumerate(rows, 1):
                    check_row_number(number, self._limits)
                    self.fraction = max(self.fraction, min(file.tell() / self._size, 1.0))
                    if any(value is not None for value in values):
                        cells = [_text(value) for value in values]
                        if any(cells):
                            yield number, cells
            except UnreadableFileError:
                raise
            except _DAMAGE:
                raise UnreadableFileError(
                    "The workbook is damaged.", way_out="Open it in a spreadsheet and save it again."
                ) from None
        self.fraction = 1.0

    def _chosen(self, book: Any) -> Any:
        sheets = {sheet.title: sheet for sheet in book.worksheets}
        if self._sheet:
            if self._sheet not in sheets:
                there = "、".join(sheets)
                raise UnreadableFileError(
                    f"There is no sheet {self._sheet!r}.", way_out=f"There are: {there}."
                )
            return sheets[self._sheet]
        visible = [sheet for sheet in sheets.values() if sheet.sheet_state == "visible"]
        if not visible:
            raise UnreadableFileError(
                "The workbook has no visible sheet.", way_out='Name one as "sheet" in the mapping.'
            )
        return visible[0]


def _text(value: Any) -> str:
    """Write a cell's value out; a workbook keeps 15 digits of a number, also where it writes more."""
    if isinstance(value, int) and abs(value) >= EXACT_BELOW:
        value = float(value)
    return cell_text(value)
