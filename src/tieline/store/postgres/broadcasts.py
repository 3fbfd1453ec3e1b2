"""Broadcasts in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime

from psycopg import AsyncConnection

from tieline.ports import Started


class PostgresBroadcasts:
    """BroadcastStore."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def next(self) -> Started | None:
        """Return the oldest broadcast that is not planned to its end, locked."""
        cursor = await self._connection.execute(
            """
            select workspace_id, key, account, definition, planned_through from broadcast
            where state in ('ready', 'planning') order by created_at limit 1 for update skip locked
            """,
            binary=True,
        )
        row = await cursor.fetchone()
        if row is None:
            return None
        workspace_id, key, account, said, after = row
        return Started(workspace_id, key, account, said["segment"], said["purpose"], said["messages"], after)

    async def recipients(self, broadcast: Started, most: int) -> list[bytes]:
        """Return the next profile ids in order: members of the segment, or friends of the account."""
        if broadcast.segment is not None:
            cursor = await self._connection.execute(
                """
                select profile_id from membership
                where workspace_id = %s and segment = %s and profile_id > %s order by profile_id limit %s
                """,
                (broadcast.workspace_id, broadcast.segment, broadcast.after, most),
                binary=True,
            )
        else:
            cursor = await self._connection.execute(
                """
                select distinct n.profile_id from fact f join node n using (workspace_id, node_id)
                where f.workspace_id = %s and f.kind = 3 and f.name = %s and f.value = 'true' and n.profile_id > %s
                order by n.profile_id limit %s
                """,
                (broadcast.workspace_id, broadcast.account, broadcast.after, most),
                binary=True,
            )
        return [bytes(profile_id) for (profile_id,) in await cursor.fetchall()]

    async def planned(
        self, broadcast: Started, recipients: Sequence[bytes], at: datetime, *, done: bool
    ) -> None:
        """Note how far planning has come."""
        await self._connection.execute(
            """
            update broadcast set state = %s, planned = planned + %s, planned_through = %s,
                                 started_at = coalesce(started_at, %s)
            where workspace_id = %s and key = %s
            """,
            (
                "planned" if done else "planning",
                len(recipients),
                recipients[-1] if recipients else broadcast.after,
                at,
                broadcast.workspace_id,
                broadcast.key,
            ),
        )
