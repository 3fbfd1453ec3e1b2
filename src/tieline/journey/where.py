"""Filters of events that may compare with what started the journey: `{"property": "cart_id", "op": "eq", "ref": "trigger.cart_id"}`."""

from collections.abc import Mapping
from typing import Any

import msgspec

from tieline.condition.compare import OPERATORS
from tieline.condition.filter import Filter, matches, parse_filter
from tieline.condition.path import Path, read_path, values_at
from tieline.condition.place import Place, limit_size, quote
from tieline.errors import InvalidConditionError

PREFIX = "trigger."
_TRIED_WITH = {"one": "x", "text": "x", "number": 0, "many": ["x"], "nothing": None}
"""A value per kind of operand, to check a filter before there is a trigger."""


class Where(msgspec.Struct, frozen=True):
    """A filter.

    Attributes:
        data: As it was written.
        filter: Compiled; None if it refers to the trigger and so differs from person to person.
    """

    data: Mapping[str, Any]
    filter: Filter | None


def read_where(place: Place) -> Where:
    """Read a filter that may refer to the trigger.

    Raises:
        InvalidConditionError: It is not a whole filter; `field` points at the place.
    """
    limit_size(place)
    if not _refers(place.data):
        return Where(place.data, parse_filter(place.data, place.pointer))
    parse_filter(_tried(place), place.pointer)
    return Where(place.data, None)


def read_reference(place: Place) -> Path:
    """Read `trigger.` and the name of a property."""
    said = place.text()
    if not said.startswith(PREFIX) or "[]" in said:
        raise place.refuse(
            f"{quote(said)} is not a property of the trigger.", 'Write it like "trigger.cart_id".'
        )
    return read_path(Place(said.removeprefix(PREFIX), place.pointer))


def accepts(where: Where | None, properties: Mapping[str, Any], trigger: Mapping[str, Any]) -> bool:
    """Tell whether an event passes.

    What refers to a trigger property that is missing, or that cannot be compared, lets nothing pass: a person must not
    leave a journey because two carts both have no id.
    """
    if where is None:
        return True
    if where.filter is not None:
        return matches(where.filter, properties)
    try:
        return matches(parse_filter(_bound(where.data, trigger)), properties)
    except (InvalidConditionError, LookupError):
        return False


def referred(trigger: Mapping[str, Any], reference: str) -> Any:
    """Return the trigger property that `reference` names, None if there is none."""
    found = values_at(trigger, read_reference(Place(reference)))
    return found[0] if found else None


def _refers(data: Any) -> bool:
    if isinstance(data, Mapping):
        return "ref" in data or any(_refers(value) for value in data.values())
    return isinstance(data, list | tuple) and any(_refers(item) for item in data)


def _tried(place: Place) -> Any:
    """Check every reference and put a value in its place."""
    data = place.data
    if isinstance(data, list | tuple):
        return [_tried(place.at(index)) for index in range(len(data))]
    if not isinstance(data, Mapping):
        return data
    if "ref" not in data:
        return {key: _tried(place.at(key)) for key in data}
    read_reference(place.at("ref"))
    if "value" in data:
        raise place.refuse('Both "value" and "ref" are given.', "Keep one of them.")
    return _valued(data, _TRIED_WITH.get(_operand(data.get("op")), "x"))


def _bound(data: Any, trigger: Mapping[str, Any]) -> Any:
    if isinstance(data, list | tuple):
        return [_bound(item, trigger) for item in data]
    if not isinstance(data, Mapping):
        return data
    if "ref" not in data:
        return {key: _bound(value, trigger) for key, value in data.items()}
    value = referred(trigger, data["ref"])
    if value is None:
        raise LookupError(data["ref"])
    return _valued(data, value)


def _valued(data: Mapping[str, Any], value: Any) -> dict[str, Any]:
    return {**{key: said for key, said in data.items() if key != "ref"}, "value": value}


def _operand(op: Any) -> str:
    return OPERATORS[op].operand if isinstance(op, str) and op in OPERATORS else ""
