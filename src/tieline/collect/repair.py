"""What was parked, mended and said again: when it happened stays, and saying it twice counts once. Pure."""

from collections.abc import Sequence
from typing import Any

import msgspec

from tieline.collect.inspect import raw_items
from tieline.collect.normalize import normalize
from tieline.collect.wire import TYPE_OF_KIND, Refused, read
from tieline.errors import InvalidInputError, MalformedBodyError
from tieline.model.event import LogKind, LogRow, NewLogRow, Source

_TIMES = ("sentAt", "originalTimestamp")


class Change(msgspec.Struct, frozen=True):
    """One change of an item: a JSON pointer, and the value to put there, or that what stands there goes."""

    pointer: str
    value: Any = None
    remove: bool = False


def mended(row: LogRow, index: int, source: Source, changes: Sequence[Change]) -> NewLogRow | Refused:
    """Return the log row that says an item again, or why it still cannot be one.

    The source's clock was corrected when it first came; the moment that was found then is written into the item.

    Raises:
        InvalidInputError: A change points nowhere.
    """
    if row.kind == LogKind.LINE_WEBHOOK:
        return _webhook(row, index, changes)
    raw, sent_at = _raw(row, index)
    item = _decoded(raw)
    if isinstance(item, Refused):
        return item
    if row.kind in TYPE_OF_KIND:
        item["type"] = TYPE_OF_KIND[row.kind]
    for change in changes:
        apply(item, change)
    (checked,) = read(msgspec.json.encode({"batch": [item]}), LogKind.BATCH).items
    event = checked if isinstance(checked, Refused) else normalize(checked, source, row, index, sent_at)
    if isinstance(event, Refused):
        return event
    for name in _TIMES:
        item.pop(name, None)
    item["timestamp"] = event.at.isoformat()
    item["messageId"] = f"replay-{row.log_offset}-{index}"
    kind = LogKind.BATCH if row.kind in TYPE_OF_KIND else row.kind
    body = msgspec.json.encode({"batch": [item]})
    return NewLogRow(row.workspace_id, row.source_id, kind, 1, row.received_at, body)


def apply(item: Any, change: Change) -> None:
    """Change an item in place.

    Raises:
        InvalidInputError: The pointer does not begin with / or leads through what is no object.
    """
    parts = [part.replace("~1", "/").replace("~0", "~") for part in change.pointer.split("/")[1:]]
    if not change.pointer.startswith("/") or not parts:
        raise InvalidInputError(f"{change.pointer!r} is no JSON pointer.", field="/changes")
    place = item
    for part in parts[:-1]:
        if isinstance(place, dict) and not change.remove:
            place = place.setdefault(part, {})
        elif isinstance(place, dict):
            place = place.get(part)
        elif isinstance(place, list) and part.isdigit() and int(part) < len(place):
            place = place[int(part)]
        else:
            place = None
    last = parts[-1]
    if isinstance(place, dict):
        if change.remove:
            place.pop(last, None)
        else:
            place[last] = change.value
    elif isinstance(place, list) and last.isdigit() and int(last) < len(place) and not change.remove:
        place[int(last)] = change.value
    elif not (change.remove and place is None):
        raise InvalidInputError(f"{change.pointer} leads through what is no object.", field="/changes")


def _raw(row: LogRow, index: int) -> tuple[bytes, Any]:
    try:
        wire = read(row.body, row.kind)
    except MalformedBodyError:
        return row.body, None
    raws = raw_items(row, wire)
    return (raws[index] if index < len(raws) else b""), wire.sent_at


def _decoded(raw: bytes) -> dict[str, Any] | Refused:
    try:
        item = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        item = None
    if not isinstance(item, dict):
        return Refused("unreadable", "What came is no JSON object; the sender has to send it again.")
    return item


def _webhook(row: LogRow, index: int, changes: Sequence[Change]) -> NewLogRow | Refused:
    """Say one event of a LINE webhook again, as LINE redelivers it."""
    whole = _decoded(row.body)
    if isinstance(whole, Refused):
        return whole
    events = whole.get("events")
    if not isinstance(events, list) or index >= len(events):
        return Refused("unreadable", "The webhook has no such event.")
    event = events[index]
    for change in changes:
        apply(event, change)
    if isinstance(event, dict):
        event["webhookEventId"] = f"replay-{row.log_offset}-{index}"
    body = msgspec.json.encode({**whole, "events": [event]})
    return NewLogRow(row.workspace_id, row.source_id, row.kind, 1, row.received_at, body)
