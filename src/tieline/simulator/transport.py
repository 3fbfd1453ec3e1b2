"""The platform behind an `httpx` client, without sockets: for simulations in one process."""

from collections.abc import Callable
from datetime import datetime

import httpx

from tieline.simulator.platform import LinePlatform
from tieline.simulator.wire import Fault, SimRequest


class SimulatedTransport(httpx.AsyncBaseTransport):
    """Sends every request of a client to a `LinePlatform`, whatever its host.

    Faults become the exceptions that a socket would cause: a hang `ReadTimeout`, a cut `ReadError`. A slow
    answer is a `ReadTimeout` if the client's patience is shorter; no time really passes.

    Args:
        platform: Who answers.
        now: Tells the time of the simulation.
    """

    def __init__(self, platform: LinePlatform, now: Callable[[], datetime]) -> None:
        self._platform = platform
        self._now = now

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        outcome = self._platform.handle(
            SimRequest(
                method=request.method,
                path=request.url.path,
                query=dict(request.url.params),
                headers={name.lower(): value for name, value in request.headers.items()},
                body=await request.aread(),
            ),
            self._now(),
        )
        if isinstance(outcome, Fault):
            if outcome.kind == "hang":
                raise httpx.ReadTimeout("no answer", request=request)
            raise httpx.ReadError("connection reset", request=request)
        patience = request.extensions.get("timeout", {}).get("read")
        if patience is not None and outcome.delay_seconds > patience:
            raise httpx.ReadTimeout("no answer in time", request=request)
        return httpx.Response(
            outcome.status, headers=dict(outcome.headers), content=outcome.body, request=request
        )
