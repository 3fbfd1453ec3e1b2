"""The simulator as one ASGI application: LINE's side, the control interface and the phone page."""

import contextlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import msgspec
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from tieline.simulator import page, rates
from tieline.simulator.account import Account
from tieline.simulator.control import Control
from tieline.simulator.courier import Courier, at_work
from tieline.simulator.endpoints import WEBHOOK_TEST
from tieline.simulator.liff_cors import LiffCors
from tieline.simulator.line_side import LineSide, read_request
from tieline.simulator.lookups import allowed
from tieline.simulator.phone_api import PhoneApi
from tieline.simulator.settings import SimulatorSettings
from tieline.simulator.simulation import Simulation
from tieline.simulator.wire import Refused, SimRequest


def create_app(settings: SimulatorSettings | None = None) -> Starlette:
    """Return the simulator; webhooks go out while its lifespan runs."""
    simulation = Simulation(settings or SimulatorSettings())
    working: list[Courier] = []

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with at_work(simulation) as courier:
            working[:] = [courier]
            yield

    async def webhook_test(request: Request) -> Response:
        return await _test_webhook(simulation, working[0], request)

    control = Control(simulation, lambda: working[0])
    phones = PhoneApi(simulation, lambda: working[0])
    line = LineSide(simulation)
    routes = [
        *page.routes(),
        Mount("/_sim", routes=[*control.routes(), *phones.routes()]),
        Route("/v2/bot/channel/webhook/test", webhook_test, methods=["POST"]),
        Mount("/", line),
    ]
    middleware = [Middleware(MessagesFirst, line=line), Middleware(LiffCors)]
    app = Starlette(routes=routes, lifespan=lifespan, middleware=middleware)
    app.state.simulation = simulation
    return app


class MessagesFirst:
    """Hands messages to LINE's side at once: a benchmark sends them by the thousand, and no other route could be meant."""

    def __init__(self, app: ASGIApp, line: LineSide) -> None:
        self._app = app
        self._line = line

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or hand on."""
        if scope["type"] == "http" and scope["path"].startswith("/v2/bot/message/"):
            await self._line(scope, receive, send)
        else:
            await self._app(scope, receive, send)


async def _test_webhook(simulation: Simulation, courier: Courier, request: Request) -> Response:
    """Call the account's webhook without events and tell how it went, as LINE's own test does."""
    now = simulation.clock.now()
    try:
        received = await read_request(request.scope, request.receive)
        account = simulation.platform.caller(received, now)
        url = _test_address(account, received, now)
    except Refused as refusal:
        return Response(refusal.response().body, refusal.status, media_type="application/json")
    call = account.webhooks.call([], url=url)
    status = await courier.post(call)
    ok = status is not None and 200 <= status < 300
    answer = {
        "success": ok,
        "timestamp": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "statusCode": status or 0,
        "reason": "OK" if ok else ("COULD_NOT_CONNECT" if status is None else "ERROR_STATUS_CODE"),
        "detail": str(status) if status else "Request timed out or connection failed",
    }
    return Response(msgspec.json.encode(answer), media_type="application/json")


def _test_address(account: Account, request: SimRequest, now: datetime) -> str | None:
    """Return where to send a test: the address in the body, or the one that is set.

    Raises:
        Refused: 429 too often, 400 without an address or with one that LINE would not call.
    """
    name = WEBHOOK_TEST.name
    limit = (WEBHOOK_TEST.calls, WEBHOOK_TEST.seconds)
    if name not in account.buckets:
        account.buckets[name] = rates.bucket(limit, account.rates.get(name), now)
    if not account.buckets[name].take(now):
        raise Refused(429, rates.RATE_LIMIT)
    body = msgspec.json.decode(request.body or b"{}")
    url = body.get("endpoint") if isinstance(body, dict) else None
    if url is not None and not (isinstance(url, str) and allowed(url)):
        raise Refused(400, "Invalid webhook endpoint URL")
    if url is None and account.webhooks.behaviour.url is None:
        raise Refused(400, "Webhook endpoint is not set")
    return url
