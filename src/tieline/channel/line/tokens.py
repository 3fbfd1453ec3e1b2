"""Stateless channel access tokens: minted from id and secret, good for 15 minutes, never stored.

Source: https://developers.line.biz/en/docs/basics/channel-access-token/#stateless-channel-access-token
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec

from tieline.clock import Clock
from tieline.model.send import Answer

KEPT = timedelta(minutes=14)
GRANT = "client_credentials"


class Credentials(NamedTuple):
    """What opens a channel."""

    channel_id: str
    channel_secret: str


class _Minted(msgspec.Struct):
    access_token: str


Mint = Callable[[Credentials], Awaitable[Answer]]


class Tokens:
    """Keeps one token per channel; of many callers at once only one asks LINE.

    Args:
        mint: Asks LINE for a token.
        clock: Tells how old a token is.
    """

    def __init__(self, mint: Mint, clock: Clock) -> None:
        self._mint = mint
        self._clock = clock
        self._kept: dict[Credentials, tuple[str, datetime]] = {}
        self._locks: dict[Credentials, asyncio.Lock] = {}

    async def get(self, credentials: Credentials) -> str | Answer:
        """Return a token, or how the attempt to get one ended."""
        known = self.fresh(credentials)
        if known is not None:
            return known
        async with self._locks.setdefault(credentials, asyncio.Lock()):
            known = self.fresh(credentials)
            if known is not None:
                return known
            answer = await self._mint(credentials)
            try:
                token = (
                    msgspec.json.decode(answer.body, type=_Minted).access_token
                    if answer.status == 200
                    else ""
                )
            except (msgspec.MsgspecError, UnicodeDecodeError):
                token = ""
            if not token:
                return answer
            self._kept[credentials] = token, self._clock.now()
            return token

    def forget(self, credentials: Credentials, token: str) -> None:
        """Drop a token that LINE no longer takes, unless it was replaced meanwhile."""
        if self._kept.get(credentials, ("",))[0] == token:
            del self._kept[credentials]

    def fresh(self, credentials: Credentials) -> str | None:
        """Return a token that needs no call, or None."""
        kept = self._kept.get(credentials)
        return kept[0] if kept and abs(self._clock.now() - kept[1]) < KEPT else None
