"""What a computed trait is worth for one person: in memory, the oracle; and how a value is read from history's answer."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import msgspec

from tieline.condition import computed, measure, value, when
from tieline.condition.filter import Clock
from tieline.condition.happened import read_measured
from tieline.condition.match import Person, counted, match, told, worth
from tieline.condition.node import Measure, Node, Occurrence
from tieline.condition.parse import parse
from tieline.condition.place import Place
from tieline.condition.rewrite import rewrite


class Measured(msgspec.Struct, frozen=True):
    """A measure of the events that count."""

    occurrence: Occurrence
    measure: Measure


class Classes(msgspec.Struct, frozen=True):
    """The label of the first condition that holds."""

    known: tuple[tuple[str, Node], ...]


Valued: TypeAlias = Measured | Classes
DAYS_PLACES = 6


def compiled(definition: Mapping[str, Any]) -> Valued:
    """Return the trait that a definition, accepted before, describes."""
    classes = computed.classes(definition)
    if classes:
        return Classes(tuple((label, rewrite(parse(condition))) for label, condition in classes))
    return Measured(*read_measured(Place(definition)))


def worth_of(trait: Valued, person: Person, now: datetime, time_zone: str) -> Any:
    """Return the value of a trait for one person; None when it is unknown."""
    if isinstance(trait, Classes):
        return next((label for label, node in trait.known if match(node, person, now, time_zone)), None)
    clock = Clock(when.to_milliseconds(now), ZoneInfo(time_zone))
    events = counted(trait.occurrence, person.events, clock)
    function, ats = trait.measure.function, [when.to_milliseconds(event.at) for event in events]
    if function in measure.TEXTS:
        texts = measure.texts(function, told(trait.measure, events), trait.measure.many)
        return texts if function == "recent" else next(iter(texts), None)
    if function in (*measure.MOMENTS, *measure.SINCE):
        return _end(function, ats, clock.now)
    if function in measure.CYCLES:
        days = measure.cycle(function, ats, clock.now, trait.measure.otherwise)
        return round(float(days[0]), DAYS_PLACES) if days else None
    found = worth(trait.measure, events)
    return None if found is None else plain(found)


def _end(function: str, ats: Sequence[datetime], now: datetime) -> str | int | None:
    if not ats:
        return None
    end = max(ats) if function in {"last_at", "days_since_last"} else min(ats)
    if function in measure.SINCE:
        return max((now - end) // measure.DAY, 0)
    return end.isoformat(timespec="milliseconds")


def read(trait: Valued, said: str | None) -> Any:
    """Return a value as history told it."""
    if said is None or isinstance(trait, Classes):
        return said
    reader = next((reader for some, reader in _READERS if trait.measure.function in some), _number)
    return reader(said)


def _number(said: str) -> int | float:
    return plain(Decimal(said))


def _moment(said: str) -> str:
    return datetime.fromisoformat(said).replace(tzinfo=UTC).isoformat(timespec="milliseconds")


_READERS: tuple[tuple[tuple[str, ...], Callable[[str], Any]], ...] = (
    (("recent",), msgspec.json.decode),
    (measure.TEXTS, str),
    (measure.MOMENTS, _moment),
    (measure.WHOLE, int),
    (measure.CYCLES, lambda said: round(float(said), DAYS_PLACES)),
)


def plain(found: Decimal) -> int | float:
    """Return a number as JSON has it."""
    return int(found) if found == found.to_integral_value() else float(value.decimal_text(found))
