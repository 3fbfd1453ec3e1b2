"""The state of who is who, for stewards: GET /api/identity/doctor."""

from typing import Any

from fastapi import APIRouter, Request
from psycopg import AsyncConnection

from tieline.api.doors import Doors
from tieline.api.identity_rules import rule_book
from tieline.identify.decide import Decisions
from tieline.identify.doctor import Findings, Held, Shared, Zone, masked, report
from tieline.store.postgres.conflicts import PostgresConflicts
from tieline.store.postgres.identity import PostgresIdentity

SHOWN = 20
ZONES_EXPLAINED = 1_000
"""Divided zones whose links are asked why they join nobody; the largest first."""

_SHARED = """
select namespace, value, count(distinct other) from (
    select workspace_id, a as node_id, b as other from link where workspace_id = %(workspace)s
    union all
    select workspace_id, b, a from link where workspace_id = %(workspace)s
) as seen join node using (workspace_id, node_id)
group by workspace_id, node_id, namespace, value order by 3 desc, 1, 2 limit %(shown)s
"""
_ZONES = """
select min(node_id), count(*), count(distinct profile_id) from node where workspace_id = %(workspace)s
group by zone_id {having} order by 2 desc, 1 limit %(shown)s
"""
_HELD = """
select namespace, identifiers, count(*) from (
    select namespace, profile_id, count(*) as identifiers from node where workspace_id = %(workspace)s group by 1, 2
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
    asked: dict[str, Any] = {"workspace": workspace_id, "shown": SHOWN}
    findings = Findings(
        [Shared(*row) for row in await _rows(connection, _SHARED, asked)],
        [Zone(*row) for row in await _rows(connection, _ZONES.format(having=""), asked)],
        [Held(*row) for row in await _rows(connection, _HELD, asked)],
    )
    divided_only = _ZONES.format(having="having count(distinct profile_id) > 1")
    rows = await _rows(connection, divided_only, {**asked, "shown": ZONES_EXPLAINED})
    divided = [Zone(*row) for row in rows]
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
