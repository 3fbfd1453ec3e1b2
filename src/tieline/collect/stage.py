"""Log rows in, events out, each once."""

import hashlib
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from tieline.collect.normalize import normalize
from tieline.collect.wire import Refused, read
from tieline.errors import MalformedBodyError
from tieline.model.event import Event, LogKind, LogRow, Parked, Source
from tieline.ports import MessageStore

LineReader = Callable[[LogRow, Source], Awaitable[tuple[list[Event], list[Parked]]]]


class Collected(NamedTuple):
    """What a batch of log rows says: new events in log order, and what had to be parked."""

    events: list[Event]
    parked: list[Parked]
    repeated: int


class CollectStage:
    """LogRow in, Event out.

    Args:
        messages: Remembers message ids for at least seven days.
        sources: All sources by id; replaced as a whole when they change.
        read_line: Reads a LINE webhook row into events.
    """

    def __init__(self, messages: MessageStore, sources: Mapping[int, Source], read_line: LineReader) -> None:
        self._messages = messages
        self.sources = sources
        self._read_line = read_line

    async def process(self, rows: Sequence[LogRow], now: datetime) -> Collected:
        """Read rows and drop what was seen before."""
        events: list[Event] = []
        parked: list[Parked] = []
        for row in rows:
            source = self.sources.get(row.source_id)
            if source is None:
                parked.append(
                    Parked(
                        row.workspace_id, row.log_offset, 0, "collect", "unknown_source", "No such source."
                    )
                )
            elif row.kind == LogKind.LINE_WEBHOOK:
                said, unread = await self._read_line(row, source)
                events += said
                parked += unread
            else:
                self._read_segment(row, source, events, parked)
        fresh = await self._first_time(events, now)
        return Collected(fresh, parked, len(events) - len(fresh))

    def _read_segment(self, row: LogRow, source: Source, events: list[Event], parked: list[Parked]) -> None:
        try:
            wire = read(row.body, row.kind)
        except MalformedBodyError as error:
            parked.append(Parked(row.workspace_id, row.log_offset, 0, "collect", error.code, error.message))
            return
        for index, item in enumerate(wire.items):
            event = item if isinstance(item, Refused) else normalize(item, source, row, index, wire.sent_at)
            if isinstance(event, Refused):
                parked.append(
                    Parked(row.workspace_id, row.log_offset, index, "collect", event.reason, event.detail)
                )
            else:
                events.append(event)

    async def _first_time(self, events: Sequence[Event], now: datetime) -> list[Event]:
        keys = [message_key(event) for event in events]
        by_workspace: defaultdict[int, list[bytes]] = defaultdict(list)
        for event, key in zip(events, keys, strict=True):
            by_workspace[event.workspace_id].append(key)
        seen = await self._messages.claim(by_workspace, now.date())
        fresh: list[Event] = []
        for event, key in zip(events, keys, strict=True):
            name = (event.workspace_id, key)
            if name not in seen:
                seen.add(name)
                fresh.append(event)
        return fresh


def message_key(event: Event) -> bytes:
    """Return 16 bytes that name the message: its source and id, or its place in the log if it has no id."""
    return named_key(event.source.source_id, event.message_id or f"{event.log_offset}:{event.item}")


def named_key(source_id: int, name: str) -> bytes:
    """Return 16 bytes that name a message by its source and its id there."""
    return hashlib.blake2b(f"{source_id}:{name}".encode(), digest_size=16).digest()
