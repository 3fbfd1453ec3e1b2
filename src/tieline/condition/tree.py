"""All, any, not: the joints shared by conditions and by filters of properties."""

from collections.abc import Callable, Iterator
from typing import Generic, TypeAlias, TypeVar

import msgspec

from tieline.condition.place import Place

L = TypeVar("L")
M = TypeVar("M")


class All(msgspec.Struct, Generic[L], frozen=True):
    """Every part holds."""

    parts: tuple["Tree[L]", ...]


class AnyOf(msgspec.Struct, Generic[L], frozen=True):
    """At least one part holds."""

    parts: tuple["Tree[L]", ...]


class Not(msgspec.Struct, Generic[L], frozen=True):
    """The part does not hold."""

    part: "Tree[L]"


Tree: TypeAlias = All[L] | AnyOf[L] | Not[L] | L

JOINTS = {
    "all": "Every condition in the list holds.",
    "any": "At least one condition in the list holds.",
    "not": "The condition does not hold.",
}


def read(place: Place, leaf: Callable[[Place], Tree[L]]) -> Tree[L]:
    """Read a tree whose leaves `leaf` understands."""
    data = place.mapping()
    joint = next((name for name in JOINTS if name in data), None)
    if joint is None:
        return leaf(place)
    place.keys((joint,))
    inner = place.at(joint)
    if joint == "not":
        return Not(read(inner, leaf))
    parts = tuple(read(item, leaf) for item in inner.items(at_most=200))
    return All(parts) if joint == "all" else AnyOf(parts)


def holds(tree: Tree[L], leaf: Callable[[L], bool]) -> bool:
    """Tell whether `tree` holds, given what each leaf says."""
    if isinstance(tree, All):
        return all(holds(part, leaf) for part in tree.parts)
    if isinstance(tree, AnyOf):
        return any(holds(part, leaf) for part in tree.parts)
    if isinstance(tree, Not):
        return not holds(tree.part, leaf)
    return leaf(tree)


def known(tree: Tree[L], leaf: Callable[[L], bool | None]) -> bool | None:
    """Tell what is certain about `tree` when some leaves are unknown (None).

    Example:
        >>> known(All((1, 2)), {1: None, 2: False}.get)
        False
    """
    if isinstance(tree, Not):
        inner = known(tree.part, leaf)
        return None if inner is None else not inner
    if isinstance(tree, All | AnyOf):
        decisive = isinstance(tree, AnyOf)
        said = {known(part, leaf) for part in tree.parts}
        if decisive in said:
            return decisive
        return None if None in said else not decisive
    return leaf(tree)


def written(tree: Tree[L], leaf: Callable[[L], str]) -> str:
    """Return `tree` as SQL, given the SQL of each leaf (never NULL)."""
    if isinstance(tree, All):
        return "(" + " AND ".join(written(part, leaf) for part in tree.parts) + ")"
    if isinstance(tree, AnyOf):
        return "(" + " OR ".join(written(part, leaf) for part in tree.parts) + ")"
    if isinstance(tree, Not):
        return f"(NOT {written(tree.part, leaf)})"
    return leaf(tree)


def computed(tree: Tree[L], leaf: Callable[[L], str]) -> str:
    """Return `tree` as SQL that is looked at for every row: of zeros and ones, all is the least and any the greatest.

    A search narrows by AND and OR, so ClickHouse ponders each of them at length: with two hundred conditions that was
    four fifths of the query.
    """
    if isinstance(tree, All | AnyOf):
        parts = [computed(part, leaf) for part in tree.parts]
        if len(parts) == 1:
            return parts[0]
        return f"{'least' if isinstance(tree, All) else 'greatest'}({', '.join(parts)})"
    if isinstance(tree, Not):
        return f"(NOT {computed(tree.part, leaf)})"
    return leaf(tree)


def leaves(tree: Tree[L]) -> Iterator[L]:
    """Yield the leaves from left to right."""
    if isinstance(tree, All | AnyOf):
        for part in tree.parts:
            yield from leaves(part)
    elif isinstance(tree, Not):
        yield from leaves(tree.part)
    else:
        yield tree


def replaced(tree: Tree[L], leaf: Callable[[L], Tree[M]]) -> Tree[M]:
    """Return `tree` with each leaf replaced by a tree."""
    if isinstance(tree, All):
        return All(tuple(replaced(part, leaf) for part in tree.parts))
    if isinstance(tree, AnyOf):
        return AnyOf(tuple(replaced(part, leaf) for part in tree.parts))
    if isinstance(tree, Not):
        return Not(replaced(tree.part, leaf))
    return leaf(tree)
