"""What one file may cost. Every limit is checked before the memory or time it guards is spent."""

import msgspec

MIB = 1024 * 1024


class Limits(msgspec.Struct, frozen=True):
    """Bounds of one import.

    Attributes:
        file_bytes_max: Size of a CSV or Parquet file.
        archive_bytes_max: Size of an .xlsx file as uploaded.
        unpacked_bytes_max: Sum of an .xlsx file's members. Reading takes about twice this in memory.
        ratio_max: Unpacked bytes per byte of the file; real workbooks stay below 40.
        directory_bytes_max: Size of the archive's own table of contents.
        elements_max: XML elements and attributes of a workbook that are held at one moment, 200 to 300 bytes each.
        members_max: Files inside an .xlsx archive.
        rows_max: Rows of a file, blank ones included.
        columns_max: Columns of a file.
        cell_chars_max: Characters of a mapped cell; Excel's own limit.
        line_bytes_max: Bytes of one line of CSV.
        record_lines_max: Lines of one CSV record with line breaks inside quotes.
        broken_records_max: Records with broken quotes before the file is given up.
        group_rows_max: Rows that make one event together.
        open_rows_max: Rows that wait for the rest of their event.
        tracked_max: Keys held in memory to recognise groups and identical rows.
        item_bytes_max: JSON of one item.
    """

    file_bytes_max: int = 1024 * MIB
    archive_bytes_max: int = 100 * MIB
    unpacked_bytes_max: int = 300 * MIB
    ratio_max: int = 100
    directory_bytes_max: int = MIB
    elements_max: int = 1_500_000
    members_max: int = 1_000
    rows_max: int = 5_000_000
    columns_max: int = 500
    cell_chars_max: int = 32_767
    line_bytes_max: int = MIB
    record_lines_max: int = 100
    broken_records_max: int = 100
    group_rows_max: int = 1_000
    open_rows_max: int = 100_000
    tracked_max: int = 1_000_000
    item_bytes_max: int = 256 * 1024
