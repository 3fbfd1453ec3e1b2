"""The only sources of ids and chance."""

import hashlib
import random
import secrets
from typing import Protocol
from uuid import NAMESPACE_URL, UUID, uuid5

ID_BYTES = 16
LEADING_BYTES = 4


class Ids(Protocol):
    """Makes new, unguessable names."""

    def token(self) -> str:
        """Return 128 bits as 22 characters that are safe in a URL."""
        ...

    def chance(self) -> float:
        """Return a number in [0, 1)."""
        ...


class SystemIds:
    """Chance from the operating system."""

    def token(self) -> str:
        """Return 128 bits as 22 characters that are safe in a URL."""
        return secrets.token_urlsafe(ID_BYTES)

    def chance(self) -> float:
        """Return a number in [0, 1)."""
        return random.SystemRandom().random()


class SeededIds:
    """Chance that repeats from its seed, for simulations."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - repeatable on purpose

    def token(self) -> str:
        """Return 128 bits as 32 hexadecimal characters."""
        return self._random.randbytes(ID_BYTES).hex()

    def chance(self) -> float:
        """Return a number in [0, 1)."""
        return self._random.random()


def keyed_hash(key: bytes, *parts: str) -> bytes:
    """Return 16 bytes that name `parts` and cannot be reversed by guessing without `key`."""
    return hashlib.blake2b("\x1f".join(parts).encode(), key=key, digest_size=ID_BYTES).digest()


def lot(person: bytes, key: str) -> bytes:
    """Return 16 bytes drawn for a person and a broadcast, which a database can draw, too: `md5(person || key)`."""
    return hashlib.md5(person + key.encode(), usedforsecurity=False).digest()


def broadcast_send(person: bytes, key: str) -> bytes:
    """Return the name of a person's send of a broadcast; a database can make it, too.

    It begins as the person's name does: who is written down in the order of one is so in the order of the other, and a
    database that keeps both in order adds at one place of each instead of anywhere.
    """
    return person[:LEADING_BYTES] + lot(person, key)[LEADING_BYTES:]


def retry_key(send_id: str) -> UUID:
    """Return the retry key of a send: the same for ever, so that a second attempt cannot be a second message."""
    return uuid5(NAMESPACE_URL, f"tieline:send:{send_id}")
