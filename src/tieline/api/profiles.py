"""Profiles: look one up, read it."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from psycopg import AsyncConnection
from pydantic import BaseModel

from tieline.api.doors import Doors
from tieline.errors import InvalidInputError, NotFoundError
from tieline.identify.normalize import normalize
from tieline.ids import ID_BYTES, keyed_hash
from tieline.model.profile import Profile
from tieline.profile import golden
from tieline.profile.fold import fold
from tieline.search.words import shown
from tieline.store.postgres.facts import PostgresFacts
from tieline.store.postgres.workspaces import PostgresWorkspaces


class Identifier(BaseModel):
    """A namespace such as phone, and a value in its normal form."""

    namespace: str
    value: str


class TraitValue(BaseModel):
    """A value, the source that said it, and when."""

    value: Any
    source: str
    at: datetime


class ProfileView(BaseModel):
    """All that is known about a person, except what happened.

    `name` is what to call them, "" if nobody said. `consents` are "purpose:channel", each in force now.
    """

    profile_id: str
    name: str
    identifiers: list[Identifier]
    traits: dict[str, TraitValue]
    tags: list[str]
    consents: list[str]
    line_friend_of: list[str]
    segments: list[str]
    first_seen_at: datetime
    as_of: datetime


def router(doors: Doors) -> APIRouter:
    """Build the routes under /api/profiles."""
    routes = APIRouter(prefix="/api/profiles", tags=["profiles"])

    @routes.get("/lookup")
    async def lookup(request: Request, namespace: str, value: str) -> ProfileView:
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
    async def read(request: Request, profile_id: str) -> ProfileView:
        """Return a profile; an id that was given to it before a merge is followed."""
        return await _read(doors, await doors.keys.workspace(request), parse_id(profile_id))

    return routes


async def load(doors: Doors, workspace_id: int, node_id: bytes) -> Profile:
    """Return the profile that `node_id` belongs to now.

    Raises:
        NotFoundError: There is no such node in this workspace.
    """
    async with doors.pool.connection() as connection:
        return await load_from(connection, workspace_id, node_id)


async def load_from(connection: AsyncConnection, workspace_id: int, node_id: bytes) -> Profile:
    """Return the same over a connection that is held already: who holds one and waits for another can wait for ever.

    Raises:
        NotFoundError: There is no such node in this workspace.
    """
    cursor = await connection.execute(
        "select profile_id from node where workspace_id = %s and node_id = %s", (workspace_id, node_id)
    )
    row = await cursor.fetchone()
    if row is None:
        raise NotFoundError("There is no such profile.")
    profile_id = bytes(row[0])
    stored = await PostgresFacts(connection).load(workspace_id, [profile_id])
    workspace = await PostgresWorkspaces(connection).find(workspace_id)
    return fold(
        workspace_id,
        profile_id,
        stored.nodes[profile_id],
        stored.facts.get(profile_id, ()),
        stored.consents.get(profile_id, ()),
        golden.read(workspace.settings.get("golden")),
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


async def _read(doors: Doors, workspace_id: int, node_id: bytes) -> ProfileView:
    profile = await load(doors, workspace_id, node_id)
    async with doors.pool.connection() as connection:
        cursor = await connection.execute(
            "select segment from membership where workspace_id = %s and profile_id = %s order by segment",
            (workspace_id, profile.profile_id),
        )
        segments = [str(segment) for (segment,) in await cursor.fetchall()]
    return ProfileView(
        profile_id=profile.profile_id.hex(),
        name=shown(profile.traits),
        identifiers=[Identifier(namespace=name, value=value) for name, value in profile.identifiers],
        traits={
            name: TraitValue(value=trait.value, source=trait.source, at=trait.at)
            for name, trait in profile.traits.items()
        },
        tags=list(profile.tags),
        consents=list(profile.consents),
        line_friend_of=list(profile.friends),
        segments=segments,
        first_seen_at=profile.first_seen_at,
        as_of=doors.clock.now(),
    )
