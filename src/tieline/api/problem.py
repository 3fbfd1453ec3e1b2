"""Errors as `application/problem+json`: a stable code, the offending field, and the way out."""

import math

import psycopg
import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from tieline.errors import RateLimitedError, TielineError, UnavailableError

_log = structlog.get_logger()


class Problem(JSONResponse):
    """RFC 9457."""

    media_type = "application/problem+json"


def problem(error: TielineError) -> Problem:
    """Render one of our errors."""
    body: dict[str, object] = {"title": error.message, "status": error.status, "code": error.code}
    if error.field:
        body["field"] = error.field
    if error.way_out:
        body["way_out"] = error.way_out
    headers = {"Cache-Control": "no-store"}
    if isinstance(error, RateLimitedError):
        headers["Retry-After"] = str(max(1, math.ceil(error.retry_after_seconds)))
    elif error.status == 503:
        headers["Retry-After"] = "1"
    if error.status == 401:
        headers["WWW-Authenticate"] = 'Basic realm="tieline"'
    return Problem(body, status_code=error.status, headers=headers)


def away(request: Request, error: psycopg.OperationalError) -> UnavailableError:
    """Return what to answer when no connection is free or the database is gone, and write the cause down."""
    _log.error("database does not answer", path=request.url.path, error=type(error).__name__)
    return UnavailableError("The database does not answer.", way_out="Send again in a moment.")


def install(app: FastAPI) -> None:
    """Make every error of `app` a problem."""

    @app.exception_handler(TielineError)
    async def _ours(_: Request, error: TielineError) -> Problem:
        return problem(error)

    @app.exception_handler(RequestValidationError)
    async def _invalid(_: Request, error: RequestValidationError) -> Problem:
        first = error.errors()[0]
        place = "/" + "/".join(str(part) for part in first["loc"][1:])
        body = {"title": f"{place}: {first['msg']}.", "status": 422, "code": "invalid_input", "field": place}
        return Problem(body, status_code=422)

    @app.exception_handler(psycopg.OperationalError)
    async def _away(request: Request, error: psycopg.OperationalError) -> Problem:
        return problem(away(request, error))

    @app.exception_handler(HTTPException)
    async def _http(_: Request, error: HTTPException) -> Problem:
        code = {404: "not_found", 405: "method_not_allowed"}.get(error.status_code, "http_error")
        return Problem(
            {"title": str(error.detail), "status": error.status_code, "code": code},
            status_code=error.status_code,
            headers=error.headers,
        )

    @app.exception_handler(Exception)
    async def _unexpected(request: Request, error: Exception) -> Problem:
        _log.error("request failed", path=request.url.path, error=type(error).__name__, exc_info=error)
        return Problem(
            {
                "title": "Something went wrong here, not in your request.",
                "status": 500,
                "code": "internal_error",
            },
            status_code=500,
        )
