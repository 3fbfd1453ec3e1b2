"""The page that a LIFF app opens inside LINE, and the button by which a shop leads to it or to LINE's log-in.

The page is a shell: LINE's library gives it tokens, which it hands to the route of bind_login that verifies them.
"""

from collections.abc import Mapping
from html import escape
from importlib.resources import files
from urllib.parse import quote, urlencode, urlsplit

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from tieline.api.bind_page import LOOPBACK, headers, show
from tieline.api.bind_words import WORDS, language
from tieline.api.doors import Doors
from tieline.errors import NotFoundError
from tieline.store.postgres.accounts import PostgresAccounts
from tieline.store.postgres.login import PostgresLogin

LIBRARY = "https://static.line-scdn.net/liff/edge/2/sdk.js"
LINE_HOSTS = "https://*.line.me https://*.line-scdn.net"
"""What LINE's library asks; it says so of itself nowhere, so whatever is LINE's may be asked."""
BUTTON = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{words}</title><style>body{{margin:0}}
a{{display:block;box-sizing:border-box;width:100%;padding:.8rem;border-radius:.6rem;background:#057a3b;color:#fff;
font:700 16px/1.4 system-ui,"Noto Sans TC","PingFang TC","Noto Sans JP",sans-serif;text-align:center;text-decoration:none}}
</style></head><body><a href="{address}" target="_blank" rel="noopener">{words}</a></body></html>"""
EVERYBODY = {
    "Cache-Control": "public, max-age=300",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors *",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def router(doors: Doors) -> APIRouter:
    """Build GET /line/{account}/liff and /line/{account}/button."""
    routes = APIRouter(prefix="/line", tags=["bind"], include_in_schema=False)
    script = files("tieline.api") / "static" / "liff.js"

    @routes.get("/liff.js")
    async def liff_js() -> Response:
        """Serve what the page does."""
        return Response(
            script.read_bytes(),
            media_type="text/javascript",
            headers={"Cache-Control": "public, max-age=300"},
        )

    @routes.get("/{account}/liff")
    async def opens(request: Request, account: str, lang: str = "") -> Response:
        """Return the shell that a LIFF app opens."""
        words = language(lang, request.headers.get("accept-language", ""))
        async with doors.pool.connection() as connection:
            found = await PostgresAccounts(connection).find(account)
            channel = await PostgresLogin(connection).channel(found.workspace_id, account)
        if channel is None or not channel.liff_id:
            raise NotFoundError(f"The account {account} has no LIFF app.")
        library = _library(doors.settings.line_access_url)
        body = (
            f'<p id="liff" data-liff="{escape(channel.liff_id)}" data-to="/line/{quote(account)}/liff" data-lang="{words}"'
            f' data-failed="{escape(WORDS[words]["open_failed"])}">{escape(WORDS[words]["open"])}</p>'
            f'<script src="{escape(library)}"></script><script src="/line/liff.js"></script>'
        )
        return show(words, body, headers=_may_run(headers(doors.settings.line_access_url), library))

    @routes.get("/{account}/button")
    async def button(request: Request, account: str, lang: str = "") -> Response:
        """Return a button that a shop puts into a frame of its page; the log-in itself opens beside it, never in a frame."""
        words = language(lang, request.headers.get("accept-language", ""))
        async with doors.pool.connection() as connection:
            found = await PostgresAccounts(connection).find(account)
            if await PostgresLogin(connection).channel(found.workspace_id, account) is None:
                raise NotFoundError(f"The account {account} has no login channel.")
        code = request.query_params.get("from", "")[:64]
        query = urlencode({"wish": "bind", "lang": words, **({"from": code} if code else {})})
        address = f"{doors.settings.public_url.rstrip('/')}/line/{quote(account)}/login?{query}"
        page = BUTTON.format(language=words, words=WORDS[words]["button"], address=escape(address))
        return HTMLResponse(page, headers=EVERYBODY)

    return routes


def _library(line_access_url: str) -> str:
    """Return the address of LINE's library: that of the simulated LINE, if one on this machine stands for LINE."""
    if urlsplit(line_access_url).hostname in LOOPBACK:
        return f"{line_access_url.rstrip('/')}/liff/edge/2/sdk.js"
    return LIBRARY


def _may_run(known: Mapping[str, str], library: str) -> Mapping[str, str]:
    """Return the headers of a page that may run LINE's library, and ours beside it."""
    parts = urlsplit(library)
    asked = f"'self' {LINE_HOSTS} {parts.scheme}://{parts.netloc}"
    more = f"; script-src {asked}; connect-src {asked}"
    return {**known, "Content-Security-Policy": known["Content-Security-Policy"] + more}
