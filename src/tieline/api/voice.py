"""What Tieline itself has to say about a person, into the log like anything else."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from tieline.api.doors import Doors
from tieline.model.event import LogKind, NewLogRow
from tieline.store.postgres.workspaces import OWN_SOURCE

BIND_PAGE_OPENED = "bind_page_opened"
Identifiers = Sequence[tuple[str, str]]


def said(
    name: str, identifiers: Identifiers, properties: Mapping[str, Any], *, message_id: str, at: datetime
) -> dict[str, Any]:
    """Return one event about whom `identifiers` name together."""
    return {
        "type": "track",
        "event": name,
        "messageId": message_id,
        "timestamp": at.isoformat(),
        "properties": dict(properties),
        "context": {"externalIds": [{"type": namespace, "id": value} for namespace, value in identifiers]},
    }


async def tell(doors: Doors, workspace_id: int, items: Sequence[Mapping[str, Any]]) -> int:
    """Append events to the log, in order; return where they stand."""
    async with doors.pool.connection() as connection:
        cursor = await connection.execute(
            "select source_id from source where workspace_id = %s and key = %s", (workspace_id, OWN_SOURCE)
        )
        row = await cursor.fetchone()
    body = msgspec.json.encode({"batch": items, "sentAt": doors.clock.now().isoformat()})
    return await doors.commit.append(
        [NewLogRow(workspace_id, int(row[0]) if row else 0, LogKind.OWN, len(items), doors.clock.now(), body)]
    )
