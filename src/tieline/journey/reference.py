"""The table of step kinds: what each one does, its fields and an example. Parsing and documentation both read it."""

import sys
from collections.abc import Callable
from typing import Any, NamedTuple

import msgspec

from tieline.condition.place import Place
from tieline.journey import definition, fields
from tieline.journey.where import Where


class Field(NamedTuple):
    """One key of a step.

    Attributes:
        key: As it is written in the definition.
        attribute: As the typed step calls it.
        read: Turns the JSON into the value.
        shape: What to write, for the reader.
        meaning: One sentence, for the reader.
    """

    key: str
    attribute: str
    read: Callable[[Place], Any]
    shape: str
    meaning: str
    required: bool = True


class StepKind(NamedTuple):
    """One kind of step.

    Attributes:
        make: Builds the typed step from its attributes.
        meaning: What it does, for the reader.
        example: A whole step that is accepted.
    """

    make: Callable[..., definition.Step]
    meaning: str
    fields: tuple[Field, ...]
    example: dict[str, Any]


def _wait_for_event(event: str, where: Where | None = None, **rest: Any) -> definition.WaitForEvent:
    return definition.WaitForEvent(awaited=definition.EventPattern(event, where), **rest)


def _way(key: str, meaning: str, attribute: str = "") -> Field:
    return Field(
        key,
        attribute or key,
        fields.read_slug,
        "id of a step",
        f"{meaning} Left out: the journey ends.",
        required=False,
    )


_NEXT = _way("next", "The step after this one.")
_ID = Field("id", "id", fields.read_slug, "key", "Names the step within the journey.")

STEP_KINDS: dict[str, StepKind] = {
    "wait": StepKind(
        definition.Wait,
        "Lets time pass, counted from the moment the step was reached.",
        (Field("for", "duration", fields.read_wait, "duration", "How long: PT30M, PT24H, P7D, P2W."), _NEXT),
        {"id": "half-an-hour", "kind": "wait", "for": "PT30M", "next": "remind"},
    ),
    "wait_until_time": StepKind(
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
            _NEXT,
        ),
        {
            "id": "morning",
            "kind": "wait_until_time",
            "time": "10:00",
            "weekdays": ["mon", "tue"],
            "next": "remind",
        },
    ),
    "wait_until_date": StepKind(
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
            _way("next", "The step after this one."),
            _way("on_missed", "Where to go when the moment is over already, or the trigger names no date."),
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
    "wait_for_event": StepKind(
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
            _way("next", "The step after the event."),
            _way("on_timeout", "The step after the time is up."),
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
    "condition": StepKind(
        definition.Condition,
        "Goes one of two ways by what is known about the person at this moment, the newest events included.",
        (
            Field("if", "test", fields.read_test, "condition", "A condition as in segments."),
            _way("then", "The step if it holds."),
            _way("else", "The step if it does not hold.", "otherwise"),
        ),
        {"id": "has-bought", "kind": "condition", "if": {"event": "Order Completed"}, "else": "remind"},
    ),
    "send_line": StepKind(
        definition.SendLine,
        "Asks for a LINE message. Consent, quiet hours, caps and budget decide whether and when it leaves; the person goes on at once.",
        (
            Field("account", "account", fields.read_slug, "key", "LINE account that sends it."),
            Field(
                "purpose",
                "purpose",
                fields.read_purpose,
                "marketing or transactional",
                "What it is for: marketing needs consent to marketing.",
            ),
            Field(
                "messages",
                "messages",
                fields.read_messages,
                f"list of 1 to {definition.MESSAGES_MAX} LINE messages",
                "Message objects of the Messaging API; each text in them is a Liquid template.",
            ),
            Field(
                "expires_after",
                "expires_after",
                fields.read_wait,
                "duration",
                "A message that could not leave by then is dropped. Left out: P1D.",
                required=False,
            ),
            Field(
                "lookup",
                "lookup",
                fields.read_lookup,
                '`{name: {"catalog": key, "key": template}}`',
                "Rows of catalogues that the templates read under these names.",
                required=False,
            ),
            _NEXT,
        ),
        {
            "id": "remind",
            "kind": "send_line",
            "account": "main",
            "purpose": "marketing",
            "lookup": {"item": {"catalog": "product", "key": "{{ trigger.product_id }}"}},
            "messages": [{"type": "text", "text": "{{ item.name }} 還在購物車裡。"}],
            "expires_after": "PT6H",
        },
    ),
    "tag": StepKind(
        definition.Tag,
        "Puts tags on the person and takes tags off.",
        (
            Field("add", "add", fields.read_tags, "list of tags", "Tags to put on.", required=False),
            Field("remove", "remove", fields.read_tags, "list of tags", "Tags to take off.", required=False),
            _NEXT,
        ),
        {"id": "mark", "kind": "tag", "add": ["reminded"], "remove": ["new"]},
    ),
    "set_trait": StepKind(
        definition.SetTrait,
        "Writes one trait of the person.",
        (
            Field("name", "name", fields.read_trait, "name", "Name of the trait."),
            Field(
                "value",
                "value",
                fields.read_templates,
                "any JSON",
                "Its value; each text in it is a Liquid template.",
            ),
            _NEXT,
        ),
        {"id": "note", "kind": "set_trait", "name": "last_cart", "value": "{{ trigger.cart_id }}"},
    ),
    "webhook": StepKind(
        definition.Webhook,
        "Tells another system by an HTTP POST; the person goes on at once.",
        (
            Field(
                "url",
                "url",
                fields.read_url,
                "https address",
                "Where to send it; without templates, because addresses end up in logs.",
            ),
            Field(
                "body",
                "body",
                fields.read_templates,
                "any JSON",
                "What to send; each text in it is a Liquid template.",
            ),
            _NEXT,
        ),
        {
            "id": "tell-crm",
            "kind": "webhook",
            "url": "https://crm.example.com/hooks/cart",
            "body": {"cart": "{{ trigger.cart_id }}"},
        },
    ),
    "coupon": StepKind(
        definition.Coupon,
        "Takes one unused code from a pool for this person; later templates read it as `coupons`.",
        (
            Field("pool", "pool", fields.read_slug, "key", "The pool of codes."),
            _way("next", "The step after this one."),
            _way("on_empty", "Where to go when the pool is used up."),
        ),
        {"id": "gift", "kind": "coupon", "pool": "free-shipping", "next": "remind"},
    ),
    "exit": StepKind(
        definition.Exit, "Ends the journey for this person.", (), {"id": "stop", "kind": "exit"}
    ),
}


def fields_of(kind: StepKind) -> tuple[Field, ...]:
    """Return all fields of a kind, the common ones first."""
    return (_ID, *kind.fields)


_INTRODUCTION = f"""\
# Steps of a journey

Each step is an object with an `id`, a `kind` and the fields below. A journey has at most {definition.STEPS_MAX} steps.

- A **key** has small letters, digits, `-` and `_`, at most 64.
- A **duration** is ISO 8601 in weeks, or in days, hours, minutes and seconds: PT30M, P7D, P2W; from one minute to
  {definition.WAIT_MAX.days} days. A day of it is 24 hours.
- A **template** is a text with Liquid in it. It reads `trigger` (the properties of what started the journey) and `coupons`
  (codes by pool).

What happened decides, not when it was processed: a timer that fires late still counts from when it was due, and whoever buys
at minute 30 of a wait of 30 minutes has bought in time.

Written from the table in the code by `python -m tieline.journey.reference`.
"""


def markdown() -> str:
    """Return the reference page of step kinds."""
    parts = [_INTRODUCTION]
    for name, kind in STEP_KINDS.items():
        example = msgspec.json.format(msgspec.json.encode(kind.example)).decode()
        rows = "".join(
            f"| `{it.key}` | {it.shape} | {_need(it)} | {it.meaning} |\n" for it in fields_of(kind)
        )
        table = f"| field | write | | meaning |\n|---|---|---|---|\n{rows}"
        parts.append(f"## {name}\n\n{kind.meaning}\n\n{table}\n```json\n{example}\n```\n")
    return "\n".join(parts)


def _need(field: Field) -> str:
    return "required" if field.required else "optional"


if __name__ == "__main__":
    sys.stdout.write(markdown())
