"""Readers of the values in a step: JSON of one field in, typed value out, or a refusal that names the place."""

import re
from collections.abc import Iterator, Mapping
from datetime import time, timedelta
from typing import Any, Literal
from urllib.parse import urlsplit

import liquid
from liquid.exceptions import LiquidError

from tieline.condition.filter import parse_filter
from tieline.condition.node import Node
from tieline.condition.parse import parse as parse_condition
from tieline.condition.path import read_path
from tieline.condition.place import Place, listed, quote
from tieline.condition.when import read_duration
from tieline.journey.definition import MESSAGES_MAX, WAIT_MAX, WAIT_MIN, Lookup, Purpose
from tieline.journey.pattern import EventPattern
from tieline.journey.where import Where, read_reference, read_where
from tieline.model.outreach import CONTENTS, Way

NAME_MAX = 200
TEMPLATE_MAX = 10_000
"""Characters of one template."""
DEPTH_MAX = 32
TAGS_MAX = 20
WAYS_MAX = 5
DAYS_MAX = 366
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_slug = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_clock = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])")


def _templates() -> liquid.Environment:
    environment = liquid.Environment()
    for tag in ("include", "render"):  # there is nothing to include from
        environment.tags.pop(tag, None)
    return environment


_environment = _templates()


def read_slug(place: Place) -> str:
    """Read a name for programs: a key or the id of a step."""
    if not isinstance(place.data, str) or not _slug.fullmatch(place.data):
        raise place.refuse(
            f"{quote(place.data)} is not a key.", "Use small letters, digits, - and _, at most 64."
        )
    return place.data


def read_name(place: Place) -> str:
    """Read a name that someone else chose: of an event, a tag, a segment, a trait."""
    said = place.text(NAME_MAX)
    if said != said.strip():
        raise place.refuse(f"{quote(said)} begins or ends with a space.", "Remove the space.")
    return said


def read_wait(place: Place) -> timedelta:
    """Read how long to wait."""
    duration = read_duration(place)
    if not WAIT_MIN <= duration <= WAIT_MAX:
        raise place.refuse(f"{quote(place.data)} is out of range.", f"Use PT1M to P{WAIT_MAX.days}D.")
    return duration


def read_clock(place: Place) -> time:
    """Read a time of day."""
    shown = _clock.fullmatch(place.data) if isinstance(place.data, str) else None
    if shown is None:
        raise place.refuse(
            f"{quote(place.data)} is not a time of day.", 'Write it like "09:30", 00:00 to 23:59.'
        )
    return time(int(shown[1]), int(shown[2]))


def read_weekdays(place: Place) -> tuple[int, ...]:
    """Read days of the week; Monday is 0."""
    return tuple(sorted({WEEKDAYS.index(item.one_of(WEEKDAYS)) for item in place.items(len(WEEKDAYS))}))


def read_days(place: Place) -> int:
    """Read a number of days, negative for days before."""
    days = place.data
    if isinstance(days, bool) or not isinstance(days, int) or abs(days) > DAYS_MAX:
        raise place.refuse(
            f"{quote(days)} is not a number of days.",
            f"Use -{DAYS_MAX} to {DAYS_MAX}; -3 is three days before.",
        )
    return days


def read_date_reference(place: Place) -> str:
    """Read the name of a trigger property that holds a date."""
    read_reference(place)
    return place.text()


def read_pattern(place: Place) -> EventPattern:
    """Read an object of `event` and perhaps `where`."""
    place.keys(("event",), ("where",))
    return EventPattern(
        read_name(place.at("event")), read_filter(place.at("where")) if place.has("where") else None
    )


def read_filter(place: Place) -> Where:
    """Read a filter of events that may refer to the trigger."""
    _check_filled(place)
    return read_where(place)


def read_own_filter(place: Place) -> Where:
    """Read the filter of a trigger, which has nothing to refer to."""
    _check_filled(place)
    return Where(place.data, parse_filter(place.data, place.pointer))


def _check_filled(place: Place) -> None:
    if place.data == {}:
        raise place.refuse(
            "The filter is empty.", 'Say what must hold, or remove "where" to take every such event.'
        )


def read_test(place: Place) -> Node:
    """Read a condition on the person."""
    return parse_condition(place.data, place.pointer)


def read_purpose(place: Place) -> Purpose:
    """Read what a message is for."""
    return "marketing" if place.one_of(("marketing", "transactional")) == "marketing" else "transactional"


def read_ways(place: Place) -> tuple[Way, ...]:
    """Read ways that a message may take, each with what it says there."""
    ways = tuple(_way(item) for item in place.items(WAYS_MAX))
    if len({way.channel for way in ways}) < len(ways):
        raise place.refuse("A channel is named twice.", "Name each channel once.")
    return ways


def _way(place: Place) -> Way:
    data = place.mapping()
    named = [keys for keys in CONTENTS.values() if set(keys) <= set(data)]
    if not named:
        shapes = tuple(dict.fromkeys(" and ".join(keys) for keys in CONTENTS.values()))
        raise place.refuse("It says nothing.", f"Give one of: {listed(shapes)}.")
    place.keys(("channel", *max(named, key=len)))
    if "messages" in data:
        read_messages(place.at("messages"))
    for key in data:
        if key in {"subject", "text"}:
            place.at(key).text(TEMPLATE_MAX)
            read_template(place.at(key))
        elif key == "body":
            read_templates(place.at(key))
    return Way(
        read_slug(place.at("channel")), {key: value for key, value in data.items() if key != "channel"}
    )


def read_messages(place: Place) -> tuple[Mapping[str, Any], ...]:
    """Read LINE message objects whose texts are templates."""
    return tuple(_message(item) for item in place.items(MESSAGES_MAX))


def _message(place: Place) -> Mapping[str, Any]:
    message = place.mapping()
    if not isinstance(message.get("type"), str):
        raise place.refuse("This is not a LINE message.", 'Give its "type", such as "text" or "flex".')
    read_templates(place)
    return message


def read_templates(place: Place) -> Any:
    """Check every text in `place`, however deep, as a template; return the data as it is."""
    for leaf in _leaves(place):
        read_template(leaf)
    return place.data


def read_template(place: Place) -> str:
    """Read a text with Liquid in it."""
    said = place.data
    if not isinstance(said, str):
        raise place.refuse(f"{quote(said)} is not a text.", "Write a text; {{ … }} puts values into it.")
    place.storable(said, TEMPLATE_MAX)
    try:
        _environment.from_string(said)
    except LiquidError as error:
        reason = str(error).partition("\n")[0]
        raise place.refuse(
            f"The template {quote(said)} does not compile: {reason}.", "Close every {{ and {%."
        ) from error
    return said


def read_lookup(place: Place) -> Mapping[str, Lookup]:
    """Read rows of catalogues by the name under which templates read them."""
    return {key: _lookup(place.at(key)) for key in place.mapping()}


def _lookup(place: Place) -> Lookup:
    place.keys(("catalog", "key"))
    return Lookup(read_slug(place.at("catalog")), read_template(place.at("key")))


def read_tags(place: Place) -> tuple[str, ...]:
    """Read a list of tags."""
    return tuple(dict.fromkeys(read_name(item) for item in place.items(TAGS_MAX)))


def read_list_action(place: Place) -> Literal["add", "remove"]:
    """Read what is done to a list."""
    return "add" if place.one_of(("add", "remove")) == "add" else "remove"


def read_trait(place: Place) -> str:
    """Read the name of a trait."""
    if "[]" in read_name(place):
        raise place.refuse(f"{quote(place.data)} names part of a list.", "Name one trait.")
    read_path(place)
    return place.text()


def read_url(place: Place) -> str:
    """Read the fixed address of a webhook: templates belong into the body, because addresses end up in logs."""
    said = place.text()
    try:
        address = urlsplit(said)
        encrypted = address.scheme == "https" and bool(address.hostname)
        local = address.scheme == "http" and address.hostname in {"localhost", "127.0.0.1", "::1"}
    except ValueError:
        encrypted = local = False
    if not (encrypted or local) or "@" in said or "{" in said or said != "".join(said.split()):
        raise place.refuse(
            f"{quote(said)} is not a safe address.",
            "Use https:// and a host, without a password and without a template; put values into the body.",
        )
    return said


def _leaves(place: Place) -> Iterator[Place]:
    """Yield every text in `place`."""
    waiting = [(place, 0)]
    while waiting:
        found, depth = waiting.pop()
        if isinstance(found.data, str):
            yield found
        elif isinstance(found.data, Mapping | list | tuple):
            if depth >= DEPTH_MAX:
                raise found.refuse(f"This is nested more than {DEPTH_MAX} levels deep.", "Flatten it.")
            inner = found.data if isinstance(found.data, Mapping) else range(len(found.data))
            waiting += ((found.at(key), depth + 1) for key in inner)
