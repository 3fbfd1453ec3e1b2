"""Where each of many ids stands among many sorted ones. Pure.

Ids are hashes, so their leading bits are spread evenly: they lead to within a place or two, where a table of hashes
would build and visit the whole of its memory at random for every id.
"""

import numpy as np
from numpy.typing import NDArray

from tieline.ids import ID_BYTES
from tieline.model.columns import Ids, Ints

_HALF_BITS = 64
Halves = NDArray[np.uint64]


def halves(ids: Ids) -> tuple[Halves, Halves]:
    """Return the first and the second eight bytes of ids as numbers that are in the order of the ids."""
    rows = np.ascontiguousarray(ids).view(">u8").reshape(-1, ID_BYTES // 8)
    return rows[:, 0].astype(np.uint64), rows[:, 1].astype(np.uint64)


def order(ids: Ids) -> Ints:
    """Return the order of ids; their first halves nearly always decide."""
    first, second = halves(ids)
    found = np.argsort(first)
    in_order = first[found]
    return np.lexsort((second, first)) if (in_order[1:] == in_order[:-1]).any() else found


class SortedIds:
    """Ids in their order, to be asked for places.

    Args:
        ids: Sorted; each is there once.
    """

    def __init__(self, ids: Ids) -> None:
        self._first, self._second = halves(ids)
        bits = max(1, len(ids).bit_length())
        self._shift = np.uint64(_HALF_BITS - bits)
        held = np.bincount((self._first >> self._shift).astype(np.int64), minlength=1 << bits)
        self._starts = np.concatenate(([0], np.cumsum(held))).astype(np.int32)

    def places(self, ids: Ids) -> Ints:
        """Return the place of each id, -1 for one that is not there."""
        last = len(self._first) - 1
        if last < 0:
            return np.full(len(ids), -1, np.int64)
        first, second = halves(ids)
        place = np.minimum(self._starts[(first >> self._shift).astype(np.int64)], last)
        before = np.flatnonzero(self._first[place] < first)
        while before.size:
            place[before] += 1
            before = before[place[before] <= last]
            before = before[self._first[place[before]] < first[before]]
        np.minimum(place, last, out=place)
        there = self._first[place] == first
        # Two ids of one first half are next to each other.
        other = np.flatnonzero(there & (self._second[place] != second))
        while other.size:
            place[other] += 1
            beyond = place[other] > last
            place[other[beyond]] = last
            gone = beyond | (self._first[place[other]] != first[other])
            there[other[gone]] = False
            other = other[~gone]
            other = other[self._second[place[other]] != second[other]]
        found: Ints = place.astype(np.int64)
        found[~there] = -1
        return found
