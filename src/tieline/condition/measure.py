"""Functions over the events that count: what they are worth in memory."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tieline.condition import value
from tieline.condition.compare import ORDER

FUNCTIONS = {
    "count": "How many events; needs no property.",
    "sum": "The sum of the property's numbers; 0 when there are none.",
    "min": "The smallest number; unknown when there are none.",
    "max": "The greatest number; unknown when there are none.",
    "avg": "The mean of the numbers; unknown when there are none.",
    "days_since_last": "Whole days of 24 hours since the newest event; needs no property; unknown when there is none.",
    "days_since_first": "The same since the oldest event.",
    "distinct": "How many different texts, numbers or booleans.",
    "days_between": "The mean time between one event and the next, in days; unknown when there are fewer than two.",
    "cycles_since_last": "The time since the newest event, in units of `days_between` of the same person; who has none, in units of `otherwise_days`.",
    "first_at": "When the oldest event happened; compared like a date.",
    "last_at": "When the newest event happened; compared like a date.",
    "first": "What the property said first, as text; of several at once the smallest.",
    "last": "What the property said last, as text; of several at once the greatest.",
    "most_frequent": "The text the property said most often; of equals the smallest.",
    "recent": "The last different texts, at most `many`; any of them satisfies.",
}
SINCE = ("days_since_last", "days_since_first")
"""Functions that read when, and change with time alone."""
WHOLE = ("count", "distinct", *SINCE)
"""Functions that give whole numbers."""
MOMENTS = ("first_at", "last_at")
"""Functions that give a moment."""
CYCLES = ("days_between", "cycles_since_last")
"""Functions of the distance between events."""
TEXTS = ("first", "last", "most_frequent", "recent")
"""Functions that give texts."""
PLAIN = ("count", *SINCE, *MOMENTS, *CYCLES)
"""Functions that read no property."""
MOVING = (*SINCE, "cycles_since_last")
"""Functions whose answer time alone changes."""
DAY = timedelta(days=1)


def compares(function: str, values: Sequence[Any], op: str, right: Decimal) -> bool:
    """Compare a function of `values` with `right`; an unknown result compares false.

    Args:
        function: A key of `FUNCTIONS` that gives a number.
        values: Values of the property in all events that count; for "count" one item for each event; for
            "days_since_*" the age of each in whole days; for `CYCLES` what `cycle` returned, if anything.
        op: A key of `compare.ORDER`.
        right: The number to compare with.
    """
    if function in CYCLES:
        return any(ORDER[op](found, Fraction(right)) for found in values)
    if function in {"count", "distinct"}:
        whole = len(values) if function == "count" else len({value.text(found) for found in values} - {None})
        return ORDER[op](Decimal(whole), right)
    numbers = [number for number in map(value.number, values) if number is not None]
    if function == "sum":
        return ORDER[op](sum(numbers, Decimal()), right)
    if not numbers:
        return False
    if function == "avg":
        return ORDER[op](sum(numbers, Decimal()), right * len(numbers))
    return ORDER[op](min(numbers) if function in {"min", "days_since_last"} else max(numbers), right)


def cycle(function: str, ats: Sequence[datetime], now: datetime, otherwise: Decimal | None) -> list[Fraction]:
    """Return the distance between events in days, or since the newest in cycles; nothing when it is unknown."""
    gaps, span = len(ats) - 1, max(ats, default=now) - min(ats, default=now)
    if function == "days_between":
        return [_days(span) / gaps] if gaps >= 1 else []
    if not ats:
        return []
    own = _days(span) / gaps if gaps >= 1 and span else Fraction(otherwise or 0)
    return [_days(max(now - max(ats), timedelta(0))) / own]


def texts(function: str, said: Sequence[tuple[datetime, Any]], many: int) -> list[str]:
    """Return what the events say: at most one text, or of "recent" so many, the newest first.

    Args:
        function: One of `TEXTS`.
        said: Time and value of each event that counts, times in whole milliseconds.
        many: How many "recent" keeps.
    """
    told = [(at, text) for at, found in said if (text := value.text(found)) is not None]
    if not told:
        return []
    if function == "most_frequent":
        counts: Mapping[str, int] = Counter(text for _, text in told)
        return [min(counts, key=lambda text: (-counts[text], text))]
    if function == "recent":
        newest: dict[str, datetime] = {}
        for at, text in told:
            newest[text] = max(at, newest.get(text, at))
        return sorted(newest, key=lambda text: (newest[text], text), reverse=True)[:many]
    return [(min(told) if function == "first" else max(told))[1]]


def _days(span: timedelta) -> Fraction:
    return Fraction(span // timedelta(milliseconds=1), 86_400_000)
