"""Profiles: look one up, read it, follow its timeline."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request

from tieline.api.doors import Doors, rows
from tieline.errors import InvalidInputError, NotFoundError
from tieline.identify.normalize import normalize
from tieline.ids import ID_BYTES, keyed_hash
from tieline.model.profile import Profile
from tieline.profile.fold import fold
from tieline.store.clickhouse.written import WRITTEN_BY
from tieline.store.postgres.facts import PostgresFacts
from tieline.store.postgres.workspaces import PostgresWorkspaces

TIMELINE_MAX = 500


def router(doors: Doors) -> APIRouter:
    """Build the routes under /api/profiles."""
    routes = APIRouter(prefix="/api/profiles", tags=["profiles"])

    @routes.get("/lookup")
    async def lookup(request: Request, namespace: str, value: str) -> dict[str, Any]:
        """Find the profile that an identifier belongs to now."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            workspace = await PostgresWorkspaces(connection).find(workspace_id)
            normal = normalize(namespace, value, workspace.country)
            if not isinstance(normal, str):
                raise InvalidInputError(f"{value!r} is no {namespace}: {normal.reason}.", field="value")
            node_id = keyed_hash(workspace.identity_key, namespace, normal)
        return await _read(doors, workspace_id, node_id)

    @routes.get("/{profile_id}")
    async def read(request: Request, profile_id: str) -> dict[str, Any]:
        """Return a profile; an id that was given to it before a merge is followed."""
        return await _read(doors, await doors.keys.workspace(request), parse_id(profile_id))

    @routes.get("/{profile_id}/timeline")
    async def timeline(request: Request, profile_id: str, limit: int = 100) -> dict[str, Any]:
        """Return the newest events of a profile."""
        workspace_id = await doors.keys.workspace(request)
        profile = await load(doors, workspace_id, parse_id(profile_id))
        table = await doors.history.query(
            f"""
            select event, type, source, at, message_id, properties, hex(node_id) as node
            from event
            where workspace_id = {{workspace:UInt32}}
              and profile_id in (select toFixedString(unhex(arrayJoin({{profiles:Array(String)}})), 16) union distinct {WRITTEN_BY})
              and hex(toFixedString(dictGetOrDefault('override_map', 'profile_id', (workspace_id, node_id), profile_id), 16))
                  in {{profiles:Array(String)}}
            order by at desc, log_offset desc, item desc limit {{most:UInt32}}
            """,
            {
                "workspace": workspace_id,
                "profiles": [profile.profile_id.hex().upper()],
                "most": max(1, min(limit, TIMELINE_MAX)),
            },
        )
        return {"profile_id": profile.profile_id.hex(), "as_of": doors.clock.now(), "events": rows(table)}

    return routes


async def load(doors: Doors, workspace_id: int, node_id: bytes) -> Profile:
    """Return the profile that `node_id` belongs to now.

    Raises:
        NotFoundError: There is no such node in this workspace.
    """
    async with doors.pool.connection() as connection:
        cursor = await connection.execute(
            "select profile_id from node where workspace_id = %s and node_id = %s", (workspace_id, node_id)
        )
        row = await cursor.fetchone()
        if row is None:
            raise NotFoundError("There is no such profile.")
        profile_id = bytes(row[0])
        stored = await PostgresFacts(connection).load(workspace_id, [profile_id])
    return fold(
        workspace_id,
        profile_id,
        stored.nodes[profile_id],
        stored.facts.get(profile_id, ()),
        stored.consents.get(profile_id, ()),
    )


def parse_id(text: str) -> bytes:
    """Read a profile id.

    Raises:
        NotFoundError: The text cannot be one.
    """
    try:
        value = bytes.fromhex(text)
    except ValueError:
        value = b""
    if len(value) != ID_BYTES:
        raise NotFoundError("There is no such profile.")
    return value


async def _read(doors: Doors, workspace_id: int, node_id: bytes) -> dict[str, Any]:
    profile = await load(doors, workspace_id, node_id)
    async with doors.pool.connection() as connection:
        cursor = await connection.execute(
            "select segment from membership where workspace_id = %s and profile_id = %s order by segment",
            (workspace_id, profile.profile_id),
        )
        segments = [str(segment) for (segment,) in await cursor.fetchall()]
    return {**render(profile), "segments": segments, "as_of": doors.clock.now()}


def render(profile: Profile) -> Mapping[str, Any]:
    """Return a profile as JSON: every trait with its source and time."""
    return {
        "profile_id": profile.profile_id.hex(),
        "identifiers": [{"namespace": namespace, "value": value} for namespace, value in profile.identifiers],
        "traits": {
            name: {"value": trait.value, "source": trait.source, "at": trait.at}
            for name, trait in profile.traits.items()
        },
        "tags": profile.tags,
        "consents": profile.consents,
        "line_friend_of": profile.friends,
        "first_seen_at": profile.first_seen_at,
    }
