"""Computed traits and the known models of customers: make them, ask what they are worth, count their classes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request

from tieline.api.doors import Doors, rows
from tieline.api.keys import caller
from tieline.api.profiles import load, parse_id
from tieline.api.scope import about_everybody
from tieline.api.segment_questions import definitions_using
from tieline.api.segments import required_key
from tieline.api.trait_spread import spread
from tieline.condition import lifecycle, sql, valued
from tieline.condition.computed import PREFIX, parse_definition
from tieline.condition.happened import read_measured
from tieline.condition.place import Place
from tieline.condition.valued import Valued
from tieline.errors import ConflictError
from tieline.store.postgres.segments import PostgresSegments
from tieline.store.postgres.traits import PostgresTraits

Json = Annotated[dict[str, Any], Body()]


def router(doors: Doors) -> APIRouter:
    """Build the routes under /api/traits."""
    routes = APIRouter(prefix="/api/traits", tags=["traits"])
    _models(routes, doors)
    _definitions(routes, doors)
    return routes


def _definitions(routes: APIRouter, doors: Doors) -> None:
    @routes.get("")
    async def every(request: Request) -> dict[str, Any]:
        """List the computed traits."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            return {"traits": await PostgresTraits(connection).of(workspace_id)}

    @routes.post("", status_code=201)
    async def create(request: Request, body: Json) -> dict[str, Any]:
        """Make or change a trait `{"key", "name", "definition"}`; segments that use it are computed anew."""
        workspace_id = await doors.keys.workspace(request)
        key, definition = required_key(body), body.get("definition")
        parse_definition(definition, "/definition")
        trait = {"key": key, "name": str(body.get("name") or key), "definition": definition}
        async with doors.pool.connection() as connection, connection.transaction():
            traits = PostgresTraits(connection)
            await traits.put(workspace_id, trait, caller(request).name, doors.clock.now())
            return await traits.find(workspace_id, key)

    @routes.post("/preview")
    async def preview(request: Request, body: Json) -> dict[str, Any]:
        """Say what a definition is worth for some people, and of classes how many are in each."""
        workspace_id = await doors.keys.workspace(request)
        parse_definition(body.get("definition"), "/definition")
        return await spread(doors, workspace_id, body["definition"])

    @routes.get("/of/{profile_id}")
    async def of_person(request: Request, profile_id: str) -> dict[str, Any]:
        """Return the value of every computed trait for one person, as of now."""
        workspace_id = await doors.keys.workspace(request)
        profile = await load(doors, workspace_id, parse_id(profile_id))
        now = doors.clock.now()
        async with doors.pool.connection() as connection:
            known = {
                trait["key"]: valued.compiled(trait["definition"])
                for trait in await PostgresTraits(connection).of(workspace_id)
            }
            zone = await PostgresSegments(connection).time_zone(workspace_id)
        found = await values(doors, workspace_id, known, [profile.profile_id], (now, zone))
        return {
            "profile_id": profile.profile_id.hex(),
            "as_of": now,
            "traits": found.get(profile.profile_id, dict.fromkeys(known)),
        }

    @routes.get("/{key}")
    async def read(request: Request, key: str) -> dict[str, Any]:
        """Return a trait with what uses it, and of classes how many are in each."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            trait = await PostgresTraits(connection).find(workspace_id, key)
            users = await definitions_using(connection, workspace_id, "computed", key)
        return {**trait, "used_by": users, **await spread(doors, workspace_id, trait["definition"])}

    @routes.delete("/{key}")
    async def delete(request: Request, key: str) -> dict[str, Any]:
        """Delete a trait that nothing uses."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection, connection.transaction():
            await PostgresTraits(connection).find(workspace_id, key)
            users = await definitions_using(connection, workspace_id, "computed", key)
            if users:
                listed = ", ".join(f"{user['kind']} {user['key']}" for user in users[:10])
                raise ConflictError(f"{PREFIX}{key} is used by {listed}.", way_out="Change these first.")
            await PostgresTraits(connection).delete(workspace_id, key, doors.clock.now())
        return {"key": key, "state": "deleted"}


def _models(routes: APIRouter, doors: Doors) -> None:
    @routes.get("/models")
    async def models(request: Request) -> dict[str, Any]:
        """List the known models with their thresholds, and which of them this workspace uses."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            used = await PostgresTraits(connection).of(workspace_id)
        return {
            "models": [
                {
                    "model": key,
                    "name": model.name,
                    "thresholds": model.thresholds,
                    "used": next(
                        (
                            one["model"]["thresholds"]
                            for one in used
                            if (one["model"] or {}).get("model") == key
                        ),
                        None,
                    ),
                }
                for key, model in lifecycle.MODELS.items()
            ]
        }

    @routes.get("/models/cycle")
    async def cycle(request: Request, event: str = "Order Completed") -> dict[str, Any]:
        """Return the median purchase cycle of those who have one, in days, and of how many people it is."""
        workspace_id = await doors.keys.workspace(request)
        return {"event": event, **await _cycle(doors, workspace_id, event)}

    @routes.put("/models/{model}")
    async def use(request: Request, model: str, body: Json) -> dict[str, Any]:
        """Use a model `{"thresholds": {...}}`: it becomes computed traits. Without `cycle_days` it takes today's median."""
        workspace_id = await doors.keys.workspace(request)
        said = dict(body.get("thresholds") or {})
        if model in lifecycle.CYCLED and "cycle_days" not in said:
            event = str(said.get("event") or lifecycle.MODELS[model].thresholds["event"])
            median = (await _cycle(doors, workspace_id, event))["days"]
            if median:
                said["cycle_days"] = round(max(median, 0.01), 2)
        thresholds, made = lifecycle.definitions(model, said)
        for definition in made.values():
            parse_definition(definition)
        now = doors.clock.now()
        async with doors.pool.connection() as connection, connection.transaction():
            for key, definition in made.items():
                trait = {
                    "key": key,
                    "name": key.upper().replace("_", " "),
                    "definition": definition,
                    "model": {"model": model, "thresholds": thresholds},
                }
                await PostgresTraits(connection).put(workspace_id, trait, caller(request).name, now)
        return {"model": model, "thresholds": thresholds, "traits": sorted(made)}

    @routes.get("/models/{model}/report")
    async def report(request: Request, model: str) -> dict[str, Any]:
        """Return how many people are in each class, with the thresholds and the purchase cycle used."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            mine = [
                trait
                for trait in await PostgresTraits(connection).of(workspace_id)
                if (trait["model"] or {}).get("model") == model
            ]
        parts = [
            {"key": trait["key"], **await spread(doors, workspace_id, trait["definition"])} for trait in mine
        ]
        thresholds = mine[0]["model"]["thresholds"] if mine else None
        return {"model": model, "thresholds": thresholds, "traits": parts, "as_of": doors.clock.now()}


async def values(
    doors: Doors,
    workspace_id: int,
    traits: Mapping[str, Valued],
    profile_ids: Sequence[bytes] | None,
    asked: tuple[datetime, str],
) -> dict[bytes, dict[str, Any]]:
    """Return the value of each trait for each person; for everybody if nobody is named.

    Args:
        doors: Where history is.
        workspace_id: Whose people.
        traits: What is asked for.
        profile_ids: Whom; None is everybody.
        asked: The moment, and the workspace's time zone.
    """
    if not traits:
        return {}
    now, zone = asked
    written: tuple[bytes, ...] = ()
    if profile_ids is not None:
        found = await doors.history.query(
            "select distinct from_id from override where workspace_id = {workspace:UInt32}"
            " and hex(profile_id) in {profiles:Array(String)}",
            {"workspace": workspace_id, "profiles": [one.hex().upper() for one in profile_ids]},
        )
        written = tuple(bytes(one) for one in found["from_id"].to_pylist())
    candidates = None if profile_ids is None else tuple(profile_ids)
    scope = sql.Scope(workspace_id, now, zone, candidates, written, overrides=True)
    query = sql.compile_values(list(traits.values()), scope)
    table = await doors.history.query(query.sql, query.parameters)
    return {
        bytes(row["profile_id"]): {
            key: valued.read(trait, said)
            for (key, trait), said in zip(traits.items(), row["told"], strict=True)
        }
        for row in rows(table)
    }


async def _cycle(doors: Doors, workspace_id: int, event: str) -> dict[str, Any]:
    occurrence, _ = read_measured(Place({"event": event}))
    scope = await about_everybody(doors, workspace_id, doors.clock.now(), "UTC")
    query = sql.compile_cycle(occurrence, scope)
    (row,) = rows(await doors.history.query(query.sql, query.parameters))
    days = row["days"]
    return {"people": int(row["people"]), "days": None if days is None else float(days), "as_of": scope.now}
