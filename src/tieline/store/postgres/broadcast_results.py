"""What the people of a broadcast did, in the arms that chance put them into."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from psycopg import AsyncConnection

from tieline.model.broadcast import HELD_OUT
from tieline.model.group import Group

_SPAN = """
select min(due_at), max(due_at), bool_or(arm = %(held_out)s) from broadcast_recipient
where workspace_id = %(workspace)s and broadcast = %(key)s
"""
# Whoever became one person with somebody of the other arm after the recipients were frozen did get the message.
_GROUPS = """
with bought as materialized (
    select * from unnest(%(people)s::bytea[], %(at)s::timestamptz[], %(amounts)s::float8[]) as said (profile_id, at, amount)
),
recipient as (
    select n.profile_id, bool_and(r.arm = %(held_out)s) as held, min(r.due_at) as due_at
    from broadcast_recipient r join node n on n.workspace_id = r.workspace_id and n.node_id = r.person
    where r.workspace_id = %(workspace)s and r.broadcast = %(key)s
    group by n.profile_id
),
each as (
    select held, count(bought.amount) as orders, coalesce(sum(bought.amount), 0) as value
    from recipient left join bought on bought.profile_id = recipient.profile_id
                                   and bought.at > due_at and bought.at <= due_at + %(window)s::interval
    group by recipient.profile_id, held
)
select held, count(*), count(*) filter (where orders > 0), avg(value), coalesce(var_samp(value), 0) from each group by held
"""


class Span(NamedTuple):
    """From the first to the last moment at which somebody was to get it, and whether anybody was held out."""

    first_at: datetime
    last_at: datetime
    held_out: bool


class Orders(NamedTuple):
    """Orders as three columns: whose (profile ids), when, and what each was worth."""

    people: Sequence[bytes]
    at: Sequence[datetime]
    amounts: Sequence[float]


class PostgresBroadcastResults:
    """Results by the arms of the frozen list."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def span(self, workspace_id: int, key: str) -> Span | None:
        """Return when its recipients were to get it; None before they are frozen."""
        cursor = await self._connection.execute(
            _SPAN, {"workspace": workspace_id, "key": key, "held_out": HELD_OUT}
        )
        row = await cursor.fetchone()
        return Span(*row) if row and row[0] is not None else None

    async def groups(
        self, workspace_id: int, key: str, orders: Orders, window: timedelta
    ) -> tuple[Group, Group]:
        """Return who was to get it and who was held out: people, those who ordered, and money per person.

        Everybody counts in the arm of the lot, whether a message reached them or not: anything else would compare people
        who differ already. An order counts within `window` after the person's own moment.
        """
        cursor = await self._connection.execute(
            _GROUPS,
            {
                "workspace": workspace_id,
                "key": key,
                "held_out": HELD_OUT,
                "people": list(orders.people),
                "at": list(orders.at),
                "amounts": list(orders.amounts),
                "window": window,
            },
        )
        found = {bool(held): Group(*said) for held, *said in await cursor.fetchall()}
        return found.get(False, Group(0, 0)), found.get(True, Group(0, 0))
