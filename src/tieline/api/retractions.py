"""Take back what a whole source said about who is who, see before what that changes, and give it back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Protocol

import msgspec
from fastapi import APIRouter, Body, Request
from psycopg import AsyncConnection
from pydantic import BaseModel

from tieline.api.doors import Doors
from tieline.api.identity import absorbed
from tieline.api.identity_rules import rule_book
from tieline.api.shape import read_shape
from tieline.clock import Clock
from tieline.errors import ConflictError, InvalidInputError, NotFoundError
from tieline.identify.foresee import Foreseen, Preview
from tieline.ids import SystemIds
from tieline.model.event import SOURCE_RETRACTED, LogKind, NewLogRow
from tieline.model.identity import Node
from tieline.store.postgres.identity import PostgresIdentity
from tieline.store.postgres.log import PostgresLog
from tieline.store.postgres.retract import PostgresRetractions
from tieline.store.postgres.workspaces import OWN_SOURCE

Json = Annotated[dict[str, Any], Body()]
SHOWN_MAX = 200


class Timed(Protocol):
    """Knows what time it is."""

    @property
    def clock(self) -> Clock:
        """The clock."""
        ...


class Wish(msgspec.Struct, forbid_unknown_fields=True):
    """A source whose word shall count for nothing: its key, who decides and why."""

    source: str
    author: str
    reason: str


class Word(msgspec.Struct, forbid_unknown_fields=True):
    """Who gives a source its word back, and why."""

    author: str
    reason: str


class Question(msgspec.Struct, forbid_unknown_fields=True):
    """What would change: if `source` were retracted, or if `retraction` were taken back. One of the two."""

    source: str = ""
    retraction: int = 0


class Kept(BaseModel):
    """A retraction. `links`: claims it keeps aside now; what the source saw after `until_at` counts."""

    id: int
    source: str
    until_at: datetime
    author: str
    reason: str
    at: datetime
    revoked_at: datetime | None
    revoked_by: str | None
    revoked_reason: str | None
    links: int


class Retractions(BaseModel):
    """Retractions, newest first."""

    retractions: list[Kept]
    as_of: datetime


class Someone(BaseModel):
    """The identifiers that are one person, each namespace and value, sorted."""

    identifiers: list[tuple[str, str]]


class Group(BaseModel):
    """People whom a change parts or brings together."""

    before: list[Someone]
    after: list[Someone]


class Change(BaseModel):
    """What would change. If `looked_at` is below `identifiers`, the figures after it are about that part."""

    links: int
    identifiers: int
    looked_at: int
    people_before: int
    people_after: int
    moved: int
    examples: list[Group]
    as_of: datetime


def router(doors: Doors) -> APIRouter:
    """Build the routes under /api/identity/retractions."""
    routes = APIRouter(prefix="/api/identity/retractions", tags=["identity"])

    @routes.get("")
    async def listed(request: Request) -> Retractions:
        """List the sources that were taken back, with who did it and why."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            found = await PostgresRetractions(connection).shown(workspace_id, SHOWN_MAX)
        return Retractions(retractions=[Kept(**one) for one in found], as_of=doors.clock.now())

    @routes.post("")
    async def retract(request: Request, body: Json) -> Kept:
        """Let what a source said about who is who until now count for nothing."""
        workspace_id = await doors.keys.workspace(request)
        wish = read_shape(body, Wish)
        async with doors.pool.connection() as connection, connection.transaction():
            offset = await put(connection, workspace_id, wish, doors)
        return await _waited(doors, workspace_id, offset, 0)

    @routes.post("/preview")
    async def preview(request: Request, body: Json) -> Change:
        """Return what a retraction would change, or taking one back; nothing is changed."""
        workspace_id = await doors.keys.workspace(request)
        question = read_shape(body, Question)
        async with doors.pool.connection() as connection:
            found = await foreseen(connection, workspace_id, question)
        return told(found, doors.clock.now())

    @routes.post("/{retraction_id}/undo")
    async def undo(request: Request, retraction_id: int, body: Json) -> Kept:
        """Give a source its word back: everything is as if it had never been retracted."""
        workspace_id = await doors.keys.workspace(request)
        word = read_shape(body, Word)
        async with doors.pool.connection() as connection, connection.transaction():
            offset = await take_back(connection, workspace_id, retraction_id, word, doors)
        return await _waited(doors, workspace_id, offset, retraction_id)

    return routes


async def put(connection: AsyncConnection, workspace_id: int, wish: Wish, at: Timed) -> int:
    """Ask for a source to be retracted; return where the log says so.

    Raises:
        InvalidInputError: There is no such source, or it is no live one; nobody decides, or gives a reason.
    """
    _signed(wish.author, wish.reason)
    await _live(connection, workspace_id, wish.source)
    return await _say(connection, workspace_id, {"kind": "retract", **msgspec.to_builtins(wish)}, at)


async def take_back(
    connection: AsyncConnection, workspace_id: int, retraction_id: int, word: Word, at: Timed
) -> int:
    """Ask for a retraction to be taken back; return where the log says so.

    Raises:
        NotFoundError: There is no such retraction.
        ConflictError: It was taken back already.
        InvalidInputError: Nobody decides, or gives a reason.
    """
    _signed(word.author, word.reason)
    held = await PostgresRetractions(connection).find(workspace_id, retraction_id)
    if held is None:
        raise NotFoundError(f"There is no retraction {retraction_id}.", way_out="List the retractions.")
    if held.revoked_at is not None:
        raise ConflictError(
            f"Retraction {retraction_id} was taken back already.", way_out="Retract the source again."
        )
    said = {"kind": "restore", "retraction_id": retraction_id, **msgspec.to_builtins(word)}
    return await _say(connection, workspace_id, said, at)


async def foreseen(connection: AsyncConnection, workspace_id: int, question: Question) -> Foreseen:
    """Return what a retraction would change, or taking one back.

    Raises:
        InvalidInputError: The question names neither, or both; or no live source.
        NotFoundError: No such retraction holds.
    """
    if bool(question.source) == bool(question.retraction):
        raise InvalidInputError(
            "Name the source to retract, or the retraction to take back.", field="/source"
        )
    preview = Preview(
        PostgresRetractions(connection), PostgresIdentity(connection), await rule_book(connection)
    )
    if question.retraction:
        return await preview.restore(workspace_id, question.retraction)
    await _live(connection, workspace_id, question.source)
    return await preview.retract(workspace_id, question.source)


def told(found: Foreseen, at: datetime) -> Change:
    """Return what was foreseen, as it is shown."""
    return Change(
        **{name: getattr(found, name) for name in Foreseen._fields if name != "examples"},
        examples=[Group(before=_people(before), after=_people(after)) for before, after in found.examples],
        as_of=at,
    )


def _people(groups: Sequence[Sequence[Node]]) -> list[Someone]:
    return [Someone(identifiers=sorted((node.namespace, node.value) for node in group)) for group in groups]


def _signed(author: str, reason: str) -> None:
    for field, value in (("author", author), ("reason", reason)):
        if not value.strip():
            raise InvalidInputError(
                f"{field} is empty; a decision says who made it and why.", field=f"/{field}"
            )


async def _live(connection: AsyncConnection, workspace_id: int, source: str) -> None:
    cursor = await connection.execute(
        "select key from source where workspace_id = %s and key <> %s order by key",
        (workspace_id, OWN_SOURCE),
    )
    keys = [str(key) for (key,) in await cursor.fetchall()]
    if source in keys:
        return
    if source.startswith("import:"):
        raise InvalidInputError(
            f"{source!r} is an import.",
            field="/source",
            way_out="Undo the import: that takes back its events and traits as well.",
        )
    raise InvalidInputError(
        f"There is no source {source!r}.", field="/source", way_out=f"It is one of {', '.join(keys)}."
    )


async def _say(connection: AsyncConnection, workspace_id: int, said: dict[str, Any], at: Timed) -> int:
    cursor = await connection.execute(
        "select source_id from source where workspace_id = %s and key = %s", (workspace_id, OWN_SOURCE)
    )
    row = await cursor.fetchone()
    item = {
        "type": "track", "event": SOURCE_RETRACTED, "messageId": SystemIds().token(), "properties": said
    }  # fmt: skip
    body = msgspec.json.encode({"batch": [item]})
    written = [NewLogRow(workspace_id, int(row[0]) if row else 0, LogKind.OWN, 1, at.clock.now(), body)]
    return await PostgresLog(connection).append(written)


async def _waited(doors: Doors, workspace_id: int, offset: int, retraction_id: int) -> Kept:
    """Return a retraction once the stream has carried it out; 0: the newest."""
    await absorbed(doors, offset)
    async with doors.pool.connection() as connection:
        found = await PostgresRetractions(connection).shown(workspace_id, SHOWN_MAX)
    return next(Kept(**one) for one in found if retraction_id in {0, one["id"]})
