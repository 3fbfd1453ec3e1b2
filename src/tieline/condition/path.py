"""Names of properties and traits: dotted paths, with `[]` for "any element of the list"."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from tieline.condition.place import Place, quote

KEY_MAX = 64
KEYS_MAX = 8
LISTS_MAX = 2
FORBIDDEN = frozenset("`\\'\"[]{}:^%")
"""Signs that mean something to the engine inside a quoted name."""


class Path(msgspec.Struct, frozen=True):
    """Where a value lies.

    Attributes:
        groups: Keys, cut at each `[]`: `items[].sku` is (("items",), ("sku",)), `tags[]` is (("tags",), ()).
    """

    groups: tuple[tuple[str, ...], ...]

    @property
    def top(self) -> str:
        """The first key."""
        return self.groups[0][0]


def read_path(place: Place) -> Path:
    """Read a path, refusing any name that could mean something else to the engine."""
    said = place.text(at_most=KEY_MAX * KEYS_MAX)
    groups: list[tuple[str, ...]] = []
    keys: list[str] = []
    for part in said.split("."):
        key = part.removesuffix("[]")
        if not _is_key(key):
            raise place.refuse(
                f"{quote(said)} is not a name of a property.",
                f"Use up to {KEY_MAX} printable characters between dots, none of {''.join(sorted(FORBIDDEN))}; [] may follow a name.",
            )
        keys.append(key)
        if key != part:
            groups.append(tuple(keys))
            keys = []
    groups.append(tuple(keys))
    if len(groups) > LISTS_MAX + 1 or sum(map(len, groups)) > KEYS_MAX:
        raise place.refuse(
            f"{quote(said)} is too deep.", f"Keep it to {KEYS_MAX} names and {LISTS_MAX} lists."
        )
    return Path(tuple(groups))


def _is_key(key: str) -> bool:
    plain = key == key.strip() and key.isprintable() and not FORBIDDEN & set(key)
    return plain and 0 < len(key) <= KEY_MAX and key != "null"  # the engine keeps something of its own there


def values_at(properties: Mapping[str, Any], path: Path) -> list[Any]:
    """Return the values at `path`: at most one, or any number when it goes through lists. Neither null nor objects."""
    found = list(_dig(properties, path.groups[0]))
    for keys in path.groups[1:]:
        elements = [element for value in found if isinstance(value, list | tuple) for element in value]
        found = [inner for element in elements for inner in _dig(element, keys)]
    return [value for value in found if value is not None and not isinstance(value, Mapping)]


def _dig(value: Any, keys: tuple[str, ...]) -> Iterator[Any]:
    """Follow `keys`; a key may itself hold dots, which the engine stores like nested objects."""
    if not keys:
        yield value
    elif isinstance(value, Mapping):
        for count in range(1, len(keys) + 1):
            key = ".".join(keys[:count])
            if key in value:
                yield from _dig(value[key], keys[count:])
