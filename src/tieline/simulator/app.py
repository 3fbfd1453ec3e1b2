"""The simulator as one ASGI application: LINE's side, the control interface and the phone page."""

import contextlib
from collections.abc import AsyncIterator
from datetime import UTC

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route

from tieline.simulator import phone_page
from tieline.simulator.control import Control
from tieline.simulator.courier import Courier, at_work
from tieline.simulator.line_side import LineSide, read_request
from tieline.simulator.settings import SimulatorSettings
from tieline.simulator.simulation import Simulation
from tieline.simulator.wire import Refused


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

    async def phones(_request: Request) -> Response:
        return HTMLResponse(phone_page.render(simulation.platform, simulation.clock.now()))

    control = Control(simulation, lambda: working[0])
    routes = [
        Route("/", phones),
        Mount("/_sim", routes=control.routes()),
        Route("/v2/bot/channel/webhook/test", webhook_test, methods=["POST"]),
        Mount("/", LineSide(simulation)),
    ]
    app = Starlette(routes=routes, lifespan=lifespan)
    app.state.simulation = simulation
    return app


async def _test_webhook(simulation: Simulation, courier: Courier, request: Request) -> Response:
    """Call the account's webhook without events and tell how it went, as LINE's own test does."""
    now = simulation.clock.now()
    try:
        account = simulation.platform.caller(await read_request(request.scope, request.receive), now)
    except Refused as refusal:
        return Response(refusal.response().body, refusal.status, media_type="application/json")
    call = account.webhooks.call([])
    if not call.url:
        body = msgspec.json.encode({"message": "Webhook endpoint is not set"})
        return Response(body, 400, media_type="application/json")
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
