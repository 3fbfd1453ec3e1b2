"""Bounds of ranges, as people read them."""

from tieline.api.trait_spread import edges


def test_bounds_have_two_digits_and_stand_once_in_their_order() -> None:
    assert edges([0.0, 1234.0, 1249.0, 98_765.0]) == [0.0, 1200.0, 99_000.0]


def test_a_bound_that_nearly_everybody_has_is_one_bound() -> None:
    assert edges([3.0, 3.0, 3.0, 3.0]) == [3.0]
