"""An answer on its way out: held until it is whole, so that it can be read, changed and written down first."""

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import Message, Send

Ready = Callable[[int, Any], Awaitable[Any]]
"""Gets status and JSON of an answer (None if it is no JSON) and returns the JSON to send."""


class Outgoing:
    """Stands in for `send`. JSON is held until `finish`; anything else passes once its start was looked at."""

    def __init__(self, send: Send, ready: Ready) -> None:
        self._send = send
        self._ready = ready
        self._start: Message | None = None
        self._held = bytearray()

    async def __call__(self, message: Message) -> None:
        """Take the next part of the answer."""
        if message["type"] == "http.response.start":
            if "json" in Headers(scope=message).get("content-type", ""):
                self._start = message
                return
            await self._ready(int(message["status"]), None)
            await self._send(message)
            return
        if self._start is None or message["type"] != "http.response.body":
            await self._send(message)
            return
        self._held += message.get("body", b"")

    async def finish(self) -> None:
        """Send what was held."""
        if self._start is None:
            return
        before = msgspec.json.decode(self._held) if self._held else None
        after = await self._ready(int(self._start["status"]), before)
        body = bytes(self._held) if after is before else msgspec.json.encode(after)
        MutableHeaders(scope=self._start)["content-length"] = str(len(body))
        await self._send(self._start)
        await self._send({"type": "http.response.body", "body": body})
