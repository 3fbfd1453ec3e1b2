"""The numbers that matter: who can be reached, what was sent and why not, and what it cost."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any

from fastapi import APIRouter, Request

from tieline.api.doors import Doors, rows
from tieline.api.health import backlog
from tieline.deliver import price

FRIENDS = """
with friend as (
    select distinct n.profile_id
    from fact f join node n using (workspace_id, node_id)
    where f.workspace_id = %(workspace)s and f.kind = 3 and f.value = 'true'
)
select count(*) as friends,
       count(*) filter (where exists (
           select from node m
           where m.workspace_id = %(workspace)s and m.profile_id = friend.profile_id and m.namespace = 'member_id')) as bound
from friend
"""
SENDS = """
select case state when 'grouped' then 'planned' else state end, reason, count(*), coalesce(sum(billed), 0) from send where workspace_id = %(workspace)s group by 1, 2
"""
WISHES = """
select origin, count(*) from send where workspace_id = %(workspace)s and origin like 'broadcast:%%' group by 1
"""


def router(doors: Doors) -> APIRouter:
    """Build GET /api/report."""
    routes = APIRouter(prefix="/api", tags=["report"])

    @routes.get("/report")
    async def report(request: Request) -> dict[str, Any]:
        """Return the workspace's figures as of now."""
        workspace_id = await doors.keys.workspace(request)
        named = {"workspace": workspace_id}
        async with doors.pool.connection() as connection:
            friends, bound = (await (await connection.execute(FRIENDS, named)).fetchone()) or (0, 0)
            sends: defaultdict[str, dict[str, int]] = defaultdict(dict)
            billed = 0
            for state, reason, count, cost in await (await connection.execute(SENDS, named)).fetchall():
                sends[state][reason] = count
                billed += cost
            origins = len(await (await connection.execute(WISHES, named)).fetchall())
            counted = await connection.execute(
                """
                select (select count(distinct profile_id) from node where workspace_id = %(workspace)s),
                       (select count(*) from dead_letter where workspace_id = %(workspace)s and answer = ''),
                       (select price_plan from line_account where workspace_id = %(workspace)s order by key limit 1),
                       (select count(distinct origin) from send where workspace_id = %(workspace)s)
                """,
                named,
            )
            profiles, parked, plan_key, all_origins = (await counted.fetchone()) or (0, 0, "", 0)
        now = doors.clock.now()
        events = await doors.history.query(
            "select count() as n from event where workspace_id = {workspace:UInt32}",
            {"workspace": workspace_id},
        )
        return {
            "friends": friends,
            "bound": bound,
            "binding_rate": bound / friends if friends else None,
            "sends": sends,
            "messages_billed": billed,
            "cost": _cost(plan_key, billed, now.date()),
            # Had every broadcast and journey message gone to every friend instead:
            "cost_send_to_all": _cost(plan_key, friends * all_origins, now.date()),
            "broadcasts": origins,
            "events": int(rows(events)[0]["n"]),
            "profiles": profiles,
            "parked": parked,
            "backlog": await backlog(doors),
            "as_of": now,
        }

    return routes


def _cost(plan_key: str | None, messages: int, on: date) -> dict[str, Any] | None:
    plan = price.plan(plan_key or "", on)
    if plan is None:
        return None
    total: Decimal = price.month(plan, messages)
    return {"plan": plan.key, "currency": plan.currency, "messages": messages, "total": float(total)}
