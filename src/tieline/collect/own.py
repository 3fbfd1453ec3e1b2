"""What Tieline itself did, as log rows: it is collected, identified and counted like anything else."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from tieline.clock import Clock
from tieline.model.event import (
    MESSAGE_FAILED,
    MESSAGE_LINK_CLICKED,
    MESSAGE_SENT,
    MESSAGE_SUPPRESSED,
    Identified,
    LogKind,
    LogRow,
    NewLogRow,
)
from tieline.model.signal import Said
from tieline.ports import LogStore

ITEMS_MAX = 500
_TOLD = frozenset({MESSAGE_SENT, MESSAGE_FAILED, MESSAGE_SUPPRESSED, MESSAGE_LINK_CLICKED})


def rows(said: Sequence[Said], own_sources: Mapping[int, int], now: datetime) -> list[NewLogRow]:
    """Return log rows that say `said`.

    Args:
        said: What was done.
        own_sources: Id of Tieline's own source by workspace.
        now: When it is said.
    """
    by_workspace: defaultdict[int, list[dict[str, object]]] = defaultdict(list)
    for deed in said:
        by_workspace[deed.workspace_id].append(
            {
                "type": "track",
                "event": deed.name,
                "messageId": deed.message_id,
                "timestamp": deed.at.isoformat(),
                "properties": deed.properties,
                "context": {"externalIds": [{"type": deed.namespace, "id": deed.value}]}
                if deed.value
                else {},
            }
        )
    return [
        NewLogRow(
            workspace_id,
            own_sources[workspace_id],
            LogKind.OWN,
            len(part),
            now,
            msgspec.json.encode({"batch": part, "sentAt": now.isoformat()}),
        )
        for workspace_id, items in by_workspace.items()
        for part in (items[start : start + ITEMS_MAX] for start in range(0, len(items), ITEMS_MAX))
    ]


def only_told(rows: Sequence[LogRow], events: Sequence[Identified]) -> bool:
    """Tell whether a batch says of nobody more than what became of messages; all else may change who may be written to."""
    return all(row.kind is LogKind.OWN for row in rows) and all(one.event.name in _TOLD for one in events)


@dataclass(frozen=True)
class LogNews:
    """Writes what Tieline itself did into the log, where it is collected like anything else.

    Attributes:
        own_sources: Id of Tieline's own source by workspace.
    """

    log: LogStore
    own_sources: Mapping[int, int]
    clock: Clock

    async def said(self, events: Sequence[Said]) -> None:
        """Tell, in the transaction that did it."""
        if events:
            await self.log.append(rows(events, self.own_sources, self.clock.now()))
