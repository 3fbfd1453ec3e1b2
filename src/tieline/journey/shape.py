"""How steps hang together: every way leads to a step, every step is reached, and no loop runs without a wait. Pure."""

from collections.abc import Collection, Iterator, Mapping

from tieline.condition.place import Place, quote
from tieline.errors import InvalidConditionError
from tieline.journey.definition import (
    Journey,
    SplitByButton,
    Step,
    Wait,
    WaitForEvent,
    WaitUntilDate,
    WaitUntilTime,
    ways,
)
from tieline.journey.pattern import EventPattern
from tieline.journey.trigger import TELLING

_WAITING = (Wait, WaitUntilTime, WaitForEvent, SplitByButton)


def shape_problems(
    journey: Journey, places: Mapping[str, Place], root: Place, others: Collection[str] = ()
) -> Iterator[InvalidConditionError]:
    """Yield what is wrong with how steps hang together; each names its place.

    Args:
        journey: What was read.
        places: Where each step was written, by id.
        root: Where the journey was written.
        others: Ids of steps that are there but could not be read.
    """
    steps = journey.steps
    known = {*steps, *others}
    if journey.start not in known:
        yield root.at("start").refuse(
            f"There is no step {quote(journey.start)} to start with.", _known(steps)
        )
    for step in steps.values():
        for key, onward in ways(step).items():
            if onward is not None and onward not in known:
                place = _placed(places[step.id], key)
                yield place.refuse(f"{quote(key)} leads to {quote(onward)}, which is no step.", _known(steps))
    if not others and journey.start in known:
        yield from _unreached(journey.start, steps, places)
    yield from _loops(steps, places)
    yield from _references(journey, places, root)


def _references(
    journey: Journey, places: Mapping[str, Place], root: Place
) -> Iterator[InvalidConditionError]:
    """Yield references to the trigger where the trigger has no properties: they would never be met."""
    if isinstance(journey.trigger, TELLING):
        return
    for place in _referring(journey, places, root):
        yield place.refuse(
            "It refers to a property of the trigger, which has none.",
            "Only a trigger that something happened for has properties: an event, a button, a call.",
        )


def _referring(journey: Journey, places: Mapping[str, Place], root: Place) -> Iterator[Place]:
    if journey.reentry.key:
        yield root.at("reentry").at("key")
    if journey.goal is not None and _refers(journey.goal):
        yield root.at("goal").at("where")
    for index, pattern in enumerate(journey.exit_on):
        if _refers(pattern):
            yield root.at("exit_on").at(index).at("where")
    for step in journey.steps.values():
        if isinstance(step, WaitUntilDate):
            yield places[step.id].at("date")
        elif isinstance(step, WaitForEvent) and _refers(step.awaited):
            yield places[step.id].at("where")


def _refers(pattern: EventPattern) -> bool:
    return pattern.where is not None and pattern.where.filter is None


def _unreached(
    start: str, steps: Mapping[str, Step], places: Mapping[str, Place]
) -> Iterator[InvalidConditionError]:
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        step = waiting.pop()
        if step in steps and step not in reached:
            reached.add(step)
            waiting += (onward for onward in ways(steps[step]).values() if onward is not None)
    for step in steps:
        if step not in reached:
            yield places[step].refuse("No way leads here.", "Name it in another step, or remove it.")


def _loops(steps: Mapping[str, Step], places: Mapping[str, Place]) -> Iterator[InvalidConditionError]:
    """Peel off steps that lead at once only to peeled steps; what remains runs in a circle."""
    left = {step.id: set(_at_once(step)) for step in steps.values()}
    while peeled := {step for step, onward in left.items() if not onward & left.keys()}:
        left = {step: onward for step, onward in left.items() if step not in peeled}
    for step in left:
        if _comes_back(step, left):
            yield places[step].refuse("It leads back to itself without a wait.", "Put a wait into the loop.")


def _comes_back(step: str, left: Mapping[str, set[str]]) -> bool:
    reached: set[str] = set()
    waiting = list(left[step])
    while waiting:
        onward = waiting.pop()
        if onward in left and onward not in reached:
            reached.add(onward)
            waiting += left[onward]
    return step in reached


def _at_once(step: Step) -> Iterator[str]:
    """Yield where `step` can lead without time passing."""
    if isinstance(step, _WAITING):
        return
    for key, onward in ways(step).items():
        waits = isinstance(step, WaitUntilDate) and key == "next"
        if onward is not None and not waits:
            yield onward


def _placed(place: Place, path: str) -> Place:
    for key in path.split("/"):
        place = place.at(int(key) if key.isdigit() else key)
    return place


def _known(steps: Mapping[str, Step]) -> str:
    return f"Name one of {', '.join(steps)}, or add it."
