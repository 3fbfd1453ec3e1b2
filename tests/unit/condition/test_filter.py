from typing import Any

import pytest

from tieline.condition.filter import matches, parse_filter
from tieline.errors import InvalidConditionError

ORDER = {
    "total": "3000",
    "paid": True,
    "coupon": {"code": "NEW"},
    "note": None,
    "items": [{"sku": "A", "tags": ["x", "y"]}, {"sku": 5}, {"sku": None}, "gift", 7],
    "labels": ["new", "sale"],
    "a.b": 1,
}


@pytest.mark.parametrize(
    ("prop", "op", "value"),
    [
        ("total", "eq", 3000),
        ("total", "eq", "3000"),
        ("total", "gte", 3000),
        ("total", "in", ["x", 3000]),
        ("total", "ne", 7),
        ("paid", "eq", True),
        ("paid", "eq", "true"),
        ("paid", "ne", 1),
        ("coupon.code", "starts_with", "N"),
        ("coupon.code", "contains", "EW"),
        ("items[].sku", "eq", "A"),
        ("items[].sku", "eq", 5),
        ("items[].sku", "eq", "5"),
        ("items[].tags[]", "eq", "y"),
        ("labels[]", "in", ["sale"]),
        ("items[]", "eq", "gift"),
        ("items", "exists", None),
        ("labels", "ne", "new"),
        ("items[].sku", "ne", "B"),
        ("a.b", "eq", 1),
        ("missing", "ne", "x"),
        ("missing", "not_in", ["x"]),
        ("missing", "not_exists", None),
        ("note", "not_exists", None),
        ("coupon", "not_exists", None),
    ],
)
def test_a_property_that_compares_passes_and_its_denial_does_not(prop: str, op: str, value: Any) -> None:
    rest = {} if value is None else {"value": value}
    assert matches(parse_filter({"property": prop, "op": op, **rest}), ORDER)
    assert not matches(parse_filter({"not": {"property": prop, "op": op, **rest}}), ORDER)


@pytest.mark.parametrize(
    ("prop", "op", "value"),
    [
        ("total", "eq", "3000.0"),
        ("total", "contains", "x"),
        ("paid", "eq", 1),
        ("paid", "gt", 0),
        ("labels", "eq", "new"),
        ("items[].sku", "ne", "A"),
        ("items.sku", "eq", "A"),
        ("coupon[].code", "eq", "NEW"),
        ("missing", "eq", ""),
        ("missing", "lt", 1),
        ("missing", "exists", None),
        ("coupon.code", "eq", "new"),
    ],
)
def test_a_property_that_does_not_compare_stops_the_event(prop: str, op: str, value: Any) -> None:
    rest = {} if value is None else {"value": value}
    assert not matches(parse_filter({"property": prop, "op": op, **rest}), ORDER)


def test_of_a_path_said_twice_the_first_value_counts() -> None:
    two = {"property": "a.b", "op": "eq", "value": 2}
    assert matches(parse_filter(two), {"a": {"b": None}, "a.b": 2})
    assert not matches(parse_filter(two), {"a": {"b": 1}, "a.b": 2})


def test_all_any_and_not_combine_filters() -> None:
    paid = {"property": "paid", "op": "eq", "value": True}
    dear = {"property": "total", "op": "gt", "value": 9999}
    assert matches(parse_filter({"any": [paid, dear]}), ORDER)
    assert not matches(parse_filter({"all": [paid, dear]}), ORDER)
    assert matches(parse_filter({"all": [paid, {"not": dear}]}), ORDER)


@pytest.mark.parametrize(
    "name", ["", ".", "a.", ".a", "a..b", "[]", "a[]b", "a[0]", "a`b", "a'b", "a\\b", "a:b", "a^", "{a}", " a", "a\nb", "null", "x" * 65, "a[].b[].c[]", "a.b.c.d.e.f.g.h.i"]
)  # fmt: skip
def test_a_name_the_engine_could_misread_is_refused(name: str) -> None:
    with pytest.raises(InvalidConditionError) as refused:
        parse_filter({"property": name, "op": "exists"}, "/where")
    assert refused.value.field == "/where/property"
