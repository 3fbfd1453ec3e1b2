"""Destinations of segments in PostgreSQL."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from tieline.errors import NotFoundError
from tieline.model.destination import Change, Destination, Waiting

CHANGES_TOGETHER = 5_000
_COLUMNS = "d.workspace_id, d.key, d.segment, d.definition, d.secret"


class PostgresDestinations:
    """DestinationStore, and the definitions behind it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def save(
        self,
        workspace_id: int,
        key: str,
        segment: str,
        definition: Mapping[str, Any],
        secret: bytes | None,
        at: datetime,
    ) -> None:
        """Create a destination, or change it; it is told everybody next. Without a secret the one there is stays."""
        await self._connection.execute(
            """
            insert into destination (workspace_id, key, segment, definition, secret, state, updated_at)
            values (%(workspace_id)s, %(key)s, %(segment)s, %(definition)s, coalesce(%(secret)s::bytea, ''), 'live', %(at)s)
            on conflict (workspace_id, key) do update
            set segment = excluded.segment, definition = excluded.definition, state = 'live',
                secret = coalesce(%(secret)s::bytea, destination.secret),
                reason = '', wants_full = true, updated_at = excluded.updated_at
            """,
            {
                "workspace_id": workspace_id,
                "key": key,
                "segment": segment,
                "definition": Jsonb(definition),
                "secret": secret,
                "at": at,
            },
        )

    async def of(self, workspace_id: int) -> list[dict[str, Any]]:
        """Return every destination of a workspace, without secrets."""
        async with self._connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(
                """
                select key, segment, definition, state, reason, wants_full, told_at, updated_at,
                       (select count(*) from destination_call c
                        where c.workspace_id = d.workspace_id and c.destination = d.key)::int as waiting
                from destination d where workspace_id = %s and state <> 'deleted' order by key
                """,
                (workspace_id,),
            )
            return await cursor.fetchall()

    async def switch(self, workspace_id: int, key: str, state: str, at: datetime) -> None:
        """Pause, delete, or go on; going on begins with everybody.

        Raises:
            NotFoundError: There is none with this key.
        """
        cursor = await self._connection.execute(
            """
            update destination set state = %s, reason = '', wants_full = true, updated_at = %s
            where workspace_id = %s and key = %s and state <> 'deleted'
            """,
            (state, at, workspace_id, key),
        )
        if not cursor.rowcount:
            raise NotFoundError(f"There is no destination {key}.")
        if state != "live":
            await self._connection.execute(
                "delete from destination_call where workspace_id = %s and destination = %s",
                (workspace_id, key),
            )

    async def wanting_full(self) -> list[Destination]:
        """Return live destinations that are to be told everybody."""
        cursor = await self._connection.execute(  # sql: own names
            f"""
            select {_COLUMNS} from destination d join segment s on s.workspace_id = d.workspace_id and s.key = d.segment
            where d.state = 'live' and d.wants_full and s.state = 'live' for update of d skip locked
            """
        )
        return [_destination(row) for row in await cursor.fetchall()]

    async def everybody(self, destination: Destination) -> dict[bytes, Mapping[str, Sequence[str]]]:
        """Return the members of its segment with the identifiers it is told; what waits to be told is part of it."""
        await self._connection.execute(
            """
            delete from destination_change where workspace_id = %(workspace)s and segment = %(segment)s
            and not exists (select from destination o where o.workspace_id = %(workspace)s and o.segment = %(segment)s
                            and o.key <> %(key)s and o.state = 'live')
            """,
            {"workspace": destination.workspace_id, "segment": destination.segment, "key": destination.key},
        )
        cursor = await self._connection.execute(
            "select profile_id from membership where workspace_id = %s and segment = %s",
            (destination.workspace_id, destination.segment),
            binary=True,
        )
        ids = [bytes(profile_id) for (profile_id,) in await cursor.fetchall()]
        return {**{one: {} for one in ids}, **await self._identifiers(destination, ids)}

    async def told_in_full(self, destination: Destination, at: datetime) -> None:
        """Note that the calls that tell everybody are written."""
        await self._connection.execute(
            "update destination set wants_full = false, updated_at = %s where workspace_id = %s and key = %s",
            (at, destination.workspace_id, destination.key),
        )

    async def changed(
        self,
    ) -> list[tuple[Destination, list[Change], Mapping[bytes, Mapping[str, Sequence[str]]]]]:
        """Take the changes of live destinations."""
        cursor = await self._connection.execute(
            """
            with next as materialized (  -- once: joined in a loop, a limit would be taken anew for every row
                select change_id from destination_change order by change_id limit %s for update skip locked)
            delete from destination_change where change_id = any(array(select change_id from next))  -- by index
            returning workspace_id, segment, change_id, profile_id, entered, at
            """,
            (CHANGES_TOGETHER,),
            binary=True,
        )
        taken: defaultdict[tuple[int, str], list[Change]] = defaultdict(list)
        for workspace_id, segment, change_id, profile_id, entered, at in await cursor.fetchall():
            taken[workspace_id, segment].append(Change(change_id, bytes(profile_id), entered, at))
        if not taken:
            return []
        cursor = await self._connection.execute(  # sql: own names
            f"select {_COLUMNS} from destination d where d.state = 'live' and not d.wants_full"
        )
        found: list[tuple[Destination, list[Change], Mapping[bytes, Mapping[str, Sequence[str]]]]] = []
        for destination in [_destination(row) for row in await cursor.fetchall()]:
            changes = taken.get((destination.workspace_id, destination.segment))
            if changes:
                changes.sort(key=lambda change: change.change_id)
                ids = sorted({change.profile_id for change in changes})
                found.append((destination, changes, await self._identifiers(destination, ids)))
        return found

    async def drop_calls(self, destination: Destination) -> None:
        """Forget calls that wait."""
        await self._connection.execute(
            "delete from destination_call where workspace_id = %s and destination = %s",
            (destination.workspace_id, destination.key),
        )

    async def put(self, destination: Destination, body: Mapping[str, Any], at: datetime) -> None:
        """Queue a call behind those that wait."""
        await self._connection.execute(
            """
            insert into destination_call (workspace_id, destination, body, not_before, created_at)
            values (%s, %s, %s, %s, %s)
            """,
            (destination.workspace_id, destination.key, Jsonb(body), at, at),
        )

    async def due(self, now: datetime, lease_until: datetime, most: int) -> list[Waiting]:
        """Return the first waiting call of each live destination if it is due."""
        cursor = await self._connection.execute(  # sql: own names
            f"""
            select {_COLUMNS}, c.call_no, c.body, c.attempts
            from destination d cross join lateral (
                select call_no, body, attempts, not_before from destination_call
                where workspace_id = d.workspace_id and destination = d.key order by call_no limit 1) c
            where d.state = 'live' and c.not_before <= %s limit %s for update of d skip locked
            """,
            (now, most),
        )
        found = [
            Waiting(_destination(row[:5]), row[5], f"msg_{row[0]}_{row[5]}", row[6], row[7])
            for row in await cursor.fetchall()
        ]
        for waiting in found:
            await self._put_off(waiting, lease_until, waiting.attempts)
        return found

    async def done(self, waiting: Waiting, at: datetime) -> None:
        """Forget a call that was taken."""
        where = waiting.destination
        await self._connection.execute(
            "delete from destination_call where workspace_id = %s and destination = %s and call_no = %s",
            (where.workspace_id, where.key, waiting.call_no),
        )
        await self._connection.execute(
            "update destination set told_at = %s, reason = '' where workspace_id = %s and key = %s",
            (at, where.workspace_id, where.key),
        )

    async def again(self, waiting: Waiting, at: datetime, reason: str) -> None:
        """Try a call again later."""
        await self._put_off(waiting, at, waiting.attempts + 1)
        await self._connection.execute(
            "update destination set reason = %s where workspace_id = %s and key = %s",
            (reason, waiting.destination.workspace_id, waiting.destination.key),
        )

    async def failing(self, destination: Destination, reason: str, at: datetime) -> None:
        """Stop telling."""
        await self._connection.execute(
            """
            update destination set state = 'failing', reason = %s, wants_full = true, updated_at = %s
            where workspace_id = %s and key = %s and state = 'live'
            """,
            (reason, at, destination.workspace_id, destination.key),
        )
        await self.drop_calls(destination)

    async def _put_off(self, waiting: Waiting, at: datetime, attempts: int) -> None:
        await self._connection.execute(
            """
            update destination_call set not_before = %s, attempts = %s
            where workspace_id = %s and destination = %s and call_no = %s
            """,
            (at, attempts, waiting.destination.workspace_id, waiting.destination.key, waiting.call_no),
        )

    async def _identifiers(
        self, destination: Destination, profile_ids: Sequence[bytes]
    ) -> dict[bytes, dict[str, list[str]]]:
        found: defaultdict[bytes, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        cursor = await self._connection.execute(
            """
            select profile_id, namespace, value from node
            where workspace_id = %s and profile_id = any(%s) and split_part(namespace, ':', 1) = any(%s)
            order by first_at, node_id
            """,
            (destination.workspace_id, list(profile_ids), list(destination.namespaces)),
            binary=True,
        )
        for profile_id, namespace, value in await cursor.fetchall():
            found[bytes(profile_id)][namespace].append(value)
        return {profile_id: dict(named) for profile_id, named in found.items()}


def _destination(row: Sequence[Any]) -> Destination:
    workspace_id, key, segment, definition, secret = row
    return Destination(
        workspace_id, key, segment, definition["url"], tuple(definition["identifiers"]), bytes(secret)
    )
