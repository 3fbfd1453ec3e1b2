"""What happened at one account, counted: the witness that tests ask whether anyone got a message twice."""

import hashlib
from collections import Counter
from datetime import datetime
from typing import Any

import msgspec


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


class Ledger:
    """Counts calls, refusals and deliveries, and remembers a fingerprint of every delivery.

    Attributes:
        calls: Calls per endpoint.
        accepted: Accepted requests per kind (push, multicast, reply).
        refused: Refused calls per reason: status, endpoint and LINE's sentence.
        faults: Faults that struck, per kind.
        delivered: Requests that reached a person, counted per person.
        bubbles: Message objects delivered.
        undelivered: Accepted but not delivered, per reason.
        billable: Messages counted against the quota.
        duplicates: Groups of repeated deliveries, by fingerprint.
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
        self.duplicates: dict[bytes, DuplicateGroup] = {}
        self._first: dict[bytes, Occurrence] = {}
        self._units: set[bytes] = set()

    def record_delivery(
        self, user_id: str, messages: bytes, unit: str | None, occurrence: Occurrence
    ) -> None:
        """Count one delivery; `messages` is JSON with sorted keys, so that equal content has equal bytes."""
        self.delivered += 1
        key = _fingerprint(user_id, messages)
        first = self._first.setdefault(key, occurrence)
        if first is not occurrence:
            group = self.duplicates.get(key)
            if group is None:
                group = self.duplicates[key] = DuplicateGroup(user_id, msgspec.Raw(messages), [first])
            group.occurrences.append(occurrence)
        if unit is not None:
            unit_key = _fingerprint(user_id, unit.encode())
            self.unit_repeats += unit_key in self._units
            self._units.add(unit_key)

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


def _fingerprint(user_id: str, content: bytes) -> bytes:
    return hashlib.blake2b(user_id.encode() + b"\0" + content, digest_size=16).digest()


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
