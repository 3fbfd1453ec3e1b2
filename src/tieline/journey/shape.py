"""How steps hang together: every way leads to a step, every step is reached, and no loop runs without a wait. Pure."""

from collections.abc import Iterator, Mapping

from tieline.condition.place import Place, quote
from tieline.journey.definition import (
    EventPattern,
    Journey,
    Step,
    Wait,
    WaitForEvent,
    WaitUntilDate,
    WaitUntilTime,
    ways,
)

_WAITING = (Wait, WaitUntilTime, WaitForEvent)


def check_shape(journey: Journey, places: Mapping[str, Place], root: Place) -> None:
    """Refuse steps that do not hang together.

    Args:
        journey: What was read.
        places: Where each step was written, by id.
        root: Where the journey was written.

    Raises:
        InvalidConditionError: `field` points at the place.
    """
    steps = journey.steps
    if journey.start not in steps:
        raise root.at("start").refuse(
            f"There is no step {quote(journey.start)} to start with.", _known(steps)
        )
    for step in steps.values():
        for key, onward in ways(step).items():
            if onward is not None and onward not in steps:
                place = places[step.id].at(key)
                raise place.refuse(f"{quote(key)} leads to {quote(onward)}, which is no step.", _known(steps))
    _check_reached(journey.start, steps, places)
    _check_loops(steps, places)


def check_references(journey: Journey, places: Mapping[str, Place], root: Place) -> None:
    """Refuse references to the trigger where the trigger has no properties: they would never be met.

    Raises:
        InvalidConditionError: `field` points at the place.
    """
    if isinstance(journey.trigger, EventPattern):
        return
    for place in _referring(journey, places, root):
        raise place.refuse(
            "It refers to a property of the trigger, which has none.",
            "Only a trigger of kind event has properties.",
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


def _check_reached(start: str, steps: Mapping[str, Step], places: Mapping[str, Place]) -> None:
    reached: set[str] = set()
    waiting = [start]
    while waiting:
        step = waiting.pop()
        if step not in reached:
            reached.add(step)
            waiting += (onward for onward in ways(steps[step]).values() if onward is not None)
    for step in steps:
        if step not in reached:
            raise places[step].refuse("No way leads here.", "Name it in another step, or remove it.")


def _check_loops(steps: Mapping[str, Step], places: Mapping[str, Place]) -> None:
    """Peel off steps that lead at once only to peeled steps; what remains runs in a circle."""
    left = {step.id: set(_at_once(step)) for step in steps.values()}
    while peeled := {step for step, onward in left.items() if not onward & left.keys()}:
        left = {step: onward for step, onward in left.items() if step not in peeled}
    for step in left:
        if _comes_back(step, left):
            raise places[step].refuse("It leads back to itself without a wait.", "Put a wait into the loop.")


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


def _known(steps: Mapping[str, Step]) -> str:
    return f"Name one of {', '.join(steps)}, or add it."
