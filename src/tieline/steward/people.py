"""Who is who, asked from the command line: explain a person, look for trouble, search for suggestions."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

from psycopg import AsyncConnection

from tieline.api.doctor import examine
from tieline.api.graph import around, drawn
from tieline.api.identity_rules import rule_book
from tieline.api.suggestions import search
from tieline.clock import Clock
from tieline.errors import InvalidInputError
from tieline.identify.decide import Decisions
from tieline.settings import Settings
from tieline.steward.desk import Desk
from tieline.store.postgres.identity import PostgresIdentity

LANGUAGES = ("zh-TW", "en")
_SAYS = {
    "zh-TW": ("識別碼", "連結", "沒有合併的連結", "收回的來源所說的連結", "人的決定"),
    "en": (
        "Identifiers",
        "Links",
        "Links that join nobody",
        "Links of sources that were retracted",
        "Decisions of people",
    ),
}


async def explain(desk: Desk, named: str) -> dict[str, Any]:
    """Return a person with everyone who could be joined, the links between them, and why some join nobody."""
    profile_id = await desk.profile_of(named)
    book = await rule_book(desk.connection)
    workspace_id = desk.workspace.workspace_id
    found = await Decisions(PostgresIdentity(desk.connection), book).explain(workspace_id, profile_id)
    aside = await around(desk.connection, workspace_id, found)
    return {"profile_id": profile_id.hex(), **drawn(found, book.of(workspace_id)), "retracted": aside}


def told(found: dict[str, Any], language: str) -> Iterator[str]:
    """Yield an explanation as lines for people.

    Raises:
        InvalidInputError: It cannot be told in this language.
    """
    if language not in _SAYS:
        raise InvalidInputError(f"language is {language!r}; it must be one of {', '.join(LANGUAGES)}.")
    identifiers, links, rejected, retracted, decisions = _SAYS[language]
    name = {one["node_id"]: f"{one['namespace']} {one['value']}" for one in found["nodes"]}
    yield f"{identifiers}:"
    for one in found["nodes"]:
        mark = "*" if one["profile_id"] == found["profile_id"] else " "
        yield f" {mark} {name[one['node_id']]}  {one['first_at']:%Y-%m-%d}  {one['profile_id'][:8]}"
    yield f"{links}:"
    for one in found["links"]:
        ends = f"{name.get(one['a'], one['a'][:8])} — {name.get(one['b'], one['b'][:8])}"
        yield f"   {ends}  {one['source']}, {one['proof']}, {one['first_at']:%Y-%m-%d}–{one['last_at']:%Y-%m-%d}"
    if found["rejected"]:
        yield f"{rejected}:"
    for one in found["rejected"]:
        yield f"   {name.get(one['a'], one['a'][:8])} × {name.get(one['b'], one['b'][:8])}"
        yield f"     {one['sentence'][language]}"
        yield f"     → {', '.join(_remedy(remedy) for remedy in one['accepted_if'])}"
    if found["retracted"]:
        yield f"{retracted}:"
    for one in found["retracted"]:
        yield f"   {name.get(one['a'], one['a'][:8])} — {name.get(one['b'], one['b'][:8])}  {one['source']}"
        yield f"     {one['at']:%Y-%m-%d} {one['author']}: {one['reason']} → tieline identity restore {one['retraction_id']}"
    if found["decisions"]:
        yield f"{decisions}:"
    for one in found["decisions"]:
        ends = f"{name.get(one['a'], one['a'][:8])}, {name.get(one['b'], one['b'][:8])}"
        gone = "" if one["revoked_at"] is None else f" (× {one['revoked_at']:%Y-%m-%d})"
        yield f"   {one['kind']} {ends}  {one['at']:%Y-%m-%d} {one['author']}: {one['reason']}{gone}"


def _remedy(said: dict[str, Any]) -> str:
    return " ".join(
        f"{name}={value}" if isinstance(value, (str, int)) else name for name, value in said.items()
    )


async def doctor(desk: Desk) -> dict[str, Any]:
    """Return what stewards should look at, masked."""
    return await examine(desk.connection, desk.workspace.workspace_id)


class _OneConnection:
    """Stands for a pool where there is one connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection]:
        yield self._connection


class _Door:
    """What a search needs."""

    def __init__(self, desk: Desk) -> None:
        self.pool = _OneConnection(desk.connection)
        self.clock: Clock = desk.clock
        self.settings: Settings = desk.settings


async def suggest(desk: Desk) -> dict[str, Any]:
    """Search for people who may be one; the open suggestions are replaced, and wait in the console for a word."""
    return await search(_Door(desk), desk.workspace.workspace_id)
