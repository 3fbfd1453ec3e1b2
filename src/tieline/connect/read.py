"""Open a file by its content."""

from pathlib import Path
from typing import NamedTuple

from tieline.connect.csv_table import CsvTable
from tieline.connect.limits import Limits
from tieline.connect.parquet_table import ParquetTable
from tieline.connect.sniff import FileFormat, file_format
from tieline.connect.table import Table
from tieline.connect.xlsx_table import XlsxTable


class Opened(NamedTuple):
    """A file as a table, and what it was stored as."""

    format: FileFormat
    table: Table


def open_table(path: Path, limits: Limits | None = None, *, encoding: str = "", sheet: str = "") -> Opened:
    """Open a CSV, Excel or Parquet file.

    Args:
        path: The file; its name is not looked at.
        limits: What it may cost.
        encoding: Of a CSV file, if it is not to be guessed.
        sheet: Of a workbook; "" is the first visible one.

    Raises:
        UnreadableFileError: It is none of the three, hostile, damaged or too large.
    """
    bounds = limits or Limits()
    found = file_format(path, bounds)
    if found == "parquet":
        return Opened(found, ParquetTable(path, bounds))
    if found == "xlsx":
        return Opened(found, XlsxTable(path, bounds, sheet))
    return Opened(found, CsvTable(path, bounds, encoding))
