from datetime import date
from decimal import Decimal

from tieline.deliver.price import month, plan


def test_four_sends_to_a_hundred_thousand_friends_cost_what_line_says() -> None:
    high = plan("tw-high", date(2026, 11, 22))
    assert high is not None
    assert month(high, 400_000) == Decimal(63_000)


def test_the_plan_of_the_day_is_taken() -> None:
    before, after = plan("tw-high", date(2026, 10, 31)), plan("tw-high", date(2026, 11, 1))
    assert before is not None
    assert after is not None
    assert (before.fee, after.fee) == (Decimal(1_200), Decimal(1_400))


def test_what_the_fee_includes_costs_no_more() -> None:
    high = plan("tw-high", date(2026, 11, 1))
    assert high is not None
    assert month(high, 6_000) == Decimal(1_400)
    assert month(high, 6_001) == Decimal("1400.20")


def test_an_unknown_plan_has_no_price() -> None:
    assert plan("tw-giant", date(2026, 11, 1)) is None
