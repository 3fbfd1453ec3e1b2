"""Rules that put a tag on whoever does something: their shape, read from JSON, and whom they mean. Pure."""

from collections.abc import Callable, Mapping
from fnmatch import fnmatchcase
from typing import Any

import msgspec

from tieline.condition.filter import Filter, matches, parse_filter
from tieline.condition.place import Place, quote
from tieline.model.event import (
    LINE_FOLLOWED,
    LINE_MESSAGE_RECEIVED,
    MESSAGE_LINK_CLICKED,
    TAG_ADDED,
    TAG_REMOVED,
    TRAITS_SET,
    Event,
)

KEYWORDS_MAX = 50
NAME_MAX = 200


class Rule(msgspec.Struct, frozen=True):
    """When a tag is put on.

    Attributes:
        how: click, keyword, qr, page, event or segment: what the tag's origin is shown as.
        event: Name of the event it listens to; "" if it listens to a segment.
        where: Which of these events.
        keywords: What somebody wrote, with `*` for anything; upper and lower case are alike.
        segment: Entering it puts the tag on.
        off_on_exit: Whether leaving the segment takes the tag off again.
    """

    how: str
    event: str = ""
    where: Filter | None = None
    keywords: tuple[str, ...] = ()
    segment: str = ""
    off_on_exit: bool = False


def parse(data: Any, pointer: str = "") -> Rule:
    """Read a rule.

    Raises:
        InvalidConditionError: It is not whole; `field` points at the place.
    """
    place = Place(data, pointer)
    kinds = [kind for kind in _READERS if kind in place.mapping()]
    if len(kinds) != 1:
        raise place.refuse("It must be clear what puts the tag on.", f"Write one of {', '.join(_READERS)}.")
    return _READERS[kinds[0]](place)


def hears(rule: Rule, event: Event) -> bool:
    """Tell whether an event puts the tag on."""
    if rule.event != event.name:
        return False
    if rule.keywords:
        said = event.written.strip().casefold()
        return any(
            fnmatchcase(said, keyword.replace("[", "[[]").replace("?", "[?]")) for keyword in rule.keywords
        )
    return rule.where is None or matches(rule.where, event.properties)


def _click(place: Place) -> Rule:
    return _of(place, "click", MESSAGE_LINK_CLICKED, ("url", "origin", "step"))


def _qr(place: Place) -> Rule:
    return _of(place, "qr", LINE_FOLLOWED, ("source", "account"))


def _page(place: Place) -> Rule:
    place.keys(("page",))
    inner = place.at("page")
    inner.keys(("path",))
    said = {"property": "page.path", "op": "like", "value": inner.at("path").text()}
    return Rule("page", "page", parse_filter(said, inner.pointer))


def _keyword(place: Place) -> Rule:
    place.keys(("keyword",))
    words = tuple(item.text(NAME_MAX).strip().casefold() for item in place.at("keyword").items(KEYWORDS_MAX))
    for word in words:
        if not word.strip("*"):
            raise place.at("keyword").refuse(f"{quote(word)} is what everybody writes.", "Write a word.")
    return Rule("keyword", LINE_MESSAGE_RECEIVED, keywords=words)


def _event(place: Place) -> Rule:
    place.keys(("event",), ("where",))
    name = place.at("event").text(NAME_MAX)
    if name in {TAG_ADDED, TAG_REMOVED, TRAITS_SET}:
        raise place.at("event").refuse(f"{name} would make rules follow each other.", "Name another event.")
    where = parse_filter(place.data["where"], f"{place.pointer}/where") if place.has("where") else None
    return Rule("event", name, where)


def _segment(place: Place) -> Rule:
    place.keys(("segment",), ("off_on_exit",))
    off = place.data.get("off_on_exit", False)
    if not isinstance(off, bool):
        raise place.at("off_on_exit").refuse(
            f"{quote(off)} is neither true nor false.", "Write true or false."
        )
    return Rule("rule", segment=place.at("segment").text(NAME_MAX), off_on_exit=off)


def _of(place: Place, kind: str, event: str, names: tuple[str, ...]) -> Rule:
    place.keys((kind,))
    inner = place.at(kind)
    inner.keys((), names)
    said = [
        {"property": name, "op": "like", "value": inner.at(name).text()} for name in names if inner.has(name)
    ]
    if not said:
        raise inner.refuse("It means everything.", f"Narrow it by {', '.join(names)}.")
    return Rule(kind, event, parse_filter({"all": said}, inner.pointer))


_READERS: Mapping[str, Callable[[Place], Rule]] = {
    "click": _click,
    "keyword": _keyword,
    "qr": _qr,
    "page": _page,
    "event": _event,
    "segment": _segment,
}
