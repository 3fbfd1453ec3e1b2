"""Broadcasts in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec.structs import replace
from psycopg import AsyncConnection

from tieline.ids import lot
from tieline.model.broadcast import UNDECIDED, Begun, Broadcast, Recipient, Stretch, arms
from tieline.store.postgres import broadcast_sql
from tieline.store.postgres.chunks import TRANSACTIONAL, stood_through
from tieline.store.postgres.standing import HASHED, UNHASHED

_COLUMNS = "workspace_id, key, definition, state, winner, planned_place, frozen, stood_through"
TOGETHER_FROM = 20_000
"""From so many people on it can pay to look at all of them at once who may be written to."""
TOGETHER_PART = 8
"""It pays where at least one in so many identifiers belongs to them: whole tables are read for it."""
STOOD_FOR = timedelta(minutes=10)
"""For so long what was seen when a list was frozen is good enough to plan by; the gate looks again whatever comes of it."""


class PostgresBroadcasts:
    """BroadcastStore."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def due(self, now: datetime) -> Begun | None:
        """Return the oldest broadcast that is ready and whose moment has come, locked."""
        return await self._one("state = 'ready' and coalesce(start_at, created_at) <= %s", (now,))

    async def freeze(self, due: Begun, now: datetime, *, look: bool) -> int:
        """Write down who gets it, each with place, arm and moment, in one statement; return how many."""
        said = due.said
        names, ends = arms(said)
        looked = look and await self._many(due)
        # Read before anybody is looked at, so that no word is missed.
        through = await stood_through(self._connection) if looked else None
        if looked:
            await self._connection.execute(HASHED)
        cursor = await self._connection.execute(
            broadcast_sql.freeze(said, looked=looked, free=said.purpose == TRANSACTIONAL),  # sql: own names
            {
                "workspace": due.workspace_id,
                "key": due.key,
                "segment": said.segment,
                "account": said.account,
                "purpose": said.purpose,
                "exclude": list(said.exclude),
                "arms": list(names),
                # width_bucket counts the bounds at or below a lot, the last one of which is 1.
                "ends": list(ends[:-1]),
                "from": lot(b"", due.key),
                "start": now,
                "local": said.local,
                "zone": await self._zone(due.workspace_id) if said.local is not None else "UTC",
                "undecided": UNDECIDED,
                "trial": timedelta(minutes=said.trial.after_minutes if said.trial else 0),
                "each": 60 / said.per_minute if said.per_minute else None,
            },
        )
        if looked:
            await self._connection.execute(UNHASHED)
            await self._connection.execute(
                "update broadcast set stood_through = %s where workspace_id = %s and key = %s",
                (through, due.workspace_id, due.key),
            )
        return cursor.rowcount

    async def begun(self, due: Begun, frozen: int, at: datetime, state: str) -> None:
        """Note that the recipients are frozen."""
        await self._connection.execute(
            """
            update broadcast
            set state = case when %s = 'planning' and %s = 0 then 'planned' else %s end, frozen = %s, frozen_at = %s,
                started_at = coalesce(started_at, %s), updated_at = %s
            where workspace_id = %s and key = %s
            """,
            (state, frozen, state, frozen, at, at, at, due.workspace_id, due.key),
        )

    async def next(self, now: datetime) -> Begun | None:
        """Return a broadcast that has recipients due who are not planned, the oldest first, locked."""
        return await self._one(
            """
            state = 'planning' and exists (
                select from broadcast_recipient r
                where r.workspace_id = broadcast.workspace_id and r.broadcast = broadcast.key
                  and r.place = broadcast.planned_place + 1 and r.due_at <= %s)
            """,
            (now,),
        )

    async def recipients(self, begun: Begun, now: datetime, most: int) -> list[Recipient]:
        """Return the next recipients that are due, by place."""
        cursor = await self._connection.execute(
            """
            select place, person, arm, due_at from broadcast_recipient
            where workspace_id = %s and broadcast = %s and place > %s and place <= %s and due_at <= %s order by place
            """,
            (begun.workspace_id, begun.key, begun.after, begun.after + most, now),
            binary=True,
        )
        return [Recipient(*row) for row in await cursor.fetchall()]

    async def stretch(self, begun: Begun, now: datetime, most: int) -> Stretch | None:
        """Return the next recipients, up to the first who was not found to be allowed a moment ago; None if it is the next."""
        if begun.stood_through is None:
            return None
        cursor = await self._connection.execute(
            """
            with near as materialized (
                select place, person, arm, line_user from broadcast_recipient
                where workspace_id = %(workspace)s and broadcast = %(key)s and place > %(after)s and place <= %(through)s
                  and due_at <= %(now)s
                  and exists (select from broadcast where workspace_id = %(workspace)s and key = %(key)s
                                                      and frozen_at > %(since)s)
            )
            select arm, count(*), max(place), (select person from near where place = %(after)s + 1) from near
            where place < coalesce((select min(place) from near where line_user is null), %(through)s + 1)
            group by 1
            """,
            {
                "workspace": begun.workspace_id,
                "key": begun.key,
                "after": begun.after,
                "through": begun.after + most,
                "now": now,
                "since": now - STOOD_FOR,
            },
            binary=True,
        )
        rows = await cursor.fetchall()
        if not rows:
            return None
        through = max(place for _, _, place, _ in rows)
        return Stretch(rows[0][3], through, {arm: people for arm, people, *_ in rows})

    async def planned(self, begun: Begun, through: int, people: int, at: datetime) -> None:
        """Note how far planning has come; at the last place the broadcast is planned."""
        await self._connection.execute(
            """
            update broadcast
            set planned = planned + %s, planned_place = %s, state = case when %s >= frozen then 'planned' else state end,
                updated_at = %s
            where workspace_id = %s and key = %s
            """,
            (people, through, through, at, begun.workspace_id, begun.key),
        )

    async def people(self, begun: Begun) -> dict[str, int]:
        """Return how many people each arm has."""
        cursor = await self._connection.execute(
            "select arm, count(*) from broadcast_recipient where workspace_id = %s and broadcast = %s group by 1",
            (begun.workspace_id, begun.key),
        )
        return {str(arm): int(people) for arm, people in await cursor.fetchall()}

    async def won(self, begun: Begun, winner: str) -> Begun:
        """Write down which variant won the trial."""
        await self._connection.execute(
            "update broadcast set winner = %s where workspace_id = %s and key = %s",
            (winner, begun.workspace_id, begun.key),
        )
        return replace(begun, winner=winner)

    async def _one(self, where: str, parameters: Sequence[Any]) -> Begun | None:
        cursor = await self._connection.execute(  # sql: own names
            f"select {_COLUMNS} from broadcast where {where} order by created_at limit 1 for update skip locked",
            parameters,
        )
        row = await cursor.fetchone()
        if row is None:
            return None
        workspace_id, key, definition, *rest = row
        return Begun(workspace_id, key, msgspec.convert(definition, Broadcast), *rest)

    async def _zone(self, workspace_id: int) -> str:
        cursor = await self._connection.execute(
            "select time_zone from workspace where workspace_id = %s", (workspace_id,)
        )
        row = await cursor.fetchone()
        return str(row[0]) if row else "UTC"

    async def _many(self, due: Begun) -> bool:
        """Say whether so many are meant that all are better looked at together."""
        said = due.said
        cursor = await self._connection.execute(
            broadcast_sql.SIZE_OF_FRIENDS if said.segment is None else broadcast_sql.SIZE_OF_MEMBERS,
            {"workspace": due.workspace_id, "segment": said.segment, "account": said.account},
        )
        row = await cursor.fetchone()
        people, identifiers = row or (0, 0)
        return bool(people >= TOGETHER_FROM and people * TOGETHER_PART >= identifiers)
