"""Files that were taken in, and may be taken back."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol


class ImportSpan(NamedTuple):
    """Where in the log an import stands.

    Attributes:
        source_id: The system its file came from; message ids are remembered under it.
        first_offset: Its first log row, 0 if it has none.
        last_offset: Its last log row, 0 if it has none.
    """

    workspace_id: int
    import_id: str
    source_id: int
    first_offset: int
    last_offset: int


class KnownImport(NamedTuple):
    """An import as it is kept.

    Attributes:
        state: running, done, failed, undoing or undone.
        started_at: When it was first begun; the same for every attempt.
    """

    import_id: str
    kind: str
    state: str
    started_at: datetime


class ImportJobs(Protocol):
    """Imports from file to log."""

    async def times_undone(self, workspace_id: int, name: str) -> int:
        """Return how often imports of this name were taken back; each time, the next one has a new id."""
        ...

    async def find(self, workspace_id: int, import_id: str) -> KnownImport | None:
        """Return an import, locked until the transaction ends."""
        ...

    async def begin(
        self,
        workspace_id: int,
        import_id: str,
        file_name: str,
        file_hash: str,
        mapping: Mapping[str, Any],
        at: datetime,
    ) -> int:
        """Begin an import, or go on with one that was begun; return its source, which is made if there is none.

        Raises:
            InvalidInputError: The source takes no files.
        """
        ...

    async def taken(self, workspace_id: int, import_id: str, first_offset: int, last_offset: int) -> None:
        """Note log rows that were appended."""
        ...

    async def shelve(self, workspace_id: int, items: Sequence[Mapping[str, Any]], at: datetime) -> None:
        """Insert or replace items of catalogues: each has "catalog", "key" and "data"."""
        ...

    async def ended(
        self, workspace_id: int, import_id: str, state: str, report: Mapping[str, Any], at: datetime
    ) -> None:
        """Note how an import ended, with its report."""
        ...

    async def undoing(self, workspace_id: int, import_id: str) -> int:
        """Note that an import is to be taken back; return Tieline's own source."""
        ...

    async def behind(self) -> tuple[int, int]:
        """Return how many log rows the stream has not absorbed, and how far it has come."""
        ...


class UndoStore(Protocol):
    """What an import left behind beside history, piece by piece for taking it back."""

    async def given_up(self, workspace_ids: Collection[int], from_offset: int) -> set[tuple[int, str]]:
        """Return the imports that are taken back and have log rows at `from_offset` or above: (workspace_id, id)."""
        ...

    async def open(self, workspace_id: int, import_id: str) -> ImportSpan | None:
        """Return where an import stands, None if there is none or it was taken back already."""
        ...

    async def parked(self, span: ImportSpan) -> list[tuple[Sequence[int], bytes]]:
        """Return its items that named nobody: their places in a log row, and the body of that row."""
        ...

    async def release(self, workspace_id: int, keys: Sequence[bytes]) -> None:
        """Forget that messages were seen."""
        ...

    async def unlink(self, workspace_id: int, source: str) -> set[bytes]:
        """Delete the links that `source` claims; return the nodes they held together."""
        ...

    async def drop_marks(self, workspace_id: int, node_ids: Sequence[bytes], source: str) -> None:
        """Take from nodes the names and dates of birth that `source` said."""
        ...

    async def drop_facts(self, workspace_id: int, source: str) -> None:
        """Delete the facts that `source` stated."""
        ...

    async def answer_grants(self, workspace_id: int, source: str, at: datetime) -> None:
        """Answer every grant of `source` in the consent ledger by a withdrawal."""
        ...

    async def profiles_of(self, workspace_id: int, node_ids: Sequence[bytes]) -> set[bytes]:
        """Return the profiles that nodes belong to now."""
        ...

    async def first_linked(self, workspace_id: int, node_ids: Sequence[bytes]) -> dict[bytes, datetime]:
        """Return since when each of these nodes is linked to another, by what is still linked."""
        ...

    async def held(self, workspace_id: int, node_ids: Sequence[bytes], but: str) -> set[bytes]:
        """Return those of these nodes that a fact, a decision, a send or an enrolment is about, or a word on consent.

        Grants of the source `but` are no reason to keep a node; its refusals are.
        """
        ...

    async def drop_nodes(self, workspace_id: int, node_ids: Sequence[bytes]) -> None:
        """Delete nodes."""
        ...

    async def seen_later(self, workspace_id: int, first_at: Mapping[bytes, datetime]) -> None:
        """Move the time at which nodes were first seen forward to the given one."""
        ...

    async def done(self, workspace_id: int, import_id: str, at: datetime) -> None:
        """Note that an import was taken back."""
        ...


class ImportedHistory(Protocol):
    """What history says about the events of one import."""

    async def said(self, workspace_id: int, source: str) -> list[tuple[str, bytes]]:
        """Return message id and node of every event of `source`."""
        ...

    async def first_named(
        self, workspace_id: int, node_ids: Sequence[bytes], but: str
    ) -> dict[bytes, datetime]:
        """Return when a source other than `but` first had an event of each of these nodes, to the millisecond."""
        ...
