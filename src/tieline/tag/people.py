"""Who is meant when many people are named at once: from rows of a file, or from a list of identifiers. Pure."""

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from tieline.errors import InvalidInputError

PEOPLE_MAX = 100_000
SHOWN_MAX = 1_000
NOBODY, TWICE, EMPTY = "nobody", "twice", "empty"
REASONS: Mapping[str, str] = {
    NOBODY: "Nobody is known by this identifier.",
    TWICE: "The row names a person whom an earlier row named.",
    EMPTY: "The cell is empty.",
}
"""Reasons of our own; others are those of the identifier's normal form, such as not_a_phone."""


class Row(NamedTuple):
    """One row: its number, from 1 without the header, and what stands in it."""

    number: int
    value: str


class Refused(NamedTuple):
    """A row that names nobody, and why."""

    number: int
    reason: str


class Sorted(NamedTuple):
    """Rows that may name somebody, by the node they name, and rows that do not."""

    nodes: dict[bytes, int]
    refused: list[Refused]


def rows_of(text: str, column: str) -> list[Row]:
    """Read the rows of a CSV file; without a column's name, its first column, with or without a header.

    Raises:
        InvalidInputError: The column is not there, or there are too many rows.
    """
    read = [line for line in csv.reader(io.StringIO(text.removeprefix("\ufeff"))) if line]
    if not read:
        raise InvalidInputError("The file is empty.", field="/file", way_out="Send one row for each person.")
    at = 0
    if column:
        if column not in read[0]:
            raise InvalidInputError(
                f"The file has no column {column!r}.",
                field="column",
                way_out=f"It has {', '.join(read[0][:20])}.",
            )
        at, read = read[0].index(column), read[1:]
    return limited([line[at] if at < len(line) else "" for line in read])


def limited(values: Sequence[Any]) -> list[Row]:
    """Number the values.

    Raises:
        InvalidInputError: There are too many, or one is no text.
    """
    if len(values) > PEOPLE_MAX:
        raise InvalidInputError(
            f"{len(values)} people were named.",
            field="/values",
            way_out=f"Name at most {PEOPLE_MAX} at once.",
        )
    for at, value in enumerate(values):
        if not isinstance(value, str | int) or isinstance(value, bool):
            raise InvalidInputError("An identifier is a text.", field=f"/values/{at}", way_out="Quote it.")
    return [Row(number, str(value)) for number, value in enumerate(values, start=1)]


def sort(rows: Iterable[Row], node_of: Callable[[str], bytes | str]) -> Sorted:
    """Tell which rows may name somebody.

    Args:
        rows: What was sent.
        node_of: Returns the node of an identifier, or the reason why it is none.
    """
    found = Sorted({}, [])
    for row in rows:
        node = node_of(row.value) if row.value.strip() else EMPTY
        if isinstance(node, bytes) and node not in found.nodes:
            found.nodes[node] = row.number
        else:
            found.refused.append(Refused(row.number, TWICE if isinstance(node, bytes) else node))
    return found


def report(refused: Sequence[Refused]) -> dict[str, Any]:
    """Return how many rows were refused for each reason, and the first of them; no value of a cell."""
    return {
        "reasons": dict(Counter(one.reason for one in refused)),
        "rows": [one._asdict() for one in sorted(refused)[:SHOWN_MAX]],
    }
