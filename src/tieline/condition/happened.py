"""Conditions about events, read from JSON: which events count, and what is measured."""

from datetime import datetime
from decimal import Decimal

from tieline.condition import dates, measure, when
from tieline.condition.compare import OPERATORS, ORDER, read_compare, read_number
from tieline.condition.filter import read_filter
from tieline.condition.node import (
    Between,
    Happened,
    HappenedAt,
    HistoryLeaf,
    Last,
    Measure,
    Occurrence,
    Then,
    Told,
    Top,
    Window,
)
from tieline.condition.path import read_path
from tieline.condition.place import Place, quote
from tieline.condition.when import Moment

NAME_MAX = 200
COUNT_MAX = 10**12
RECENT_MAX = 20
TOP_MAX = 1_000_000
RANKABLE = ("count", "sum", "min", "max", "distinct")
"""Measures that people can be ranked by."""


def read_happened(place: Place) -> HistoryLeaf:
    """Read a statement about events."""
    place.keys(("event",), ("where", "window", "then", "measure", "op", "value"))
    occurrence = _occurrence(place)
    computed = _measure(place.at("measure")) if place.has("measure") else Measure()
    then = _then(place.at("then")) if place.has("then") else None
    if then is not None and computed.function != "count":
        raise place.at("measure").refuse(f"{computed.function} does not go with then.", 'Remove "measure".')
    if computed.function in (*measure.MOMENTS, *measure.TEXTS):
        if not place.has("op"):
            raise place.refuse(f"{computed.function} is compared with nothing.", 'Add "op".')
        if computed.function in measure.MOMENTS:
            return HappenedAt(occurrence, computed, dates.read_date_test(place))
        place.at("op").one_of(tuple(OPERATORS))
        return Told(occurrence, computed, read_compare(place))
    op, right = _comparison(place, computed)
    return Happened(occurrence, computed, op, right, then)


def read_measured(place: Place) -> tuple[Occurrence, Measure]:
    """Read which events count and what is measured, without a comparison."""
    place.keys(("event",), ("where", "window", "measure"))
    return _occurrence(place), _measure(place.at("measure")) if place.has("measure") else Measure()


def read_top(place: Place) -> Top:
    """Read who comes first by a measure."""
    place.keys(("top",))
    inner = place.at("top")
    inner.keys(("people", "by"))
    people = inner.at("people")
    most = people.data
    if not isinstance(most, int) or isinstance(most, bool) or not 0 < most <= TOP_MAX:
        raise people.refuse(f"{quote(most)} is not a number of people.", f"Use 1 to {TOP_MAX}.")
    occurrence, ranked = read_measured(inner.at("by"))
    if ranked.function not in RANKABLE:
        raise (
            inner.at("by")
            .at("measure")
            .refuse(f"People are not ranked by {ranked.function}.", f"Use one of {', '.join(RANKABLE)}.")
        )
    return Top(most, occurrence, ranked)


def _occurrence(place: Place) -> Occurrence:
    event = place.at("event").text(NAME_MAX)
    where = read_filter(place.at("where")) if place.has("where") else None
    return Occurrence(event, where, _window(place.at("window")) if place.has("window") else None)


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
    if computed.function in measure.CYCLES and not 0 <= right < DISTANCE_MAX:
        raise place.at("value").refuse(
            f"{right.normalize():f} is no distance.", f"Use 0 or more, below {DISTANCE_MAX}."
        )
    return op, right


DISTANCE_MAX = 10_000
"""Days, or cycles."""


def _measure(place: Place) -> Measure:
    place.keys(("fn",), ("property", "many", "otherwise_days"))
    function = place.at("fn").one_of(tuple(measure.FUNCTIONS))
    if function == "cycles_since_last":
        place.keys(("fn", "otherwise_days"))
        days = read_number(place.at("otherwise_days"))
        if not Decimal("0.01") <= days <= dates.DAYS_MAX:
            raise place.at("otherwise_days").refuse(
                f"{days.normalize():f} days are no cycle.", f"Use 0.01 to {dates.DAYS_MAX}."
            )
        return Measure(function, otherwise=days)
    if function in measure.PLAIN:
        if place.has("property"):
            raise place.at("property").refuse(
                f"{function} reads no property.", 'Remove it, or use "distinct".'
            )
        place.keys(("fn",))
        return Measure(function)
    if function == "recent":
        place.keys(("fn", "property", "many"))
        many = place.at("many").data
        if not isinstance(many, int) or isinstance(many, bool) or not 0 < many <= RECENT_MAX:
            raise place.at("many").refuse(f"{quote(many)} is no length.", f"Use 1 to {RECENT_MAX}.")
        return Measure(function, read_path(place.at("property")), many)
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
