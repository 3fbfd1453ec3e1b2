"""What the routes about imports answer, for the description of the API and the clients made from it."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel


class ImportLine(BaseModel):
    """One import. `absorbed`: whether the stream has come past it, so that profiles show what it said."""

    import_id: str
    source: str
    kind: str
    file_name: str
    state: str
    rows_read: int
    rows_taken: int
    rows_refused: int
    items: int
    first_offset: int | None
    last_offset: int | None
    created_at: datetime
    finished_at: datetime | None
    undone_at: datetime | None
    absorbed: bool | None


class ImportReport(BaseModel):
    """What became of the rows of a file. `samples`: of a dry run alone; they are personal data."""

    file_format: str
    encoding: str
    file_hash: str
    columns: list[str]
    columns_unused: list[str]
    rows_read: int
    rows_taken: int
    rows_refused: int
    items: int
    reasons: dict[str, int]
    rejects: list[list[Any]]
    warnings: list[list[Any]]
    samples: list[dict[str, Any]] = []


class ImportWhole(ImportLine):
    """One import with its mapping and what became of it."""

    mapping: dict[str, Any]
    report: ImportReport | None


class ImportCarried(BaseModel):
    """A file that was taken, or tried. `again`: it was known, and went on where it was."""

    import_id: str
    state: str
    again: bool
    report: ImportReport


class LookedAt(BaseModel):
    """What a file holds: its columns, some rows, and a first guess at a mapping, null if nothing names anybody."""

    file_format: str
    columns: list[str]
    rows: list[dict[str, str]]
    suggestion: dict[str, Any] | None
