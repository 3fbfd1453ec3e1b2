"""What sending cost and will cost, read from PostgreSQL; and the price plans of the brand's own."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import msgspec
from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from tieline.model.broadcast import HELD_OUT, Broadcast
from tieline.model.cost import Plan

# The same meaning as the gate's reading of one person, asked of everybody at once: the newest word on friendship per
# LINE user, the newest on consent per person, and of two at once the refusal.
FRIENDS = """
    select profile_id, min(node_id) as node_id, min(line_user) as line_user from (
        select distinct on (fact.node_id) node.profile_id, fact.node_id, node.value as line_user, fact.value as is_friend
        from fact join node using (workspace_id, node_id)
        where fact.workspace_id = %(workspace)s and fact.kind = 3 and fact.name = %(account)s
          and (node.namespace = 'line' or node.namespace like 'line:%%')
        order by fact.node_id, fact.at desc, fact.value = 'true'
    ) as latest
    where is_friend = 'true' group by profile_id
"""
CONSENTING = """
    select profile_id from (
        select distinct on (node.profile_id) node.profile_id, granted
        from consent_event join node using (workspace_id, node_id)
        where workspace_id = %(workspace)s and purpose = %(purpose)s and channel = 'line' and method <> 'import_undone'
          and not (granted and exists (
              select from consent_event undone
              where undone.workspace_id = consent_event.workspace_id and undone.node_id = consent_event.node_id
                and undone.source = consent_event.source and undone.method = 'import_undone'))
        order by node.profile_id, (granted and method = 'import'), at desc, granted
    ) as latest where granted
"""
_REACH = f"""
    with friend as materialized ({FRIENDS}), consenting as materialized ({CONSENTING}),
    audience as (
        select profile_id from membership where workspace_id = %(workspace)s and segment = %(segment)s
        union all select profile_id from friend where %(segment)s::text is null
    ),
    excluded as (
        select distinct profile_id from membership where workspace_id = %(workspace)s and segment = any(%(exclude)s)
    )
    select count(*), count(friend.profile_id),
           count(friend.profile_id) filter (where %(transactional)s or consenting.profile_id is not null)
    from audience left join friend using (profile_id) left join consenting using (profile_id)
         left join excluded using (profile_id)
    where excluded.profile_id is null
"""


class Reach(NamedTuple):
    """How many people an audience has, how many of them are friends, and how many may be written to."""

    people: int
    friends: int
    reachable: int


class PostgresCost:
    """Counts for forecasts and reports."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def reach(
        self,
        workspace_id: int,
        account: str,
        segment: str | None,
        purpose: str,
        exclude: Sequence[str] = (),
    ) -> Reach:
        """Return whom a message would reach now; without a segment, of all friends; never members of `exclude`."""
        cursor = await self._connection.execute(
            _REACH,
            {
                "workspace": workspace_id, "account": account, "segment": segment, "purpose": purpose,
                "transactional": purpose == "transactional", "exclude": list(exclude),
            },
        )  # fmt: skip
        row = await cursor.fetchone()
        return Reach(*row) if row else Reach(0, 0, 0)

    async def used(self, workspace_id: int, account: str, since: datetime) -> int:
        """Return how many messages LINE counts of what it has accepted since a moment."""
        cursor = await self._connection.execute(
            """
            select coalesce(sum(billed), 0)::bigint
                 + (select coalesce(sum(messages), 0)::bigint from proxied_send
                    where workspace_id = %(workspace)s and account = %(account)s and called_at >= %(since)s)
                 + (select coalesce(sum(billed), 0)::bigint from narrowcast
                    where workspace_id = %(workspace)s and account = %(account)s and billed > 0 and settled_at >= %(since)s)
            from send
            where workspace_id = %(workspace)s and account = %(account)s and billed > 0 and settled_at >= %(since)s
            """,
            {"workspace": workspace_id, "account": account, "since": since},
        )
        row = await cursor.fetchone()
        return int(row[0]) if row else 0

    async def messages_of(self, workspace_id: int, said: Broadcast) -> int:
        """Return how many messages a broadcast would be if it began now: whom it reaches, without those kept out."""
        reach = await self.reach(workspace_id, said.account, said.segment, said.purpose, said.exclude)
        return round(reach.reachable * (100 - said.holdout) / 100)

    async def waiting(self, workspace_id: int, account: str, since: datetime, until: datetime) -> int:
        """Return how many messages are planned within these times and have not come to an end."""
        cursor = await self._connection.execute(
            "select count(*) from send where state in ('planned', 'grouped', 'unknown', 'prepared')"
            " and workspace_id = %s and account = %s and not_before >= %s and not_before < %s",
            (workspace_id, account, since, until),
        )
        row = await cursor.fetchone()
        return int(row[0]) if row else 0

    async def narrowcasts(
        self, workspace_id: int, account: str, since: datetime, until: datetime, without: str = ""
    ) -> tuple[int, int]:
        """Return how many messages narrowcasts may cost that run now, and those, but one, that begin within these times."""
        cursor = await self._connection.execute(
            """
            select coalesce(sum(most) filter (where state in ('prepared', 'unknown', 'sending')), 0),
                   coalesce(sum(most) filter (where state in ('approval', 'ready') and not_before >= %s and not_before < %s), 0)
            from narrowcast where workspace_id = %s and account = %s and key <> %s
            """,
            (since, until, workspace_id, account, without),
        )
        row = await cursor.fetchone()
        return (int(row[0]), int(row[1])) if row else (0, 0)

    async def friends(self, workspace_id: int, account: str) -> int:
        """Return how many friends an account has: as LINE counted them last, or as many as are known where that is more."""
        cursor = await self._connection.execute(
            """
            select coalesce((select reachable from line_day where workspace_id = %s and account = %s and reachable is not null
                             order by day desc limit 1), 0)
            """,
            (workspace_id, account),
        )
        row = await cursor.fetchone()
        known = await self.reach(workspace_id, account, None, "transactional")
        return max(known.friends, int(row[0]) if row else 0)

    async def by_day(self, workspace_id: int, account: str, since: datetime, kind: str) -> dict[date, int]:
        """Return billed messages of one kind of origin on each day of LINE's calendar."""
        cursor = await self._connection.execute(
            """
            select (settled_at at time zone 'Asia/Tokyo')::date as day, sum(billed)::bigint from send
            where workspace_id = %s and account = %s and billed > 0 and settled_at >= %s and origin like %s
            group by 1 order by 1
            """,
            (workspace_id, account, since, f"{kind}:%"),
        )
        return {day: int(messages) for day, messages in await cursor.fetchall()}

    async def by_origin(
        self, workspace_id: int, account: str, since: datetime, until: datetime
    ) -> list[tuple[str, int]]:
        """Return billed messages of each origin in a time, most first."""
        cursor = await self._connection.execute(
            """
            select origin, sum(billed)::bigint from (
                select origin, billed from send
                where workspace_id = %(workspace)s and account = %(account)s and billed > 0
                  and settled_at >= %(since)s and settled_at < %(until)s
                union all
                select 'narrowcast:' || key, billed from narrowcast
                where workspace_id = %(workspace)s and account = %(account)s and billed > 0
                  and settled_at >= %(since)s and settled_at < %(until)s
            ) as counted
            group by 1 order by 2 desc, 1
            """,
            {"workspace": workspace_id, "account": account, "since": since, "until": until},
        )
        return [(str(origin), int(messages)) for origin, messages in await cursor.fetchall()]

    async def replies(self, workspace_id: int, account: str, since: datetime, until: datetime) -> int:
        """Return how many answers left for free in a time."""
        cursor = await self._connection.execute(
            "select count(*) from reply where workspace_id = %s and account = %s and state = 'accepted'"
            " and settled_at >= %s and settled_at < %s",
            (workspace_id, account, since, until),
        )
        row = await cursor.fetchone()
        return int(row[0]) if row else 0

    async def begun(
        self, workspace_id: int, account: str, since: datetime, until: datetime, without: str = ""
    ) -> list[Broadcast]:
        """Return the broadcasts, but one, that were asked for, begin within these times, and of which nothing is planned."""
        cursor = await self._connection.execute(
            """
            select definition from broadcast
            where workspace_id = %s and account = %s and key <> %s and state in ('approval', 'ready', 'drifted')
              and coalesce(start_at, created_at) >= %s and coalesce(start_at, created_at) < %s order by created_at
            """,
            (workspace_id, account, without, since, until),
        )
        return [msgspec.convert(definition, Broadcast) for (definition,) in await cursor.fetchall()]

    async def unplanned(self, workspace_id: int, account: str, since: datetime, until: datetime) -> int:
        """Return how many recipients of broadcasts that are being planned get a message within these times, and have none yet."""
        cursor = await self._connection.execute(
            """
            select count(*) from broadcast b
            join broadcast_recipient r on r.workspace_id = b.workspace_id and r.broadcast = b.key
                                      and r.place > b.planned_place
            where b.workspace_id = %s and b.account = %s and b.state = 'planning' and r.arm <> %s
              and r.due_at >= %s and r.due_at < %s
            """,
            (workspace_id, account, HELD_OUT, since, until),
        )
        row = await cursor.fetchone()
        return int(row[0]) if row else 0

    async def days(self, workspace_id: int, account: str, since: date) -> list[dict[str, Any]]:
        """Return our count and LINE's of each day, newest first."""
        cursor = await self._connection.execute(
            """
            select day, own_push, own_multicast, own_reply, own_narrowcast, line_push, line_multicast, line_reply,
                   line_broadcast, line_narrowcast, friends, reachable, blocks, checked_at
            from line_day where workspace_id = %s and account = %s and day >= %s order by day desc
            """,
            (workspace_id, account, since),
        )
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in await cursor.fetchall()]


class PostgresPlans:
    """Price plans that workspaces entered themselves; they go before the table that comes with Tieline."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def all(self) -> dict[int, Sequence[Plan]]:
        """Return the plans of every workspace that has any."""
        cursor = await self._connection.execute("select workspace_id, plan from price_plan")
        found: defaultdict[int, list[Plan]] = defaultdict(list)
        for workspace_id, plan in await cursor.fetchall():
            found[int(workspace_id)].append(msgspec.convert(plan, Plan))
        return dict(found)

    async def put(self, workspace_id: int, plan: Plan, at: datetime) -> None:
        """Keep a plan; one of the same key and day is replaced."""
        await self._connection.execute(
            """
            insert into price_plan values (%s, %s, %s, %s, %s)
            on conflict (workspace_id, key, valid_from) do update set plan = excluded.plan, updated_at = excluded.updated_at
            """,
            (workspace_id, plan.key, plan.valid_from, Jsonb(msgspec.to_builtins(plan)), at),
        )
