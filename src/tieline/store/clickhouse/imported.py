"""Questions to history about the events of one import."""

from collections.abc import Sequence
from datetime import datetime

from tieline.ports import History

NODES_TOGETHER = 3_000
"""A remote ClickHouse takes 128 KiB in one form field; 3,000 ids in hexadecimal are 105,000 characters."""


class ClickHouseImported:
    """ImportedHistory."""

    def __init__(self, history: History) -> None:
        self._history = history

    async def said(self, workspace_id: int, source: str) -> list[tuple[str, bytes]]:
        """Return message id and node of every event of `source`."""
        table = await self._history.query(
            """
            select message_id, node_id from event
            where workspace_id = {workspace:UInt32} and source = {source:String}
            """,
            {"workspace": workspace_id, "source": source},
        )
        return list(zip(table["message_id"].to_pylist(), table["node_id"].to_pylist(), strict=True))

    async def first_named(
        self, workspace_id: int, node_ids: Sequence[bytes], but: str
    ) -> dict[bytes, datetime]:
        """Return when a source other than `but` first had an event of each of these nodes, to the millisecond."""
        found: dict[bytes, datetime] = {}
        for start in range(0, len(node_ids), NODES_TOGETHER):
            asked = node_ids[start : start + NODES_TOGETHER]
            table = await self._history.query(
                """
                select node_id, min(at) as first_at from event
                where workspace_id = {workspace:UInt32} and source != {but:String}
                  and node_id in (select toFixedString(unhex(arrayJoin({nodes:Array(String)})), 16))
                group by node_id
                """,
                {"workspace": workspace_id, "but": but, "nodes": [node_id.hex() for node_id in asked]},
            )
            found.update(zip(table["node_id"].to_pylist(), table["first_at"].to_pylist(), strict=True))
        return found
