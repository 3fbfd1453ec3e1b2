"""A number that says whether it was counted at all: zero, not computed yet and could not be read are three answers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

import structlog
from pydantic import BaseModel

from tieline.api.doors import Doors, rows
from tieline.errors import UnavailableError

_log = structlog.get_logger()


class Figure(BaseModel):
    """A number as of a moment; `value` is null unless it was counted."""

    value: float | None
    state: Literal["counted", "not_computed", "unreadable"]
    as_of: datetime


def counted(value: float, as_of: datetime) -> Figure:
    """Return a number that was counted; it may be zero."""
    return Figure(value=value, state="counted", as_of=as_of)


def not_computed(as_of: datetime) -> Figure:
    """Return what nobody has computed yet, or what nothing can be said of."""
    return Figure(value=None, state="not_computed", as_of=as_of)


def unreadable(as_of: datetime) -> Figure:
    """Return what should be there and could not be read."""
    return Figure(value=None, state="unreadable", as_of=as_of)


def ratio(part: Figure, whole: Figure) -> Figure:
    """Return part / whole; of nothing there is no rate."""
    if part.value is None or whole.value is None:
        return part if part.value is None else whole
    return counted(part.value / whole.value, part.as_of) if whole.value else not_computed(part.as_of)


async def asked(doors: Doors, sql: str, parameters: Mapping[str, Any]) -> Sequence[Mapping[str, Any]] | None:
    """Ask history; None if it cannot be read, so that one silent engine does not empty a whole page."""
    try:
        return rows(await doors.history.query(sql, parameters))
    except (UnavailableError, OSError) as error:
        _log.warning("history was not read", error=type(error).__name__)
        return None
