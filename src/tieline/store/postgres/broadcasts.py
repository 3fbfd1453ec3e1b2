"""Broadcasts in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec.structs import replace
from psycopg import AsyncConnection

from tieline.model.broadcast import UNDECIDED, Begun, Broadcast, Recipient, arms

_COLUMNS = "workspace_id, key, definition, state, winner, planned_place, frozen"
# Who gets it: members of the segment, or friends of the account by the newest word of each of their LINE users.
_MEMBERS = (
    "select profile_id as person from membership where workspace_id = %(workspace)s and segment = %(segment)s"
)
_FRIENDS = """
    select distinct n.profile_id as person from fact f join node n using (workspace_id, node_id)
    where f.workspace_id = %(workspace)s and f.kind = 3 and f.name = %(account)s and f.value = 'true'
"""
# A person's lot is drawn from the person and the broadcast alone, so that it can be drawn again. Places follow the moments,
# and within one moment the lots: a throttled broadcast is a fair sample at any time.
_FREEZE = """
    insert into broadcast_recipient (workspace_id, broadcast, place, person, arm, due_at)
    with chosen as materialized (
        select person, ('x' || substr(md5(person || convert_to(%(key)s, 'UTF8')), 1, 8))::bit(32)::bigint / 4294967296.0::float8
                   as lot
        from ({whom}) as whom
        where not exists (select from membership m where m.workspace_id = %(workspace)s and m.segment = any(%(exclude)s)
                                                     and m.profile_id = person)
    ),
    armed as (
        select person, lot, (%(arms)s::text[])[width_bucket(lot, %(ends)s::float8[]) + 1] as arm, {moment} as begins_at
        from chosen {zones}
    ),
    dated as (
        select person, arm, lot,
               case when arm = %(undecided)s then begins_at + %(trial)s::interval else begins_at end
               + case when %(each)s::float8 is null then interval '0'
                      else make_interval(secs => %(each)s::float8 * (row_number() over (order by arm = %(undecided)s, lot) - 1))
                 end as due_at
        from armed
    )
    select %(workspace)s, %(key)s, row_number() over (order by due_at, lot, person), person, arm, due_at from dated
"""
_ZONES = """
    left join lateral (
        select f.value #>> '{}' as zone
        from node n join fact f on f.workspace_id = n.workspace_id and f.node_id = n.node_id and f.kind = 1
                               and f.name = 'time_zone'
        where n.workspace_id = %(workspace)s and n.profile_id = person order by f.at desc limit 1
    ) as own on true
    left join pg_timezone_names as known on known.name = own.zone
"""
_AT_ONCE = "%(start)s::timestamptz"
_LOCAL = "greatest(%(start)s::timestamptz, %(local)s::timestamp at time zone coalesce(known.name, %(zone)s))"


class PostgresBroadcasts:
    """BroadcastStore."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def due(self, now: datetime) -> Begun | None:
        """Return the oldest broadcast that is ready and whose moment has come, locked."""
        return await self._one("state = 'ready' and coalesce(start_at, created_at) <= %s", (now,))

    async def freeze(self, due: Begun, now: datetime) -> int:
        """Write down who gets it, each with place, arm and moment, in one statement; return how many."""
        said = due.said
        names, ends = arms(said)
        statement = _FREEZE.format(
            whom=_MEMBERS if said.segment is not None else _FRIENDS,
            moment=_AT_ONCE if said.local is None else _LOCAL,
            zones="" if said.local is None else _ZONES,
        )
        cursor = await self._connection.execute(
            statement,  # sql: own names
            {
                "workspace": due.workspace_id,
                "key": due.key,
                "segment": said.segment,
                "account": said.account,
                "exclude": list(said.exclude),
                "arms": list(names),
                # width_bucket counts the bounds at or below a lot, the last one of which is 1.
                "ends": list(ends[:-1]),
                "start": now,
                "local": said.local,
                "zone": await self._zone(due.workspace_id) if said.local is not None else "UTC",
                "undecided": UNDECIDED,
                "trial": timedelta(minutes=said.trial.after_minutes if said.trial else 0),
                "each": 60 / said.per_minute if said.per_minute else None,
            },
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
        workspace_id, key, definition, state, winner, after, frozen = row
        return Begun(workspace_id, key, msgspec.convert(definition, Broadcast), state, winner, after, frozen)

    async def _zone(self, workspace_id: int) -> str:
        cursor = await self._connection.execute(
            "select time_zone from workspace where workspace_id = %s", (workspace_id,)
        )
        row = await cursor.fetchone()
        return str(row[0]) if row else "UTC"
