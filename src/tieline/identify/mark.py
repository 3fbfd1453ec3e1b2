"""What tells two people apart who share a phone or a mailbox: the name they are called by, the day they were born. Pure.

A node keeps every word that was ever said with it. Two nodes differ only if no word of the one can be a word of the
other, so a corrected name splits nobody, and a family's phone, which knows many names, differs from none of them.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from itertools import combinations
from typing import Any

from rapidfuzz.distance import JaroWinkler

from tieline.model.birth import nearly, read_birth
from tieline.model.event import TRAITS_SET, Event
from tieline.model.identity import BIRTH_DATE, GIVEN_NAME, VALUES_MAX, Node

KINDS = (GIVEN_NAME, BIRTH_DATE)
_TRAITS = {
    "given_name": GIVEN_NAME,
    "first_name": GIVEN_NAME,
    "firstName": GIVEN_NAME,
    "birth_date": BIRTH_DATE,
    "birthday": BIRTH_DATE,
}
_NAME_MAX = 64
_ALIKE = 0.75
"""Similarity of Latin given names below which they are two names; measured on households of a census."""

Said = tuple[tuple[str, str], ...]


def said_by(event: Event) -> Said:
    """Return the (kind, value) pairs that an event says about whoever it was."""
    traits: Any = event.traits
    if event.name == TRAITS_SET:
        traits = event.properties.get("traits")
    return said_in(traits) if traits and isinstance(traits, Mapping) else ()


def said_in(traits: Mapping[str, Any]) -> Said:
    """Return the (kind, value) pairs in some traits."""
    if traits.keys().isdisjoint(_TRAITS):
        return ()
    found = set()
    for name, kind in _TRAITS.items():
        value = traits.get(name)
        if isinstance(value, str) and (plain := spelled(kind, value[:_NAME_MAX])):
            found.add((kind, plain))
    return tuple(sorted(found))


@lru_cache(maxsize=16_384)
def spelled(kind: str, value: str) -> str:
    """Return the one spelling of a word, "" for what says nothing."""
    if kind == BIRTH_DATE:
        return read_birth(value)
    plain = unicodedata.normalize("NFKC", value).casefold()
    return "".join(letter for letter in plain if letter.isalpha())


def words(node: Node, kind: str, *, proven_only: bool) -> frozenset[str]:
    """Return the words of one kind that count for a node: the proven ones if there are any."""
    of_kind = [mark for mark in node.marks if mark.kind == kind]
    proven = frozenset(mark.value for mark in of_kind if mark.proven)
    counted = proven or (frozenset() if proven_only else frozenset(mark.value for mark in of_kind))
    return frozenset() if len(counted) > VALUES_MAX else counted


def alike(nodes: Iterable[Node], vetoes: Iterable[str], *, proven_only: bool) -> bool:
    """Say whether all of `nodes` could be one person by what was said with them."""
    marked = [node for node in nodes if node.marks]
    return len(marked) < 2 or not any(
        differ(kind, one, other)
        for kind in vetoes
        for one, other in combinations({words(node, kind, proven_only=proven_only) for node in marked}, 2)
    )


@lru_cache(maxsize=65_536)
def differ(kind: str, one: frozenset[str], other: frozenset[str]) -> bool:
    """Say whether no word of the one can be a word of the other; who says nothing differs from nobody."""
    if not (one and other) or not one.isdisjoint(other):
        return False
    same = nearly if kind == BIRTH_DATE else _one_name
    return not any(same(min(x, y), max(x, y)) for x in one for y in other)


@lru_cache(maxsize=65_536)
def _one_name(one: str, other: str) -> bool:
    """Siblings share a character on purpose, so one wrong character is no slip; one that sounds the same is."""
    if one in other or other in one:
        return True
    if one.isascii() and other.isascii():
        return JaroWinkler.similarity(one, other) >= _ALIKE
    return _sound(one) == _sound(other)


@lru_cache(maxsize=16_384)
def _sound(name: str) -> str:
    from pypinyin import lazy_pinyin  # A second to load, and most processes never compare two names.

    return "".join(lazy_pinyin(name))
