"""Golden rules: which source is believed about a trait; profiles are folded again at once."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request
from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from tieline.api.doors import Doors
from tieline.collect import own
from tieline.errors import InvalidInputError, NotFoundError
from tieline.model.event import PROFILE_REFOLDED
from tieline.model.signal import Said
from tieline.profile import golden
from tieline.store.postgres.log import PostgresLog
from tieline.store.postgres.workspaces import OWN_SOURCE

Json = Annotated[dict[str, Any], Body()]
_RULES = "select coalesce(settings -> 'golden', '{}') from workspace where workspace_id = %s for update"
_SAVE = "update workspace set settings = jsonb_set(settings, '{golden}', %s) where workspace_id = %s"
_TORN = """
select (array_agg(n.namespace order by n.first_at, n.node_id))[1],
       (array_agg(n.value order by n.first_at, n.node_id))[1], n.profile_id
from fact f join node n using (workspace_id, node_id)
where f.workspace_id = %s and f.kind = 1 and f.name = %s
group by n.profile_id having count(distinct f.source) > 1
"""
_SOURCES = """
select f.source, count(distinct n.profile_id) from fact f join node n using (workspace_id, node_id)
where f.workspace_id = %s and f.kind = 1 and f.name = %s group by f.source order by 2 desc, 1
"""


def router(doors: Doors) -> APIRouter:
    """Build the routes under /api/traits/golden; they stand before those with a bare key."""
    routes = APIRouter(prefix="/api/traits/golden", tags=["traits"])

    @routes.get("")
    async def rules(request: Request) -> dict[str, Any]:
        """Return the rule of each trait that has one; of others the newest word counts."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            return {"rules": await _rules(connection, workspace_id)}

    @routes.get("/{trait}")
    async def look(request: Request, trait: str) -> dict[str, Any]:
        """Return the rule of a trait, which sources say it, for how many people, and for how many they may differ."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            found = await connection.execute(_SOURCES, (workspace_id, trait))
            sources = [{"source": source, "people": people} for source, people in await found.fetchall()]
            torn = await (await connection.execute(_TORN, (workspace_id, trait))).fetchall()
            rule = (await _rules(connection, workspace_id)).get(trait)
        return {"trait": trait, "rule": rule, "sources": sources, "people_with_several": len(torn)}

    @routes.put("/{trait}")
    async def put(request: Request, trait: str, body: Json) -> dict[str, Any]:
        """Believe sources in this order `{"sources": [...]}`; return how many people are folded again."""
        workspace_id = await doors.keys.workspace(request)
        if not 0 < len(trait) <= golden.NAME_MAX:
            raise InvalidInputError("A trait has a name.", field="trait")
        rule = golden.parse(body)
        return await _change(doors, workspace_id, trait, {"sources": list(rule.sources)})

    @routes.delete("/{trait}")
    async def delete(request: Request, trait: str) -> dict[str, Any]:
        """Let the newest word count again; return how many people are folded again."""
        return await _change(doors, await doors.keys.workspace(request), trait, None)

    return routes


async def _change(doors: Doors, workspace_id: int, trait: str, rule: dict[str, Any] | None) -> dict[str, Any]:
    async with doors.pool.connection() as connection, connection.transaction():
        rules = await _rules(connection, workspace_id)
        if rule is None and trait not in rules:
            raise NotFoundError(f"There is no golden rule for {trait}.")
        rules = {
            **{name: one for name, one in rules.items() if name != trait},
            **({trait: rule} if rule else {}),
        }
        if len(rules) > golden.TRAITS_MAX:
            raise InvalidInputError("There are too many golden rules.", way_out=f"Keep {golden.TRAITS_MAX}.")
        await connection.execute(_SAVE, (Jsonb(rules), workspace_id))
        torn = await (await connection.execute(_TORN, (workspace_id, trait), binary=True)).fetchall()
        await _fold_again(doors, connection, workspace_id, trait, torn)
    return {"trait": trait, "rule": rule, "folded_again": len(torn)}


async def _fold_again(
    doors: Doors, connection: AsyncConnection, workspace_id: int, trait: str, people: Sequence[Any]
) -> None:
    """Ask the stream for it, last in the transaction that changed the rule."""
    if not people:
        return
    now, token = doors.clock.now(), doors.ids.token()
    said = [
        Said(
            workspace_id, namespace, value, PROFILE_REFOLDED, f"refold:{token}:{bytes(profile_id).hex()}",
            {"trait": trait}, now,
        )
        for namespace, value, profile_id in people
    ]  # fmt: skip
    found = await connection.execute(
        "select source_id from source where workspace_id = %s and key = %s", (workspace_id, OWN_SOURCE)
    )
    row = await found.fetchone()
    source = {workspace_id: int(row[0])} if row else {}
    await PostgresLog(connection).append(own.rows(said, source, now))


async def _rules(connection: AsyncConnection, workspace_id: int) -> dict[str, Any]:
    row = await (await connection.execute(_RULES, (workspace_id,))).fetchone()
    return dict(row[0]) if row else {}
