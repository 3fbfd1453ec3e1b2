from typing import Any

import pytest

from tieline.condition.place import Place
from tieline.errors import InvalidConditionError
from tieline.journey.where import accepts, read_where

SAME_CART = {"property": "cart_id", "op": "eq", "ref": "trigger.cart_id"}


def passes(where: dict[str, Any], properties: dict[str, Any], trigger: dict[str, Any]) -> bool:
    return accepts(read_where(Place(where)), properties, trigger)


def test_no_filter_lets_everything_pass() -> None:
    assert accepts(None, {}, {})


def test_a_filter_without_reference_is_compiled_once() -> None:
    where = read_where(Place({"property": "a", "op": "eq", "value": 1}))
    assert where.filter is not None
    assert accepts(where, {"a": 1}, {})
    assert not accepts(where, {"a": 2}, {})


def test_a_reference_is_compared_with_the_trigger() -> None:
    assert passes(SAME_CART, {"cart_id": "c1"}, {"cart_id": "c1"})
    assert not passes(SAME_CART, {"cart_id": "c2"}, {"cart_id": "c1"})


def test_two_carts_without_an_id_are_not_the_same_cart() -> None:
    assert not passes(SAME_CART, {}, {})
    assert not passes(SAME_CART, {"cart_id": None}, {"cart_id": None})


def test_a_missing_reference_lets_nothing_pass_not_even_denied() -> None:
    assert not passes({"not": SAME_CART}, {"cart_id": "c1"}, {})
    assert not passes({"any": [SAME_CART, {"property": "x", "op": "exists"}]}, {"x": 1}, {})
    assert not passes({**SAME_CART, "op": "ne"}, {"cart_id": "c1"}, {})


@pytest.mark.parametrize("value", [["c1"], "x" * 2000, 1e300, {"id": "c1"}])
def test_a_reference_to_what_cannot_be_compared_lets_nothing_pass(value: object) -> None:
    assert not passes(SAME_CART, {"cart_id": value}, {"cart_id": value})


def test_a_reference_may_go_deeper_and_stand_deeper() -> None:
    where = {"all": [{"not": {"property": "total", "op": "lt", "ref": "trigger.cart.total"}}, SAME_CART]}
    trigger = {"cart_id": "c1", "cart": {"total": 100}}
    assert passes(where, {"cart_id": "c1", "total": 100}, trigger)
    assert not passes(where, {"cart_id": "c1", "total": 99}, trigger)


def test_a_list_of_the_trigger_may_be_referred_to() -> None:
    where = {"property": "sku", "op": "in", "ref": "trigger.skus"}
    assert passes(where, {"sku": "b"}, {"skus": ["a", "b"]})
    assert not passes(where, {"sku": "c"}, {"skus": ["a", "b"]})
    assert not passes(where, {"sku": "c"}, {"skus": []})


@pytest.mark.parametrize(
    "where",
    [
        {**SAME_CART, "ref": "cart_id"},
        {**SAME_CART, "ref": "trigger."},
        {**SAME_CART, "ref": "trigger.items[].sku"},
        {**SAME_CART, "ref": 1},
        {**SAME_CART, "value": "c1"},
        {"ref": "trigger.cart_id"},
        {"all": [SAME_CART, {}]},
        {**SAME_CART, "op": ["eq"]},
    ],
)
def test_a_half_written_reference_is_refused(where: dict[str, Any]) -> None:
    with pytest.raises(InvalidConditionError):
        read_where(Place(where))
