"""Operators that compare a value with a literal: the table, how they are read, and what they mean in memory."""

import re
from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

import msgspec

from tieline.condition import value
from tieline.condition.place import Place, quote
from tieline.condition.value import Literal

MANY_MAX = 1000


class Operator(msgspec.Struct, frozen=True):
    """One row of the table of operators.

    Attributes:
        operand: What stands in `value`: "one" literal, "many" literals, a "number", a "text", or "nothing".
        meaning: One sentence for the reference.
        opposite_of: The operator this one denies, or "".
    """

    operand: str
    meaning: str
    opposite_of: str = ""


OPERATORS = {
    "eq": Operator("one", "The value equals a text, a number or a boolean."),
    "ne": Operator("one", "Not `eq`; also true when the value is missing.", opposite_of="eq"),
    "gt": Operator("number", "The value is a number greater than this one."),
    "gte": Operator("number", "The value is a number greater than or equal to this one."),
    "lt": Operator("number", "The value is a number less than this one."),
    "lte": Operator("number", "The value is a number less than or equal to this one."),
    "in": Operator("many", "The value equals one of a list."),
    "not_in": Operator("many", "Not `in`; also true when the value is missing.", opposite_of="in"),
    "contains": Operator("text", "The value is a text that contains this one; upper and lower case differ."),
    "starts_with": Operator(
        "text", "The value is a text that starts with this one; upper and lower case differ."
    ),
    "ends_with": Operator(
        "text", "The value is a text that ends with this one; upper and lower case differ."
    ),
    "not_contains": Operator(
        "text", "Not `contains`; also true when the value is missing.", opposite_of="contains"
    ),
    "like": Operator(
        "text", "The value is a text of this shape: `*` stands for any signs or none; the case counts."
    ),
    "exists": Operator("nothing", "There is a value: not missing, not null."),
    "not_exists": Operator("nothing", "Not `exists`.", opposite_of="exists"),
}

ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda left, right: left == right,
    "ne": lambda left, right: left != right,
    "gt": lambda left, right: left > right,
    "gte": lambda left, right: left >= right,
    "lt": lambda left, right: left < right,
    "lte": lambda left, right: left <= right,
}
"""Comparisons of two numbers."""


class Compare(msgspec.Struct, frozen=True):
    """An operator and what stands to its right.

    Attributes:
        op: A key of `OPERATORS`.
        operands: As many literals as the operator takes.
    """

    op: str
    operands: tuple[Literal, ...] = ()


def read_compare(place: Place) -> Compare:
    """Read `op` and `value` of the object at `place`; its other keys are the caller's."""
    op = place.at("op").one_of(tuple(OPERATORS))
    kind = OPERATORS[op].operand
    if kind == "nothing":
        if place.has("value"):
            raise place.at("value").refuse(f"{op} takes no value.", 'Remove "value".')
        return Compare(op)
    if not place.has("value"):
        raise place.refuse(f"{op} needs a value.", 'Add "value".')
    operand = place.at("value")
    if kind == "many":
        return Compare(op, tuple(dict.fromkeys(read_literal(item) for item in operand.items(MANY_MAX))))
    if kind == "number":
        return Compare(op, (read_number(operand),))
    if kind == "text":
        return Compare(op, (operand.text(),))
    return Compare(op, (read_literal(operand),))


def read_literal(place: Place) -> Literal:
    """Read a text, a number or a boolean."""
    if isinstance(place.data, bool):
        return "true" if place.data else "false"
    if isinstance(place.data, str):
        return place.storable(place.data)
    return read_number(place)


def read_number(place: Place) -> Decimal:
    """Read a JSON number that is kept exactly."""
    said = place.data
    if isinstance(said, bool) or not isinstance(said, int | float):
        raise place.refuse(f"{quote(said)} is not a number.", "Write a number without quotation marks.")
    exact = value.number(said)
    if exact is None or exact != Decimal(repr(said)):
        raise place.refuse(
            f"{quote(said)} is not kept exactly.", "Use at most 15 digits before the point and 6 after it."
        )
    return exact


def satisfied(compare: Compare, values: Iterable[Any]) -> bool:
    """Tell whether any of `values` satisfies `compare`; a denying operator: whether none satisfies its opposite."""
    opposite = OPERATORS[compare.op].opposite_of
    if opposite:
        return not satisfied(Compare(opposite, compare.operands), values)
    return any(_one(compare, found) for found in values)


def _one(compare: Compare, found: Any) -> bool:
    if compare.op == "exists":
        return True
    if compare.op in {"eq", "in"}:
        return value.text(found) in compare.operands or value.number(found) in compare.operands
    operand = compare.operands[0]
    if isinstance(operand, Decimal):
        number = value.number(found)
        return number is not None and ORDER[compare.op](number, operand)
    if not isinstance(found, str):
        return False
    return _TEXTS[compare.op](found, operand)


def _like(found: str, shape: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, shape.split("*"))), found, re.DOTALL) is not None


_TEXTS: dict[str, Callable[[str, str], bool]] = {
    "contains": lambda found, part: part in found,
    "starts_with": str.startswith,
    "ends_with": str.endswith,
    "like": _like,
}
