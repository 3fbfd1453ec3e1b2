"""Steps that let time pass or ask: the table of what each does, its fields and an example."""

from typing import Any

from tieline.journey import definition, fields
from tieline.journey.kind import NEXT, Field, Kind, way
from tieline.journey.pattern import EventPattern
from tieline.journey.where import Where


def _wait_for_event(event: str, where: Where | None = None, **rest: Any) -> definition.WaitForEvent:
    return definition.WaitForEvent(awaited=EventPattern(event, where), **rest)


WAITING: dict[str, Kind] = {
    "wait": Kind(
        definition.Wait,
        "Lets time pass, counted from the moment the step was reached.",
        (Field("for", "duration", fields.read_wait, "duration", "How long: PT30M, PT24H, P7D, P2W."), NEXT),
        {"id": "half-an-hour", "kind": "wait", "for": "PT30M", "next": "remind"},
    ),
    "wait_until_time": Kind(
        definition.WaitUntilTime,
        "Waits for the next time the workspace's clock shows this time, strictly later than now.",
        (
            Field("time", "time", fields.read_clock, "HH:MM", "Time of day in the workspace's time zone."),
            Field(
                "weekdays",
                "weekdays",
                fields.read_weekdays,
                "list of mon … sun",
                "Days on which it may end. Left out: every day.",
                required=False,
            ),
            NEXT,
        ),
        {
            "id": "morning",
            "kind": "wait_until_time",
            "time": "10:00",
            "weekdays": ["mon", "tue"],
            "next": "remind",
        },
    ),
    "wait_until_date": Kind(
        definition.WaitUntilDate,
        "Waits for a time on a day that the trigger names, or so many days before or after it.",
        (
            Field(
                "date",
                "date",
                fields.read_date_reference,
                "`trigger.<property>`",
                "Property of the trigger that holds a date or a time.",
            ),
            Field(
                "days",
                "days",
                fields.read_days,
                "whole number",
                "Days to add: -3 is three days before. Left out: 0.",
                required=False,
            ),
            Field("time", "time", fields.read_clock, "HH:MM", "Time of day in the workspace's time zone."),
            way("next", "The step after this one."),
            way("on_missed", "Where to go when the moment is over already, or the trigger names no date."),
        ),
        {
            "id": "before-check-in",
            "kind": "wait_until_date",
            "date": "trigger.check_in_on",
            "days": -3,
            "time": "10:00",
            "next": "remind",
        },
    ),
    "wait_for_event": Kind(
        _wait_for_event,
        "Waits for an event later than the moment the step was reached; an event exactly at the end still counts.",
        (
            Field("event", "event", fields.read_name, "name", "Name of the event."),
            Field(
                "where",
                "where",
                fields.read_filter,
                "filter",
                'Which of these events count; `"ref": "trigger.<property>"` in place of `"value"` compares with the trigger. '
                "Left out: all.",
                required=False,
            ),
            Field("timeout", "timeout", fields.read_wait, "duration", "How long to wait at most."),
            way("next", "The step after the event."),
            way("on_timeout", "The step after the time is up."),
        ),
        {
            "id": "bought",
            "kind": "wait_for_event",
            "event": "Order Completed",
            "where": {"property": "cart_id", "op": "eq", "ref": "trigger.cart_id"},
            "timeout": "PT30M",
            "on_timeout": "remind",
        },
    ),
    "condition": Kind(
        definition.Condition,
        "Goes one of two ways by what is known about the person at this moment, the newest events included.",
        (
            Field("if", "test", fields.read_test, "condition", "A condition as in segments."),
            way("then", "The step if it holds."),
            way("else", "The step if it does not hold.", "otherwise"),
        ),
        {"id": "has-bought", "kind": "condition", "if": {"event": "Order Completed"}, "else": "remind"},
    ),
}
