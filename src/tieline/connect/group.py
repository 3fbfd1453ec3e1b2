"""Rows that make one event together, wherever in the file they stand."""

from collections import Counter
from collections.abc import Iterator

from tieline.connect.limits import Limits
from tieline.connect.table import Row, Table
from tieline.errors import UnreadableFileError


class Group(list[Row]):
    """Rows with one key; complete unless there were too many to hold."""

    too_large = False


def groups(table: Table, column: str, limits: Limits) -> Iterator[Group]:
    """Yield the rows of `table` in groups; without `column`, each alone.

    The keys are counted in a first pass, so a group is known to be complete when its last row is read. Nothing is
    taken from an event of which a part stands elsewhere.

    Raises:
        UnreadableFileError: Too many keys, or too many unfinished groups to hold.
    """
    if not column:
        for row in table.rows():
            yield Group([row])
        return
    left = _counted(table, column, limits)
    waiting: dict[str, Group] = {}
    held = 0
    for row in table.rows():
        key = row.cells[column].strip()
        if not key:
            yield Group([row])
            continue
        if left[hash(key)] > limits.group_rows_max:
            yield _too_large(row)
            continue
        group = waiting.setdefault(key, Group())
        group.append(row)
        held += 1
        left[hash(key)] -= 1
        if not left[hash(key)]:
            del waiting[key]
            held -= len(group)
            yield group
        elif held > limits.open_rows_max:
            raise UnreadableFileError(
                "Rows that belong together stand too far apart.",
                way_out=f"Sort the file by the column {column!r}.",
            )


def _counted(table: Table, column: str, limits: Limits) -> Counter[int]:
    """Count rows by the hash of their key, which takes a third of the memory of the key."""
    counts: Counter[int] = Counter()
    for row in table.rows():
        key = row.cells[column].strip()
        if key:
            counts[hash(key)] += 1
            if len(counts) > limits.tracked_max:
                raise UnreadableFileError(
                    f"The column {column!r} has more than {limits.tracked_max:,} values.",
                    way_out="Split the file.",
                )
    return counts


def _too_large(row: Row) -> Group:
    group = Group([row])
    group.too_large = True
    return group
