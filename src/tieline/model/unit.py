"""Aggregation units: the names under which LINE counts what came of pushes and multicasts. Pure."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

NAMES_MAX = 1_000
"""Distinct names in a month of an account; LINE drops the next one without a word."""
SHOWN_FROM = 20
"""LINE tells nothing of fewer people."""
FROZEN_AFTER = timedelta(days=14)
"""LINE counts reactions for so long after a message."""
EVERY_HOUR_FOR = timedelta(days=1)
SPAN_MAX = timedelta(days=29)
"""Between the first and the last day of one question."""
BETWEEN_QUESTIONS = timedelta(seconds=61)
"""LINE takes 60 questions an hour from an account."""
FEWER = {"zh-TW": "少於 20", "ja": "20未満", "en": "fewer than 20"}


class Unit(NamedTuple):
    """A unit that LINE is asked about."""

    workspace_id: int
    account: str
    name: str
    first_at: datetime
    last_at: datetime


def name_of(workspace_id: int, origin: str, step: str) -> str:
    """Return the unit of a broadcast's arm or a journey's step: the same for ever, 23 of LINE's 30 letters."""
    word = "\x1f".join((str(workspace_id), origin, step)).encode()
    return "tl_" + hashlib.blake2b(word, digest_size=10).hexdigest()


def ask_next(last_at: datetime, now: datetime) -> datetime | None:
    """Return when LINE is asked again: each hour on the first day, then daily; None when nothing changes any more."""
    age = now - last_at
    if age >= FROZEN_AFTER + timedelta(days=1):
        return None
    return now + (timedelta(hours=1) if age < EVERY_HOUR_FOR else timedelta(days=1))


def shown(said: Mapping[str, Any] | None, *path: str) -> dict[str, Any]:
    """Return one of LINE's numbers as people may see it: the number, fewer than 20, or not asked yet."""
    if said is None:
        return {"value": None, "state": "not_asked_yet"}
    value: Any = said
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    if value is None:
        return {"value": None, "state": "fewer", "below": SHOWN_FROM, "text": FEWER}
    return {"value": value, "state": "counted"}
