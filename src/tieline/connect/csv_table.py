"""CSV, line by line: what cannot be decoded or never closes its quotes costs one row, not the file."""

import csv
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from tieline.connect.limits import Limits
from tieline.connect.sniff import delimiter, is_valid, text_encoding
from tieline.connect.table import Row, check_row_number, named_columns, row_of
from tieline.errors import UnreadableFileError

_SAMPLE = 64 * 1024
_CJK_FROM = "\u0800"


class CsvTable:
    """A text file with a header.

    Raises:
        UnreadableFileError: Its encoding or its header cannot be read.
    """

    def __init__(self, path: Path, limits: Limits, encoding: str = "") -> None:
        self._path = path
        self._limits = limits
        self._size = path.stat().st_size
        self.encoding = text_encoding(path, encoding)
        self.fraction = 0.0
        self._delimiter = delimiter(self._sample())
        number, header, damage = next(self._records(), (0, [], ""))
        if damage:
            raise UnreadableFileError("The header cannot be read.", way_out="Save the file as CSV UTF-8.")
        self._header_number = number
        self.columns = named_columns(header, limits)

    def rows(self) -> Iterator[Row]:
        """Yield every row after the header that is not blank."""
        for number, cells, damage in self._records():
            if number > self._header_number:
                yield row_of(number, self.columns, cells, damage)

    def _sample(self) -> str:
        with self._path.open("rb") as file:
            sample = file.read(_SAMPLE).decode(self.encoding, "replace")
        return sample.lstrip("\r\n")

    def _records(self) -> Iterator[tuple[int, list[str], str]]:
        """Yield (number, cells, damage) of all records that are not blank, the header too."""
        broken = number = 0
        with self._path.open("rb") as file:
            lines = _Lines(file, self.encoding, self._limits)
            reader = csv.reader(lines, delimiter=self._delimiter, strict=True)
            while True:
                lines.begin()
                number += 1
                check_row_number(number, self._limits)
                try:
                    cells = next(reader)
                except StopIteration:
                    self.fraction = 1.0
                    return
                except (csv.Error, _EndlessError):
                    broken += 1
                    if broken > self._limits.broken_records_max:
                        raise _too_broken(number) from None
                    yield number, [lines.give_back()], "bad_quotes"
                    continue
                self.fraction = lines.bytes_read / self._size
                if any(cells):
                    yield number, cells, "undecodable" if lines.damaged else ""


class _EndlessError(Exception):
    """A record that does not end within its limits."""


class _Lines:
    """Decoded lines of a file. Those of the current record can be given back, so a stray quote swallows nothing."""

    def __init__(self, file: BinaryIO, encoding: str, limits: Limits) -> None:
        self._file = file
        self._encoding = "utf-8" if encoding == "utf-8-sig" else encoding
        self._limits = limits
        self._again: deque[bytes] = deque()
        self._record: list[bytes] = []
        self._first = encoding == "utf-8-sig"
        self.damaged = False
        self.bytes_read = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        raw = self._again.popleft() if self._again else self._read()
        if not raw:
            raise StopIteration
        self._record.append(raw)
        if len(self._record) > self._limits.record_lines_max or len(raw) > self._limits.line_bytes_max:
            raise _EndlessError
        return self._decoded(raw)

    def begin(self) -> None:
        """Begin a new record."""
        self._record.clear()
        self.damaged = False

    def give_back(self) -> str:
        """Keep the first line of the record, which opened the quote, and read the others again."""
        self._again.extendleft(reversed(self._record[1:]))
        return self._decoded(self._record[0]).rstrip("\r\n") if self._record else ""

    def _read(self) -> bytes:
        limit = self._limits.line_bytes_max + 1
        raw = self._file.readline(limit)
        self.bytes_read += len(raw)
        if len(raw) == limit and not raw.endswith(b"\n"):
            while rest := self._file.readline(limit):
                self.bytes_read += len(rest)
                if rest.endswith(b"\n"):
                    break
        if self._first:
            self._first = False
            return raw.removeprefix(b"\xef\xbb\xbf")
        return raw

    def _decoded(self, raw: bytes) -> str:
        if raw.isascii():
            return raw.decode("ascii")
        try:
            text = raw.decode(self._encoding)
        except UnicodeDecodeError:
            self.damaged = True
            return raw.decode(self._encoding, "surrogateescape")
        foreign = self._pasted(raw)
        if foreign:
            self.damaged = True
        return foreign or text

    def _pasted(self, raw: bytes) -> str:
        """Return a line of UTF-8 pasted into a file of another encoding, else "".

        Chinese that is valid UTF-8 is hardly ever valid Big5, and never meant as such.
        """
        if self._encoding == "utf-8" or not is_valid(raw, "utf-8"):
            return ""
        text = raw.decode()
        return text if max(text) >= _CJK_FROM else ""


def _too_broken(number: int) -> UnreadableFileError:
    return UnreadableFileError(
        f"Quotation marks are broken in too many rows, the last of them row {number}.",
        way_out="Export the file again as CSV UTF-8, or as .xlsx.",
    )
