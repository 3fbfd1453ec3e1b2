"""One stored request as somebody looks at it: each of its items, as an event or with why it is none. Pure."""

from typing import NamedTuple

from tieline.collect.normalize import normalize
from tieline.collect.split import split_batch
from tieline.collect.wire import TYPE_OF_KIND, Refused, Wire, read
from tieline.errors import MalformedBodyError
from tieline.model.event import Event, LogRow, Source


class Looked(NamedTuple):
    """One item of a request.

    Attributes:
        raw: Its bytes as they came; all of the request where it could not be taken apart.
    """

    item: int
    raw: bytes
    event: Event | Refused


def look(row: LogRow, source: Source) -> list[Looked]:
    """Return the items of a request of Segment's API, in order."""
    try:
        wire = read(row.body, row.kind)
    except MalformedBodyError as error:
        return [Looked(0, row.body, Refused(error.code, error.message))]
    raws = raw_items(row, wire)
    return [
        Looked(index, raws[index] if index < len(raws) else b"", _event(wire, index, row, source))
        for index in range(len(wire.items))
    ]


def raw_items(row: LogRow, wire: Wire) -> list[bytes]:
    """Return the bytes of each item."""
    if row.kind in TYPE_OF_KIND:
        return [row.body]
    parts = split_batch(row.body)
    return parts.items if parts is not None and len(parts.items) == len(wire.items) else []


def _event(wire: Wire, index: int, row: LogRow, source: Source) -> Event | Refused:
    item = wire.items[index]
    return item if isinstance(item, Refused) else normalize(item, source, row, index, wire.sent_at)
