"""The chain of the audit log: a line's hash covers the line before, so whoever changes one must change all after it."""

import hashlib
from collections.abc import Iterable
from datetime import UTC

import msgspec

from tieline.model.access import Entry

START = bytes(32)


def link(before: bytes, workspace_id: int, entry_id: int, entry: Entry) -> bytes:
    """Return the hash of a line that follows one with the hash `before`."""
    said = [
        workspace_id, entry_id, entry.at.astimezone(UTC).isoformat(), entry.actor, entry.action, entry.thing,
        entry.outcome, entry.detail,
    ]  # fmt: skip
    return hashlib.sha256(before + msgspec.json.encode(said)).digest()


def first_broken(workspace_id: int, lines: Iterable[tuple[int, Entry, bytes]]) -> int | None:
    """Return the number of the first line that is missing, moved or changed; None if the chain holds.

    Args:
        workspace_id: Whose log it is.
        lines: Number, line and stored hash of each, in order, from the first.
    """
    before, expected = START, 1
    for number, entry, stored in lines:
        if number != expected or link(before, workspace_id, number, entry) != stored:
            return expected
        before, expected = stored, expected + 1
    return None
