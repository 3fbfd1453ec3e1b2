"""The message library: save in versions, see them, read them again, put them away."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Body, Request
from pydantic import BaseModel

from tieline.api.doors import Doors
from tieline.api.shape import read_shape
from tieline.deliver.render import check
from tieline.store.postgres.library import PostgresLibrary, SavedMessage

KEY = r"^[a-z0-9][a-z0-9_-]{0,62}$"
Json = Annotated[dict[str, Any], Body()]
Messages = list[dict[str, Any]]


class Draft(msgspec.Struct, forbid_unknown_fields=True):
    """A message to keep."""

    messages: Messages
    name: Annotated[str, msgspec.Meta(max_length=200)] = ""


class KeptMessage(BaseModel):
    """One version of a message: LINE's message objects, with templates in their texts."""

    key: str
    name: str
    version: int
    messages: Messages
    updated_at: datetime
    archived_at: datetime | None


class MessageList(BaseModel):
    """The kept messages, last saved first."""

    messages: list[KeptMessage]
    as_of: datetime


class MessageVersions(BaseModel):
    """Every version of a message, newest first."""

    key: str
    versions: list[KeptMessage]


class MessageSaved(BaseModel):
    """Which version holds what was saved."""

    key: str
    version: int


def router(doors: Doors) -> APIRouter:
    """Build the routes under /api/messages."""
    routes = APIRouter(prefix="/api/messages", tags=["messages"])

    @routes.get("")
    async def all_of(request: Request, archived: bool = False) -> MessageList:  # noqa: FBT001, FBT002 - a query
        """Return the kept messages, last saved first."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            found = await PostgresLibrary(connection).all(workspace_id, archived=archived)
        return MessageList(messages=[_shown(one) for one in found], as_of=doors.clock.now())

    @routes.put("/{key}")
    async def save(request: Request, key: str, body: Json) -> MessageSaved:
        """Keep `{"name", "messages"}`; what LINE would refuse is refused with its place."""
        workspace_id = await doors.keys.workspace(request)
        draft = read_shape({**body, "key": key}, _Keyed)
        check(draft.messages, "/messages")
        async with doors.pool.connection() as connection, connection.transaction():
            version = await PostgresLibrary(connection).save(
                workspace_id, key, draft.name or key, draft.messages, doors.clock.now()
            )
        return MessageSaved(key=key, version=version)

    @routes.get("/{key}")
    async def read(request: Request, key: str, version: int | None = None) -> KeptMessage:
        """Return one version of a message, the newest if none is named."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            return _shown(await PostgresLibrary(connection).find(workspace_id, key, version))

    @routes.get("/{key}/versions")
    async def versions(request: Request, key: str) -> MessageVersions:
        """Return every version of a message, newest first."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            found = await PostgresLibrary(connection).versions(workspace_id, key)
        return MessageVersions(key=key, versions=[_shown(one) for one in found])

    @routes.delete("/{key}", status_code=204)
    async def archive(request: Request, key: str) -> None:
        """Put a message away; what was sent with it stays readable."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            await PostgresLibrary(connection).archive(workspace_id, key, doors.clock.now())

    return routes


class _Keyed(Draft, forbid_unknown_fields=True):
    key: Annotated[str, msgspec.Meta(pattern=KEY)] = ""


def _shown(saved: SavedMessage) -> KeptMessage:
    return KeptMessage(**{**saved._asdict(), "messages": [dict(one) for one in saved.messages]})
