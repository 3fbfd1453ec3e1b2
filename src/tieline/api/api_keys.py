"""API keys: make one, which is shown once; see what they may do and when they were used; revoke."""

import zlib
from datetime import datetime, timedelta

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from tieline.access import table
from tieline.api.doors import Doors
from tieline.api.keys import caller, key_hash
from tieline.errors import ForbiddenError, InvalidInputError, NotFoundError
from tieline.model.access import Caller
from tieline.store.postgres.api_keys import ApiKey, PostgresApiKeys

DAYS_MAX = 730
NAME_MAX = 80


class KeyView(BaseModel):
    """A key without itself. `shown`: its first and last characters. `last_used_at` is exact to the minute."""

    key_id: int
    name: str
    scopes: list[str]
    shown: str
    made_by: str
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime | None


class Scope(BaseModel):
    """A permission that a key can have. `yours`: whether who asks has it, for nobody gives what they have not."""

    name: str
    meaning: str
    yours: bool


class Keys(BaseModel):
    """The living keys, the newest first, and the scopes there are."""

    keys: list[KeyView]
    scopes: list[Scope]
    as_of: datetime


class NewKey(BaseModel):
    """What to call a key, what it may do, and for how many days; without days it lives until it is revoked."""

    name: str = Field(min_length=1, max_length=NAME_MAX)
    scopes: list[str] = Field(min_length=1, max_length=100)
    days: int | None = Field(90, ge=1, le=DAYS_MAX)


class MadeKey(KeyView):
    """A new key with itself: it is shown this once and stored nowhere."""

    secret: str


class Revoked(BaseModel):
    """Which key opens nothing any more."""

    key_id: int


def router(doors: Doors) -> APIRouter:
    """Build the routes under /api/keys."""
    routes = APIRouter(prefix="/api/keys", tags=["keys"])
    clock = doors.callers.clock

    @routes.get("")
    async def listed(request: Request) -> Keys:
        """Return the keys that still open something."""
        found, now = caller(request), clock.now()
        async with doors.pool.connection() as connection:
            keys = await PostgresApiKeys(connection).living(found.workspace_id, now)
        scopes = [
            Scope(name=row.name, meaning=row.meaning, yours=row.name in found.permissions)
            for row in table.TABLE
            if table.EVERYBODY not in row.roles and row.name != "self"
        ]
        return Keys(keys=[_shown(key) for key in keys], scopes=scopes, as_of=now)

    @routes.post("", status_code=201)
    async def make(request: Request, body: NewKey) -> MadeKey:
        """Make a key that may do no more than who makes it."""
        found, now = caller(request), clock.now()
        scopes = _given(body.scopes, found)
        secret = _with_sum(f"sk_{doors.ids.token()}{doors.ids.token()}")
        key = ApiKey(
            found.workspace_id, 0, body.name.strip(), scopes, f"{secret[:7]}…{secret[-4:]}",
            f"{found.kind}:{found.caller_id}", now, None, now + timedelta(days=body.days) if body.days else None,
        )  # fmt: skip
        async with doors.pool.connection() as connection:
            key_id = await PostgresApiKeys(connection).add(key, key_hash(secret))
        return MadeKey(**{**_shown(key).model_dump(), "key_id": key_id}, secret=secret)

    @routes.delete("/{key_id}")
    async def revoke(request: Request, key_id: int) -> Revoked:
        """Let a key open nothing from now on."""
        async with doors.pool.connection() as connection:
            done = await PostgresApiKeys(connection).revoke(caller(request).workspace_id, key_id, clock.now())
        if not done:
            raise NotFoundError(f"There is no living key {key_id}.")
        return Revoked(key_id=key_id)

    return routes


def _given(scopes: list[str], found: Caller) -> list[str]:
    """Return the scopes of a new key.

    Raises:
        InvalidInputError: One does not exist.
        ForbiddenError: Who makes the key has not got one of them.
    """
    unknown = sorted(set(scopes) - set(table.PERMISSIONS) - {table.EVERYTHING})
    if unknown:
        raise InvalidInputError(f"There is no scope {unknown[0]!r}.", field="/scopes")
    wanted = set(table.PERMISSIONS) - {"door"} if table.EVERYTHING in scopes else set(scopes)
    missing = sorted(wanted - found.permissions)
    if missing:
        raise ForbiddenError(
            f"A key cannot have what its maker has not: {', '.join(missing)}.", field="/scopes"
        )
    return [table.EVERYTHING] if table.EVERYTHING in scopes else sorted(set(scopes))


def _with_sum(secret: str) -> str:
    """Return a key with its check sum at the end, by which scanners tell it from other text."""
    return f"{secret}{zlib.crc32(secret.encode()):08x}"


def _shown(key: ApiKey) -> KeyView:
    return KeyView(
        key_id=key.key_id,
        name=key.name,
        scopes=key.scopes,
        shown=key.shown,
        made_by=key.made_by,
        created_at=key.created_at,
        last_used_at=key.last_used_at,
        expires_at=key.expires_at,
    )
