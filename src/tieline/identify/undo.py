"""Take back what one import said, in log order: see `connect.undo` for what that means and why."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

from tieline.identify.rules import RuleBook
from tieline.identify.settle import Settler
from tieline.model.event import IMPORT_UNDONE, Event, LogKind, LogRow, import_source
from tieline.model.identity import Moved
from tieline.ports import IdentityStore, ImportedHistory, ImportSpan, UndoStore

TOGETHER = 5_000
_BEGINNING = b'{"batch":[{"type":"track","event":"%b",' % IMPORT_UNDONE.encode()
_HISTORY_IS_EXACT_TO = timedelta(milliseconds=1)
_T = TypeVar("_T")


class Undone(NamedTuple):
    """What taking back changed.

    Attributes:
        moves: Nodes that changed profile; those that are gone are left out.
        profile_ids: Every profile that may read differently now, or is gone.
    """

    moves: list[Moved]
    profile_ids: set[bytes]


class UndoStage:
    """`import_undone` in, moves and changed profiles out.

    Args:
        store: What the import left behind beside history.
        identity: Nodes, links and decisions.
        history: The events of the import. It has to be complete up to the undo.
        message_ids: Reads the message ids out of a log row of an import, in the order of its items.
        message_key: Names a message of a source, as it was remembered when it was collected.
        rules: The rules of each workspace.
    """

    def __init__(
        self,
        store: UndoStore,
        identity: IdentityStore,
        history: ImportedHistory,
        message_ids: Callable[[bytes, str], Iterable[str]],
        message_key: Callable[[int, str], bytes],
        rules: RuleBook | None = None,
    ) -> None:
        self._store = store
        self._settler = Settler(identity, rules)
        self._identity = identity
        self._history = history
        self._message_ids = message_ids
        self._message_key = message_key

    async def standing(self, rows: Sequence[LogRow]) -> list[LogRow]:
        """Return `rows` without those of imports that are being taken back: they need not be heard first."""
        imported = [row for row in rows if row.kind == LogKind.IMPORT]
        if not imported:
            return list(rows)
        named = await self._store.given_up({row.workspace_id for row in imported}, imported[0].log_offset)
        marks = [(workspace_id, f'"import_id":"{name}"'.encode()) for workspace_id, name in named]
        return [
            row
            for row in rows
            if row.kind != LogKind.IMPORT
            or not any(row.workspace_id == workspace_id and mark in row.body for workspace_id, mark in marks)
        ]

    async def process(self, event: Event) -> Undone | None:
        """Take back the import that `event` names; None if it is no such event or there is nothing to take back."""
        if event.name != IMPORT_UNDONE or event.source.kind != "tieline":
            return None
        span = await self._store.open(event.workspace_id, str(event.properties.get("import_id")))
        if span is None:
            return None
        workspace_id, source = span.workspace_id, import_source(span.import_id)
        await self._identity.lock(workspace_id)
        named = await self._release(span, source)
        named |= await self._store.unlink(workspace_id, source)
        for part in _parts(sorted(named)):
            await self._store.drop_marks(workspace_id, part, source)
        await self._store.drop_facts(workspace_id, source)
        await self._store.answer_grants(workspace_id, source, event.received_at)
        undone = Undone([], set())
        left: list[bytes] = []
        for part in _parts(sorted(named)):
            undone.profile_ids.update(await self._store.profiles_of(workspace_id, part))
            left += await self._remaining(workspace_id, part, source)
        for part in _parts(left):
            cause = f"{IMPORT_UNDONE}:{span.import_id}"
            undone.moves.extend(
                (await self._settler.anew(workspace_id, part, cause, event.received_at)).moves
            )
        undone.profile_ids.update(end for move in undone.moves for end in (move.from_id, move.to_id) if end)
        await self._store.done(workspace_id, span.import_id, event.received_at)
        return undone

    async def _release(self, span: ImportSpan, source: str) -> set[bytes]:
        """Forget the messages of the import, so that the corrected file can bring them; return their nodes.

        A message that another import had brought before is not among them: its event counts there.
        """
        said = await self._history.said(span.workspace_id, source)
        names = [message_id for message_id, _ in said]
        for items, body in await self._store.parked(span):
            of_row = list(self._message_ids(body, span.import_id))
            names += [of_row[item] for item in items if item < len(of_row)]
        for part in _parts(names):
            keys = [self._message_key(span.source_id, name) for name in part]
            await self._store.release(span.workspace_id, keys)
        return {node_id for _, node_id in said}

    async def _remaining(self, workspace_id: int, node_ids: Sequence[bytes], source: str) -> list[bytes]:
        """Delete nodes that nobody else named, date the others as if the import had not been, and return these."""
        linked = await self._store.first_linked(workspace_id, node_ids)
        seen = await self._history.first_named(workspace_id, node_ids, source)
        alone = [node_id for node_id in node_ids if node_id not in linked and node_id not in seen]
        held = await self._store.held(workspace_id, alone, source)
        await self._store.drop_nodes(workspace_id, [node_id for node_id in alone if node_id not in held])
        first_at = {
            node_id: at for node_id in node_ids for at in _first(linked.get(node_id), seen.get(node_id))
        }
        await self._store.seen_later(workspace_id, first_at)
        return [node_id for node_id in node_ids if node_id in first_at or node_id in held]


def next_undo(rows: Sequence[LogRow]) -> Sequence[LogRow]:
    """Return the rows before the first undo, or it alone: what comes before and after it are other batches."""
    for index, row in enumerate(rows):
        if is_undo(row):
            return rows[: index or 1]
    return rows


def is_undo(row: LogRow) -> bool:
    """Say whether a log row takes back an import; it says nothing else then."""
    return row.kind == LogKind.OWN and row.body.startswith(_BEGINNING)


def _first(linked_at: datetime | None, seen_at: datetime | None) -> Iterator[datetime]:
    """Yield the earlier time, if there is one; of the same millisecond that of the link, which is exact."""
    if linked_at is not None and (seen_at is None or linked_at < seen_at + _HISTORY_IS_EXACT_TO):
        yield linked_at
    elif seen_at is not None:
        yield seen_at


def _parts(items: Sequence[_T]) -> Iterator[Sequence[_T]]:
    return (items[start : start + TOGETHER] for start in range(0, len(items), TOGETHER))
