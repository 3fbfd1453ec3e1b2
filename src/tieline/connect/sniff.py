"""What a file is, told from its bytes; its name is never asked."""

import csv
from pathlib import Path
from typing import Literal

from tieline.connect.limits import Limits
from tieline.errors import UnreadableFileError

FileFormat = Literal["csv", "xlsx", "parquet"]
ENCODINGS = ("utf-8", "cp950", "cp932")
_BOM = b"\xef\xbb\xbf"
_BLOCK = 1024 * 1024
_JUDGED_LINES_MAX = 100_000
_DELIMITERS = ",\t;|"
_AS_CSV = "Save it as CSV UTF-8 or as .xlsx and import that."
_STARTS: tuple[tuple[bytes, str, str], ...] = (
    (b"\xff\xfe", "The file is UTF-16 text.", "Save it as CSV UTF-8 and import that."),
    (b"\xfe\xff", "The file is UTF-16 text.", "Save it as CSV UTF-8 and import that."),
    (b"\xd0\xcf\x11\xe0", "The file is an old .xls workbook, or a workbook with a password.", _AS_CSV),
    (b"\x1f\x8b", "The file is compressed with gzip.", "Unpack it first."),
    (b"%PDF", "The file is a PDF.", _AS_CSV),
    (b"<", "The file is HTML or XML, whatever its name ends with.", f"Open it in a spreadsheet. {_AS_CSV}"),
    (b"{", "The file is JSON.", "Send JSON to the collect API, or save the table as CSV UTF-8."),
)


def file_format(path: Path, limits: Limits) -> FileFormat:
    """Return what `path` holds.

    Raises:
        UnreadableFileError: It is empty, too large, or none of the three.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(64 * 1024)
    found: FileFormat = "csv"
    if head.startswith(b"PAR1"):
        found = "parquet"
    elif head.startswith(b"PK\x03\x04"):
        found = "xlsx"
    allowed = limits.archive_bytes_max if found == "xlsx" else limits.file_bytes_max
    if size > allowed:
        raise UnreadableFileError(
            f"The file has {size:,} bytes; {allowed:,} are allowed for {found}.",
            way_out="Split it into parts.",
        )
    if found == "csv":
        _refuse_other_than_text(head)
    return found


def _refuse_other_than_text(head: bytes) -> None:
    text = head.removeprefix(_BOM).lstrip()
    if not text:
        raise UnreadableFileError("The file is empty.", way_out="Export it again.")
    for start, problem, way_out in _STARTS:
        if text.startswith(start):
            raise UnreadableFileError(problem, way_out=way_out)
    if b"\0" in text.partition(b"\n")[0]:
        raise UnreadableFileError("The file is neither text nor a workbook.", way_out=_AS_CSV)
    if b"\r" in head and b"\n" not in head:
        raise UnreadableFileError("Lines end as on Mac OS 9.", way_out="Save it as CSV UTF-8.")


def text_encoding(path: Path, declared: str = "") -> str:
    """Return the encoding of a text file, as Python names it.

    UTF-8 is proven by being valid. Otherwise the first of CP950 (Big5) and CP932 (Shift_JIS) that reads most lines
    is taken; what it does not read is refused line by line.

    Raises:
        UnreadableFileError: No encoding reads at least half of the lines beyond ASCII.
    """
    with path.open("rb") as file:
        marked = file.read(len(_BOM)) == _BOM
    if marked:
        return "utf-8-sig"
    if declared:
        return declared
    return "utf-8" if _is_utf8(path) else _best_encoding(path)


def _is_utf8(path: Path) -> bool:
    held = b""
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            block = held + block
            cut = block.rfind(b"\n") + 1 or len(block)
            try:
                block[:cut].decode()
            except UnicodeDecodeError:
                return False
            held = block[cut:]
    try:
        held.decode()
    except UnicodeDecodeError:
        return False
    return True


def _best_encoding(path: Path) -> str:
    read = dict.fromkeys(ENCODINGS, 0)
    judged = 0
    with path.open("rb") as file:
        while judged < _JUDGED_LINES_MAX and (line := file.readline(_BLOCK)):
            if line.isascii():
                continue
            judged += 1
            for encoding in ENCODINGS:
                read[encoding] += is_valid(line, encoding)
    for encoding in ENCODINGS:
        if read[encoding] * 2 >= judged:
            return encoding
    raise UnreadableFileError(
        "The text is neither UTF-8, Big5 nor Shift_JIS.",
        way_out='Save it as CSV UTF-8, or name the mapping\'s "encoding".',
    )


def is_valid(line: bytes, encoding: str) -> bool:
    """Return whether `line` is text of `encoding`."""
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def delimiter(sample: str) -> str:
    """Return what stands between the cells: whichever of comma, tab, semicolon and bar makes the most columns."""

    def columns(candidate: str) -> int:
        try:
            return len(next(csv.reader(sample.splitlines(keepends=True), delimiter=candidate), ()))
        except csv.Error:
            return 0

    return max(_DELIMITERS, key=columns)
