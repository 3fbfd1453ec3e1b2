from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tieline.condition.compare import Compare
from tieline.condition.dates import Month, WithinLast
from tieline.condition.node import (
    Between,
    Consent,
    Happened,
    Last,
    Measure,
    Occurrence,
    Tag,
    Trait,
)
from tieline.condition.parse import parse
from tieline.condition.path import Path
from tieline.condition.place import DEPTH_MAX, SIZE_MAX
from tieline.condition.tree import All, Not
from tieline.errors import InvalidConditionError

TIER = {"trait": "tier", "op": "eq", "value": "VIP"}


def test_a_tree_is_read_with_its_joints() -> None:
    tree = parse({"all": [TIER, {"not": {"tag": "staff"}}]})
    assert tree == All((Trait(Path((("tier",),)), Compare("eq", ("VIP",))), Not(Tag("staff"))))


def test_an_event_alone_means_at_least_once_ever() -> None:
    assert parse({"event": "Order Completed"}) == Happened(
        Occurrence("Order Completed"), Measure(), "gte", Decimal(1)
    )


def test_a_window_is_a_duration_or_two_moments() -> None:
    assert parse({"event": "O", "window": {"last": "P1DT12H"}}) == Happened(
        Occurrence("O", window=Last(timedelta(days=1, hours=12))), Measure(), "gte", Decimal(1)
    )
    fixed = parse({"event": "O", "window": {"from": "2026-01-01", "to": "2026-02-01"}})
    assert isinstance(fixed, Happened)
    assert fixed.occurrence.window == Between(date(2026, 1, 1), date(2026, 2, 1))


def test_date_operators_exist_for_traits() -> None:
    assert parse({"trait": "birthday", "op": "month_is", "value": "current"}) == Trait(
        Path((("birthday",),)), Month(0)
    )
    assert parse({"trait": "joined", "op": "within_last", "value": "P1W"}) == Trait(
        Path((("joined",),)), WithinLast(timedelta(weeks=1))
    )


def test_consent_names_purpose_and_channel() -> None:
    assert parse({"consent": {"purpose": "marketing", "channel": "line"}}) == Consent("marketing:line")


def test_a_boolean_is_its_text_so_that_it_never_equals_a_number() -> None:
    assert parse({**TIER, "value": True}) == parse({**TIER, "value": "true"})
    assert parse({**TIER, "value": True}) != parse({**TIER, "value": 1})


REFUSED = [
    ({}, ""),
    ([], ""),
    (None, ""),
    ("everyone", ""),
    ({"all": []}, "/all"),
    ({"any": []}, "/any"),
    ({"all": {}}, "/all"),
    ({"not": []}, "/not"),
    ({"not": {}}, "/not"),
    ({"all": [TIER], "any": [TIER]}, "/any"),
    ({"all": [TIER, {}]}, "/all/1"),
    ({"every": [TIER]}, "/every"),
    ({"trait": "tier"}, ""),
    ({"trait": "tier", "op": "eq"}, ""),
    ({"trait": "tier", "op": "exists", "value": 1}, "/value"),
    ({"trait": "tier", "op": "regex", "value": "x"}, "/op"),
    ({"trait": "tier", "op": ["eq"], "value": "x"}, "/op"),
    ({"trait": "tier", "op": "eq", "value": None}, "/value"),
    ({"trait": "tier", "op": "eq", "value": ["x"]}, "/value"),
    ({"trait": "tier", "op": "in", "value": []}, "/value"),
    ({"trait": "tier", "op": "in", "value": "VIP"}, "/value"),
    ({"trait": "tier", "op": "in", "value": ["VIP", None]}, "/value/1"),
    ({"trait": "tier", "op": "in", "value": ["x"] * 1001}, "/value"),
    ({"trait": "tier", "op": "gt", "value": "3000"}, "/value"),
    ({"trait": "tier", "op": "gt", "value": True}, "/value"),
    ({"trait": "tier", "op": "gt", "value": 1e15}, "/value"),
    ({"trait": "tier", "op": "gt", "value": 0.1234567}, "/value"),
    ({"trait": "tier", "op": "gt", "value": float("nan")}, "/value"),
    ({"trait": "tier", "op": "gt", "value": float("inf")}, "/value"),
    ({"trait": "tier", "op": "contains", "value": ""}, "/value"),
    ({"trait": "tier", "op": "eq", "value": "a\0b"}, "/value"),
    ({"trait": "tier", "op": "eq", "value": "\ud800"}, "/value"),
    ({"trait": "tier", "op": "eq", "value": "x" * 1001}, "/value"),
    ({"trait": "tier", "op": "eq", "value": "x", "and": 1}, "/and"),
    ({"trait": "", "op": "exists"}, "/trait"),
    ({"trait": 7, "op": "exists"}, "/trait"),
    ({"trait": "birthday", "op": "month_is"}, ""),
    ({"trait": "birthday", "op": "month_is", "value": 13}, "/value"),
    ({"trait": "birthday", "op": "month_is", "value": True}, "/value"),
    ({"trait": "birthday", "op": "before", "value": "soon"}, "/value"),
    ({"trait": "birthday", "op": "before", "value": "2026-02-30"}, "/value"),
    ({"trait": "birthday", "op": "before", "value": "2026-02-01T10:00:00"}, "/value"),
    ({"trait": "birthday", "op": "within_last", "value": "30 days"}, "/value"),
    ({"tag": ""}, "/tag"),
    ({"tag": None}, "/tag"),
    ({"consent": {}}, "/consent"),
    ({"consent": {"purpose": "marketing"}}, "/consent"),
    ({"consent": {"purpose": "a:b", "channel": "line"}}, "/consent/purpose"),
    ({"segment": ["x"]}, "/segment"),
    ({"event": ""}, "/event"),
    ({"event": "O", "where": {}}, "/where"),
    ({"event": "O", "where": {"all": []}}, "/where/all"),
    ({"event": "O", "where": {"trait": "tier", "op": "exists"}}, "/where/trait"),
    ({"event": "O", "where": {"property": "a", "op": "lately", "value": "P1D"}}, "/where/op"),
    ({"event": "O", "window": {}}, "/window"),
    ({"event": "O", "window": {"last": "P1D", "from": "2026-01-01"}}, "/window/from"),
    ({"event": "O", "window": {"last": "P"}}, "/window/last"),
    ({"event": "O", "window": {"last": "P1M"}}, "/window/last"),
    ({"event": "O", "window": {"last": "PT"}}, "/window/last"),
    ({"event": "O", "window": {"last": "P0D"}}, "/window/last"),
    ({"event": "O", "window": {"last": "-P1D"}}, "/window/last"),
    ({"event": "O", "window": {"last": "P99999D"}}, "/window/last"),
    ({"event": "O", "window": {"last": 30}}, "/window/last"),
    ({"event": "O", "window": {"from": "2026-02-01", "to": "2026-01-01"}}, "/window"),
    ({"event": "O", "op": "gte"}, ""),
    ({"event": "O", "value": 1}, ""),
    ({"event": "O", "op": "in", "value": 1}, "/op"),
    ({"event": "O", "op": "gte", "value": 0}, "/value"),
    ({"event": "O", "op": "lt", "value": 0}, "/value"),
    ({"event": "O", "op": "gte", "value": 1.5}, "/value"),
    ({"event": "O", "op": "eq", "value": -1}, "/value"),
    ({"event": "O", "measure": {"fn": "median", "property": "a"}, "op": "gt", "value": 1}, "/measure/fn"),
    ({"event": "O", "measure": {"fn": "count", "property": "a"}}, "/measure/property"),
    ({"event": "O", "measure": {"fn": "sum"}, "op": "gt", "value": 1}, "/measure"),
    ({"event": "O", "measure": {"fn": "sum", "property": "total"}}, ""),
]


@pytest.mark.parametrize(("data", "field"), REFUSED, ids=[str(data)[:60] for data, _ in REFUSED])
def test_a_half_written_condition_is_refused_where_it_is_wrong(data: Any, field: str) -> None:
    with pytest.raises(InvalidConditionError) as refused:
        parse(data)
    assert refused.value.field == field
    assert refused.value.message
    assert refused.value.way_out
    with pytest.raises(InvalidConditionError) as inside:
        parse({"all": [TIER, data]}, "/condition")
    assert inside.value.field == f"/condition/all/1{field}"


def test_the_pointer_escapes_what_a_pointer_must() -> None:
    with pytest.raises(InvalidConditionError) as refused:
        parse({**TIER, "a/b~c": 1})
    assert refused.value.field == "/a~1b~0c"


def test_a_tree_that_is_too_deep_is_refused_before_it_is_walked() -> None:
    tree: Any = TIER
    for _ in range(100_000):
        tree = {"not": tree}
    with pytest.raises(InvalidConditionError, match=str(DEPTH_MAX)):
        parse(tree)


def test_a_tree_that_is_too_large_is_refused() -> None:
    with pytest.raises(InvalidConditionError, match=str(SIZE_MAX)):
        parse({"all": [{"any": [TIER] * 100}] * 6})
