"""JSON in, typed journey out. What is not whole is refused: it must never mean everyone or no one."""

from collections.abc import Callable, Mapping
from typing import Any

from tieline.condition.place import Place, listed, quote
from tieline.condition.when import read_duration
from tieline.errors import InvalidConditionError, InvalidJourneyError
from tieline.journey import fields
from tieline.journey.definition import (
    STEPS_MAX,
    EventPattern,
    Journey,
    LineFollowed,
    Reentry,
    SegmentEntered,
    SegmentExited,
    Step,
    Tag,
    Trigger,
)
from tieline.journey.reference import STEP_KINDS, fields_of
from tieline.journey.shape import check_references, check_shape

EXITS_MAX = 20
_KEYS = ("key", "name", "trigger", "start", "steps")
_OPTIONAL = ("reentry", "exit_on", "goal")


def parse(data: Any, version: int = 1) -> Journey:
    """Read the definition of a journey.

    Args:
        data: Decoded JSON.
        version: Which version of the journey this is.

    Raises:
        InvalidJourneyError: It cannot be run as it is; `field` points at the place.
    """
    place = Place(data)
    try:
        return _journey(place, version)
    except InvalidConditionError as error:
        message = f"{_named(place, error.field)}{error.message}"
        raise InvalidJourneyError(message, field=error.field, way_out=error.way_out) from error


def _named(place: Place, pointer: str) -> str:
    """Return the step that `pointer` lies in, for the start of a sentence."""
    _, *keys = pointer.split("/")
    if len(keys) < 2 or keys[0] != "steps" or not keys[1].isdigit():
        return ""
    step = place.data["steps"][int(keys[1])]
    said = step.get("id") if isinstance(step, Mapping) else None
    return f"Step {quote(said)}: " if isinstance(said, str) else f"Step number {int(keys[1]) + 1}: "


def _journey(place: Place, version: int) -> Journey:
    place.keys(_KEYS, _OPTIONAL)
    steps, places = _steps(place.at("steps"))
    journey = Journey(
        key=fields.read_slug(place.at("key")),
        version=version,
        name=fields.read_name(place.at("name")),
        trigger=_trigger(place.at("trigger")),
        start=fields.read_slug(place.at("start")),
        steps=steps,
        reentry=_reentry(place.at("reentry")) if place.has("reentry") else Reentry(),
        exit_on=_exits(place.at("exit_on")) if place.has("exit_on") else (),
        goal=fields.read_pattern(place.at("goal")) if place.has("goal") else None,
    )
    check_shape(journey, places, place)
    check_references(journey, places, place)
    return journey


def _steps(place: Place) -> tuple[dict[str, Step], dict[str, Place]]:
    steps: dict[str, Step] = {}
    places: dict[str, Place] = {}
    for item in place.items(STEPS_MAX):
        step = _step(item)
        if step.id in steps:
            raise item.at("id").refuse("Another step has the same id.", "Give each step an id of its own.")
        steps[step.id], places[step.id] = step, item
    return steps, places


def _step(place: Place) -> Step:
    if "kind" not in place.mapping():
        raise place.refuse('The key "kind" is missing.', f"Use one of {listed(tuple(STEP_KINDS))}.")
    kind = STEP_KINDS[place.at("kind").one_of(tuple(STEP_KINDS))]
    known = fields_of(kind)
    required = tuple(field.key for field in known if field.required)
    optional = tuple(field.key for field in known if not field.required)
    place.keys(("kind", *required), optional)
    step = kind.make(
        **{field.attribute: field.read(place.at(field.key)) for field in known if place.has(field.key)}
    )
    if isinstance(step, Tag):
        _check_tags(step, place)
    return step


def _check_tags(step: Tag, place: Place) -> None:
    if not step.add and not step.remove:
        raise place.refuse("It changes no tag.", 'Give "add" or "remove".')
    for tag in step.add:
        if tag in step.remove:
            raise place.refuse(f"{quote(tag)} is both put on and taken off.", "Keep one of them.")


def _trigger(place: Place) -> Trigger:
    if "kind" not in place.mapping():
        raise place.refuse('The key "kind" is missing.', f"Use one of {listed(tuple(TRIGGERS))}.")
    return TRIGGERS[place.at("kind").one_of(tuple(TRIGGERS))](place)


def _event(place: Place) -> EventPattern:
    place.keys(("kind", "event"), ("where",))
    where = fields.read_own_filter(place.at("where")) if place.has("where") else None
    return EventPattern(fields.read_name(place.at("event")), where)


def _segment_entered(place: Place) -> SegmentEntered:
    place.keys(("kind", "segment"))
    return SegmentEntered(fields.read_slug(place.at("segment")))


def _segment_exited(place: Place) -> SegmentExited:
    place.keys(("kind", "segment"))
    return SegmentExited(fields.read_slug(place.at("segment")))


def _line_followed(place: Place) -> LineFollowed:
    place.keys(("kind",), ("account",))
    return LineFollowed(fields.read_slug(place.at("account")) if place.has("account") else "")


TRIGGERS: dict[str, Callable[[Place], Trigger]] = {
    "event": _event,
    "segment_entered": _segment_entered,
    "segment_exited": _segment_exited,
    "line_followed": _line_followed,
}
"""What can start a journey."""


def _reentry(place: Place) -> Reentry:
    place.keys(("mode",), ("after", "key"))
    mode = place.at("mode").one_of(("once", "always", "after"))
    if mode == "once":
        if place.has("key"):
            raise place.at("key").refuse(
                "Who enters once cannot be in it twice.", 'Use mode "always" or "after", or remove "key".'
            )
        return Reentry()
    key = fields.read_trait(place.at("key")) if place.has("key") else ""
    if mode == "always":
        if place.has("after"):
            raise place.at("after").refuse('Mode "always" has no "after".', 'Use mode "after", or remove it.')
        return Reentry("always", key=key)
    place.keys(("mode", "after"), ("key",))
    return Reentry("after", read_duration(place.at("after")), key)


def _exits(place: Place) -> tuple[EventPattern, ...]:
    return tuple(fields.read_pattern(item) for item in place.items(EXITS_MAX))
