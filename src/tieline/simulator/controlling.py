"""What every handler of the control interface shares: reading a command, finding who is meant, answering."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from tieline.simulator.account import Account
from tieline.simulator.friend_book import Friend
from tieline.simulator.platform import LinePlatform
from tieline.simulator.simulation import Simulation
from tieline.simulator.wire import Refused

Command = TypeVar("Command", bound=msgspec.Struct)
Handler = Callable[[Request], Awaitable[Any]]
Row = tuple[str, str, Handler]


class Controller:
    """Finds accounts and people by the path of a request."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation

    @property
    def _platform(self) -> LinePlatform:
        return self._simulation.platform

    def _now(self) -> datetime:
        self._simulation.stirred.set()
        now = self._simulation.clock.now()
        self._platform.world.work(now)
        return now

    def _account(self, channel_id: str) -> Account:
        account = self._platform.world.accounts.get(channel_id)
        if account is None:
            raise Refused(404, f"No account has the channel id {channel_id!r}")
        return account

    def _friend(self, account: Account, user_id: str) -> Friend:
        friend = account.friends.get(user_id)
        if friend is None:
            raise Refused(404, f"The account knows no {user_id!r}")
        return friend

    def _who(self, request: Request) -> tuple[Account, Friend]:
        account = self._account(request.path_params["channel_id"])
        return account, self._friend(account, request.path_params["user_id"])


def routes(table: Sequence[Row]) -> list[BaseRoute]:
    """Return the routes of a table of method, path and handler."""
    return [Route(path, endpoint(handler), methods=[method]) for method, path, handler in table]


def endpoint(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """Return a handler that answers in JSON, refusals included; a ready response is handed on."""

    async def answer(request: Request) -> Response:
        try:
            content = await handler(request)
        except Refused as refusal:
            return Response(refusal.response().body, refusal.status, media_type="application/json")
        except (msgspec.ValidationError, msgspec.DecodeError, ValueError) as error:
            body = msgspec.json.encode({"message": str(error)})
            return Response(body, 400, media_type="application/json")
        if isinstance(content, Response):
            return content
        return Response(msgspec.json.encode(content), media_type="application/json")

    return answer


async def read(request: Request, command: type[Command]) -> Command:
    """Return the command in the body; none is all defaults."""
    return msgspec.json.decode(await request.body() or b"{}", type=command)
