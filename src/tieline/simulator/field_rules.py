"""Checks of single fields of a message object, worded as LINE words its problems."""

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

from tieline.simulator.measure import utf16_length

Json = dict[str, Any]
Problem = dict[str, str]
Problems = Iterator[Problem]

ACTION_SCHEMES = frozenset({"http", "https", "line", "tel"})
MEDIA_SCHEMES = frozenset({"https"})
LOOPBACK = frozenset({"127.0.0.1", "localhost"})


def joined(path: str, name: str) -> str:
    """Return the place of a field inside the object at `path`; the request itself is at ''."""
    return f"{path}.{name}" if path else name


def problem(message: str, path: str) -> Problem:
    """Return one entry of LINE's `details`."""
    return {"message": message, "property": path}


def text(
    owner: Json,
    name: str,
    path: str,
    most: int,
    *,
    required: bool = True,
    count: Callable[[str], int] = utf16_length,
) -> Problems:
    """Check that a field is a text of 1 to `most`, counted by `count`."""
    value = owner.get(name)
    if value is None:
        if required:
            yield problem("May not be empty", joined(path, name))
    elif not isinstance(value, str):
        yield problem("must be string", joined(path, name))
    elif not value:
        yield problem("May not be empty" if required else "must be non-empty text", joined(path, name))
    elif count(value) > most:
        yield problem(f"Length must be between 0 and {most}", joined(path, name))


def url(
    owner: Json,
    name: str,
    path: str,
    *,
    schemes: frozenset[str] = MEDIA_SCHEMES,
    most: int = 2000,
    required: bool = True,
) -> Problems:
    """Check that a field is a URL; plain HTTP to this machine counts as HTTPS, so that local runs can show it."""
    yield from text(owner, name, path, most, required=required)
    value = owner.get(name)
    if not isinstance(value, str) or not value:
        return
    try:
        parts = urlsplit(value)
    except ValueError:
        yield problem("invalid uri", joined(path, name))
        return
    local = parts.scheme == "http" and parts.hostname in LOOPBACK
    if parts.scheme not in schemes and not local:
        yield problem("invalid uri scheme", joined(path, name))
    elif not value.isascii() or " " in value or (parts.scheme in {"http", "https"} and not parts.hostname):
        yield problem("invalid uri", joined(path, name))


def one_of(owner: Json, name: str, path: str, values: tuple[str, ...], *, required: bool = True) -> Problems:
    """Check that a field is one of `values`."""
    value = owner.get(name)
    if value is None and not required:
        return
    if value not in values:
        yield problem(f"Must be one of the following values: [{', '.join(values)}]", joined(path, name))


def number(owner: Json, name: str, path: str, least: float, most: float) -> Problems:
    """Check that a field is a number within bounds."""
    value = owner.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        yield problem("must be number", joined(path, name))
    elif not least <= value <= most:
        yield problem(f"must be between {least} and {most}", joined(path, name))


def size(owner: Json, name: str, path: str, least: int, most: int) -> Problems:
    """Check that a field is a list of `least` to `most` objects."""
    value = owner.get(name)
    if not isinstance(value, list) or not least <= len(value) <= most:
        yield problem(f"Size must be between {least} and {most}", joined(path, name))
        return
    for index, item in enumerate(value):
        if not isinstance(item, dict):
            yield problem("must be object", f"{joined(path, name)}[{index}]")


def objects(owner: Json, name: str) -> list[tuple[int, Json]]:
    """Return the objects of a list field with their places, whatever else is wrong with it."""
    value = owner.get(name)
    if not isinstance(value, list):
        return []
    return [(index, item) for index, item in enumerate(value) if isinstance(item, dict)]


def word(owner: Json, name: str, default: str = "") -> str:
    """Return a field if it is a text, else `default`: JSON from outside may hold anything anywhere."""
    value = owner.get(name, default)
    return value if isinstance(value, str) else ""
