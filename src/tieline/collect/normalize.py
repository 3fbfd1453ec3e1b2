"""One item of Segment's API becomes one event: names, identifiers and a corrected time. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from msgspec.structs import replace

from tieline.collect.wire import Item, Refused, Scalar
from tieline.model.event import CONSENT_UPDATED, RESERVED, Event, Identifier, LogKind, LogRow, Source
from tieline.model.identity import ANONYMOUS, EMAIL, PHONE

SKEW_IGNORED = timedelta(seconds=1)
_MILLISECONDS_FROM = 100_000_000_000
_NAMED_TRAITS = (EMAIL, PHONE)


def normalize(item: Item, source: Source, row: LogRow, index: int, sent_at: Scalar) -> Event | Refused:
    """Return the event that `item` reports, or why it cannot be one.

    The sender's clock is corrected as Segment does it: the distance between `timestamp` and `sentAt` is trusted, the
    clock itself is not.
    """
    happened = item.timestamp if item.timestamp is not None else item.originalTimestamp
    at = row.received_at
    if happened is not None:
        told = parse_time(happened)
        sent = parse_time(item.sentAt if item.sentAt is not None else sent_at)
        if told is None:
            return Refused("bad_timestamp", "timestamp is not ISO 8601 nor milliseconds since 1970.")
        at = corrected(told, sent, row.received_at)
    traits = item.traits or {}
    context = item.context or {}
    refused = forbidden(item, source)
    if refused is not None:
        return refused
    imported = context.get("import_id") if row.kind == LogKind.IMPORT else None
    return Event(
        workspace_id=source.workspace_id,
        source=_import_source(source, str(imported)) if imported else source,
        log_offset=row.log_offset,
        item=index,
        type=item.type,
        name=item.event if item.type == "track" else item.type,
        message_id=item.messageId,
        at=at,
        received_at=row.received_at,
        identifiers=identifiers(item, source, context),
        properties=properties(item, context),
        traits=traits,
    )


@lru_cache(maxsize=256)
def _import_source(source: Source, import_id: str) -> Source:
    """File what an import says under its own name, so that one import can be taken back."""
    return replace(source, key=f"import:{import_id}")


def forbidden(item: Item, source: Source) -> Refused | None:
    """A browser's key is public: a grant of consent from it proves nothing, nor does what LINE or Tieline would say."""
    if source.kind != "web" or item.type != "track":
        return None
    if item.event in RESERVED:
        return Refused(
            "reserved_event", f"Only LINE or Tieline says {item.event}, not a browser's write key."
        )
    if item.event != CONSENT_UPDATED or (item.properties or {}).get("state") == "withdrawn":
        return None
    return Refused(
        "consent_grant_forbidden", "A browser's write key can withdraw consent but never grant it."
    )


def corrected(told: datetime, sent: datetime | None, received: datetime) -> datetime:
    """Return when it really happened, never later than it was received."""
    if sent is None or abs(received - sent) <= SKEW_IGNORED:
        return min(told, received)
    return min(received - (sent - told), received)


def parse_time(value: Scalar) -> datetime | None:
    """Read ISO 8601, or seconds or milliseconds since 1970; None if it is neither."""
    try:
        if isinstance(value, str):
            moment = datetime.fromisoformat(value)
            return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        if value is None:
            return None
        seconds = value / 1000 if abs(value) >= _MILLISECONDS_FROM else value
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def identifiers(item: Item, source: Source, context: Mapping[str, Any]) -> tuple[Identifier, ...]:
    """Collect every name the item has for the person, in the order of Segment's own precedence."""
    found: dict[Identifier, None] = {}

    def add(namespace: str, value: object) -> None:
        if isinstance(value, (str, int)) and not isinstance(value, bool) and value != "":
            found[Identifier(namespace, str(value))] = None

    add(source.user_id_namespace, item.userId)
    for named in (item.traits if item.type == "identify" else None, context.get("traits")):
        if isinstance(named, Mapping):
            for namespace in _NAMED_TRAITS:
                add(namespace, named.get(namespace))
    outside = context.get("externalIds")
    if isinstance(outside, list):
        for entry in outside:
            if isinstance(entry, Mapping) and isinstance(entry.get("type"), str):
                namespace = entry["type"]
                add(
                    f"line:{source.provider}" if namespace == "line" and source.provider else namespace,
                    entry.get("id"),
                )
    add(ANONYMOUS, item.anonymousId)
    if item.type == "alias":
        add(ANONYMOUS, item.previousId)
    return tuple(found)


def properties(item: Item, context: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the event's own properties; the page, campaign and ad ids it came with go along."""
    own = item.properties or {}
    if item.type == "group":
        own = {**(item.traits or {}), "group_id": item.groupId}
    elif item.type in {"page", "screen"} and item.name:
        own = {"name": item.name, **own}
    extra = {name: context[name] for name in ("page", "campaign", "adIds") if name in context}
    return {**extra, **own} if extra else own
