"""Who was erased, in a file that stands apart from both databases: a backup that is restored knows nothing of it.

It holds keyed hashes and nothing else that tells who somebody was. The key is in the database, so the file alone says
nothing, and neither does a copy of it.
"""

import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import msgspec

from tieline.errors import StartError


class Entry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One erasure.

    Attributes:
        hashes: (namespace, hash in hexadecimal) of each identifier, as in the table `suppression`.
    """

    workspace_id: int
    erasure_id: str
    asked_at: datetime
    hashes: tuple[tuple[str, str], ...]


def path_of(data: Path, named: str) -> Path:
    """Return where the ledger is: as the setting names it, or in the data folder."""
    return Path(named) if named else data / "erasures.jsonl"


def note(path: Path, entry: Entry) -> None:
    """Write an erasure down, once; it is on disk when this returns."""
    if any(held.erasure_id == entry.erasure_id for held in read(path)):
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "rb+") as file:
        size = file.seek(0, os.SEEK_END)
        torn = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        file.write((b"\n" if torn else b"") + msgspec.json.encode(entry) + b"\n")
        file.flush()
        os.fsync(descriptor)


def read(path: Path) -> list[Entry]:
    """Return every erasure that was written down. A line that broke off in a crash is left out: it is written again.

    Raises:
        StartError: A whole line cannot be read; it names the line.
    """
    lines = path.read_bytes().split(b"\n") if path.exists() else []
    return list(_entries(path, lines))


def _entries(path: Path, lines: list[bytes]) -> Iterable[Entry]:
    for number, line in enumerate(lines, 1):
        if not line:
            continue
        try:
            yield msgspec.json.decode(line, type=Entry)
        except msgspec.DecodeError as error:
            if not line.endswith(b"}"):
                continue
            raise StartError(
                f"Line {number} of the erasure ledger {path} cannot be read: {error}.",
                way_out="Put the copy of the file back that was not changed by hand.",
            ) from None
