"""Nothing under /api answers without leave, whatever its route forgot, and nothing it answers is kept on the way.

Who may do what stands in `access/table.py`; a route without a row is closed to everybody. What a caller may not see of
people is hidden here too, on the way out, and what the table calls audited is written down.
"""

import re
from typing import Any

import psycopg
import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tieline.access import table
from tieline.access.mask import masked, text
from tieline.access.session import SAFE
from tieline.api.audit import DETAIL, write
from tieline.api.callers import Callers
from tieline.api.keys import CALLER
from tieline.api.outgoing import Outgoing
from tieline.api.problem import away, problem
from tieline.errors import ForbiddenError, NotFoundError, TielineError, UnavailableError
from tieline.model.access import MEMBER, Caller, Entry

HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
"""On every answer under /api: they hold personal data."""
_THING_MAX = 300
_NAMES = ("key", "id", "version", "state", "log_offset", "member_id", "key_id", "role")
"""What in an answer says which thing was meant; none of it is personal."""
_WHOLE_ID = re.compile(r"\b([0-9a-f]{8})[0-9a-f]{24}\b")
"""The id of a profile. The log keeps its beginning alone: nobody can take a line out when the person is erased."""
_log = structlog.get_logger()


class Guard:
    """Stands before every route: what is under /api needs a caller and a permission before it is looked at.

    Args:
        app: The application behind.
        callers: Finds out who asks.
    """

    def __init__(self, app: ASGIApp, callers: Callers) -> None:
        self._app = app
        self._callers = callers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http" or not f"{scope['path']}/".startswith("/api/"):
            await self._app(scope, receive, send)
            return

        async def private(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                if message["status"] == 401:  # Basic would make browsers ask in a window of their own
                    headers["WWW-Authenticate"] = 'Bearer realm="tieline"'
            await send(message)

        request = Request(scope)
        try:
            permission = await self._admit(request)
        except TielineError as error:
            await problem(error)(scope, receive, private)
            return
        caller: Caller | None = scope.get(CALLER)
        if caller is None or permission.name == "self":
            await self._app(scope, receive, private)
            return
        one = table.shows_one_person(request.method, scope["path"])
        sees = table.ALL in caller.permissions or (one and table.ONE in caller.permissions)
        seen = table.ONE if sees and one and caller.kind == MEMBER else ""
        action = permission.name if table.audited(request.method, scope["path"]) else seen

        async def ready(status: int, answer: Any) -> Any:
            if status < 400 and action:
                await self._write_down(request, caller, action, answer)
            return answer if sees or answer is None else masked(answer)

        outgoing = Outgoing(private, ready)
        await self._app(scope, receive, outgoing)
        try:
            await outgoing.finish()
        except UnavailableError as error:
            await problem(error)(scope, receive, private)

    async def _admit(self, request: Request) -> table.Permission:
        """Return the permission that lets a request in.

        Raises:
            TielineError: It stays outside.
        """
        path: str = request.scope["path"]  # as the router reads it; request.url would cut it at an encoded ?
        needed = table.needed(request.method, path)
        if needed is not None and table.EVERYBODY in needed.roles:
            self._callers.check_site(request, None)
            return needed
        try:
            caller = await self._callers.of(request)
        except psycopg.OperationalError as error:
            raise away(request, error) from error
        self._callers.check_site(request, caller)
        if needed is None:
            raise NotFoundError("There is no such address.")
        if needed.name not in caller.permissions:
            await self._write(request, caller, needed.name, "refused", "")
            who = f"The role {caller.role}" if caller.role else "This key"
            raise ForbiddenError(
                f"{who} may not do this: {needed.name} is missing.",
                way_out="Ask an owner of the workspace for it.",
            )
        request.scope[CALLER] = caller
        return needed

    async def _write_down(self, request: Request, caller: Caller, action: str, answer: Any) -> None:
        """Write the line before the answer leaves.

        Raises:
            UnavailableError: It could not be written; whoever asked must not believe that all is well.
        """
        detail = str(request.scope.get(DETAIL, "")) or _made(answer)
        try:
            await self._write(request, caller, action, "done", detail)
        except Exception as error:
            _log.error("audit line not written", action=action, error=type(error).__name__)
            raise UnavailableError("It was done, but could not be written into the audit log.") from error

    async def _write(self, request: Request, caller: Caller, action: str, outcome: str, detail: str) -> None:
        path = _WHOLE_ID.sub(r"\1", text(request.scope["path"].removeprefix("/api/")))[:_THING_MAX]
        thing = path if request.method in SAFE else f"{request.method} {path}"
        who = f"{caller.kind}:{caller.caller_id}"
        entry = Entry(self._callers.clock.now(), who, action, thing, outcome, detail[:_THING_MAX])
        await write(self._callers.pool, caller.workspace_id, entry)


def _made(answer: Any) -> str:
    """Return how an answer names what was made: its key or number."""
    if not isinstance(answer, dict):
        return ""
    return " ".join(f"{name}={answer[name]}" for name in _NAMES if isinstance(answer.get(name), str | int))
