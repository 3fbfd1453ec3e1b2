"""The side that looks like LINE: plain ASGI, because every send of a benchmark passes here."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from tieline.simulator.endpoints import BODY_MAX, FILE_MAX
from tieline.simulator.simulation import Simulation
from tieline.simulator.wire import Fault, SimRequest, SimResponse

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
OPEN_FILES = Path("/dev/fd")
RESET_AT_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER on, 0 seconds: close sends RST


class LineSide:
    """ASGI application for api.line.me, api-data.line.me and access.line.me, all at one address."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or break it as a fault demands."""
        request = await read_request(scope, receive)
        outcome = self._simulation.handle(request)
        if isinstance(outcome, SimResponse):
            await self._respond(outcome, send)
            return
        await self._break(outcome, scope, receive, send)

    async def _respond(self, response: SimResponse, send: Send) -> None:
        if response.delay_seconds:
            await asyncio.sleep(response.delay_seconds)
        headers = [(name.encode(), value.encode()) for name, value in response.headers.items()]
        headers.append((b"content-length", str(len(response.body)).encode()))
        await send({"type": "http.response.start", "status": response.status, "headers": headers})
        await send({"type": "http.response.body", "body": response.body})

    async def _break(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        if fault.kind == "hang":
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(receive(), self._simulation.settings.hang_seconds)
        if not cut_connection(scope.get("client")):
            # The socket was not found: break the promise of a longer body, which also ends the connection.
            start = {"type": "http.response.start", "status": 500, "headers": [(b"content-length", b"9")]}
            await send(start)
            await send({"type": "http.response.body", "body": b"", "more_body": True})


async def read_request(scope: Scope, receive: Receive) -> SimRequest:
    """Return the request; of a body far beyond LINE's limit only the beginning, which is refused all the same."""
    most = FILE_MAX if scope["path"].endswith("/byFile") else BODY_MAX
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            break
        chunk = message.get("body", b"")
        if size <= most:
            chunks.append(chunk)
        size += len(chunk)
        if not message.get("more_body", False):
            break
    query = scope["query_string"]
    return SimRequest(
        method=scope["method"],
        path=scope["path"],
        query=dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True)) if query else {},
        headers={name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
        body=b"".join(chunks),
    )


def cut_connection(client: tuple[str, int | str] | None) -> bool:
    """Reset the TCP connection of a client, as a crashed server would; False if it was not found.

    ASGI has no word for this, so the connection is looked up among this process's sockets.
    """
    if client is None or not OPEN_FILES.is_dir():
        return False
    peer = (client[0], int(client[1]))
    for file in list(OPEN_FILES.iterdir()):
        with contextlib.suppress(OSError), _copy(int(file.name)) as connection:
            if connection.getpeername()[:2] == peer:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_CLOSE)
                connection.shutdown(socket.SHUT_RDWR)
                return True
    return False


def _copy(file_number: int) -> socket.socket:
    return socket.fromfd(file_number, socket.AF_INET, socket.SOCK_STREAM)
