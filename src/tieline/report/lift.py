"""What a message brought beyond what would have happened anyway: those who got it against those held out. Pure.

Rates are compared by Newcombe's hybrid of two Wilson intervals (Statistics in Medicine 17, 1998, method 10): it keeps its
promise for small groups and rates near zero, where the plain normal interval does not. Means (money per person) are
compared by Welch's interval with the normal quantile, which is close for groups above thirty.
"""

from math import sqrt
from typing import NamedTuple

from tieline.model.group import Group

Z_95 = 1.959963984540054
FEW = 30
"""Fewer people than this in a group: the interval of money is left out."""


class Interval(NamedTuple):
    """An estimate with its 95% interval."""

    estimate: float
    low: float
    high: float

    @property
    def certain(self) -> bool:
        """Whether zero lies outside."""
        return self.low > 0 or self.high < 0


class Lift(NamedTuple):
    """What the treatment brought; None is "too few people to say".

    Attributes:
        rate: Difference of the rates.
        conversions: Of all the treated: how many would not have done it otherwise.
        relative: The rate against that of the group held out; None if nobody of them did it.
        money: Difference of money per person.
        revenue: Of all the treated.
    """

    rate: Interval | None
    conversions: Interval | None
    relative: float | None
    money: Interval | None
    revenue: Interval | None


def lift(treated: Group, held_out: Group) -> Lift:
    """Compare two groups that chance has drawn."""
    if not treated.people or not held_out.people:
        return Lift(None, None, None, None, None)
    rate = difference_of_rates(treated, held_out)
    base = held_out.converted / held_out.people
    money = None
    if min(treated.people, held_out.people) >= FEW:
        half = Z_95 * sqrt(treated.variance / treated.people + held_out.variance / held_out.people)
        gap = treated.mean - held_out.mean
        money = Interval(gap, gap - half, gap + half)
    return Lift(
        rate=rate,
        conversions=_times(rate, treated.people),
        relative=rate.estimate / base if base else None,
        money=money,
        revenue=_times(money, treated.people) if money else None,
    )


def difference_of_rates(one: Group, other: Group) -> Interval:
    """Return rate of `one` minus rate of `other`, each with at least one person."""
    p, q = one.converted / one.people, other.converted / other.people
    (p_low, p_high), (q_low, q_high) = _wilson(one), _wilson(other)
    gap = p - q
    return Interval(
        gap,
        gap - sqrt((p - p_low) ** 2 + (q_high - q) ** 2),
        gap + sqrt((p_high - p) ** 2 + (q - q_low) ** 2),
    )


def _wilson(group: Group) -> tuple[float, float]:
    n, p, z = group.people, group.converted / group.people, Z_95
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(0.0, middle - half), min(1.0, middle + half)


def _times(interval: Interval, many: int) -> Interval:
    return Interval(*(part * many for part in interval))
