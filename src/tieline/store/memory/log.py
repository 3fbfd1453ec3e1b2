"""The log, the messages seen and the batches on their way to history, in memory."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from tieline.model.event import WITHDRAWING, LogRow, NewLogRow, Parked, Source
from tieline.ports import HistoryBatch
from tieline.store.memory.unit import Dictionaries


class MemoryLog(Dictionaries):
    """LogStore and Backlog."""

    def __init__(self) -> None:
        self._state: dict[str, Any] = {"rows": [], "positions": {}}

    async def append(self, rows: Sequence[NewLogRow]) -> int:
        """Store `rows` and return the last offset given."""
        held: list[LogRow] = self._state["rows"]
        for row in rows:
            held.append(
                LogRow(
                    len(held) + 1,
                    row.workspace_id,
                    row.source_id,
                    row.kind,
                    row.items,
                    row.received_at,
                    row.body,
                )
            )
        return len(held)

    async def read(self, after: int, items_max: int) -> list[LogRow]:
        """Return rows above `after` in order, up to `items_max` events but at least one row."""
        found: list[LogRow] = []
        items = 0
        for row in self._state["rows"][after:]:
            if found and items >= items_max:
                break
            found.append(row)
            items += row.items
        return found

    async def head(self) -> int:
        """Return the highest committed offset."""
        return len(self._state["rows"])

    async def position(self, consumer: str) -> int:
        """Return how far `consumer` has come."""
        return int(self._state["positions"].get(consumer, 0))

    async def save_position(self, consumer: str, log_offset: int, at: datetime) -> None:
        """Note how far `consumer` has come."""
        self._state["positions"][consumer] = log_offset

    async def absorbed(self) -> int:
        """Return how far the stream has come."""
        return int(self._state["positions"].get("stream", 0))

    async def may_withdraw(self, since: int | None = None) -> set[int]:
        """Return the workspaces of which a request after `since`, or that waits, may take back a permission."""
        after = int(self._state["positions"].get("stream", 0)) if since is None else since
        return {
            row.workspace_id
            for row in self._state["rows"][after:]
            if any(word in row.body for word in WITHDRAWING)
        }


class MemoryMessages(Dictionaries):
    """MessageStore."""

    def __init__(self) -> None:
        self._state: dict[str, Any] = {"seen": set(), "parked": {}}

    async def claim(self, keys: Mapping[int, Sequence[bytes]], on: date) -> set[tuple[int, bytes]]:
        """Remember message keys and return those that were seen before."""
        named = {(workspace_id, key) for workspace_id, many in keys.items() for key in many}
        before: set[tuple[int, bytes]] = named & self._state["seen"]
        self._state["seen"] |= named
        return before

    async def park(self, items: Sequence[Parked], at: datetime) -> None:
        """Keep what could not be processed, with its reason."""
        for item in items:
            self._state["parked"].setdefault(
                (item.workspace_id, item.log_offset, item.item, item.stage), item
            )

    @property
    def parked(self) -> list[Parked]:
        """Everything that was parked."""
        return list(self._state["parked"].values())


class MemorySources:
    """SourceStore."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = {source.source_id: source for source in sources}

    async def sources(self) -> dict[int, Source]:
        """Return every source by its id."""
        return dict(self._sources)


class MemoryDirectory:
    """Directory of sources that are all known from the start."""

    def knows(self, source_ids: Iterable[int]) -> bool:
        """Say that they are known."""
        return all(source_id > 0 for source_id in source_ids)

    async def learn(self) -> None:
        """There is nothing more to learn."""


class MemoryOutbox(Dictionaries):
    """HistoryOutbox."""

    def __init__(self) -> None:
        self._state: dict[str, Any] = {"batches": {}}

    async def put(self, batch: HistoryBatch, at: datetime) -> None:
        """Queue a batch in the stream's transaction."""
        self._state["batches"][batch.log_offset] = batch

    async def peek(self, batches_max: int) -> list[HistoryBatch]:
        """Return the oldest batches in order."""
        return [self._state["batches"][offset] for offset in sorted(self._state["batches"])[:batches_max]]

    async def done(self, log_offset: int) -> None:
        """Forget batches up to and including `log_offset`."""
        self._state["batches"] = {k: v for k, v in self._state["batches"].items() if k > log_offset}
