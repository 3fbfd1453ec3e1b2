"""Functions over the events that count."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from tieline.condition import value
from tieline.condition.compare import ORDER

FUNCTIONS = {
    "count": "How many events; needs no property.",
    "sum": "The sum of the property's numbers; 0 when there are none.",
    "min": "The smallest number; unknown when there are none.",
    "max": "The greatest number; unknown when there are none.",
    "avg": "The mean of the numbers; unknown when there are none.",
    "days_since_last": "Whole days of 24 hours since the newest event; needs no property; unknown when there is none.",
    "days_since_first": "The same since the oldest event.",
    "distinct": "How many different texts, numbers or booleans.",
}
SINCE = ("days_since_last", "days_since_first")
"""Functions that read when, and change with time alone."""
WHOLE = ("count", "distinct", *SINCE)
"""Functions that give whole numbers."""
PLAIN = ("count", *SINCE)
"""Functions that read no property."""


def compares(function: str, values: Sequence[Any], op: str, right: Decimal) -> bool:
    """Compare a function of `values` with `right`; an unknown result compares false.

    Args:
        function: A key of `FUNCTIONS`; for "count" `values` holds one item for each event.
        values: Values of the property in all events that count; for "days_since_*" the age of each in whole days.
        op: A key of `compare.ORDER`.
        right: The number to compare with.
    """
    if function == "count":
        return ORDER[op](Decimal(len(values)), right)
    if function == "distinct":
        return ORDER[op](Decimal(len({value.text(found) for found in values} - {None})), right)
    numbers = [number for number in map(value.number, values) if number is not None]
    if function == "sum":
        return ORDER[op](sum(numbers, Decimal()), right)
    if not numbers:
        return False
    if function == "avg":
        return ORDER[op](sum(numbers, Decimal()), right * len(numbers))
    return ORDER[op](min(numbers) if function in {"min", "days_since_last"} else max(numbers), right)
