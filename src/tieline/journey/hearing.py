"""Which events concern an enrolment, and what is noted on it. Pure."""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from tieline.journey.definition import Journey, SplitByButton, Step, WaitForEvent
from tieline.journey.enrolment import Enrolment, EventSeen
from tieline.journey.pattern import EventPattern
from tieline.journey.where import accepts
from tieline.model.event import LINE_POSTBACK_RECEIVED

HELD_MAX = 20


def follows_entry(journey: Journey, enrolment: Enrolment, event: EventSeen) -> bool:
    """Earlier events never end an enrolment, nor does the very event that started it."""
    if event.at != enrolment.entered_at:
        return event.at > enrolment.entered_at
    return not isinstance(journey.trigger, EventPattern) or journey.trigger.event != event.name


def hold(journey: Journey, enrolment: Enrolment, event: EventSeen) -> Enrolment:
    """Keep an event that may be waited for, until an answer is there."""
    wanted = any(_wanted(step, enrolment, event) for step in journey.steps.values())
    if not wanted or event in enrolment.held or len(enrolment.held) >= HELD_MAX:
        return enrolment
    return replace(enrolment, held=(*enrolment.held, event))


def _wanted(step: Step, enrolment: Enrolment, event: EventSeen) -> bool:
    if isinstance(step, SplitByButton):
        return event.name == LINE_POSTBACK_RECEIVED
    return isinstance(step, WaitForEvent) and fits(step.awaited, enrolment, event)


def fits(pattern: EventPattern, enrolment: Enrolment, event: EventSeen) -> bool:
    """Tell whether an event is one of a pattern, for this enrolment."""
    return pattern.event == event.name and accepts(pattern.where, event.properties, enrolment.trigger)


def noted(enrolment: Enrolment, shelf: str, name: str, value: Any) -> Enrolment:
    """Write down what a step found out."""
    known: Mapping[str, Any] = enrolment.data.get(shelf, {})
    return replace(enrolment, data={**enrolment.data, shelf: {**known, name: value}})
