"""Measures of when and what: first and last, cycles, the items of one list, who comes first."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tieline.condition.computed import PREFIX, parse_definition
from tieline.condition.match import HistoryEvent, Person, match, ranked
from tieline.condition.node import Top
from tieline.condition.parse import parse
from tieline.condition.reads import reads
from tieline.condition.rewrite import rewrite
from tieline.errors import InvalidConditionError

NOW = datetime(2026, 3, 15, 4, tzinfo=UTC)
ORDER = "Order Completed"


def person(*days_ago: float, **properties: Any) -> Person:
    events = [HistoryEvent(ORDER, NOW - timedelta(days=days), properties) for days in days_ago]
    return Person(events=events)


def holds(condition: Any, who: Person, definitions: dict[str, Any] | None = None) -> bool:
    known = {f"{PREFIX}{key}": parse_definition(one) for key, one in (definitions or {}).items()}
    return match(rewrite(parse(condition), known), who, NOW, "Asia/Taipei")


def measured(fn: str, op: str, value: Any, **more: Any) -> dict[str, Any]:
    return {"event": ORDER, "measure": {"fn": fn, **more}, "op": op, "value": value}


def test_the_first_order_is_the_oldest_not_any() -> None:
    new = measured("first_at", "within_last", "P7D")
    assert holds(new, person(3, 1))
    assert not holds(new, person(30, 1))


def test_the_mean_time_between_orders_needs_two_of_them() -> None:
    assert holds(measured("days_between", "eq", 10), person(30, 25, 10))
    assert not holds(measured("days_between", "gte", 0), person(30))


def test_cycles_are_those_of_the_person_or_else_the_given_one() -> None:
    late = measured("cycles_since_last", "gt", 2, otherwise_days=10)
    assert holds(late, person(41, 31, 21))  # every 10 days, 21 days ago
    assert not holds(late, person(60, 40, 20))  # every 20 days, 20 days ago
    assert holds(late, person(21))
    assert not holds(late, person(20))


def test_conditions_on_one_item_are_not_met_by_two_items_together() -> None:
    one = {
        "event": ORDER,
        "where": {
            "item_of": "items",
            "where": {
                "all": [
                    {"property": "sku", "op": "eq", "value": "A"},
                    {"property": "quantity", "op": "gte", "value": 3},
                ]
            },
        },
    }
    assert not holds(one, person(1, items=[{"sku": "A", "quantity": 1}, {"sku": "B", "quantity": 3}]))
    assert holds(one, person(1, items=[{"sku": "B", "quantity": 1}, {"sku": "A", "quantity": 3}]))


def test_most_frequent_and_recent_say_what_events_say() -> None:
    events = [
        HistoryEvent(ORDER, NOW - timedelta(days=day), {"category": name})
        for day, name in enumerate(("hat", "shoe", "shoe", "coat"))
    ]
    who = Person(events=events)
    assert holds(measured("most_frequent", "eq", "shoe", property="category"), who)
    assert holds(measured("last", "eq", "hat", property="category"), who)
    assert holds(measured("recent", "eq", "shoe", property="category", many=2), who)
    assert not holds(measured("recent", "eq", "coat", property="category", many=2), who)


def test_the_first_by_value_are_as_many_as_asked_and_ties_go_to_the_smaller_id() -> None:
    people = [
        Person(profile_id=bytes([index]), events=[HistoryEvent(ORDER, NOW, {"total": total})])
        for index, total in enumerate((5, 9, 9, 1))
    ]
    top = parse({"top": {"people": 1, "by": {"event": ORDER, "measure": {"fn": "sum", "property": "total"}}}})
    assert isinstance(top, Top)
    assert ranked(top, people, NOW, "UTC") == {bytes([1])}
    assert reads(top).others


def test_a_class_is_the_first_whose_condition_holds() -> None:
    definition = {
        "classes": [
            {"label": "often", "condition": {"event": ORDER, "op": "gte", "value": 3}},
            {"label": "once", "condition": {"event": ORDER}},
        ]
    }
    once = {"computed": "frequency", "op": "eq", "value": "once"}
    assert holds(once, person(1), {"frequency": definition})
    assert not holds(once, person(1, 2, 3), {"frequency": definition})
    assert not holds({"computed": "frequency", "op": "exists"}, person(), {"frequency": definition})


def test_a_computed_trait_compares_like_its_measure() -> None:
    spent = {"event": ORDER, "measure": {"fn": "sum", "property": "total"}}
    assert holds({"computed": "spent", "op": "gte", "value": 20}, person(1, 2, total=10), {"spent": spent})


@pytest.mark.parametrize(
    "condition",
    [
        {"event": ORDER, "measure": {"fn": "first_at"}},
        measured("first_at", "gt", 3),
        measured("cycles_since_last", "gt", 2),
        measured("recent", "eq", "x", property="sku"),
        {"item_of": "items[]", "where": {"property": "sku", "op": "exists"}},
        {"top": {"people": 10, "by": {"event": ORDER, "measure": {"fn": "avg", "property": "total"}}}},
        {"message": {"did": "liked"}},
        {"computed": "nowhere", "op": "exists"},
    ],
)
def test_what_is_half_written_is_refused(condition: Any) -> None:
    with pytest.raises(InvalidConditionError):
        rewrite(parse(condition))


def test_a_computed_trait_refuses_a_class_it_does_not_have() -> None:
    definition = {"classes": [{"label": "once", "condition": {"event": ORDER}}]}
    with pytest.raises(InvalidConditionError, match="no class"):
        holds({"computed": "nes", "op": "eq", "value": "S9"}, person(1), {"nes": definition})
