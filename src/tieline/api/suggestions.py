"""Suggestions of who may be one person: search, look, accept, refuse. Only a person's word joins anybody."""

import asyncio
import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractAsyncContextManager
from typing import Annotated, Any, Protocol

import msgspec
from fastapi import APIRouter, Body, Request
from psycopg import AsyncConnection

from tieline.api.doors import Doors
from tieline.api.identity import Decision, absorbed, say
from tieline.clock import Clock
from tieline.errors import ConflictError, InvalidInputError, NotFoundError
from tieline.model.identity import EMAIL, MEMBER, PHONE
from tieline.model.profile import Profile
from tieline.profile.fold import fold
from tieline.settings import Settings
from tieline.store.postgres.facts import PostgresFacts
from tieline.store.postgres.suggestions import PostgresSuggestions
from tieline.suggest.choose import band
from tieline.suggest.engine import Engine
from tieline.suggest.find import Found, find_written, written
from tieline.suggest.mask import masked
from tieline.suggest.people import PEOPLE
from tieline.suggest.person import Person

Json = Annotated[dict[str, Any], Body()]
TOGETHER = 5_000
DECISIONS = {"accept": ("join", "accepted"), "refuse": ("cut", "refused")}


def router(doors: Doors) -> APIRouter:
    """Build the routes under /api/identity/suggestions."""
    routes = APIRouter(prefix="/api/identity/suggestions", tags=["identity"])
    running: set[int] = set()

    @routes.post("/run")
    async def run(request: Request) -> dict[str, Any]:
        """Search the workspace anew; the open suggestions are replaced, decided ones stay decided."""
        workspace_id = await doors.keys.workspace(request)
        if workspace_id in running:
            raise ConflictError("A search runs in this workspace.", way_out="Wait until it has ended.")
        running.add(workspace_id)
        try:
            return await search(doors, workspace_id)
        finally:
            running.discard(workspace_id)

    @routes.get("")
    async def listed(request: Request) -> dict[str, Any]:
        """Return the open suggestions, each with its evidence; values are masked."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            found = await PostgresSuggestions(connection).listed(workspace_id)
        people = await _people(
            doors, workspace_id, sorted({one.a for one in found} | {one.b for one in found})
        )
        by = {person.person_id: person for person in people}
        shown = [
            {
                "id": one.suggestion_id,
                "profiles": [one.a.hex(), one.b.hex()],
                "band": one.band,
                "score": one.score,
                "made_at": one.made_at,
                "evidence": [
                    {**said, "values": [masked(by[end.hex()], said["field"]) for end in (one.a, one.b)]}
                    for said in one.evidence
                ],
            }
            for one in found
        ]
        return {"suggestions": shown, "as_of": doors.clock.now()}

    @routes.post("/{suggestion_id}/{word}")
    async def decide(request: Request, suggestion_id: int, word: str, body: Json) -> dict[str, Any]:
        """Accept (the two are joined) or refuse (they are cut apart, and never suggested again)."""
        workspace_id = await doors.keys.workspace(request)
        if word not in DECISIONS:
            raise InvalidInputError(f"{word!r} is no decision; it must be accept or refuse.")
        author, reason = str(body.get("author", "")), str(body.get("reason", ""))
        if not author:
            raise InvalidInputError("author is missing; say who decides.", field="/author")
        kind, state = DECISIONS[word]
        async with doors.pool.connection() as connection:
            pair = await PostgresSuggestions(connection).open_pair(workspace_id, suggestion_id)
        if pair is None:
            raise NotFoundError(f"There is no open suggestion {suggestion_id}.")
        decision = Decision(*pair, author, reason or f"suggestion {suggestion_id} {state}")
        offset = await say(doors, workspace_id, kind, decision)
        async with doors.pool.connection() as connection:
            await PostgresSuggestions(connection).decided(
                workspace_id, suggestion_id, state, author, doors.clock.now()
            )
        await absorbed(doors, offset)
        return {"id": suggestion_id, "state": state, "log_offset": offset, "as_of": doors.clock.now()}

    return routes


class Pool(Protocol):
    """Lends connections."""

    def connection(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """Lend one."""
        ...


class Door(Protocol):
    """What a search needs."""

    @property
    def pool(self) -> Pool:
        """Where connections come from."""
        ...

    @property
    def clock(self) -> Clock:
        """What time it is."""
        ...

    @property
    def settings(self) -> Settings:
        """Where pairs are compared."""
        ...


async def search(doors: Door, workspace_id: int) -> dict[str, Any]:
    """Find suggestions among all profiles, in a process of its own, and store them.

    Raises:
        InvalidInputError: The workspace has too many profiles for the engine.
        UnavailableError: The engine is not there.
    """
    engine = Engine(doors.settings.spark_master, doors.settings.spark_folder)
    await asyncio.to_thread(engine.check)
    async with doors.pool.connection() as connection:
        store = PostgresSuggestions(connection)
        profiles = await store.profiles(workspace_id, engine.profiles_max)
        apart = await store.apart(workspace_id)
    if len(profiles) > engine.profiles_max:
        raise InvalidInputError(
            f"The workspace has more than {engine.profiles_max:,} profiles.",
            way_out="" if engine.master else "Let a Spark cluster search: set TIELINE_SPARK_MASTER.",
        )
    parts, read = [], 0
    for start in range(0, len(profiles), TOGETHER):
        people = await _people(doors, workspace_id, profiles[start : start + TOGETHER])
        parts.append(written(people))
        read += len(people)
    refused = {(a.hex(), b.hex()) for a, b in apart}
    found = await _in_a_process(parts, refused, engine)
    rows = [
        (
            bytes.fromhex(pair.a),
            bytes.fromhex(pair.b),
            found_band.value,
            pair.score,
            msgspec.to_builtins(pair.evidence),
        )
        for pair in found.pairs
        if (found_band := band(pair.score))
    ]
    rows = [(min(a, b), max(a, b), *rest) for a, b, *rest in rows]
    async with doors.pool.connection() as connection, connection.transaction():
        count = await PostgresSuggestions(connection).replace_open(
            workspace_id, rows, PEOPLE.version, doors.clock.now()
        )
    return {
        "profiles": read,
        "suggestions": count,
        "households": len(found.households),
        "vetoed": dict(found.vetoed),
        "as_of": doors.clock.now(),
    }


async def _in_a_process(parts: Sequence[bytes], refused: set[tuple[str, str]], engine: Engine) -> Found:
    """Search where neither the time nor the memory is that of the process that answers."""
    pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
    try:
        return await asyncio.get_running_loop().run_in_executor(pool, find_written, parts, refused, engine)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


async def _people(doors: Door, workspace_id: int, profiles: Sequence[bytes]) -> list[Person]:
    async with doors.pool.connection() as connection:
        stored = await PostgresFacts(connection).load(workspace_id, profiles)
    return [
        _person(fold(workspace_id, one, stored.nodes[one], stored.facts.get(one, ()), ()))
        for one in profiles
        if one in stored.nodes
    ]


def _person(profile: Profile) -> Person:
    def trait(*names: str) -> str:
        return next((str(profile.traits[name].value) for name in names if name in profile.traits), "")

    return Person(
        profile.profile_id.hex(),
        name=trait("name"),
        surname=trait("family_name", "last_name"),
        given=trait("given_name", "first_name"),
        kana=trait("kana", "name_kana"),
        birth=trait("birth_date", "birthday"),
        phone=profile.identifier(PHONE) or trait("phone"),
        email=profile.identifier(EMAIL) or trait("email"),
        address=trait("address"),
        gender=trait("gender"),
        member=profile.identifier(MEMBER) or "",
    )
