"""Erase a person: ask for it, and see how far it has come. What was erased is named nowhere, also not here."""

import asyncio
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Body, Request
from psycopg import AsyncConnection

from tieline.api.doors import Doors
from tieline.api.profiles import load, parse_id
from tieline.errors import InvalidInputError, NotFoundError
from tieline.model.erasure import spellings
from tieline.model.event import PERSON_ERASED, LogKind, NewLogRow
from tieline.model.profile import Profile
from tieline.store.postgres.erasure import PostgresErasures
from tieline.store.postgres.log import PostgresLog
from tieline.store.postgres.workspaces import OWN_SOURCE

WAIT_SECONDS = 5.0
Json = Annotated[dict[str, Any], Body()]


class Wish(msgspec.Struct, forbid_unknown_fields=True):
    """An erasure that is asked for.

    Attributes:
        confirm: The id of the profile once more: this cannot be taken back.
    """

    confirm: str
    author: str
    reason: str


def router(doors: Doors) -> APIRouter:
    """Build POST /api/profiles/{id}/erase and GET /api/erasures."""
    routes = APIRouter(tags=["profiles"])

    @routes.post("/api/profiles/{profile_id}/erase", status_code=202)
    async def erase(request: Request, profile_id: str, body: Json) -> dict[str, Any]:
        """Erase a person for good: identifiers, facts, events, messages, and what the log keeps of them."""
        workspace_id = await doors.keys.workspace(request)
        try:
            wish = msgspec.convert(body, Wish)
        except msgspec.ValidationError as error:
            raise InvalidInputError(f"{error}.") from None
        profile = await load(doors, workspace_id, parse_id(profile_id))
        check(profile, wish)
        erasure_id = f"er_{doors.ids.token()}"
        async with doors.pool.connection() as connection, connection.transaction():
            await put(connection, workspace_id, erasure_id, profile.profile_id, wish, doors.clock.now())
        return await _waited(doors, workspace_id, erasure_id)

    @routes.get("/api/erasures")
    async def listing(request: Request) -> dict[str, Any]:
        """List erasures, newest first, with how far each has come."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            found = await PostgresErasures(connection).shown(workspace_id)
        return {"erasures": found, "as_of": doors.clock.now()}

    @routes.get("/api/erasures/{erasure_id}")
    async def read(request: Request, erasure_id: str) -> dict[str, Any]:
        """Return one erasure: its state and, in numbers, what it erased."""
        return await _shown(doors, await doors.keys.workspace(request), erasure_id)

    return routes


def check(profile: Profile, wish: Wish) -> None:
    """Refuse a wish that is not confirmed, has no author or reason, or whose reason would outlive the person.

    Raises:
        InvalidInputError: The field says which.
    """
    if wish.confirm != profile.profile_id.hex():
        raise InvalidInputError(
            "confirm is not the id of this profile; an erasure cannot be taken back.",
            field="/confirm",
            way_out="Repeat the profile_id that GET /api/profiles/{id} returns.",
        )
    for field in ("author", "reason"):
        if not getattr(wish, field).strip():
            raise InvalidInputError(
                f"{field} is empty; an erasure says who asked for it and why.", field=f"/{field}"
            )
    named = {value for _, value in profile.identifiers} | set(spellings(profile.identifiers))
    if any(name in f"{wish.author} {wish.reason}" for name in named):
        raise InvalidInputError(
            "The reason names the person, and it is kept.",
            field="/reason",
            way_out="Say why without naming them.",
        )


async def put(
    connection: AsyncConnection,
    workspace_id: int,
    erasure_id: str,
    target: bytes,
    wish: Wish,
    now: datetime,
) -> None:
    """Keep a wish and say so in the log; both belong into one transaction."""
    await PostgresErasures(connection).ask(workspace_id, erasure_id, target, wish.author, wish.reason, now)
    await say(connection, workspace_id, erasure_id, now)


async def say(connection: AsyncConnection, workspace_id: int, erasure_id: str, now: datetime) -> None:
    """Say in the log that an erasure was asked for, so that the stream comes to it."""
    cursor = await connection.execute(
        "select source_id from source where workspace_id = %s and key = %s", (workspace_id, OWN_SOURCE)
    )
    row = await cursor.fetchone()
    body = erasure_body(erasure_id)
    await PostgresLog(connection).append(
        [NewLogRow(workspace_id, int(row[0]) if row else 0, LogKind.OWN, 1, now, body)]
    )


def erasure_body(erasure_id: str) -> bytes:
    """Return what the log says of an erasure: which one it is, and nobody's name."""
    item = {
        "type": "track",
        "event": PERSON_ERASED,
        "messageId": f"{PERSON_ERASED}:{erasure_id}",
        "properties": {"erasure_id": erasure_id},
    }
    return msgspec.json.encode({"batch": [item]})


async def _waited(doors: Doors, workspace_id: int, erasure_id: str) -> dict[str, Any]:
    """Return the erasure once it is done, or as it is when that takes longer."""
    found: dict[str, Any] = {}
    with suppress(TimeoutError):
        async with asyncio.timeout(WAIT_SECONDS):
            while found.get("state") != "done":
                found = await _shown(doors, workspace_id, erasure_id)
                await asyncio.sleep(0.05)
    return found


async def _shown(doors: Doors, workspace_id: int, erasure_id: str) -> dict[str, Any]:
    async with doors.pool.connection() as connection:
        found = await PostgresErasures(connection).shown(workspace_id, erasure_id)
    if not found:
        raise NotFoundError(f"There is no erasure {erasure_id}.", way_out="GET /api/erasures lists them.")
    return {**found[0], "as_of": doors.clock.now()}
