"""An event that another one follows, or does not; and dates that move with today."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tieline.condition.match import HistoryEvent, Person, match
from tieline.condition.parse import parse
from tieline.condition.reads import reads
from tieline.errors import InvalidConditionError

CART = datetime(2026, 3, 15, 12, 0, tzinfo=UTC)
DEADLINE = CART + timedelta(hours=2)
ABANDONED = {
    "event": "Product Added",
    "then": {"no_event": "Order Completed", "within": "PT2H"},
}
MILLISECOND = timedelta(milliseconds=1)


def holds(condition: Any, now: datetime, *orders: datetime, traits: dict[str, Any] | None = None) -> bool:
    events = [HistoryEvent("Product Added", CART), *(HistoryEvent("Order Completed", at) for at in orders)]
    return match(parse(condition), Person(traits=traits or {}, events=events), now, "Asia/Taipei")


def test_a_cart_is_abandoned_once_its_time_is_over_and_not_before() -> None:
    assert not holds(ABANDONED, DEADLINE - MILLISECOND)
    assert holds(ABANDONED, DEADLINE)


@pytest.mark.parametrize(
    ("ordered_at", "abandoned"),
    [
        (CART, True),  # at the same time is not after
        (CART + MILLISECOND, False),
        (DEADLINE, False),
        (DEADLINE + MILLISECOND, True),
    ],
)
def test_an_order_counts_after_the_cart_up_to_the_deadline(ordered_at: datetime, *, abandoned: bool) -> None:
    assert holds(ABANDONED, DEADLINE + timedelta(days=1), ordered_at) is abandoned


def test_what_follows_later_than_now_has_not_followed() -> None:
    followed = {"event": "Product Added", "then": {"event": "Order Completed", "within": "PT2H"}}
    assert not holds(followed, CART + timedelta(minutes=5), CART + timedelta(minutes=6))
    assert holds(followed, CART + timedelta(minutes=6), CART + timedelta(minutes=6))


def test_the_29th_of_february_is_kept_on_the_28th_when_there_is_none() -> None:
    birthday = {"trait": "birthday", "op": "anniversary_in_days", "value": 0}
    born = {"birthday": "2000-02-29"}
    assert holds(birthday, datetime(2025, 2, 28, 4, tzinfo=UTC), traits=born)
    assert not holds(birthday, datetime(2024, 2, 28, 4, tzinfo=UTC), traits=born)
    assert holds(birthday, datetime(2024, 2, 29, 4, tzinfo=UTC), traits=born)


def test_an_expiry_in_three_days_is_counted_on_the_clock_of_the_workspace() -> None:
    expires = {"trait": "expires_on", "op": "in_days", "value": 3}
    in_taipei_already_the_16th = datetime(2026, 3, 15, 16, 30, tzinfo=UTC)
    assert holds(expires, in_taipei_already_the_16th, traits={"expires_on": "2026-03-19"})
    assert not holds(expires, in_taipei_already_the_16th, traits={"expires_on": "2026-03-18"})


def test_time_alone_can_change_the_answer() -> None:
    since = {"event": "Visit", "measure": {"fn": "days_since_last"}, "op": "gte", "value": 14}
    assert reads(parse(ABANDONED)).relative_time
    assert reads(parse(ABANDONED)).events == {"Product Added", "Order Completed"}
    assert reads(parse(since)).relative_time


@pytest.mark.parametrize(
    ("condition", "field"),
    [
        ({"event": "a", "then": {"within": "PT2H"}}, "/then"),
        ({"event": "a", "then": {"event": "b"}}, "/then"),
        ({"event": "a", "then": {"event": "b", "no_event": "c", "within": "PT2H"}}, "/then"),
        ({"include": {"tag": "a"}}, ""),
        ({"include": {"tag": "a"}, "exclude": {}}, "/exclude"),
        ({"sample": {"percent": 100, "seed": "x"}}, "/sample/percent"),
        ({"sample": {"percent": 10}}, "/sample"),
        ({"reachable": {"channel": "line"}}, "/reachable"),
        ({"reachable": {"channel": "fax"}}, "/reachable/channel"),
        ({"trait": "a", "op": "in_days", "value": "3"}, "/value"),
        ({"event": "a", "measure": {"fn": "days_since_last"}}, ""),
    ],
)
def test_half_a_condition_is_refused_at_its_place(condition: Any, field: str) -> None:
    with pytest.raises(InvalidConditionError) as refused:
        parse(condition)
    assert refused.value.field == field
