"""JSON in, typed journey out. What is not whole is refused: it must never mean everyone or no one."""

from collections.abc import Callable, Mapping
from typing import Any

from tieline.condition.place import Place, quote
from tieline.condition.when import read_duration
from tieline.errors import InvalidConditionError, InvalidJourneyError
from tieline.journey import fields
from tieline.journey.definition import STEPS_MAX, Journey, Reentry, Step, Tag
from tieline.journey.kind import ID, read_kind
from tieline.journey.pattern import EventPattern
from tieline.journey.reference import STEP_KINDS, TRIGGER_KINDS
from tieline.journey.settings import read_settings
from tieline.journey.shape import shape_problems
from tieline.journey.trigger import Trigger

EXITS_MAX = 20
_KEYS = ("key", "name", "trigger", "start", "steps")
_OPTIONAL = ("reentry", "exit_on", "goal", "settings")


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
        place.keys(_KEYS, _OPTIONAL)
        steps, places = _steps(place.at("steps"))
        journey = _journey(place, version, steps)
        for problem in shape_problems(journey, places, place):
            raise problem
    except InvalidConditionError as error:
        raise _sentenced(place, error) from error
    return journey


def problems(data: Any) -> list[InvalidJourneyError]:
    """Return everything that keeps a draft from being run, not only the first; none if it can be run."""
    place = Place(data)
    found: list[InvalidConditionError] = []
    try:
        place.keys(_KEYS, _OPTIONAL)
    except InvalidConditionError as error:
        found.append(error)
    if isinstance(data, Mapping):
        found += _problems_of(place, {key for key in (*_KEYS, *_OPTIONAL) if key in data})
    known = {(one.field, one.message): one for one in reversed(found)}
    return [_sentenced(place, one) for one in reversed(known.values())]


def _problems_of(place: Place, there: set[str]) -> list[InvalidConditionError]:
    """Read each part alone; then, as far as the parts could be read, how they hang together."""
    found: list[InvalidConditionError] = []
    read: dict[str, Any] = {}
    for key in there - {"steps"}:
        try:
            read[key] = _PARTS[key](place.at(key))
        except InvalidConditionError as error:
            found.append(error)
    steps: dict[str, Step] = {}
    places: dict[str, Place] = {}
    unread: list[str] = []
    if "steps" in there:
        found += _steps_apart(place.at("steps"), steps, places, unread)
    if {"trigger", "start"} <= read.keys() and steps:
        rest = {key: read[key] for key in ("reentry", "exit_on", "goal", "settings") if key in read}
        journey = Journey("draft", 1, "draft", read["trigger"], read["start"], steps, **rest)
        found += shape_problems(journey, places, place, unread)
    return found


def _steps_apart(
    place: Place, steps: dict[str, Step], places: dict[str, Place], unread: list[str]
) -> list[InvalidConditionError]:
    """Read steps one by one; fill `steps` and `places` with those that can be read, `unread` with the ids of others."""
    found: list[InvalidConditionError] = []
    try:
        items = list(place.items(STEPS_MAX))
    except InvalidConditionError as error:
        return [error]
    for item in items:
        try:
            step = _step(item)
        except InvalidConditionError as error:
            found.append(error)
            said = item.data.get("id") if isinstance(item.data, Mapping) else None
            unread.append(said if isinstance(said, str) else "")
            continue
        if step.id in steps:
            found.append(_same_id(item))
        steps.setdefault(step.id, step)
        places.setdefault(step.id, item)
    return found


def _sentenced(place: Place, error: InvalidConditionError) -> InvalidJourneyError:
    message = f"{_named(place, error.field)}{error.message}"
    return InvalidJourneyError(message, field=error.field, way_out=error.way_out)


def _named(place: Place, pointer: str) -> str:
    """Return the step that `pointer` lies in, for the start of a sentence."""
    said = step_at(place.data, pointer)
    if said:
        return f"Step {quote(said)}: "
    _, *keys = pointer.split("/")
    within = len(keys) >= 2 and keys[0] == "steps" and keys[1].isdigit()
    return f"Step number {int(keys[1]) + 1}: " if within else ""


def step_at(data: Any, pointer: str) -> str:
    """Return the id of the step that a JSON pointer lies in, "" if it lies in none that has an id."""
    _, *keys = pointer.split("/")
    if len(keys) < 2 or keys[0] != "steps" or not keys[1].isdigit():
        return ""
    try:
        said = data["steps"][int(keys[1])]["id"]
    except (LookupError, TypeError):
        return ""
    return said if isinstance(said, str) else ""


def _journey(place: Place, version: int, steps: dict[str, Step]) -> Journey:
    rest = {key: _PARTS[key](place.at(key)) for key in _OPTIONAL if place.has(key)}
    return Journey(
        key=fields.read_slug(place.at("key")),
        version=version,
        name=fields.read_name(place.at("name")),
        trigger=_trigger(place.at("trigger")),
        start=fields.read_slug(place.at("start")),
        steps=steps,
        **rest,
    )


def _same_id(item: Place) -> InvalidConditionError:
    return item.at("id").refuse("Another step has the same id.", "Give each step an id of its own.")


def _steps(place: Place) -> tuple[dict[str, Step], dict[str, Place]]:
    steps: dict[str, Step] = {}
    places: dict[str, Place] = {}
    for item in place.items(STEPS_MAX):
        step = _step(item)
        if step.id in steps:
            raise _same_id(item)
        steps[step.id], places[step.id] = step, item
    return steps, places


def _step(place: Place) -> Step:
    step: Step = read_kind(place, STEP_KINDS, (ID,))
    if isinstance(step, Tag):
        _check_tags(step, place)
    return step


def _check_tags(step: Tag, place: Place) -> None:
    if not step.add and not step.remove:
        raise place.refuse("It changes no tag.", 'Give "add" or "remove".')
    for tag in step.add:
        if tag in step.remove:
            raise place.refuse(f"{quote(tag)} is both put on and taken off.", "Keep one of them.")


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


def _trigger(place: Place) -> Trigger:
    trigger: Trigger = read_kind(place, TRIGGER_KINDS)
    return trigger


_PARTS: dict[str, Callable[[Place], Any]] = {
    "key": fields.read_slug,
    "name": fields.read_name,
    "trigger": _trigger,
    "start": fields.read_slug,
    "reentry": _reentry,
    "exit_on": _exits,
    "goal": fields.read_pattern,
    "settings": read_settings,
}
