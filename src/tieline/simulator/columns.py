"""Columns for millions: an index from 64-bit keys to row numbers in eight to sixteen bytes a row."""

from array import array
from collections.abc import Iterable, Iterator
from itertools import compress, count

FREE = 0xFFFFFFFF
SMALLEST = 16
FILLED_MAX = 0.6
MIX = 0x9E3779B97F4A7C15
MASK = 0xFFFFFFFFFFFFFFFF


class HashIndex:
    """Maps 64-bit keys to rows; keys live in a column of its own, so that a row costs 8 bytes and its place 7.

    Rows are numbered as they are added, from 0 on. Equal keys are refused by `add`: the caller looks first.
    """

    def __init__(self) -> None:
        self._keys = array("Q")
        self._places = array("I", [FREE]) * SMALLEST
        self._mask = SMALLEST - 1

    def __len__(self) -> int:
        return len(self._keys)

    def find(self, key: int) -> int:
        """Return the row of `key`, or -1."""
        keys, places, mask = self._keys, self._places, self._mask
        place = ((key * MIX) & MASK) >> 20 & mask
        while (row := places[place]) != FREE:
            if keys[row] == key:
                return row
            place = (place + 1) & mask
        return -1

    def add(self, key: int) -> int:
        """Give `key`, which is not known, the next row."""
        row = len(self._keys)
        self._keys.append(key)
        if row >= FILLED_MAX * self._mask:
            self._grow()
        else:
            self._put(key, row)
        return row

    def extend(self, keys: Iterable[int]) -> None:
        """Add keys that are not known."""
        self._keys.extend(keys)
        self._grow()

    def _put(self, key: int, row: int) -> None:
        places, mask = self._places, self._mask
        place = ((key * MIX) & MASK) >> 20 & mask
        while places[place] != FREE:
            place = (place + 1) & mask
        places[place] = row

    def _grow(self) -> None:
        size = len(self._places)
        while len(self._keys) >= FILLED_MAX * (size - 1):
            size *= 2
        self._places = array("I", [FREE]) * size
        self._mask = size - 1
        for row, key in enumerate(self._keys):
            self._put(key, row)


class RowSet:
    """A set of rows that stays small: a set while it has few, then one byte a row."""

    FEW = 1024

    def __init__(self, rows: Iterable[int] = ()) -> None:
        self._few: set[int] | None = set()
        self._column = bytearray()
        self._size = 0
        self.update(rows)

    def __len__(self) -> int:
        return self._size

    def __contains__(self, row: int) -> bool:
        if self._few is not None:
            return row in self._few
        return row < len(self._column) and bool(self._column[row])

    def __iter__(self) -> Iterator[int]:
        return iter(sorted(self._few)) if self._few is not None else compress(count(), self._column)

    def add(self, row: int) -> bool:
        """Take a row in; tell whether it is new."""
        return self.update((row,)) == 1

    def update(self, rows: Iterable[int]) -> int:
        """Take rows in; return how many are new."""
        before = self._size
        if self._few is not None:
            self._few.update(rows)
            self._size = len(self._few)
            if self._size > self.FEW:
                self._column = bytearray(max(self._few) + 1)
                for row in self._few:
                    self._column[row] = 1
                self._few = None
            return self._size - before
        column = self._column
        for row in rows:
            if row >= len(column):
                column += bytes(max(row + 1 - len(column), len(column) // 4))
            self._size += not column[row]
            column[row] = 1
        return self._size - before
