"""What happened at one account, counted: the witness that tests ask whether anyone got a message twice."""

import hashlib
from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from tieline.simulator.columns import RowSet

FEW = 1024  # up to here who got a content is a dictionary, then a column


class Occurrence(msgspec.Struct, frozen=True, gc=False):
    """One accepted request that delivered a body to a person."""

    request_id: str
    kind: str
    at: datetime


class DuplicateGroup(msgspec.Struct):
    """The same messages delivered to the same person by different accepted requests."""

    user_id: str
    messages: msgspec.Raw
    occurrences: list[Occurrence]


_pack = msgspec.msgpack.Encoder().encode
_unpack = msgspec.msgpack.Decoder(Occurrence).decode


class Ledger:
    """Counts calls, refusals and deliveries, and remembers for every content which request brought it to whom first.

    Attributes:
        calls: Calls per endpoint.
        accepted: Accepted requests per kind (push, multicast, reply ...).
        refused: Refused calls per reason: status, endpoint and LINE's sentence.
        faults: Faults that struck, per kind.
        delivered: Requests that reached a person, counted per person.
        bubbles: Message objects delivered.
        undelivered: Accepted but not delivered, per reason.
        billable: Messages counted against the quota.
        duplicates: Groups of repeated deliveries, by content and person.
        unit_repeats: Deliveries of a unit to a person who had that unit before.
    """

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.accepted: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.undelivered: Counter[str] = Counter()
        self.delivered = 0
        self.bubbles = 0
        self.billable = 0
        self.unit_repeats = 0
        self.duplicates: dict[tuple[bytes, int], DuplicateGroup] = {}
        self._requests: list[bytes] = [b""]
        self._first: dict[bytes, int | dict[int, int] | array[int]] = {}
        self._units: dict[str, RowSet] = {}

    def record_deliveries(
        self,
        rows: Sequence[int],
        messages: bytes,
        unit: str | None,
        occurrence: Occurrence,
        user_id: Callable[[int], str],
    ) -> None:
        """Count deliveries of one content; `messages` has sorted keys, so that equal content has equal bytes."""
        if not rows:
            return
        self.delivered += len(rows)
        content = hashlib.blake2b(messages, digest_size=16).digest()
        number = len(self._requests)
        self._requests.append(_pack(occurrence))
        for row, first in self._again(content, rows, number):
            group = self.duplicates.get((content, row))
            if group is None:
                before = [_unpack(self._requests[first])]
                group = DuplicateGroup(user_id(row), msgspec.Raw(messages), before)
                self.duplicates[content, row] = group
            group.occurrences.append(occurrence)
        if unit is not None:
            seen = self._units.setdefault(unit, RowSet())
            self.unit_repeats += len(rows) - seen.update(rows)

    def _again(self, content: bytes, rows: Sequence[int], number: int) -> list[tuple[int, int]]:
        """Note who got a content by request `number`; return those who had it, with the request that was first."""
        known = self._first.get(content)
        if known is None and len(rows) == 1:
            self._first[content] = rows[0] << 32 | number  # most contents reach one person
            return []
        if known is None or isinstance(known, int):
            known = {known >> 32: known & 0xFFFFFFFF} if known is not None else {}
        if isinstance(known, dict) and len(known) + len(rows) > FEW:
            known = _column(known)
        self._first[content] = known
        if isinstance(known, dict):
            firsts = [(row, known.setdefault(row, number)) for row in rows]
            return [(row, first) for row, first in firsts if first != number]
        if (missing := max(rows) + 1 - len(known)) > 0:
            known.frombytes(bytes(4 * missing))
        again = []
        for row in rows:
            if first := known[row]:
                again.append((row, first))
            else:
                known[row] = number
        return again

    def facts(self, *, groups: int = 100) -> dict[str, Any]:
        """Return all counts, and at most `groups` duplicate groups."""
        return {
            "calls": dict(self.calls),
            "accepted_requests": sum(self.accepted.values()),
            "accepted": dict(self.accepted),
            "refused": dict(self.refused),
            "faults": dict(self.faults),
            "delivered_messages": self.delivered,
            "delivered_bubbles": self.bubbles,
            "undelivered": dict(self.undelivered),
            "billable_messages": self.billable,
            "duplicate_deliveries": sum(len(group.occurrences) - 1 for group in self.duplicates.values()),
            "duplicate_groups": list(self.duplicates.values())[:groups],
            "same_user_same_unit": self.unit_repeats,
        }


def _column(few: dict[int, int]) -> "array[int]":
    column = array("I", bytes(4 * (max(few, default=-1) + 1)))
    for row, number in few.items():
        column[row] = number
    return column


def total(ledgers: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the sum of the facts of several accounts."""
    result = Ledger().facts()
    for facts in ledgers:
        for name, value in facts.items():
            if isinstance(value, dict):
                result[name] = dict(Counter(result[name]) + Counter(value))
            else:
                result[name] = result[name] + value
    return result
