"""What carries a request to LINE and brings back an answer; a broken line is an answer too.

aiohttp and not httpx: at 128 calls in flight one push costs 0.1 ms of processor time instead of 3 ms, because httpx
walks its whole pool for every request.
"""

from collections.abc import AsyncIterable, Mapping
from typing import Protocol

import aiohttp
import httpx

from tieline.model.send import Answer

CONNECT_SECONDS = 3.0
CALL_SECONDS = 10.0
# Above the sender's calls in flight, so that none of them waits for a connection behind its gate.
CONNECTIONS_MAX = 512
IDLE_SECONDS = 30.0
BODY_MAX_BYTES = 1_048_576
# Whoever fails this way has not sent a byte of the request.
NEVER_LEFT = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.InvalidURL,
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
)
BROKEN = (aiohttp.ClientError, httpx.HTTPError, OSError, TimeoutError)


class Carrier(Protocol):
    """Carries requests; raises nothing for what happens on the way."""

    async def carry(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        """Make one request and return how it ended, within a fixed patience."""
        ...

    async def close(self) -> None:
        """Close all connections."""
        ...


class SocketCarrier:
    """Carrier over the network; connections are shared by all accounts and kept open between calls."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def carry(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        """Make one request and return how it ended."""
        try:
            async with self._opened().request(
                method, url, data=body, headers=headers, allow_redirects=False
            ) as response:
                content = await _limited(response.content.iter_any())
                return _answer(response.status, content, response.headers)
        except NEVER_LEFT as error:
            return Answer(0, started=False, problem=_word(error))
        except BROKEN as error:
            return Answer(0, problem=_word(error))

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=CONNECTIONS_MAX, keepalive_timeout=IDLE_SECONDS),
                timeout=aiohttp.ClientTimeout(total=CALL_SECONDS, connect=CONNECT_SECONDS),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session


class TransportCarrier:
    """Carrier over a transport of httpx, for simulations without sockets.

    Args:
        transport: Answers the requests.
    """

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        timeout = httpx.Timeout(CALL_SECONDS, connect=CONNECT_SECONDS)
        self._client = httpx.AsyncClient(transport=transport, timeout=timeout, trust_env=False)

    async def carry(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        """Make one request and return how it ended."""
        try:
            async with self._client.stream(method, url, content=body, headers=headers) as response:
                return _answer(response.status_code, await _limited(response.aiter_bytes()), response.headers)
        except NEVER_LEFT as error:
            return Answer(0, started=False, problem=_word(error))
        except BROKEN as error:
            return Answer(0, problem=_word(error))

    async def close(self) -> None:
        """Close the client."""
        await self._client.aclose()


def _answer(status: int, body: bytes, headers: Mapping[str, str]) -> Answer:
    return Answer(
        status, body, headers.get("x-line-request-id", ""), headers.get("x-line-accepted-request-id", "")
    )


async def _limited(parts: AsyncIterable[bytes]) -> bytes:
    """Read a body up to a limit; the rest is of no use and may never end."""
    read = bytearray()
    async for part in parts:
        read += part
        if len(read) >= BODY_MAX_BYTES:
            break
    return bytes(read[:BODY_MAX_BYTES])


def _word(error: BaseException) -> str:
    """Return a stable word: the kind of failure, without what it says."""
    name = type(error).__name__
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
