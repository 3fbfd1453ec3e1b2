from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tieline.demo import history, purchases
from tieline.demo.contacts import contacts
from tieline.demo.expectations import Year, month_cost
from tieline.demo.moments import moment

ENDS_AT = datetime(2026, 12, 1, 1, 50, tzinfo=UTC)


def test_orders_carry_every_line_of_their_basket(recorded: Path) -> None:
    orders = list(purchases.orders(purchases.read(recorded, ENDS_AT)))
    assert [(order.order_id, order.household_id, order.total) for order in orders] == [
        (100, 1, 140),
        (101, 2, 6_000),
        (102, 1, 2),
    ]
    assert [line.sku for line in orders[0].lines] == [7, 8]
    assert moment(orders[-1].at_ms) == ENDS_AT


def test_half_a_dollar_of_taiwan_goes_up(recorded: Path) -> None:
    # 1.65 USD are 49.5 NT$; 0.05 USD are 1.5 NT$
    lines = [line for order in purchases.orders(purchases.read(recorded, ENDS_AT)) for line in order.lines]
    assert [line.amount for line in lines] == [50, 90, 6_000, 2]


def test_expectations_agree_with_the_orders_that_are_sent(recorded: Path) -> None:
    sent: Counter[int] = Counter()
    for order in purchases.orders(purchases.read(recorded, ENDS_AT)):
        sent[order.household_id] += order.total
    year = Year(recorded, ENDS_AT)
    assert year.spend() == dict(sent)
    assert year.orders() == {1: 2, 2: 1}
    assert year.line_counts() == {1: 3, 2: 1}
    assert year.spend_on(["DELI"]) == {1: 90}


def test_a_window_leaves_out_its_start_and_keeps_its_end(recorded: Path) -> None:
    year = Year(recorded, ENDS_AT)
    last = year.last_visits()
    assert last[1] == ENDS_AT
    assert year.spend(since_at=last[2]) == {1: 2}
    assert year.spend(since_at=last[2] - timedelta(microseconds=1), until_at=last[2]) == {2: 6_000}


def test_slices_never_cut_a_basket(recorded: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = list(purchases.orders(purchases.read(recorded, ENDS_AT)))
    monkeypatch.setattr(purchases, "_LINES_TOGETHER", 1)
    assert list(purchases.orders(purchases.read(recorded, ENDS_AT))) == whole


def test_campaigns_never_happen_after_the_year_ends(recorded: Path) -> None:
    known = contacts([1, 2], "A", 1)
    items = [arrival.item for arrival in history.campaigns(recorded, known, ENDS_AT)]
    assert [item["event"] for item in items] == ["Campaign Received", "Campaign Received", "Coupon Redeemed"]
    assert all(moment(item["timestamp"]) <= ENDS_AT for item in items)
    assert moment(items[0]["timestamp"]) == ENDS_AT - timedelta(days=21, hours=18)


def test_every_basket_is_one_order_with_an_id_that_repeats(recorded: Path) -> None:
    known = contacts([1, 2], "A", 1)
    table = purchases.read(recorded, ENDS_AT)
    first, second = ([arrival.item for arrival in history.purchases(table, known, 7)] for _ in range(2))
    assert first == second
    orders = [item["messageId"] for item in first if item.get("event") == "Order Completed"]
    assert orders == ["order-100", "order-101", "order-102"]


@pytest.mark.parametrize(
    ("messages", "cost"),
    [(0, 1_400.0), (6_000, 1_400.0), (6_001, 1_400.2), (56_000, 11_400.0), (56_100, 11_415.0)],
)
def test_a_month_on_the_high_plan_costs_what_line_publishes(messages: int, cost: float) -> None:
    assert month_cost(messages) == cost
