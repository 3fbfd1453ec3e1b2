"""Passwords: argon2id, a bounded number at a time, and as slow for who does not exist as for who does."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from tieline.errors import InvalidInputError, UnavailableError

T = TypeVar("T")
LENGTH_MIN = 10
LENGTH_MAX = 256
TOGETHER = 2
WAITING_MAX = 16
_COMMON = frozenset(
    [
        "1234567890",
        "0123456789",
        "password12",
        "password123",
        "qwertyuiop",
        "1q2w3e4r5t",
        "1qaz2wsx3edc",
        "aaaaaaaaaa",
        "1111111111",
        "0000000000",
        "administrator",
        "letmein123",
        "iloveyou12",
        "welcome123",
        "changeme123",
        "tieline123",
    ]
)


class Passwords:
    """Hashes and checks. Each takes 64 MiB, so at most a few run at once and a queue that grows is refused."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._slots = asyncio.Semaphore(TOGETHER)
        self._waiting = 0
        self._nobody = ""

    async def hash(self, password: str) -> str:
        """Return what is stored of a password."""
        return await self._run(self._hasher.hash, password)

    async def same(self, stored: str, password: str) -> bool:
        """Tell whether the password is the stored one; an empty `stored` takes as long and is never right."""
        if not stored and not self._nobody:
            self._nobody = await self.hash("nobody has this password")
        return await self._run(self._verify, stored or self._nobody, password) and bool(stored)

    def outdated(self, stored: str) -> bool:
        """Tell whether a hash was made with weaker parameters than today's."""
        return self._hasher.check_needs_rehash(stored)

    def _verify(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _run(self, work: Callable[..., T], *arguments: str) -> T:
        if self._waiting >= WAITING_MAX:
            raise UnavailableError(
                "Too many people log in at this moment.", way_out="Try again in a few seconds."
            )
        self._waiting += 1
        try:
            async with self._slots:
                return await asyncio.to_thread(work, *arguments)
        finally:
            self._waiting -= 1


def check_new(password: str, email: str, field: str) -> None:
    """Refuse a password that would be guessed.

    Raises:
        InvalidInputError: Too short, too long, too common, or the address itself.
    """
    if len(password) < LENGTH_MIN:
        raise InvalidInputError(
            f"The password has {len(password)} characters.",
            field=field,
            way_out=f"Use at least {LENGTH_MIN}.",
        )
    if len(password) > LENGTH_MAX:
        raise InvalidInputError(f"The password is longer than {LENGTH_MAX} characters.", field=field)
    plain = password.casefold()
    if (
        plain in _COMMON
        or plain in {email.casefold(), email.casefold().partition("@")[0]}
        or len(set(plain)) < 4
    ):
        raise InvalidInputError(
            "The password is one that is tried first.",
            field=field,
            way_out="Use several words that do not go together.",
        )
