"""What a source has just sent, as it was understood: for who connects a shop and wants to see the first event arrive."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from tieline.api.doors import Doors
from tieline.channel.line import webhook
from tieline.collect.inspect import look
from tieline.collect.wire import Refused
from tieline.errors import NotFoundError
from tieline.identify.normalize import Refused as BadValue
from tieline.identify.normalize import normalize
from tieline.model.event import Event, Identifier, LogKind, LogRow, Source
from tieline.store.postgres.log import PostgresSources
from tieline.store.postgres.parked import PostgresParked
from tieline.store.postgres.workspaces import PostgresWorkspaces

SHOWN_MAX = 200
NAMELESS = "no_identifier"
LOOK_BACK = 20_000
"""Requests of all sources among which those of one are looked for."""
CHECKED_REQUESTS = 2_000
CHECKED_ITEMS = 10_000


class SeenIdentifier(BaseModel):
    """A name for the person: as sent, as it is kept, and why it names nobody ("" if it does)."""

    namespace: str
    value: str
    kept: str
    refused: str


class SeenEvent(BaseModel):
    """One item of a request. `verdict`: taken, or parked with `reason` and `detail`."""

    log_offset: int
    item: int
    received_at: datetime
    at: datetime | None
    type: str
    event: str
    message_id: str
    verdict: str
    reason: str
    detail: str
    identifiers: list[SeenIdentifier]
    properties: Any
    traits: Any


class Debugger(BaseModel):
    """What a source sent last, the newest first; `seen_offset`, given as `after`, asks for what is new.

    `looked_back`: requests of all sources among which was looked, so that "nothing" has a meaning.
    """

    source: str
    events: list[SeenEvent]
    seen_offset: int
    looked_back: int
    as_of: datetime


class BadIdentifiers(BaseModel):
    """Names of one kind that could not be used, and why."""

    namespace: str
    reason: str
    count: int


class SourceQuality(BaseModel):
    """How good what a source sent lately is: of its last requests, at most thousands of events.

    `late`: events that came more than a day after they happened. `nameless`: events that name nobody.
    """

    source: str
    checked: int
    since: datetime | None
    parked: int
    nameless: int
    late: int
    bad_identifiers: list[BadIdentifiers]
    as_of: datetime


def router(doors: Doors) -> APIRouter:
    """Build GET /api/sources/{key}/events and GET /api/sources/{key}/quality."""
    routes = APIRouter(prefix="/api/sources", tags=["sources"])

    @routes.get("/{key}/events")
    async def events(
        request: Request,
        key: str,
        after: Annotated[int, Query(ge=0)] = 0,
        limit: Annotated[int, Query(ge=1, le=SHOWN_MAX)] = 50,
    ) -> Debugger:
        """Return the last events of a source with what became of them; ask again with `after` to watch."""
        source, country, rows = await _latest(doors, request, key, after, limit)
        seen = [one for row in rows for one in _seen(row, source, country)][:limit]
        return Debugger(
            source=key,
            events=seen,
            seen_offset=max([after, *(row.log_offset for row in rows)]),
            looked_back=LOOK_BACK,
            as_of=doors.clock.now(),
        )

    @routes.get("/{key}/quality")
    async def quality(request: Request, key: str) -> SourceQuality:
        """Return how good the last events of a source are."""
        source, country, rows = await _latest(doors, request, key, 0, CHECKED_REQUESTS)
        bad: Counter[tuple[str, str]] = Counter()
        counted: Counter[str] = Counter()
        since = None
        for row in rows:
            if counted["checked"] >= CHECKED_ITEMS:
                break
            since = row.received_at
            for one in _seen(row, source, country):
                counted["checked"] += 1
                counted["parked"] += one.verdict == "parked"
                counted["nameless"] += one.reason == NAMELESS
                counted["late"] += one.at is not None and one.received_at - one.at > timedelta(days=1)
                bad.update((name.namespace, name.refused) for name in one.identifiers if name.refused)
        return SourceQuality(
            source=key,
            checked=counted["checked"],
            since=since,
            parked=counted["parked"],
            nameless=counted["nameless"],
            late=counted["late"],
            bad_identifiers=[
                BadIdentifiers(namespace=namespace, reason=reason, count=count)
                for (namespace, reason), count in bad.most_common()
            ],
            as_of=doors.clock.now(),
        )

    return routes


async def _latest(
    doors: Doors, request: Request, key: str, after: int, most: int
) -> tuple[Source, str, Sequence[LogRow]]:
    workspace_id = await doors.keys.workspace(request)
    async with doors.pool.connection() as connection:
        sources = await PostgresSources(connection).sources()
        source = next(
            (one for one in sources.values() if (one.workspace_id, one.key) == (workspace_id, key)), None
        )
        if source is None:
            raise NotFoundError(f"There is no source {key}.")
        country = (await PostgresWorkspaces(connection).find(workspace_id)).country
        rows = await PostgresParked(connection).latest(workspace_id, source.source_id, after, LOOK_BACK, most)
    return source, country, rows


def _seen(row: LogRow, source: Source, country: str) -> Iterator[SeenEvent]:
    """Yield the items of a request, the last first."""
    if row.kind == LogKind.LINE_WEBHOOK:
        yield from reversed(_seen_webhook(row, source, country))
        return
    for one in reversed(look(row, source)):
        yield _shown(row, one.item, one.event, one.raw, country)


def _shown(row: LogRow, item: int, said: Event | Refused, raw: bytes, country: str) -> SeenEvent:
    if isinstance(said, Refused):
        sent = _object(raw)
        return SeenEvent(
            log_offset=row.log_offset, item=item, received_at=row.received_at, at=None,
            type=str(sent.get("type", "")), event=str(sent.get("event", "")),
            message_id=str(sent.get("messageId", "")), verdict="parked", reason=said.reason, detail=said.detail,
            identifiers=[], properties=sent.get("properties"), traits=sent.get("traits"),
        )  # fmt: skip
    named = [_named(one, country) for one in said.identifiers]
    nameless = all(one.refused for one in named)
    return SeenEvent(
        log_offset=row.log_offset, item=item, received_at=row.received_at, at=said.at, type=said.type,
        event=said.name, message_id=said.message_id, verdict="parked" if nameless else "taken",
        reason=NAMELESS if nameless else "", detail="No identifier can be used." if nameless else "",
        identifiers=named, properties=said.properties, traits=said.traits,
    )  # fmt: skip


def _named(one: Identifier, country: str) -> SeenIdentifier:
    kept = normalize(one.namespace, one.value, country)
    bad = kept.reason if isinstance(kept, BadValue) else ""
    return SeenIdentifier(
        namespace=one.namespace, value=one.value, kept="" if isinstance(kept, BadValue) else kept, refused=bad
    )


def _seen_webhook(row: LogRow, source: Source, country: str) -> list[SeenEvent]:
    """What a user wrote is not shown: it is not kept either."""
    read = webhook.read(row.body)
    taken = [
        SeenEvent(
            log_offset=row.log_offset, item=one.index, received_at=row.received_at, at=one.at, type="line",
            event=one.name, message_id=one.message_id, verdict="taken", reason="", detail="",
            identifiers=[_named(Identifier(f"line:{source.provider}", one.user_id), country)] if one.user_id else [],
            properties=one.properties, traits={},
        )
        for one in read.events
    ]  # fmt: skip
    parked = [
        SeenEvent(
            log_offset=row.log_offset, item=one.index, received_at=row.received_at, at=None, type="line", event="",
            message_id="", verdict="parked", reason=one.reason, detail=one.detail, identifiers=[], properties=None,
            traits=None,
        )
        for one in read.unread
    ]  # fmt: skip
    return sorted([*taken, *parked], key=lambda one: one.item)


def _object(raw: bytes) -> dict[str, Any]:
    try:
        sent = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return {}
    return sent if isinstance(sent, dict) else {}
