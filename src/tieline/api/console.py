"""The web console: the pages that `tools/console.py` built, for every address that no other route answers."""

import mimetypes
from importlib.resources import files
from importlib.resources.abc import Traversable

from fastapi import FastAPI, Request
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from tieline.ids import Ids

BUILT = files("tieline.api") / "static" / "console"
NONCE = "TIELINE-NONCE"
"""Stands in the page where each answer writes a nonce of its own."""
NOT_PAGES = ("api", "v1", "line", "assets", "docs", "openapi.json", "metrics", "healthz", "readyz")
"""First parts of addresses that programs call: what is missing there is missing, not a page."""

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data: blob: https:; "
    "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_UNBUILT = """<!doctype html><html lang="zh-Hant-TW"><meta charset="utf-8"><title>Tieline</title>
<h1>Tieline 正在執行，但網頁後台尚未建置。</h1>
<p>安裝時連不上 npm。連上網路後，在 Tieline 的資料夾執行 <code>make install</code>，再重新整理這一頁；不需要重新啟動。</p>
<p lang="ja">Tieline は動いていますが、管理画面はまだビルドされていません。npm に接続できる状態で
<code>make install</code> を実行し、このページを再読み込みしてください。</p>
<p lang="en">Tieline runs; its console is not built yet, because npm could not be reached. Run <code>make install</code>
with a network, then reload this page. The API works meanwhile: see <a href="/docs">/docs</a>.</p>
</html>"""


def install(app: FastAPI, ids: Ids, built: Traversable = BUILT) -> None:
    """Serve the console at every address that is left over; call it after all other routes were added."""

    @app.get("/assets/{name}", include_in_schema=False)
    async def asset(request: Request, name: str) -> Response:
        """Return a part of the console; its name changes with its content, so that it is kept for ever."""
        found, packed = built / "assets" / name, built / "assets" / f"{name}.gz"
        if name.endswith(".gz") or not found.is_file():
            raise HTTPException(404)
        headers = {
            **_HEADERS,
            "Cache-Control": "public, max-age=31536000, immutable",
            "Vary": "Accept-Encoding",
        }
        if packed.is_file() and "gzip" in request.headers.get("accept-encoding", ""):
            headers["Content-Encoding"] = "gzip"
            found = packed
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return Response(found.read_bytes(), media_type=kind, headers=headers)

    @app.get("/{path:path}", include_in_schema=False)
    async def page(request: Request, path: str) -> Response:
        """Return the one page of the console; which of its views is shown, the page itself reads from the address."""
        first = path.partition("/")[0]
        if first in NOT_PAGES or "text/html" not in request.headers.get("accept", ""):
            raise HTTPException(404)
        nonce = ids.token()
        headers = {
            **_HEADERS,
            "Cache-Control": "no-store",
            "Content-Security-Policy": _POLICY.format(nonce=nonce),
        }
        index = built / "index.html"
        if not index.is_file():
            return HTMLResponse(_UNBUILT, 503, {**headers, "Retry-After": "60"})
        return HTMLResponse(index.read_text("utf-8").replace(NONCE, nonce), headers=headers)
