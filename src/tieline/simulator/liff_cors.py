"""Lets pages of the brand, which stand at another address, ask what LINE lets LIFF pages ask; nothing else."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

OPEN = frozenset(
    {
        "/v2/profile",
        "/friendship/v1/status",
        "/oauth2/v2.1/verify",
        "/oauth2/v2.1/userinfo",
        "/_sim/liff/messages",
    }
)
HEADERS = [
    (b"access-control-allow-origin", b"*"),
    (b"access-control-allow-headers", b"authorization, content-type"),
    (b"access-control-allow-methods", b"GET, POST"),
    (b"access-control-max-age", b"600"),
]


class LiffCors:
    """Adds the headers of cross-origin sharing to a few paths, and answers the question before the question."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or hand on."""
        if scope["type"] != "http" or scope["path"] not in OPEN:
            await self._app(scope, receive, send)
            return
        if scope["method"] == "OPTIONS":
            await send({"type": "http.response.start", "status": 204, "headers": HEADERS})
            await send({"type": "http.response.body", "body": b""})
            return

        async def shared(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *HEADERS]}
            await send(message)

        await self._app(scope, receive, shared)
