"""Is it alive, is it ready, and what does it measure."""

from typing import Any

from fastapi import APIRouter
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from starlette.responses import JSONResponse, Response

from tieline.api.doors import Doors
from tieline.errors import TielineError

LAG_QUERY = """
select (select coalesce(max(log_offset), 0) from log) as head,
       (select log_offset from position where consumer = 'stream') as stream,
       (select count(*) from history_outbox) as history_waiting,
       (select count(*) from signal where taken_at is null) as signals_waiting,
       (select count(*) from send where state in ('planned', 'grouped', 'prepared', 'unknown')) as sends_waiting,
       (select count(*) from dead_letter where answer = '') as parked
"""


def router(doors: Doors) -> APIRouter:
    """Build /healthz, /readyz and /metrics."""
    routes = APIRouter(tags=["health"])

    @routes.get("/healthz")
    async def healthz() -> dict[str, str]:
        """Answer as long as the process lives."""
        return {"status": "ok"}

    @routes.get("/readyz")
    async def readyz() -> Response:
        """Answer 200 when log and history both take questions."""
        state: dict[str, Any] = {"status": "ready"}
        try:
            async with doors.pool.connection(timeout=2) as connection:
                await connection.execute("select 1")
            await doors.history.query("select 1 as one", {})
        except (TielineError, Exception) as error:  # noqa: BLE001 - every failure means not ready
            state = {"status": "not_ready", "because": type(error).__name__}
            return JSONResponse(state, status_code=503)
        return JSONResponse(state)

    @routes.get("/metrics")
    async def metrics() -> Response:
        """Return the backlog of every stage for Prometheus."""
        registry = CollectorRegistry()
        for name, value in (await backlog(doors)).items():
            Gauge(f"tieline_{name}", f"Backlog: {name}", registry=registry).set(value)
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return routes


async def backlog(doors: Doors) -> dict[str, int]:
    """Count what waits before each stage."""
    async with doors.pool.connection() as connection:
        cursor = await connection.execute(LAG_QUERY)
        row = await cursor.fetchone()
        names = [column.name for column in cursor.description or ()]
    return {name: int(value or 0) for name, value in zip(names, row or (), strict=False)}
