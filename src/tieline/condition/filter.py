"""Filters of one event's properties, the same for segments and for journey triggers."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import msgspec

from tieline.condition import tree
from tieline.condition.compare import Compare, read_compare, satisfied
from tieline.condition.path import Path, read_path, values_at
from tieline.condition.place import Place, limit_size
from tieline.condition.tree import Tree


class Property(msgspec.Struct, frozen=True):
    """A property compares like this; over a list, any element does."""

    path: Path
    compare: Compare


Filter: TypeAlias = Tree[Property]


def parse_filter(data: Any, pointer: str = "") -> Filter:
    """Read a filter.

    Args:
        data: Decoded JSON.
        pointer: JSON pointer of `data` in what was sent, for errors.

    Raises:
        InvalidConditionError: It is not a whole filter; `field` points at the place.
    """
    place = Place(data, pointer)
    limit_size(place)
    return read_filter(place)


def read_filter(place: Place) -> Filter:
    """Read the filter at `place`, whose size was limited before."""
    return tree.read(place, _property)


def matches(node: Filter, properties: Mapping[str, Any]) -> bool:
    """Tell whether an event with these properties passes."""
    return tree.holds(node, lambda leaf: satisfied(leaf.compare, values_at(properties, leaf.path)))


def _property(place: Place) -> Property:
    place.keys(("property", "op"), ("value",))
    return Property(read_path(place.at("property")), read_compare(place))
