"""The state of who is who, for stewards: GET /api/identity/doctor."""

from typing import Any

from fastapi import APIRouter, Request
from psycopg import AsyncConnection

from tieline.api.doors import Doors
from tieline.api.identity_rules import rule_book
from tieline.identify.decide import Decisions
from tieline.identify.doctor import Findings, Held, Shared, Zone, few, masked, report
from tieline.store.postgres.conflicts import PostgresConflicts
from tieline.store.postgres.identity import PostgresIdentity

SHOWN = 20
LOOKED_AT = 200
"""Identifiers on either side of links that are counted exactly, those with most links first."""
ZONES_EXPLAINED = 1_000
"""Divided zones whose links are asked why they join nobody; the largest first."""
IDENTIFIERS_EXPLAINED = 20_000
"""Identifiers of these zones together; the largest zone is explained whatever it holds."""

# A report reads whole tables, which is sorted in memory or not at all; it is given back with the transaction.
_ROOM = "select set_config('work_mem', '64MB', true)"
# Who has most links on one side may have most neighbours; only of these they are counted one by one.
_SHARED = """
with often as materialized (
    (select a as node_id from link where workspace_id = %(workspace)s group by a order by count(*) desc limit %(looked)s)
    union
    (select b from link where workspace_id = %(workspace)s group by b order by count(*) desc limit %(looked)s)
)
select namespace, value, count(distinct other) from (
    select node_id, b as other from often join link on workspace_id = %(workspace)s and a = node_id
    union all
    select node_id, a from often join link on workspace_id = %(workspace)s and b = node_id
) as seen join node using (node_id) where workspace_id = %(workspace)s
group by node_id, namespace, value order by 3 desc, 1, 2 limit %(shown)s
"""
# A zone bears the id of one of its nodes.
_ZONES = """
with largest as materialized ({largest})
select zone_id, identifiers,
       (select count(distinct profile_id) from node where workspace_id = %(workspace)s and zone_id = largest.zone_id)
from largest order by 2 desc, 1
"""
_LARGEST = """
select zone_id, count(*) as identifiers from node where workspace_id = %(workspace)s
group by zone_id order by 2 desc, 1 limit %(shown)s
"""
_DIVIDED = """
select zone_id, count(*) as identifiers from node where workspace_id = %(workspace)s and zone_id in (
    select zone_id from node where workspace_id = %(workspace)s and profile_id <> zone_id
) group by zone_id order by 2 desc, 1 limit %(explained)s
"""
_HELD = """
select namespace, identifiers, count(*) from (
    select namespace, profile_id, count(*) as identifiers from node where workspace_id = %(workspace)s
    group by 1, 2 having count(*) > 1
) as held group by 1, 2 order by 1, 2
"""


def router(doors: Doors) -> APIRouter:
    """Build GET /api/identity/doctor."""
    routes = APIRouter(tags=["identity"])

    @routes.get("/api/identity/doctor")
    async def doctor(request: Request) -> dict[str, Any]:
        """Return the most shared values, the largest zones, rejected links by reason, and limits that are reached."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            found = await examine(connection, workspace_id)
        return {**found, "as_of": doors.clock.now()}

    return routes


async def examine(connection: AsyncConnection, workspace_id: int) -> dict[str, Any]:
    """Return what stewards should look at; what identifies a person is masked."""
    asked: dict[str, Any] = {
        "workspace": workspace_id,
        "shown": SHOWN,
        "looked": LOOKED_AT,
        "explained": ZONES_EXPLAINED,
    }
    await connection.execute(_ROOM)
    findings = Findings(
        [Shared(*row) for row in await _rows(connection, _SHARED, asked)],
        [Zone(*row) for row in await _rows(connection, _ZONES.format(largest=_LARGEST), asked)],
        [Held(*row) for row in await _rows(connection, _HELD, asked)],
    )
    rows = await _rows(connection, _ZONES.format(largest=_DIVIDED), asked)
    divided = few([Zone(*row) for row in rows], IDENTIFIERS_EXPLAINED)
    book = await rule_book(connection)
    explained = await Decisions(PostgresIdentity(connection), book).explain(
        workspace_id, *(zone.node_id for zone in divided)
    )
    found = report(findings, explained.resolution.decisions, book.of(workspace_id))
    rules = book.of(workspace_id)
    conflicts = await PostgresConflicts(connection).open(
        workspace_id, rules.replaced_accounts, rules.single_owners
    )
    waiting = [
        {
            "namespace": one.namespace,
            "value": masked(one.value),
            "people": len(one.owners),
            "example": one.node_id.hex(),
        }
        for one in conflicts[:SHOWN]
    ]
    return {**found, "conflicts": waiting, "conflicts_open": len(conflicts), "zones_explained": len(divided)}


async def _rows(connection: AsyncConnection, query: str, asked: dict[str, Any]) -> list[Any]:
    cursor = await connection.execute(query, asked, binary=True)  # sql: own names
    return await cursor.fetchall()
