"""A file as rows of text, whatever it was stored as."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple, Protocol

import msgspec

from tieline.connect.limits import Limits
from tieline.errors import UnreadableFileError

EXACT_BELOW = 1e15


class Row(NamedTuple):
    """One row of a file.

    Attributes:
        number: As a spreadsheet counts: the header is usually 1.
        cells: Text by column; numbers and dates are written out (ISO 8601), nothing is "".
        damage: A key of REASONS if the row could not be read as it stands, else "".
    """

    number: int
    cells: dict[str, str]
    damage: str = ""


class Table(Protocol):
    """An open file. `rows` may be called again and starts over."""

    encoding: str
    columns: tuple[str, ...]
    fraction: float

    def rows(self) -> Iterator[Row]:
        """Yield every row that is not blank. Raises UnreadableFileError where the file breaks off."""
        ...


def cell_text(value: Any) -> str:
    """Write a typed value out: ISO 8601 for times, JSON for what is nested.

    A float of 10^15 and more no longer knows its last digits and is written so that this shows.
    """
    if isinstance(value, str):
        return value
    write = next((write for kinds, write in _WRITERS if isinstance(value, kinds)), str)
    return write(value)


def _number_text(value: float) -> str:
    if abs(value) >= EXACT_BELOW:
        return f"{value:.14E}"
    return str(int(value)) if value.is_integer() else repr(value)


_WRITERS: tuple[tuple[type | tuple[type, ...], Callable[[Any], str]], ...] = (
    (type(None), lambda _: ""),
    (bool, lambda value: "true" if value else "false"),
    (float, _number_text),
    (datetime, lambda value: value.isoformat(" ")),
    (date, lambda value: f"{value.isoformat()} 00:00:00"),
    (bytes, lambda value: value.decode("utf-8", "replace")),
    ((list, dict), lambda value: msgspec.json.encode(value).decode()),
)


def named_columns(header: Sequence[str], limits: Limits) -> tuple[str, ...]:
    """Return a unique name per column: repeated headers are numbered, empty ones named by their place.

    Both of two equal headers get a number, so that a mapping has to say which one it means.

    Raises:
        UnreadableFileError: There are no columns or too many.
    """
    names = [name.strip().strip("\ufeff\"'").strip() for name in header]
    while names and not names[-1]:
        names.pop()
    if not names:
        raise UnreadableFileError(
            "The file has no header.", way_out="Put the names of the columns into the first row."
        )
    if len(names) > limits.columns_max:
        raise UnreadableFileError(
            f"The file has more than {limits.columns_max} columns.",
            way_out="Export only the columns you need.",
        )
    names = [name or f"column {index}" for index, name in enumerate(names, 1)]
    often = Counter(names)
    seen: Counter[str] = Counter()
    unique: list[str] = []
    for name in names:
        seen[name] += 1
        unique.append(f"{name} ({seen[name]})" if often[name] > 1 else name)
    if len(set(unique)) < len(unique):
        raise UnreadableFileError("Two columns have one name.", way_out="Rename one of them.")
    return tuple(unique)


def row_of(number: int, columns: Sequence[str], cells: Sequence[str], damage: str = "") -> Row:
    """Return the row; cells beyond the header damage it and are kept in its last cell, missing ones are empty."""
    last = len(columns) - 1
    if any(cells[last + 1 :]):
        damage = damage or "too_many_cells"
        cells = [*cells[:last], ",".join(cells[last:])]
    if len(cells) < len(columns):
        cells = [*cells, *[""] * (len(columns) - len(cells))]
    return Row(number, dict(zip(columns, cells, strict=False)), damage)


def check_row_number(number: int, limits: Limits) -> None:
    """Stop at a file without end. Raises UnreadableFileError."""
    if number > limits.rows_max + 1:
        raise UnreadableFileError(
            f"The file has more than {limits.rows_max:,} rows.", way_out="Split it into parts."
        )
