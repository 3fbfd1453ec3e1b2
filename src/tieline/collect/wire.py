"""The shape of Segment's HTTP API, read without trusting it.

The fast way decodes a whole request at once. Where that fails, the request is split and every item is read alone, so
that one hostile item is named by its index and its neighbours go on.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from tieline.collect.split import split_batch
from tieline.errors import MalformedBodyError
from tieline.model.event import LogKind

ITEMS_MAX = 5_000
TYPES = frozenset({"track", "identify", "page", "screen", "group", "alias"})
TYPE_OF_KIND: Mapping[LogKind, str] = {
    LogKind.TRACK: "track",
    LogKind.IDENTIFY: "identify",
    LogKind.PAGE: "page",
    LogKind.SCREEN: "screen",
    LogKind.GROUP: "group",
    LogKind.ALIAS: "alias",
}
ERASED = "erased"
"""What stands in the log where something about an erased person stood."""
Scalar = str | int | float | None


class Item(msgspec.Struct, gc=False):
    """One call of the API; names are Segment's."""

    type: str = ""
    messageId: str = ""  # noqa: N815 - Segment's name
    userId: Scalar = None  # noqa: N815
    anonymousId: Scalar = None  # noqa: N815
    previousId: Scalar = None  # noqa: N815
    groupId: Scalar = None  # noqa: N815
    event: str = ""
    name: str | None = None
    timestamp: str | int | float | None = None
    originalTimestamp: str | int | float | None = None  # noqa: N815
    sentAt: str | int | float | None = None  # noqa: N815
    properties: dict[str, Any] | None = None
    traits: dict[str, Any] | None = None
    context: dict[str, Any] | None = None


class Refused(msgspec.Struct, frozen=True):
    """An item that cannot be read: why, in a stable word and a sentence."""

    reason: str
    detail: str


class Body(msgspec.Struct, gc=False):
    """A batch; `writeKey` is there because a beacon cannot set headers."""

    batch: list[Item]
    sentAt: str | int | float | None = None  # noqa: N815
    writeKey: str = ""  # noqa: N815
    context: dict[str, Any] | None = None


class _Envelope(msgspec.Struct, gc=False):
    sentAt: str | int | float | None = None  # noqa: N815
    writeKey: str = ""  # noqa: N815


class Wire(msgspec.Struct, frozen=True, gc=False):
    """A request as read: its items in order, good or refused."""

    sent_at: str | int | float | None
    write_key: str
    items: Sequence[Item | Refused]


_BODY = msgspec.json.Decoder(Body)
_ITEM = msgspec.json.Decoder(Item)
_ENVELOPE = msgspec.json.Decoder(_Envelope)


def read(body: bytes, kind: LogKind) -> Wire:
    """Read a request.

    Args:
        body: Raw bytes after content-encoding was undone.
        kind: BATCH, IMPORT and OWN carry `{"batch": [...]}`, the others one item.

    Raises:
        MalformedBodyError: The bytes are not JSON, with the position, or carry no batch.
    """
    single = TYPE_OF_KIND.get(kind)
    try:
        if single is not None:
            item = _ITEM.decode(body)
            key = _ENVELOPE.decode(body).writeKey if b"writeKey" in body else ""
            wire = Wire(item.sentAt, key, (item,))
        else:
            whole = _BODY.decode(body)
            wire = Wire(whole.sentAt, whole.writeKey, whole.batch)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        wire = _read_apart(body, single=single is not None)
    if len(wire.items) > ITEMS_MAX:
        raise MalformedBodyError(f"A batch may carry {ITEMS_MAX} items, this one carries {len(wire.items)}.")
    suspicious = b"\\u0000" in body
    return Wire(wire.sent_at, wire.write_key, [_checked(item, single, suspicious) for item in wire.items])


def _checked(item: Item | Refused, single: str | None, suspicious: bool) -> Item | Refused:  # noqa: FBT001 - a fact, not a mode
    if isinstance(item, Refused):
        return item
    if item.type == ERASED:
        return Refused("erased", "The person whom this was about was erased.")
    if single is not None:
        item.type = single
    if item.type not in TYPES:
        return Refused(
            "unknown_type", f"type is {item.type[:40]!r}; it must be one of {', '.join(sorted(TYPES))}."
        )
    if item.type == "track" and not item.event:
        return Refused("missing_event", "A track call needs an event name.")
    if suspicious and b"\\u0000" in msgspec.json.encode(item):
        return Refused("nul_character", "Text may not contain the character NUL.")
    return item


def _read_apart(body: bytes, *, single: bool) -> Wire:
    """Read item by item what could not be read as a whole."""
    if single:
        _refuse_malformed(body)
        return Wire(None, "", (_read_item(body),))
    parts = split_batch(body)
    if parts is None:
        _refuse_malformed(body)
        raise MalformedBodyError('The body is JSON but has no list "batch".', field="/batch")
    _refuse_malformed(parts.rest)
    for part in parts.items:
        _refuse_malformed(part, parts.position(part))
    try:
        envelope = _ENVELOPE.decode(parts.rest)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        envelope = _Envelope()
    return Wire(envelope.sentAt, envelope.writeKey, [_read_item(part) for part in parts.items])


def _read_item(raw: bytes) -> Item | Refused:
    try:
        return _ITEM.decode(raw)
    except RecursionError:
        return Refused("too_deep", "The item is nested too deeply.")
    except UnicodeDecodeError as error:
        return Refused("invalid_utf8", f"Byte {error.start} is not UTF-8.")
    except msgspec.ValidationError as error:
        return Refused("wrong_type", f"{error}.")
    except msgspec.MsgspecError:
        return _why_unreadable(raw)


def _why_unreadable(raw: bytes) -> Refused:
    """Tell apart what the lenient reader of the standard library accepts and ours does not."""
    try:
        json.loads(raw, parse_constant=_refuse_constant)
    except _NotANumberError:
        return Refused("not_a_number", "NaN and Infinity are not JSON numbers.")
    except UnicodeDecodeError:
        return Refused("invalid_utf8", "The item is not UTF-8.")
    except RecursionError:
        return Refused("too_deep", "The item is nested too deeply.")
    except ValueError:
        return Refused("out_of_range", "A number is out of range.")
    return Refused("lone_surrogate", "A text contains half of a surrogate pair.")


class _NotANumberError(Exception):
    pass


def _refuse_constant(_: str) -> None:
    raise _NotANumberError


def _refuse_malformed(raw: bytes, offset: int = 0) -> None:
    """Raise with the position if `raw` is no JSON even to a lenient reader."""
    text = raw.decode("utf-8", "replace")
    try:
        json.loads(text, parse_int=str)
    except json.JSONDecodeError as error:
        position = offset + len(text[: error.pos].encode("utf-8"))
        raise MalformedBodyError(
            f"The body is not JSON: {error.msg} at byte {position}.", way_out="Send one JSON object."
        ) from None
    except RecursionError:
        return
