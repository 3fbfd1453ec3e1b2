"""Long lists in pages; a continuation token is good for 24 hours."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from tieline.simulator.wire import Refused
from tieline.simulator.world import Call

DAY_SECONDS = timedelta(hours=24).total_seconds()


class Page(NamedTuple):
    """Where a page begins, and how long it may be."""

    start: int
    limit: int


def asked(call: Call, *, most: int, usual: int) -> Page:
    """Return which page a call asks for.

    Raises:
        Refused: 400 for a limit out of bounds or a token that is old or made up.
    """
    limit = call.request.query.get("limit", str(usual))
    if not limit.isdecimal() or not 1 <= int(limit) <= most:
        raise Refused(400, "The value for the 'limit' parameter is invalid")
    start = call.request.query.get("start", "0.0")
    place, _, issued = start.partition(".")
    if not place.isdecimal() or not issued.isdecimal():
        raise Refused(400, "Invalid start param")
    if start != "0.0" and call.at.timestamp() - int(issued) > DAY_SECONDS:
        raise Refused(400, "Invalid start param")
    return Page(int(place), int(limit))


def following(call: Call, place: int) -> dict[str, Any]:
    """Return the token that continues at `place`."""
    return {"next": f"{place}.{int(call.at.timestamp())}"}


def page_of(
    call: Call, items: Sequence[str], *, most: int, usual: int
) -> tuple[Sequence[str], dict[str, Any]]:
    """Cut the page out of `items` that a call asks for."""
    start, limit = asked(call, most=most, usual=usual)
    end = start + limit
    return items[start:end], following(call, end) if end < len(items) else {}
