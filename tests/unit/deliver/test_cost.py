from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.deliver import price
from tieline.deliver.budget import fit, given_back
from tieline.deliver.estimate import estimate, sentence
from tieline.deliver.forecast import expect, month_of, month_start
from tieline.model.cost import Budget, Plan, Spent

NOW = datetime(2026, 11, 10, 3, 0, tzinfo=UTC)
DAY = timedelta(days=1)
HIGH = price.plan("tw-high", date(2026, 11, 10))
assert HIGH is not None


def budget(most: int, scope: str = "workspace", **more: object) -> Budget:
    fields = {"unit": "messages", "period": "month", "month": "2026-11", **more}
    return Budget(1, scope, most=Decimal(most), **fields)  # type: ignore[arg-type]  # a test's own names


def spent(messages: int, origin: str = "broadcast:a", money: int = 0, *, certain: bool = False) -> Spent:
    return Spent(1, origin, messages, Decimal(money), certain)


def test_every_plan_names_its_country_its_day_and_its_source() -> None:
    assert {plan.country for plan in price.PLANS} == {"TW", "JP", "TH"}
    assert all(plan.source.startswith("https://") and plan.valid_from for plan in price.PLANS)


@pytest.mark.parametrize(
    "new",
    [one for one in price.PLANS if price.plan(one.key, one.valid_from - DAY)],
    ids=lambda one: f"{one.key} {one.valid_from}",
)
def test_a_month_before_a_change_of_prices_and_one_after_it_cost_differently(new: Plan) -> None:
    before, after = price.plan(new.key, new.valid_from - DAY), price.plan(new.key, new.valid_from)

    assert after == new
    assert before is not None
    assert price.month(before, 400_000) != price.month(after, 400_000)


def test_four_broadcasts_to_100_000_friends_cost_what_line_says_since_november() -> None:
    assert price.month(HIGH, 400_000) == 63_000


@given(st.integers(0, 500_000), st.integers(0, 500_000), st.sampled_from(price.PLANS))
def test_what_two_sends_cost_is_what_they_cost_as_one(first: int, second: int, plan: Plan) -> None:
    assert price.of(plan, 0, first) + price.of(plan, first, second) == price.of(plan, 0, first + second)
    assert price.of(plan, first, second) >= 0


def test_an_estimate_says_what_the_fee_covers_what_is_charged_and_how_the_month_ends() -> None:
    found = estimate(HIGH, 12_480, used=2_720, limit=None, expected=10_000, budgets=[], origin="broadcast:a")

    assert (found.inside, found.beyond, found.money) == (3_280, 9_200, Decimal("1840.00"))
    assert (found.month_messages, found.month_money) == (22_480, Decimal("4696.00"))
    assert found.fits
    assert sentence(found, HIGH, "zh-TW") == (
        "這次 12,480 則，其中 9,200 則超出方案內含則數，約 NT$1,840；月底預估 NT$4,696（未稅）。"
    )
    assert sentence(found, HIGH, "en").startswith("12,480 messages, 9,200 of them")


def test_an_estimate_says_by_how_many_and_by_how_much_it_does_not_fit() -> None:
    limits = [budget(500, unit="money"), budget(9_000, "broadcast:a"), budget(1, "journey:other")]

    found = estimate(
        HIGH, 10_000, used=6_000, limit=12_000, expected=6_000, budgets=limits, origin="broadcast:a"
    )

    assert not found.fits
    assert found.over_quota == 4_000
    assert found.over_budget == (
        ("workspace", "money", Decimal("1500.00")), ("broadcast:a", "messages", Decimal(1_000)),
    )  # fmt: skip


def test_a_plan_that_sells_no_more_ends_where_its_messages_end() -> None:
    medium = price.plan("tw-medium", date(2026, 11, 10))
    assert medium is not None

    found = estimate(medium, 400, used=2_900, limit=None, expected=2_900, budgets=[], origin="workspace")

    assert found.over_quota == 300


def test_a_budget_takes_what_fits_and_the_small_one_behind_the_large_one_too() -> None:
    found = fit([budget(100)], [spent(60), spent(60), spent(40)], "2026-11")

    assert found.fits == [True, False, True]
    assert found.budgets[0].spent == 100


def test_what_a_person_asked_for_counts_and_is_never_stopped() -> None:
    found = fit([budget(10)], [spent(60, certain=True), spent(1)], "2026-11")

    assert found.fits == [True, False]
    assert found.budgets[0].spent == 60


def test_a_monthly_budget_begins_anew_and_one_for_ever_does_not() -> None:
    old = [
        budget(10, month="2026-10", spent=Decimal(10)),
        budget(10, "broadcast:a", period="once", spent=Decimal(9)),
    ]

    assert fit(old, [spent(1)], "2026-11").fits == [True]
    assert fit(old, [spent(2)], "2026-11").fits == [False]


@given(st.lists(st.integers(1, 50), max_size=30), st.integers(0, 300), st.data())
def test_a_budget_is_never_overrun_and_what_comes_back_is_spent_again(
    sizes: list[int], most: int, data: st.DataObject
) -> None:
    wanted = [spent(size) for size in sizes]
    first = fit([budget(most)], wanted, "2026-11")
    left = [one for one, fits in zip(wanted, first.fits, strict=True) if fits]
    back = data.draw(st.lists(st.sampled_from(left), unique_by=id)) if left else []

    assert first.budgets[0].spent == sum(one.messages for one in left) <= most
    after = given_back(first.budgets, back, "2026-11")
    assert after[0].spent == first.budgets[0].spent - sum(one.messages for one in back)


def test_a_month_is_lines_month() -> None:
    assert month_of(datetime(2026, 10, 31, 15, tzinfo=UTC)) == "2026-11"
    assert month_start(datetime(2026, 11, 10, tzinfo=UTC)) == datetime(2026, 10, 31, 15, tzinfo=UTC)


def test_a_forecast_adds_what_is_certain_to_what_the_same_weekdays_had() -> None:
    days = {date(2026, 11, 10) - timedelta(days=back): 100 for back in range(1, 29)}
    saturdays = {day: 700 for day in days if day.weekday() == 5}

    found = expect(NOW, used=5_000, waiting=20, scheduled=3_000, by_day={**days, **saturdays})

    assert found.journeys == 18 * 100 + 3 * 700
    assert (found.messages, found.days_known) == (5_000 + 20 + 3_000 + found.journeys, 28)


def test_what_today_had_already_is_not_expected_again() -> None:
    days = {date(2026, 11, 10) - timedelta(days=back): 100 for back in range(29)}

    assert expect(NOW, used=0, waiting=0, scheduled=0, by_day=days).journeys == 20 * 100


def test_a_brand_without_a_past_has_no_pace() -> None:
    assert expect(NOW, used=7, waiting=0, scheduled=0, by_day={}) == (7, 0, 0, 0, 0)


@pytest.mark.parametrize("language", ["zh-TW", "ja", "en", "xx"])
def test_an_estimate_can_be_said_in_every_language_of_the_console(language: str) -> None:
    found = estimate(HIGH, 1, used=0, limit=None, expected=0, budgets=[], origin="workspace")

    assert "1" in sentence(found, HIGH, language)
