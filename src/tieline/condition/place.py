"""Reading JSON written by a person: every refusal names the place, the value and the way out."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from tieline.errors import InvalidConditionError

DEPTH_MAX = 24
"""Objects and lists inside each other, in one condition."""
SIZE_MAX = 500
"""Objects and lists of one condition, all together."""
TEXT_MAX = 1000
"""Characters of one text."""


class Place(msgspec.Struct, frozen=True):
    """A value and where it stands.

    Attributes:
        data: Decoded JSON.
        pointer: JSON pointer from the root of what was sent.
    """

    data: Any
    pointer: str = ""

    def refuse(self, message: str, way_out: str = "") -> InvalidConditionError:
        """Return the error that names this place."""
        return InvalidConditionError(message, field=self.pointer, way_out=way_out)

    def at(self, key: str | int) -> "Place":
        """Return the place of a member, which must exist."""
        token = str(key).replace("~", "~0").replace("/", "~1")
        return Place(self.data[key], f"{self.pointer}/{token}")

    def has(self, key: str) -> bool:
        """Tell whether this object has the member `key`."""
        return key in self.data

    def keys(self, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> None:
        """Refuse anything but an object with these members."""
        data = self.mapping()
        allowed = (*required, *optional)
        for key in data:
            if key not in allowed:
                raise self.at(key).refuse(
                    f"The key {quote(key)} is not known here.", f"Use {listed(allowed)}."
                )
        for key in required:
            if key not in data:
                raise self.refuse(f"The key {quote(key)} is missing.", f"Add {quote(key)}.")

    def mapping(self) -> Mapping[str, Any]:
        """Return the object that stands here."""
        if not isinstance(self.data, Mapping):
            raise self.refuse(f"{quote(self.data)} is not an object.", "Write an object in braces.")
        return self.data

    def items(self, at_most: int) -> "Iterator[Place]":
        """Yield the members of the list that stands here; an empty list is refused."""
        if not isinstance(self.data, list | tuple):
            raise self.refuse(f"{quote(self.data)} is not a list.", "Write a list in brackets.")
        if not self.data:
            raise self.refuse("The list is empty.", "Add at least one item, or remove this part.")
        if len(self.data) > at_most:
            raise self.refuse(f"The list has {len(self.data)} items.", f"Keep it to {at_most}.")
        for index in range(len(self.data)):
            yield self.at(index)

    def text(self, at_most: int = TEXT_MAX) -> str:
        """Return the text that stands here: not empty, and storable."""
        data = self.data
        if not isinstance(data, str) or not data:
            raise self.refuse(f"{quote(data)} is not a text.", "Write a text that is not empty.")
        return self.storable(data, at_most)

    def storable(self, data: str, at_most: int = TEXT_MAX) -> str:
        """Return `data` if it is short enough and can be written as UTF-8."""
        if len(data) > at_most:
            raise self.refuse(f"The text has {len(data)} characters.", f"Keep it to {at_most}.")
        if any(sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in data):
            raise self.refuse(f"{quote(data)} holds a character that cannot be stored.", "Remove it.")
        return data

    def one_of(self, allowed: tuple[str, ...]) -> str:
        """Return the word that stands here, one of `allowed`."""
        if not isinstance(self.data, str) or self.data not in allowed:
            raise self.refuse(f"{quote(self.data)} is not known here.", f"Use one of {listed(allowed)}.")
        return self.data


def limit_size(place: Place) -> None:
    """Refuse a tree that is too deep or too large, before anything recurses into it."""
    waiting = [(place.data, 1)]
    size = 0
    while waiting:
        data, depth = waiting.pop()
        if not isinstance(data, Mapping | list | tuple):
            continue
        size += 1
        if depth > DEPTH_MAX:
            raise place.refuse(f"The condition is nested more than {DEPTH_MAX} levels deep.", "Flatten it.")
        if size > SIZE_MAX:
            raise place.refuse(f"The condition has more than {SIZE_MAX} parts.", "Split it into segments.")
        inner = data.values() if isinstance(data, Mapping) else data
        waiting += ((item, depth + 1) for item in inner)


def quote(data: Any) -> str:
    """Return `data` as short JSON for an error sentence."""
    try:
        text = msgspec.json.encode(data).decode()
    except (TypeError, UnicodeError, msgspec.MsgspecError):
        text = ascii(data)
    return text if len(text) <= 60 else f"{text[:57]}..."


def listed(words: tuple[str, ...]) -> str:
    """Return `words` for an error sentence."""
    return ", ".join(words)


def written(data: Any) -> str:
    """Return `data` as JSON, the same for equal data."""
    return msgspec.json.encode(data, order="deterministic").decode()
