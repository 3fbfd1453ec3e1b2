"""Write keys only collect; and which workspace a request under /api is about."""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from starlette.requests import Request

from tieline.errors import RateLimitedError, UnknownKeyError
from tieline.model.access import Caller
from tieline.model.event import Source

CALLER = "tieline.caller"
"""Where a request keeps who makes it: the guard asks once, routes read it."""


class KeyStore(Protocol):
    """Where keys are kept."""

    async def write_keys(self) -> Mapping[str, Source]:
        """Return every source by its write key."""
        ...


class Keys:
    """Looks keys up, with a short memory so that a revoked key is dead within seconds."""

    MEMORY_SECONDS = 2.0
    MISS_SECONDS = 0.2
    """An unknown key has them read again, but not more often: whoever guesses keys must not load the database."""

    def __init__(self, store: KeyStore, rate_per_second: int) -> None:
        self._store = store
        self._sources: Mapping[str, Source] = {}
        self._read_at: datetime | None = None
        self._rate = RateWindow(rate_per_second)

    async def source(self, write_key: str, now: datetime) -> Source:
        """Return the source that `write_key` belongs to.

        Raises:
            UnknownKeyError: No source has this key.
            RateLimitedError: The key makes more requests than it may.
        """
        await self._read(now, self.MEMORY_SECONDS if write_key in self._sources else self.MISS_SECONDS)
        found = self._sources.get(write_key)
        if found is None:
            raise UnknownKeyError(
                "The write key is not known.",
                way_out="Send it as the user name of Basic authentication, or as writeKey.",
            )
        if not self._rate.admits(write_key, now):
            raise RateLimitedError("This write key sends too many requests.", retry_after_seconds=1)
        return found

    def forget(self) -> None:
        """Read the keys again at the next request: one was just made, and is used at once."""
        self._read_at = None

    async def _read(self, now: datetime, memory_seconds: float) -> None:
        if self._read_at is None or abs((now - self._read_at).total_seconds()) > memory_seconds:
            self._sources = await self._store.write_keys()
            self._read_at = now

    async def workspace(self, request: Request) -> int:
        """Return the workspace that the request is about.

        Raises:
            UnknownKeyError: The guard let nobody in.
        """
        return caller(request).workspace_id


def caller(request: Request) -> Caller:
    """Return who makes a request.

    Raises:
        UnknownKeyError: The guard let nobody in.
    """
    found: Caller | None = request.scope.get(CALLER)
    if found is None:
        raise UnknownKeyError("Nobody is known to make this request.")
    return found


class RateWindow:
    """Counts requests per key within a second. In memory, without a thread: a library's cost a sixth of collect.

    Args:
        most: Requests one key may make in a second.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._second = 0
        self._made: dict[str, int] = {}

    def admits(self, key: str, now: datetime) -> bool:
        """Count one more request; False if it is one too many."""
        second = int(now.timestamp())
        if second != self._second:
            self._second = second
            self._made.clear()
        made = self._made[key] = self._made.get(key, 0) + 1
        return made <= self._most


def key_hash(secret: str) -> bytes:
    """Return what is stored of a secret key; 128 random bits need no slow hash."""
    return hashlib.sha256(secret.strip().encode()).digest()


def basic_user(request: Request) -> str:
    """Return the user name of Basic authentication, or ""."""
    scheme, _, coded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(coded, validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""
