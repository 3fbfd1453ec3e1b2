"""The phone page at the front door: the files that `make install` builds out of web/phone."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

BUILT = Path(__file__).parent / "static" / "phone"
POLICY = (
    "default-src 'self'; img-src 'self' https: http: data:; media-src 'self' https: http:;"
    " style-src 'self' 'unsafe-inline'; frame-src 'self' http: https:; object-src 'none'; base-uri 'none'"
)
HEADERS = {
    "content-security-policy": POLICY,
    "cache-control": "no-cache",
    "x-content-type-options": "nosniff",
}
NOT_BUILT = (
    '<!doctype html><html lang="zh-TW"><meta charset="utf-8"><title>LINE 模擬手機</title>'
    "<p>手機頁面還沒有建置：請在有網路時執行 make install。控制介面 /_sim 照常運作。</p></html>"
)


def routes() -> list[BaseRoute]:
    """Return the routes of the page."""
    return [
        Route("/", _page),
        Mount("/phone", StaticFiles(directory=BUILT, check_dir=False)),
    ]


def _page(_request: Request) -> Response:
    page = BUILT / "index.html"
    if not page.is_file():
        return HTMLResponse(NOT_BUILT, 503)
    return Response(page.read_bytes(), media_type="text/html; charset=utf-8", headers=HEADERS)
