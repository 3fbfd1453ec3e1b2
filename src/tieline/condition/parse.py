"""JSON in, typed condition out. A condition that is not whole is refused: it must never mean everyone or no one."""

import re
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from tieline.condition import measure, tree, when
from tieline.condition.compare import OPERATORS, ORDER, read_compare, read_number
from tieline.condition.filter import read_filter
from tieline.condition.node import (
    After,
    Anniversary,
    Before,
    Between,
    Consent,
    DateTest,
    Happened,
    IdentifiedBy,
    InDays,
    InSegment,
    Last,
    LineFriend,
    Measure,
    Month,
    Node,
    Occurrence,
    Sample,
    Tag,
    Then,
    Trait,
    Window,
    WithinLast,
    WithinNext,
)
from tieline.condition.path import read_path
from tieline.condition.place import Place, limit_size, listed, quote
from tieline.condition.tree import All, Not
from tieline.condition.when import Moment

NAME_MAX = 200
COUNT_MAX = 10**12
DAYS_MAX = 3660

_part_of_consent = re.compile(r"[A-Za-z0-9_-]{1,64}")

DATE_OPERATORS = {
    "month_is": 'The date lies in this month of any year: 1 to 12, or "current".',
    "before": "The date lies before this day or instant.",
    "after": "The date lies after this day or instant; a day begins at midnight.",
    "within_last": "The date lies between this duration ago (not included) and now (included).",
    "within_next": "The date lies between now (not included) and this duration ahead (included).",
    "in_days": "The date is the day this many days after today; 0 is today, -14 two weeks ago.",
    "anniversary_in_days": "Month and day are those of the day this many days after today; 29 February is kept on the 28th when there is none.",
}


def parse(data: Any, pointer: str = "") -> Node:
    """Read a condition.

    Args:
        data: Decoded JSON.
        pointer: JSON pointer of `data` in what was sent, for errors.

    Raises:
        InvalidConditionError: It is not a whole condition; `field` points at the place.
    """
    place = Place(data, pointer)
    limit_size(place)
    return tree.read(place, _leaf)


def _leaf(place: Place) -> Node:
    for key, reader in LEAVES.items():
        if place.has(key):
            return reader(place)
    if not place.data:
        raise place.refuse("The condition is empty.", f"Write one of {listed(_starts())}.")
    key = next(iter(place.data))
    raise place.at(key).refuse(
        f"{quote(key)} does not start a condition.", f"Use one of {listed(_starts())}."
    )


def _starts() -> tuple[str, ...]:
    return (*tree.JOINTS, *LEAVES)


def _trait(place: Place) -> Trait:
    place.keys(("trait", "op"), ("value",))
    path = read_path(place.at("trait"))
    op = place.at("op").one_of((*OPERATORS, *DATE_OPERATORS))
    if op in OPERATORS:
        return Trait(path, read_compare(place))
    if not place.has("value"):
        raise place.refuse(f"{op} needs a value.", 'Add "value".')
    return Trait(path, _date_test(op, place.at("value")))


def _date_test(op: str, place: Place) -> DateTest:
    if op == "month_is":
        if place.data == "current":
            return Month(0)
        if isinstance(place.data, int) and not isinstance(place.data, bool) and 1 <= place.data <= 12:
            return Month(place.data)
        raise place.refuse(f"{quote(place.data)} is not a month.", 'Use 1 to 12, or "current".')
    if op in {"in_days", "anniversary_in_days"}:
        if isinstance(place.data, bool) or not isinstance(place.data, int) or abs(place.data) > DAYS_MAX:
            raise place.refuse(
                f"{quote(place.data)} is not a number of days.",
                f"Use a whole number from -{DAYS_MAX} to {DAYS_MAX}; 0 is today.",
            )
        return InDays(place.data) if op == "in_days" else Anniversary(place.data)
    if op == "within_next":
        return WithinNext(when.read_duration(place))
    if op == "within_last":
        return WithinLast(when.read_duration(place))
    moment = when.read_moment(place)
    return Before(moment) if op == "before" else After(moment)


def _tag(place: Place) -> Tag:
    place.keys(("tag",))
    return Tag(place.at("tag").text(NAME_MAX))


def _consent(place: Place) -> Consent:
    place.keys(("consent",))
    inner = place.at("consent")
    inner.keys(("purpose", "channel"))
    parts = [inner.at(key) for key in ("purpose", "channel")]
    for part in parts:
        if not _part_of_consent.fullmatch(part.text()):
            raise part.refuse(
                f"{quote(part.data)} is not a name.", "Use letters, digits, _ and -, at most 64."
            )
    return Consent(":".join(part.data for part in parts))


def _line_friend(place: Place) -> LineFriend:
    place.keys(("line_friend",))
    return LineFriend(place.at("line_friend").text(NAME_MAX))


def _identified_by(place: Place) -> IdentifiedBy:
    place.keys(("identified_by",))
    return IdentifiedBy(place.at("identified_by").text(NAME_MAX))


def _sample(place: Place) -> Sample:
    place.keys(("sample",))
    inner = place.at("sample")
    inner.keys(("percent", "seed"))
    percent = read_number(inner.at("percent"))
    millionths = percent * 10_000
    if millionths != millionths.to_integral_value() or not 0 < millionths < 1_000_000:
        raise inner.at("percent").refuse(
            f"{percent.normalize():f} is not a part of everybody.",
            "Use more than 0 and less than 100, with at most 4 places.",
        )
    return Sample(int(millionths), inner.at("seed").text(NAME_MAX))


def _reachable(place: Place) -> Node:
    place.keys(("reachable",))
    inner = place.at("reachable")
    inner.keys(("channel",), ("account", "purpose"))
    channel = inner.at("channel").one_of(tuple(CHANNELS))
    purpose = inner.at("purpose").text() if inner.has("purpose") else "marketing"
    consent = {"consent": {"purpose": purpose, "channel": channel}}
    agreed = _consent(Place(consent, inner.pointer))
    if channel == "line":
        inner.keys(("channel", "account"), ("purpose",))
        return All((LineFriend(inner.at("account").text(NAME_MAX)), agreed))
    inner.keys(("channel",), ("purpose",))
    return All((IdentifiedBy(CHANNELS[channel]), agreed))


def _include(place: Place) -> Node:
    place.keys(("include", "exclude"))
    inside, outside = (tree.read(place.at(key), _leaf) for key in ("include", "exclude"))
    return All((inside, Not(outside)))


def _segment(place: Place) -> InSegment:
    place.keys(("segment",))
    return InSegment(place.at("segment").text(NAME_MAX))


def _happened(place: Place) -> Happened:
    place.keys(("event",), ("where", "window", "then", "measure", "op", "value"))
    event = place.at("event").text(NAME_MAX)
    where = read_filter(place.at("where")) if place.has("where") else None
    window = _window(place.at("window")) if place.has("window") else None
    computed = _measure(place.at("measure")) if place.has("measure") else Measure()
    op, right = _comparison(place, computed)
    then = _then(place.at("then")) if place.has("then") else None
    if then is not None and computed.function != "count":
        raise place.at("measure").refuse(f"{computed.function} does not go with then.", 'Remove "measure".')
    return Happened(Occurrence(event, where, window), computed, op, right, then)


def _then(place: Place) -> Then:
    place.keys(("within",), ("event", "no_event", "where"))
    if place.has("event") == place.has("no_event"):
        raise place.refuse("It must be clear what follows.", 'Write either "event" or "no_event".')
    name = "event" if place.has("event") else "no_event"
    where = read_filter(place.at("where")) if place.has("where") else None
    within = when.read_duration(place.at("within"))
    return Then(place.at(name).text(NAME_MAX), where, within, absent=name == "no_event")


def _comparison(place: Place, computed: Measure) -> tuple[str, Decimal]:
    if not place.has("op") and not place.has("value"):
        if computed.function != "count":
            raise place.refuse(f"{computed.function} is compared with nothing.", 'Add "op" and "value".')
        return "gte", Decimal(1)
    for key in ("op", "value"):
        if not place.has(key):
            raise place.refuse(f"The key {quote(key)} is missing.", 'Give "op" and "value" together.')
    op = place.at("op").one_of(tuple(ORDER))
    right = read_number(place.at("value"))
    if computed.function in measure.WHOLE:
        if right != right.to_integral_value() or not 0 <= right <= COUNT_MAX:
            raise place.at("value").refuse(
                f"{right.normalize():f} is not a count.", "Use 0 or a whole number above it."
            )
        if right == 0 and op in {"gte", "lt"} and computed.function not in measure.SINCE:
            raise place.at("value").refuse(
                f"{op} 0 is the same for everybody.",
                'Use "gte" 1 for "it happened", "eq" 0 for "it did not".',
            )
    return op, right


def _measure(place: Place) -> Measure:
    place.keys(("fn",), ("property",))
    function = place.at("fn").one_of(tuple(measure.FUNCTIONS))
    if function in measure.PLAIN:
        if place.has("property"):
            raise place.at("property").refuse(
                f"{function} reads no property.", 'Remove it, or use "distinct".'
            )
        return Measure(function)
    place.keys(("fn", "property"))
    return Measure(function, read_path(place.at("property")))


def _window(place: Place) -> Window:
    place.keys((), ("last", "from", "to"))
    if place.has("last"):
        place.keys(("last",))
        return Last(when.read_duration(place.at("last")))
    if not place.data:
        raise place.refuse(
            "The window is empty.", 'Use "last", or "from" and "to"; leave the window out for "ever".'
        )
    start, end = (when.read_moment(place.at(key)) if place.has(key) else None for key in ("from", "to"))
    if _backwards(start, end):
        raise place.refuse("The window ends before it starts.", 'Put "from" before "to".')
    return Between(start, end)


def _backwards(start: Moment | None, end: Moment | None) -> bool:
    if isinstance(start, datetime) and isinstance(end, datetime):
        return start >= end
    if start is None or end is None or isinstance(start, datetime) or isinstance(end, datetime):
        return False  # a day and an instant compare only in a time zone
    return start >= end


CHANNELS = {"line": "", "email": "email", "sms": "phone"}
"""Channels, and the identifier that each needs; LINE needs a friendship."""

LEAVES: dict[str, Callable[[Place], Node]] = {
    "include": _include,
    "trait": _trait,
    "tag": _tag,
    "consent": _consent,
    "line_friend": _line_friend,
    "identified_by": _identified_by,
    "reachable": _reachable,
    "sample": _sample,
    "segment": _segment,
    "event": _happened,
}
"""What a leaf starts with."""
