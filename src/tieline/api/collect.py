"""Segment's HTTP API: raw bytes are durable before the answer says so."""

from collections.abc import Sequence

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from tieline.api.body import read_body
from tieline.api.commit import GroupCommit
from tieline.api.keys import Keys, basic_user
from tieline.api.problem import problem
from tieline.clock import Clock
from tieline.collect.normalize import forbidden
from tieline.collect.wire import Item, Refused, read
from tieline.errors import ForbiddenError, TielineError
from tieline.model.event import LogKind, NewLogRow, Source

KINDS = {
    "batch": LogKind.BATCH,
    "track": LogKind.TRACK,
    "identify": LogKind.IDENTIFY,
    "page": LogKind.PAGE,
    "screen": LogKind.SCREEN,
    "group": LogKind.GROUP,
    "alias": LogKind.ALIAS,
}
FORBIDDEN = frozenset({"consent_grant_forbidden", "reserved_event"})
"""What a browser's key may not say: said alone it is refused at once, in a batch it is parked and the rest goes on."""
# Any shop's pages may send here; a write key can only collect, and no cookie is read.
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST",
    "Access-Control-Allow-Headers": "authorization, content-type, content-encoding",
    "Access-Control-Expose-Headers": "retry-after",
    "Access-Control-Max-Age": "86400",
}


def router(commit: GroupCommit, keys: Keys, clock: Clock, bytes_max: int) -> APIRouter:
    """Build the routes under /v1."""
    routes = APIRouter(prefix="/v1", tags=["collect"])

    async def collect(request: Request) -> Response:
        try:
            return await accept(request)
        except TielineError as error:
            # Without this header a browser would take a refusal for a broken line, and try for ever.
            refusal = problem(error)
            refusal.headers.update(CORS)
            return refusal

    async def accept(request: Request) -> Response:
        kind = KINDS[request.scope["path"].rsplit("/", 1)[-1]]
        body = await read_body(request, bytes_max)
        wire = read(body, kind)
        now = clock.now()
        source = await keys.source(basic_user(request) or wire.write_key, now)
        refused = _refused(wire.items, source)
        if kind is not LogKind.BATCH and refused and refused[0]["code"] in FORBIDDEN:
            raise ForbiddenError(str(refused[0]["detail"]))
        await commit.append(
            [NewLogRow(source.workspace_id, source.source_id, kind, max(1, len(wire.items)), now, body)]
        )
        answer: dict[str, object] = {"success": True}
        if refused:
            answer["rejected"] = refused
        return JSONResponse(answer, headers=CORS)

    async def preflight() -> Response:
        return Response(status_code=204, headers=CORS)

    for name in KINDS:
        routes.add_api_route(f"/{name}", collect, methods=["POST"], name=name, response_model=None)
        routes.add_api_route(
            f"/{name}", preflight, methods=["OPTIONS"], include_in_schema=False, response_model=None
        )
    return routes


def _refused(items: Sequence[Item | Refused], source: Source) -> list[dict[str, object]]:
    """Name what will be parked, by its index; everything else of the batch goes on."""
    found: list[dict[str, object]] = []
    for index, item in enumerate(items):
        why = item if isinstance(item, Refused) else forbidden(item, source)
        if why is not None:
            found.append({"index": index, "code": why.reason, "detail": why.detail})
    return found
