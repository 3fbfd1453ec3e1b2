"""Numbered SQL files, each applied once and never edited afterwards.

The same few lines serve both engines: a migration tool would bring an ORM for the one and has no answer for the other.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import NamedTuple

from tieline.errors import StartError

_END = re.compile(r";[ \t]*(?:--[^\n]*)?\n")


class Migration(NamedTuple):
    """One file: its number, its name and its text."""

    version: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """A name for the text, to notice that an applied file was edited."""
        return hashlib.sha256(self.sql.encode()).hexdigest()[:16]


def load(engine: str) -> list[Migration]:
    """Return the migrations of `engine` ("postgres" or "clickhouse") in order."""
    folder = files("tieline.store") / engine / "migrations"
    found = [
        Migration(int(entry.name.split("_", 1)[0]), entry.name, entry.read_text("utf-8"))
        for entry in folder.iterdir()
        if entry.name.endswith(".sql")
    ]
    return sorted(found)


def pending(engine: str, applied: Mapping[int, str]) -> Iterator[Migration]:
    """Yield what is still to be applied.

    Args:
        engine: "postgres" or "clickhouse".
        applied: Checksum by version, as the database remembers it.

    Raises:
        StartError: The database is newer than this program, or an applied file was edited.
    """
    known = {migration.version: migration for migration in load(engine)}
    newest = max(known)
    for version, checksum in applied.items():
        if version not in known:
            raise StartError(
                f"The {engine} database is at version {version}, this Tieline knows only {newest}.",
                way_out="Install the newer Tieline that wrote it, or restore a backup.",
            )
        if known[version].checksum != checksum:
            raise StartError(
                f"Migration {known[version].name} was changed after it had been applied.",
                way_out="Put the file back as it was and write a new migration.",
            )
    yield from (known[version] for version in sorted(known) if version not in applied)


def statements(sql: str) -> list[str]:
    """Split a file at semicolons that end a line but for a comment, for engines that take one statement at a time."""
    lines = [line for line in sql.splitlines() if not line.strip().startswith("--")]
    return [part.strip() for part in _END.split("\n".join(lines)) if part.strip().rstrip(";")]
