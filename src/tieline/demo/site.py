"""The pages of a finished run, served on this machine until the person has seen enough."""

from collections.abc import Mapping

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from tieline.demo import customer_page
from tieline.demo.brand import Brand

SAFE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Cache-Control": "no-store",
}
EVENTS_SHOWN = 40


def build(status: str, brands: Mapping[str, Brand]) -> Starlette:
    """Return the application: the status page, and customers by brand and member number."""

    async def overview(_request: Request) -> Response:
        return HTMLResponse(status, headers=SAFE)

    async def customer(request: Request) -> Response:
        brand = brands.get(request.path_params["brand"])
        if brand is None:
            return HTMLResponse("沒有這個品牌", status_code=404, headers=SAFE)
        profile = await brand.profile("member_id", request.path_params["member_id"])
        timeline = await brand.get(f"/api/profiles/{profile['profile_id']}/timeline", limit=EVENTS_SHOWN)
        return HTMLResponse(customer_page.render(profile, timeline), headers=SAFE)

    return Starlette(routes=[Route("/", overview), Route("/{brand}/{member_id}", customer)])


async def serve(app: Starlette, port: int) -> None:
    """Answer on this machine until interrupted."""
    config = uvicorn.Config(
        app, host="127.0.0.1", port=port, log_level="warning", access_log=False, lifespan="off"
    )
    await uvicorn.Server(config).serve()
