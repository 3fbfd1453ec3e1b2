"""The body of a narrowcast becomes a typed one. What is not whole is refused."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from tieline.condition.place import Place, limit_size, listed, quote
from tieline.deliver.demographic import read_demographic
from tieline.deliver.liquid import is_template
from tieline.deliver.recipient import LEAVES_MAX
from tieline.deliver.render import check
from tieline.errors import InvalidConditionError, InvalidInputError, InvalidTemplateError
from tieline.journey import fields
from tieline.journey.settings import read_number, read_quiet
from tieline.model.narrowcast import Again, Both, Either, Found, Made, Narrowcast, Others, Tree, leaves

PEOPLE_MAX = 100_000_000
NUMBER_MAX = 2**53
REASON_MIN, REASON_MAX = 5, 300
AHEAD_MAX = timedelta(days=179)
"""An audience lives for 180 days at LINE."""
GRACE = timedelta(minutes=5)
_KEYS = (
    "key", "name", "account", "messages", "recipient", "demographic", "max", "up_to_quota", "silent", "without_consent",
    "send_at", "quiet_hours",
)  # fmt: skip
_KINDS = ("audience", "line_audience", "narrowcast", "and", "or", "not")


def parse(body: Any, people: Mapping[int, int], now: datetime) -> Narrowcast:
    """Read a narrowcast.

    Args:
        body: Decoded JSON.
        people: How many people are in audiences that were made at LINE, by their numbers; none of one that is missing.
        now: The present moment; what is to be sent before it is refused.

    Raises:
        InvalidInputError: It cannot be sent as it is; `field` points at the place.
    """
    place = Place(body)
    try:
        return _narrowcast(place, people, now)
    except InvalidConditionError as error:
        raise InvalidInputError(error.message, field=error.field, way_out=error.way_out) from error


def _narrowcast(place: Place, people: Mapping[int, int], now: datetime) -> Narrowcast:
    place.keys(("account", "messages"), _KEYS)
    return Narrowcast(
        account=place.at("account").text(),
        messages=_messages(place.at("messages")),
        recipient=_recipient(place.at("recipient"), people) if _given(place, "recipient") else None,
        demographic=read_demographic(place.at("demographic")) if _given(place, "demographic") else None,
        most=read_number(place.at("max"), PEOPLE_MAX) if _given(place, "max") else None,
        up_to_quota=_yes(place, "up_to_quota"),
        silent=_yes(place, "silent"),
        without_consent=_reason(place.at("without_consent")) if _given(place, "without_consent") else "",
        start_at=_moment(place.at("send_at"), now) if _given(place, "send_at") else None,
        quiet=read_quiet(place.at("quiet_hours")) if _given(place, "quiet_hours") else None,
    )


def _messages(place: Place) -> tuple[Mapping[str, Any], ...]:
    messages = fields.read_messages(place)
    for pointer, text in _texts(messages, place.pointer):
        if is_template(text):
            raise InvalidTemplateError(
                f"{quote(text)} is a template, and everybody gets the same.",
                field=pointer,
                way_out="Write it without, or send a broadcast, which fills in for each person.",
            )
    check(messages, place.pointer)
    return messages


def _texts(value: Any, pointer: str) -> list[tuple[str, str]]:
    if isinstance(value, str):
        return [(pointer, value)]
    inner = (
        value.items()
        if isinstance(value, Mapping)
        else enumerate(value)
        if isinstance(value, (list, tuple))
        else ()
    )
    return [found for name, item in inner for found in _texts(item, f"{pointer}/{name}")]


def _recipient(place: Place, people: Mapping[int, int]) -> Tree:
    limit_size(place)
    tree = _tree(place, people)
    if sum(1 for _ in leaves(tree)) > LEAVES_MAX:
        raise place.refuse(f"LINE takes {LEAVES_MAX} audiences.", "Leave some out.")
    return tree


def _tree(place: Place, people: Mapping[int, int]) -> Tree:
    place.keys((), _KINDS)
    if len(place.data) != 1:
        raise place.refuse("It must name one thing.", f"Use one of {listed(_KINDS)}.")
    (kind,) = place.data
    inner = place.at(kind)
    match kind:
        case "audience":
            return Made(fields.read_slug(inner))
        case "narrowcast":
            return Again(inner.text(80))
        case "line_audience":
            number = read_number(inner, NUMBER_MAX)
            return Found(number, people.get(number, 0))
        case "not":
            return Others(_tree(inner, people))
    parts = tuple(_tree(part, people) for part in inner.items(LEAVES_MAX))
    return Both(parts) if kind == "and" else Either(parts)


def _reason(place: Place) -> str:
    said = place.text(REASON_MAX).strip()
    if len(said) < REASON_MIN:
        raise place.refuse(
            "The reason is too short to be one.",
            "Say why it may go to people whose consent is not known, without naming anybody: it goes to the audit log.",
        )
    return said


def _moment(place: Place, now: datetime) -> datetime:
    try:
        found = datetime.fromisoformat(place.text())
    except ValueError:
        found = datetime.min  # noqa: DTZ901 - has no zone, and so is refused below
    if found.tzinfo is None:
        raise place.refuse(f"{quote(place.data)} is no moment.", "Write it like 2026-12-01T10:00:00+08:00.")
    if not now - GRACE <= found <= now + AHEAD_MAX:
        raise place.refuse(f"{quote(place.data)} is over, or half a year ahead.", "Name a moment to come.")
    return found.astimezone(UTC)


def _yes(place: Place, key: str) -> bool:
    if not _given(place, key):
        return False
    if not isinstance(place.data[key], bool):
        raise place.at(key).refuse(f"{quote(place.data[key])} is neither true nor false.", "Use one of them.")
    return bool(place.data[key])


def _given(place: Place, key: str) -> bool:
    return place.has(key) and place.data[key] is not None
