"""Nothing under /api answers without a key, whatever its route forgot, and nothing it answers is kept on the way."""

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tieline.api.keys import Keys
from tieline.api.problem import problem
from tieline.errors import TielineError

HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
"""On every answer under /api: they hold personal data."""


class Guard:
    """Stands before every route: what is under /api needs a key before its path, query or body is looked at.

    Args:
        app: The application behind.
        keys: Who may come in.
    """

    def __init__(self, app: ASGIApp, keys: Keys) -> None:
        self._app = app
        self._keys = keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http" or not f"{scope['path']}/".startswith("/api/"):
            await self._app(scope, receive, send)
            return

        async def private(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        try:
            await self._keys.workspace(Request(scope))
        except TielineError as error:
            await problem(error)(scope, receive, private)
            return
        await self._app(scope, receive, private)
