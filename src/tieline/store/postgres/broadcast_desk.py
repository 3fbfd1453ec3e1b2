"""Broadcasts as people handle them: saved, approved, stopped, gone on with, looked at."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from tieline.model.broadcast import Broadcast

STOPPED = "stopped"
_SHOWN = """
    key, name, account, state, author, approved_by, approved_at, start_at, created_at, updated_at, started_at, frozen,
    frozen_at, planned, winner, definition
"""


class PostgresBroadcastDesk:
    """What people do to broadcasts; a broadcast is started once, and afterwards only stopped and resumed."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def save(
        self,
        workspace_id: int,
        key: str,
        name: str,
        said: Broadcast,
        state: str,
        author: str,
        at: datetime,
    ) -> bool:
        """Keep a new broadcast, or change one that is still a draft; False if it was started already."""
        cursor = await self._connection.execute(
            """
            insert into broadcast (workspace_id, key, name, account, definition, state, author, start_at, created_at, updated_at)
            values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
            on conflict (workspace_id, key) do update
            set name = excluded.name, account = excluded.account, definition = excluded.definition, state = excluded.state,
                author = excluded.author, start_at = excluded.start_at, updated_at = excluded.updated_at
            where broadcast.state = 'draft'
            """,
            (
                workspace_id,
                key,
                name,
                said.account,
                Jsonb(msgspec.to_builtins(said)),
                state,
                author,
                said.start_at,
                at,
                at,
            ),
        )
        return bool(cursor.rowcount)

    async def find(self, workspace_id: int, key: str) -> dict[str, Any] | None:
        """Return one broadcast, None if there is none."""
        rows = await self._rows(
            f"select {_SHOWN} from broadcast where workspace_id = %s and key = %s", (workspace_id, key)
        )
        return rows[0] if rows else None

    async def all(self, workspace_id: int, most: int) -> list[dict[str, Any]]:
        """Return broadcasts, the newest first, without what they say."""
        shown = _SHOWN.replace(", definition", "")
        return await self._rows(
            f"""
            select {shown}, exists (
                select from send where send.workspace_id = broadcast.workspace_id and origin = 'broadcast:' || key
                  and send.state in ('planned', 'grouped', 'prepared', 'unknown')) as waiting
            from broadcast where workspace_id = %s order by created_at desc limit %s
            """,
            (workspace_id, most),
        )

    async def change(
        self, workspace_id: int, key: str, before: Sequence[str], after: str, at: datetime
    ) -> bool:
        """Move a broadcast from one of some states to another; False if it is in none of them."""
        cursor = await self._connection.execute(
            """
            update broadcast set state = %s, updated_at = %s
            where workspace_id = %s and key = %s and state = any(%s)
            """,
            (after, at, workspace_id, key, list(before)),
        )
        return bool(cursor.rowcount)

    async def approve(self, workspace_id: int, key: str, approver: str, at: datetime) -> bool:
        """Let a second person say yes; False unless it waits for that and the person is another."""
        cursor = await self._connection.execute(
            """
            update broadcast set state = 'ready', approved_by = %s, approved_at = %s, updated_at = %s
            where workspace_id = %s and key = %s and state = 'approval' and author <> %s
            """,
            (approver, at, at, workspace_id, key, approver),
        )
        return bool(cursor.rowcount)

    async def halt(self, workspace_id: int, key: str, author: str, at: datetime) -> int:
        """Let no call start for a broadcast from now on, and lay its planned messages aside; return how many."""
        await self._connection.execute(
            """
            insert into origin_halt (workspace_id, origin, author, at) values (%s, %s, %s, %s) on conflict do nothing
            """,
            (workspace_id, f"broadcast:{key}", author, at),
        )
        cursor = await self._connection.execute(
            """
            with opened as (
                update multicast set state = 'opened', settled_at = %(at)s
                where workspace_id = %(workspace)s and origin = %(origin)s and state = 'planned' and attempts = 0
                returning chunk_id, messages, body_hash
            ),
            members as (
                update send set state = 'parked', reason = %(reason)s, settled_at = %(at)s, chunk_id = null,
                                messages = opened.messages, body_hash = opened.body_hash
                from opened
                where send.workspace_id = %(workspace)s and send.chunk_id = opened.chunk_id and send.state = 'grouped'
                returning 1
            ),
            single as (
                update send set state = 'parked', reason = %(reason)s, settled_at = %(at)s
                where workspace_id = %(workspace)s and origin = %(origin)s and state = 'planned' and attempts = 0
                returning 1
            )
            select (select count(*) from members) + (select count(*) from single)
            """,
            {"reason": STOPPED, "at": at, "workspace": workspace_id, "origin": f"broadcast:{key}"},
        )
        row = await cursor.fetchone()
        return int(row[0]) if row else 0

    async def lift(self, workspace_id: int, key: str) -> None:
        """Let calls start again."""
        await self._connection.execute(
            "delete from origin_halt where workspace_id = %s and origin = %s",
            (workspace_id, f"broadcast:{key}"),
        )

    async def go_on(self, workspace_id: int, key: str, at: datetime) -> None:
        """Put a stopped broadcast back where it was: planned as far as it came, or not begun."""
        await self._connection.execute(
            """
            update broadcast
            set state = case when frozen is null then 'ready' when planned_place >= frozen then 'planned' else 'planning' end,
                updated_at = %s
            where workspace_id = %s and key = %s
            """,
            (at, workspace_id, key),
        )

    async def sends(self, workspace_id: int, key: str) -> list[dict[str, Any]]:
        """Return how many messages stand where, why, and how many of them LINE charges for, by arm."""
        return await self._rows(
            """
            select step as arm, case state when 'grouped' then 'planned' else state end as state, reason,
                   count(*) as people, coalesce(sum(billed), 0)::bigint as billed
            from send
            where workspace_id = %s and origin = %s group by 1, 2, 3 order by 1, 2, 3
            """,
            (workspace_id, f"broadcast:{key}"),
        )

    async def pace(self, workspace_id: int, key: str, now: datetime) -> dict[str, Any]:
        """Return how many messages came to an end in the last minute, and in the one before it."""
        minute = timedelta(minutes=1)
        rows = await self._rows(
            """
            select count(*) filter (where settled_at > %s) as last_minute,
                   count(*) filter (where settled_at <= %s) as minute_before, max(settled_at) as last_at
            from send
            where workspace_id = %s and origin = %s and state not in ('planned', 'grouped', 'prepared', 'unknown') and settled_at > %s
            """,
            (now - minute, now - minute, workspace_id, f"broadcast:{key}", now - 2 * minute),
        )
        return rows[0]

    async def arms(self, workspace_id: int, key: str) -> dict[str, int]:
        """Return how many people each arm of the frozen list has."""
        cursor = await self._connection.execute(
            "select arm, count(*) from broadcast_recipient where workspace_id = %s and broadcast = %s group by 1",
            (workspace_id, key),
        )
        return {str(arm): int(people) for arm, people in await cursor.fetchall()}

    async def preview(self, workspace_id: int, said: Broadcast) -> dict[str, int]:
        """Count who would get it now: recipients, and of them friends of the account, and those with consent.

        The newest word of each LINE user on friendship counts, and the newest word of each person on consent.
        """
        whom = (
            "select profile_id from membership where workspace_id = %(workspace)s and segment = %(segment)s"
            if said.segment is not None
            else "select profile_id from friend"
        )
        rows = await self._rows(
            f"""
            with friend as materialized (
                select distinct n.profile_id from fact f join node n using (workspace_id, node_id)
                where f.workspace_id = %(workspace)s and f.kind = 3 and f.name = %(account)s and f.value = 'true'
            ),
            chosen as materialized (
                select profile_id from ({whom}) as whom
                where not exists (select from membership m where m.workspace_id = %(workspace)s
                                    and m.segment = any(%(exclude)s) and m.profile_id = whom.profile_id)
            ),
            reached as materialized (select profile_id from chosen join friend using (profile_id)),
            agreed as (
                select distinct on (n.profile_id) n.profile_id, granted
                from consent_event c join node n using (workspace_id, node_id)
                where c.workspace_id = %(workspace)s and purpose = %(purpose)s and channel = 'line'
                order by n.profile_id, at desc, granted
            )
            select (select count(*) from chosen) as recipients, (select count(*) from reached) as friends,
                   (select count(*) from reached join agreed using (profile_id) where granted) as agreed
            """,
            {
                "workspace": workspace_id,
                "segment": said.segment,
                "account": said.account,
                "exclude": list(said.exclude),
                "purpose": said.purpose,
            },
        )
        return {name: int(count) for name, count in rows[0].items()}

    async def _rows(self, query: str, parameters: Any) -> list[dict[str, Any]]:
        async with self._connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(query, parameters)
            return await cursor.fetchall()
