"""What was parked: see it, mend it, say it again, or set it aside. Nothing is lost, and nothing is said twice."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Request
from msgspec.structs import replace as replace_row
from psycopg import AsyncConnection
from pydantic import BaseModel, Field

from tieline.api import audit
from tieline.api.doors import Doors
from tieline.api.keys import caller
from tieline.collect.inspect import look
from tieline.collect.repair import Change, mended
from tieline.collect.wire import Refused
from tieline.model.event import LogKind, LogRow, NewLogRow, Source
from tieline.store.postgres.log import PostgresLog, PostgresSources
from tieline.store.postgres.parked import DISMISSED, REPLAYED, PostgresParked

PAGE_MAX = 200
TOGETHER_MAX = 1_000
TEXT_MAX = 4_000


class Pile(BaseModel):
    """Parked items of one kind. `source` is "" where it is not known."""

    source: str
    stage: str
    reason: str
    items: int
    first_at: datetime
    last_at: datetime


class Quality(BaseModel):
    """What waits for somebody, the most first. `suggestions`: pairs of people who may be one."""

    piles: list[Pile]
    waiting: int
    suggestions: int
    as_of: datetime


class Reject(BaseModel):
    """One parked item. `body` is what came, as JSON where it is JSON, else `text`."""

    log_offset: int
    item: int
    source: str
    stage: str
    reason: str
    detail: str
    at: datetime
    received_at: datetime | None
    body: Any
    text: str


class Rejects(BaseModel):
    """Parked items, the newest first; `older` leads to those before."""

    rejects: list[Reject]
    older: str | None
    as_of: datetime


class Place(BaseModel):
    """Which item of which request."""

    log_offset: int
    item: int


class ChangeOf(BaseModel):
    """A JSON pointer into each item, such as /properties/total, and what to put there, or that it goes."""

    pointer: str = Field(max_length=300)
    value: Any = None
    remove: bool = False


class Replay(BaseModel):
    """Which items to say again, with the same changes made to each; `try_out` only says what would become of them."""

    rejects: list[Place] = Field(min_length=1, max_length=TOGETHER_MAX)
    changes: list[ChangeOf] = Field([], max_length=20)
    try_out: bool = False


class StillRefused(Place):
    """An item that cannot be said again as it is, and why."""

    reason: str
    detail: str


class Replayed(BaseModel):
    """How many were said again, and which were not; `log_offset` of the last."""

    replayed: int
    refused: list[StillRefused]
    log_offset: int | None
    as_of: datetime


class Dismissed(BaseModel):
    """How many were set aside; they are kept and count no more."""

    dismissed: int


class Dismiss(BaseModel):
    """Which items to set aside."""

    rejects: list[Place] = Field(min_length=1, max_length=TOGETHER_MAX)


def router(doors: Doors) -> APIRouter:
    """Build the routes under /api/quality."""
    routes = APIRouter(prefix="/api/quality", tags=["quality"])

    @routes.get("")
    async def overview(request: Request) -> Quality:
        """Return what waits for somebody, by source and reason."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            piles = await PostgresParked(connection).piles(workspace_id)
            cursor = await connection.execute(
                "select count(*) from suggestion where workspace_id = %s and state = 'open'", (workspace_id,)
            )
            (suggestions,) = (await cursor.fetchone()) or (0,)
        return Quality(
            piles=[Pile(**pile._asdict()) for pile in piles],
            waiting=sum(pile.items for pile in piles),
            suggestions=suggestions,
            as_of=doors.clock.now(),
        )

    @routes.get("/rejects")
    async def rejects(
        request: Request,
        source: str = "",
        reason: str = "",
        older: Annotated[str, Query(pattern=r"^(\d{1,18}-\d{1,9})?$")] = "",
        limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = 50,
    ) -> Rejects:
        """Return parked items with what came."""
        workspace_id = await doors.keys.workspace(request)
        before = (int(older.partition("-")[0]), int(older.partition("-")[2])) if older else None
        async with doors.pool.connection() as connection:
            store = PostgresParked(connection)
            found = await store.waiting(workspace_id, source, reason, before, limit)
            rows = await store.rows(sorted({one.log_offset for one in found}))
            sources = await PostgresSources(connection).sources()
        shown = []
        for one in found:
            row = rows.get(one.log_offset)
            body, text = _came(row, one.item, sources) if row is not None else (None, "")
            named = {
                name: getattr(one, name)
                for name in ("log_offset", "item", "source", "stage", "reason", "detail", "at")
            }
            shown.append(Reject(**named, received_at=row.received_at if row else None, body=body, text=text))
        last = found[-1] if len(found) == limit else None
        return Rejects(
            rejects=shown, older=f"{last.log_offset}-{last.item}" if last else None, as_of=doors.clock.now()
        )

    @routes.post("/rejects/replay")
    async def replay(request: Request, body: Replay) -> Replayed:
        """Say parked items again, mended. Each is answered in the transaction that says it, so it is said once."""
        found = caller(request)
        changes = [Change(one.pointer, one.value, one.remove) for one in body.changes]
        async with doors.pool.connection() as connection, connection.transaction():
            said, refused = await _mend(connection, found.workspace_id, body.rejects, changes)
            offset = None
            if said and not body.try_out:
                now, by = doors.clock.now(), f"{found.kind}:{found.caller_id}"
                offset = await PostgresLog(connection).append(
                    [replace_row(row, received_at=now) for _, row in said]
                )
                store = PostgresParked(connection)
                for number, (place, _) in enumerate(said):
                    as_offset = offset - len(said) + 1 + number
                    await store.answer(
                        found.workspace_id, place.log_offset, place.item, REPLAYED, by, now, as_offset
                    )
        audit.noted(request, f"replayed={len(said)} refused={len(refused)} try_out={body.try_out}")
        return Replayed(replayed=len(said), refused=refused, log_offset=offset, as_of=doors.clock.now())

    @routes.post("/rejects/dismiss")
    async def dismiss(request: Request, body: Dismiss) -> Dismissed:
        """Set parked items aside: they stay in the log and wait no more."""
        found, now, done = caller(request), doors.clock.now(), 0
        async with doors.pool.connection() as connection, connection.transaction():
            store = PostgresParked(connection)
            for place in body.rejects:
                if await store.claim(found.workspace_id, place.log_offset, place.item):
                    by = f"{found.kind}:{found.caller_id}"
                    await store.answer(
                        found.workspace_id, place.log_offset, place.item, DISMISSED, by, now, None
                    )
                    done += 1
        audit.noted(request, f"dismissed={done}")
        return Dismissed(dismissed=done)

    return routes


async def _mend(
    connection: AsyncConnection, workspace_id: int, places: list[Place], changes: list[Change]
) -> tuple[list[tuple[Place, NewLogRow]], list[StillRefused]]:
    """Return what can be said again, claimed, and what cannot."""
    store = PostgresParked(connection)
    rows = await store.rows(sorted({place.log_offset for place in places}))
    sources = await PostgresSources(connection).sources()
    said: list[tuple[Place, NewLogRow]] = []
    refused: list[StillRefused] = []
    for place in sorted(places, key=lambda one: (one.log_offset, one.item)):
        row = rows.get(place.log_offset)
        source = sources.get(row.source_id) if row is not None else None
        if not await store.claim(workspace_id, place.log_offset, place.item):
            outcome: NewLogRow | Refused = Refused(
                "not_waiting", "Nothing waits at this place, or it was answered."
            )
        elif row is None or source is None:
            outcome = Refused("unknown_source", "The source that sent it is not there any more.")
        else:
            outcome = mended(row, place.item, source, changes)
        if isinstance(outcome, Refused):
            refused.append(
                StillRefused(
                    log_offset=place.log_offset, item=place.item, reason=outcome.reason, detail=outcome.detail
                )
            )
        else:
            said.append((place, outcome))
    return said, refused


def _came(row: LogRow, item: int, sources: dict[int, Source]) -> tuple[Any, str]:
    """Return what came, as JSON or as text."""
    source = sources.get(row.source_id)
    raw = row.body
    if row.kind == LogKind.LINE_WEBHOOK:
        whole = _json(raw)
        events = whole.get("events") if isinstance(whole, dict) else None
        if isinstance(events, list) and item < len(events):
            return events[item], ""
    elif source is not None:
        raw = next((one.raw for one in look(row, source) if one.item == item), raw)
    body = _json(raw)
    return (body, "") if body is not None else (None, raw[:TEXT_MAX].decode("utf-8", "replace"))


def _json(raw: bytes) -> Any:
    try:
        return msgspec.json.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
