"""Filters of one event's properties, the same for segments and for journey triggers; and of the items of a list."""

from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any, NamedTuple, TypeAlias

import msgspec

from tieline.condition import dates, tree
from tieline.condition.compare import OPERATORS, Compare, read_compare, satisfied
from tieline.condition.dates import DateTest
from tieline.condition.path import Path, read_path, values_at
from tieline.condition.place import Place, limit_size, quote
from tieline.condition.tree import Tree


class FilterLeaf(msgspec.Struct, frozen=True):
    """One statement about an event, or about an item."""


class Property(FilterLeaf, frozen=True):
    """A property compares like this; over a list, any element does."""

    path: Path
    test: Compare | DateTest


class SameItem(FilterLeaf, frozen=True):
    """One item of the list at `path`, an object, passes all of `where` by itself."""

    path: Path
    where: Tree[FilterLeaf]


Filter: TypeAlias = Tree[FilterLeaf]


class Clock(NamedTuple):
    """When a filter is asked, for tests of dates: `now` in whole milliseconds."""

    now: datetime
    zone: tzinfo


def parse_filter(data: Any, pointer: str = "") -> Filter:
    """Read a filter that can be asked without a clock.

    Args:
        data: Decoded JSON.
        pointer: JSON pointer of `data` in what was sent, for errors.

    Raises:
        InvalidConditionError: It is not a whole filter; `field` points at the place.
    """
    place = Place(data, pointer)
    limit_size(place)
    return read_filter(place, with_dates=False)


def read_filter(place: Place, *, with_dates: bool = True) -> Filter:
    """Read the filter at `place`, whose size was limited before."""

    def leaf(found: Place) -> FilterLeaf:
        if not found.has("item_of"):
            return _property(found, with_dates=with_dates)
        return read_same_item(found, with_dates=with_dates)

    return tree.read(place, leaf)


def read_same_item(place: Place, *, with_dates: bool = True) -> SameItem:
    """Read `item_of` and `where`."""
    place.keys(("item_of", "where"))
    path = read_path(place.at("item_of"))
    if not path.single:
        raise place.at("item_of").refuse(
            f"{quote(place.data['item_of'])} goes through a list.", "Name the list itself, without []."
        )
    return SameItem(path, tree.read(place.at("where"), lambda found: _property(found, with_dates=with_dates)))


def matches(node: Filter, properties: Mapping[str, Any], clock: Clock | None = None) -> bool:
    """Tell whether an event with these properties passes; one with tests of dates needs a clock."""
    return tree.holds(node, lambda found: _passes(found, properties, clock))


def same_item(leaf: SameItem, properties: Mapping[str, Any], clock: Clock | None) -> bool:
    """Tell whether one item of the list passes by itself."""
    items = [
        item
        for found in values_at(properties, leaf.path)
        if isinstance(found, list | tuple)
        for item in found
        if isinstance(item, Mapping)
    ]
    return any(matches(leaf.where, item, clock) for item in items)


def moves(node: Filter) -> bool:
    """Tell whether time alone can change what a filter says."""
    return any(
        moves(leaf.where)
        if isinstance(leaf, SameItem)
        else isinstance(leaf, Property) and dates.moves(leaf.test)
        for leaf in tree.leaves(node)
    )


def _property(place: Place, *, with_dates: bool) -> Property:
    place.keys(("property", "op"), ("value",))
    path = read_path(place.at("property"))
    known = (*OPERATORS, *dates.OPERATORS) if with_dates else tuple(OPERATORS)
    op = place.at("op").one_of(known)
    return Property(path, read_compare(place) if op in OPERATORS else dates.read_date_test(place))


def _passes(leaf: FilterLeaf, properties: Mapping[str, Any], clock: Clock | None) -> bool:
    if isinstance(leaf, SameItem):
        return same_item(leaf, properties, clock)
    if not isinstance(leaf, Property):
        raise TypeError(leaf)
    values = values_at(properties, leaf.path)
    if isinstance(leaf.test, Compare):
        return satisfied(leaf.test, values)
    return clock is not None and any(dates.dated(leaf.test, value, clock.now, clock.zone) for value in values)
