"""Which segments, computed traits, tags and lists a definition names, whatever it defines."""

from collections.abc import Mapping
from typing import Any

from tieline.condition.computed import PREFIX


def named(written: Any) -> frozenset[str]:
    """Return the keys of the definitions that JSON refers to: of segments as they are, of computed traits with `computed:`."""
    found = set(said(written, "segment"))
    found.update(f"{PREFIX}{key}" for key in said(written, "computed"))
    return frozenset(found)


def said(written: Any, word: str) -> frozenset[str]:
    """Return every text that stands after a key `word`, anywhere."""
    if isinstance(written, Mapping):
        own = {written[word]} if isinstance(written.get(word), str) else set()
        return frozenset(own.union(*(said(part, word) for part in written.values())))
    if isinstance(written, list | tuple):
        return frozenset[str]().union(*(said(part, word) for part in written))
    return frozenset()


def depending(key: str, definitions: Mapping[str, Any]) -> frozenset[str]:
    """Return the keys of all definitions that refer to `key`, by however many steps."""
    found: set[str] = set()
    waiting = [key]
    while waiting:
        one = waiting.pop()
        fresh = {name for name, written in definitions.items() if one in named(written)} - found - {key}
        found |= fresh
        waiting += sorted(fresh)
    return frozenset(found)
