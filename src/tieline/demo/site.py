"""The pages of a finished run, served on this machine until the person has seen enough."""

import asyncio
from collections.abc import Mapping
from html import escape
from pathlib import Path
from urllib.parse import parse_qs

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from tieline.demo import customer_page
from tieline.demo.brand import Brand
from tieline.demo.page_style import page
from tieline.demo.shop import Shop

SAFE = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Cache-Control": "no-store",
}
EVENTS_SHOWN = 40
SMS_SHOWN = 10


def build(status: str, brands: Mapping[str, Brand], sms_file: Path, shop: Shop) -> Starlette:
    """Return the application: the status page, customers by brand and member number, the newest text messages, the shop."""

    async def overview(_request: Request) -> Response:
        return HTMLResponse(status, headers=SAFE)

    async def customer(request: Request) -> Response:
        brand = brands.get(request.path_params["brand"])
        if brand is None:
            return HTMLResponse("沒有這個品牌", status_code=404, headers=SAFE)
        profile = await brand.profile("member_id", request.path_params["member_id"])
        timeline = await brand.get(f"/api/profiles/{profile['profile_id']}/timeline", limit=EVENTS_SHOWN)
        return HTMLResponse(customer_page.render(profile, timeline), headers=SAFE)

    async def messages(_request: Request) -> Response:
        lines = await asyncio.to_thread(_last_lines, sms_file)
        rows = "".join(f"<li>{escape(line)}</li>" for line in lines) or "<li>還沒有簡訊。</li>"
        body = f'<h1>簡訊驗證碼</h1><ul class="links">{rows}</ul>'
        return HTMLResponse(page("簡訊驗證碼", body), headers={**SAFE, "Refresh": "3"})

    async def shelves(request: Request) -> Response:
        said = ""
        if request.method == "POST":
            typed = parse_qs((await request.body()).decode("utf-8", "replace"))
            said = await shop.put_in(typed.get("member", [""])[0], typed.get("product", [""])[0])
        return HTMLResponse(shop.render(said), headers=SAFE)

    routes = [
        Route("/", overview),
        Route("/sms", messages),
        Route("/shop", shelves, methods=["GET", "POST"]),
        Route("/{brand}/{member_id}", customer),
    ]
    return Starlette(routes=routes)


def _last_lines(path: Path) -> list[str]:
    """Return the newest lines of a file, newest first."""
    return path.read_text("utf-8").splitlines()[: -SMS_SHOWN - 1 : -1] if path.exists() else []


async def serve(app: Starlette, port: int) -> None:
    """Answer on this machine until interrupted."""
    config = uvicorn.Config(
        app, host="127.0.0.1", port=port, log_level="warning", access_log=False, lifespan="off"
    )
    await uvicorn.Server(config).serve()
