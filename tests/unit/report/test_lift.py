"""Lift against a holdout: published examples, and what an interval must do."""

import random

import pytest

from tieline.model.group import Group
from tieline.report.lift import difference_of_rates, lift


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        # Newcombe 1998, table II, method 10.
        (Group(70, 56), Group(80, 48), 0.0524, 0.3339),
        (Group(10, 9), Group(10, 3), 0.1705, 0.8090),
        (Group(10, 10), Group(20, 0), 0.6791, 1.0),
    ],
)
def test_the_interval_is_the_published_one(one: Group, other: Group, low: float, high: float) -> None:
    found = difference_of_rates(one, other)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_nobody_held_out_means_nothing_can_be_said() -> None:
    assert lift(Group(1000, 50), Group(0, 0)).rate is None


def test_money_of_a_few_people_has_no_interval() -> None:
    assert lift(Group(1000, 50, 30.0, 900.0), Group(29, 1, 10.0, 100.0)).money is None


def test_conversions_are_those_of_all_the_treated() -> None:
    found = lift(Group(9000, 450, 50.0, 40_000.0), Group(1000, 40, 40.0, 40_000.0))
    assert found.conversions is not None
    assert found.conversions.estimate == pytest.approx(90)
    assert found.relative == pytest.approx(0.25)
    assert found.revenue is not None
    assert found.revenue.estimate == pytest.approx(90_000)


def test_the_interval_holds_the_truth_in_about_95_of_100_draws() -> None:
    dice, held = random.Random(7), 0
    for _ in range(400):
        treated = sum(dice.random() < 0.06 for _ in range(900))
        control = sum(dice.random() < 0.04 for _ in range(100))
        found = difference_of_rates(Group(900, treated), Group(100, control))
        held += found.low <= 0.02 <= found.high
    assert 0.92 <= held / 400 <= 0.98
