"""People whom chance put into one group, and what became of them."""

from typing import NamedTuple


class Group(NamedTuple):
    """What became of one group.

    Attributes:
        people: How many there are.
        converted: How many of them did it.
        mean: Money per person, also of those who bought nothing.
        variance: Of that, with n - 1.
    """

    people: int
    converted: int
    mean: float = 0.0
    variance: float = 0.0
