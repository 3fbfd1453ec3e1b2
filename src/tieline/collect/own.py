"""What Tieline itself did, as log rows: it is collected, identified and counted like anything else."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from tieline.model.event import LogKind, NewLogRow
from tieline.model.signal import Said

ITEMS_MAX = 500


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
