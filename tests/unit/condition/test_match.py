from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tieline.condition.match import HistoryEvent, Person, match
from tieline.condition.parse import parse
from tieline.errors import InvalidConditionError

NOW = datetime(2026, 3, 31, 17, 0, 0, 999, tzinfo=UTC)  # in Taipei already the 1st of April
SECOND = timedelta(seconds=1)


def holds(tree: Any, *events: HistoryEvent, **profile: Any) -> bool:
    return match(parse(tree), Person(events=events, **profile), NOW, "Asia/Taipei")


def order(total: Any, at: datetime = NOW) -> HistoryEvent:
    return HistoryEvent("Order", at, {"total": total})


def test_a_window_ends_now_and_leaves_out_its_first_instant() -> None:
    tree = {"event": "Order", "window": {"last": "P7D"}}
    assert holds(tree, order(1, NOW))
    assert holds(tree, order(1, NOW - timedelta(days=7) + timedelta(milliseconds=1)))
    assert not holds(tree, order(1, NOW - timedelta(days=7)))


def test_an_event_dated_after_now_counts_where_nothing_would_ask_again() -> None:
    later = order(1, NOW + SECOND)
    assert holds({"event": "Order"}, later)
    assert holds({"event": "Order", "window": {"from": "2026-03-30"}}, later)
    assert not holds({"event": "Order", "window": {"last": "P7D"}}, later)


def test_what_is_less_than_a_millisecond_after_now_is_now() -> None:
    assert holds({"event": "Order"}, order(1, NOW.replace(microsecond=500)))


def test_a_fixed_window_includes_its_start_and_not_its_end() -> None:
    tree = {"event": "Order", "window": {"from": "2026-03-30", "to": "2026-03-31"}}
    assert holds(tree, order(1, datetime(2026, 3, 29, 16, tzinfo=UTC)))
    assert not holds(tree, order(1, datetime(2026, 3, 30, 16, tzinfo=UTC)))


@pytest.mark.parametrize(
    ("function", "op", "value", "expected"),
    [
        ("sum", "eq", 0.3, True),
        ("min", "eq", 0.1, True),
        ("max", "eq", 0.2, True),
        ("avg", "eq", 0.15, True),
        ("distinct", "eq", 3, True),
        ("sum", "gt", 0.3, False),
    ],
)
def test_measures_are_exact_and_read_numbers_from_texts(
    function: str, op: str, value: float, *, expected: bool
) -> None:
    tree = {"event": "Order", "measure": {"fn": function, "property": "total"}, "op": op, "value": value}
    assert holds(tree, order(0.1), order("0.2"), order("no"), order(None), order({})) is expected


@pytest.mark.parametrize("function", ["min", "max", "avg"])
@pytest.mark.parametrize("op", ["eq", "ne", "lt", "gt", "lte", "gte"])
def test_a_measure_over_no_numbers_is_unknown_and_compares_false(function: str, op: str) -> None:
    tree = {"event": "Order", "measure": {"fn": function, "property": "total"}, "op": op, "value": 0}
    assert not holds(tree)
    assert not holds(tree, order("no"))


def test_the_sum_of_nothing_is_zero() -> None:
    assert holds({"event": "Order", "measure": {"fn": "sum", "property": "total"}, "op": "lt", "value": 100})


def test_measures_go_through_lists() -> None:
    event = HistoryEvent("Order", NOW, {"items": [{"q": 2}, {"q": "3"}, {}]})
    assert holds(
        {"event": "Order", "measure": {"fn": "sum", "property": "items[].q"}, "op": "eq", "value": 5}, event
    )


def test_the_month_is_that_of_the_workspaces_clock() -> None:
    tree = {"trait": "birthday", "op": "month_is", "value": "current"}
    assert holds(tree, traits={"birthday": "1990-04-30"})
    assert not holds(tree, traits={"birthday": "1990-03-31"})


def test_line_means_line_of_any_provider() -> None:
    assert holds({"identified_by": "line"}, namespaces=frozenset({"line:1657"}))
    assert holds({"identified_by": "line:1657"}, namespaces=frozenset({"line:1657"}))
    assert not holds({"identified_by": "line:16"}, namespaces=frozenset({"line:1657"}))
    assert not holds({"identified_by": "line"}, namespaces=frozenset({"liner"}))


def test_profile_columns_are_looked_up() -> None:
    both = {
        "all": [
            {"consent": {"purpose": "marketing", "channel": "line"}},
            {"line_friend": "@a"},
            {"tag": "vip"},
        ]
    }
    person = {
        "consents": frozenset({"marketing:line"}),
        "friends": frozenset({"@a"}),
        "tags": frozenset({"vip"}),
    }
    assert holds(both, **person)
    for missing in person:
        assert not holds(both, **{**person, missing: frozenset()})


def test_a_reference_to_a_segment_must_be_rewritten_first() -> None:
    with pytest.raises(InvalidConditionError, match="vip"):
        holds({"segment": "vip"})
