"""Requests that outlive a restart of the server: what got no answer is asked again until somebody answers."""

import asyncio

import httpx

from tieline.clock import monotonic

PAUSE_SECONDS = 0.2
PATIENCE_SECONDS = 60.0


class Patient(httpx.AsyncBaseTransport):
    """Repeats a request whose connection broke or that is asked for patience (503), as every client library does that promises to deliver.

    Args:
        inner: Carries each attempt.
        seconds: How long a request is repeated, in real time.
    """

    def __init__(self, inner: httpx.AsyncBaseTransport, seconds: float = PATIENCE_SECONDS) -> None:
        self._inner = inner
        self._seconds = seconds

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry a request until there is an answer that is read to its end.

        Raises:
            httpx.TransportError: Nobody answered in time.
        """
        deadline = monotonic() + self._seconds
        while True:
            try:
                response = await self._inner.handle_async_request(request)
                await response.aread()
            except httpx.TransportError:
                if monotonic() > deadline:
                    raise
            else:
                if response.status_code != httpx.codes.SERVICE_UNAVAILABLE or monotonic() > deadline:
                    return response
            await asyncio.sleep(PAUSE_SECONDS)

    async def aclose(self) -> None:
        """Give the connections back."""
        await self._inner.aclose()
