"""Names of properties and traits: dotted paths, with `[]` for "any element of the list"."""

from collections.abc import Mapping
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

    @property
    def single(self) -> bool:
        """True if it goes through no list, so that at most one value lies there."""
        return len(self.groups) == 1


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
    found = [_dig(properties, path.groups[0])]
    for keys in path.groups[1:]:
        elements = [element for value in found if isinstance(value, list | tuple) for element in value]
        found = [_dig(element, keys) for element in elements]
    return [value for value in found if _is_value(value)]


def _dig(value: Any, keys: tuple[str, ...]) -> Any:
    """Follow `keys`; a key of the data may itself hold dots, which the engine stores like nested objects.

    When one object says the same path twice in these two ways, the engine keeps the first value.
    """
    if not keys:
        return value
    if not isinstance(value, Mapping):
        return None
    for key, inner in value.items():
        if key == keys[0] or key.startswith(f"{keys[0]}."):
            said = tuple(key.split("."))
            found = _dig(inner, keys[len(said) :]) if keys[: len(said)] == said else None
            if _is_value(found):
                return found
    return None


def _is_value(found: Any) -> bool:
    return found is not None and not isinstance(found, Mapping)
