"""Fields of an object that LINE reads: what each may hold, in tables that are walked here. Pure.

A leaf that a template will fill stands as `Unfilled`: whatever may be said of its text waits until it is filled.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from tieline.deliver import urls
from tieline.deliver.measure import grapheme_length, utf16_length

DEPTH_MAX = 40


class Problem(NamedTuple):
    """What LINE would refuse, and where: a JSON pointer into the list of messages."""

    pointer: str
    sentence: str


Problems = Iterator[Problem]


class Unfilled(str):
    """A text that a template has still to fill."""

    __slots__ = ()


class Text(NamedTuple):
    """A text with its longest length, as LINE counts this field."""

    longest: int
    required: bool = True
    count: Callable[[str], int] = utf16_length
    may_be_empty: bool = False


class Address(NamedTuple):
    """A URL; which schemes it may have depends on the name of the field."""

    required: bool = True


class Number(NamedTuple):
    """A number with its bounds."""

    least: float
    most: float
    required: bool = True
    whole: bool = False


class Items(NamedTuple):
    """A list of objects with its longest and shortest length."""

    longest: int
    least: int = 1
    required: bool = True


class OneOf(NamedTuple):
    """One of a few words."""

    words: tuple[str, ...]
    required: bool = False


class Like(NamedTuple):
    """A text of a certain form."""

    form: re.Pattern[str]
    said: str
    required: bool = False


class Flag(NamedTuple):
    """True or false."""

    required: bool = False


class Part(NamedTuple):
    """An object that has rules of its own, checked by whoever owns this table."""

    required: bool = False


Rule = Text | Address | Number | Items | OneOf | Like | Flag | Part
Rules = Mapping[str, Rule]


def optional(longest: int, count: Callable[[str], int] = utf16_length) -> Text:
    """Return a text that may be left out."""
    return Text(longest, required=False, count=count)


def seen(longest: int, *, required: bool = True) -> Text:
    """Return a text that LINE counts in characters as people see them."""
    return Text(longest, required, grapheme_length)


def escaped(name: str) -> str:
    """Return `name` as a part of a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1")


def check(owner: Any, rules: Rules, at: str) -> Problems:
    """Yield what is wrong with the fields of an object: those that are missing, ill-formed or unknown to LINE."""
    if not isinstance(owner, Mapping):
        yield Problem(at, "Here must stand an object.")
        return
    for name, rule in rules.items():
        absent = name in owner and owner[name] is None and not rule.required
        wrong = "must not be null; leave it out." if absent else _wrong(owner.get(name), rule, name)
        if wrong:
            yield Problem(f"{at}/{escaped(name)}", f"{name} {wrong}")
    for name in owner:
        if name not in rules:
            yield Problem(
                f"{at}/{escaped(str(name))}", f"LINE knows no {str(name)[:40]!r} here; did you mistype it?"
            )


def kind_of(owner: Any, kinds: Collection[str], at: str, what: str) -> str | Problem:
    """Return the type of an object, or the problem that it is none of `kinds`."""
    kind = owner.get("type") if isinstance(owner, Mapping) else None
    if isinstance(kind, str) and not isinstance(kind, Unfilled) and kind in kinds:
        return kind
    return Problem(f"{at}/type", f"The type of {what} is one of {', '.join(kinds)}.")


def listed(owner: Any, name: str) -> Sequence[Any]:
    """Return a list field, empty if it is no list."""
    value = owner.get(name) if isinstance(owner, Mapping) else None
    return value if isinstance(value, (list, tuple)) else ()


def _wrong(value: Any, rule: Rule, name: str) -> str | None:
    if value is None:
        return "must be given." if rule.required else None
    if isinstance(value, Unfilled) and not isinstance(rule, (Number, Items, Flag, Part)):
        return None
    match rule:
        case Text():
            return _wrong_text(value, rule)
        case Address():
            return _wrong_address(value, name)
        case Number():
            return _wrong_number(value, rule)
    fits, said = _fits(value, rule)
    return None if fits else f"must be {said}."


def _fits(value: Any, rule: Items | OneOf | Like | Flag | Part) -> tuple[bool, str]:
    match rule:
        case Items(longest, least):
            fits = isinstance(value, (list, tuple)) and least <= len(value) <= longest
            return fits, f"a list of {least} to {longest}"
        case OneOf(words):
            return value in words, f"one of {', '.join(words)}"
        case Like(form, said):
            return isinstance(value, str) and form.fullmatch(value) is not None, said
        case Flag():
            return isinstance(value, bool), "true or false"
        case Part():
            return isinstance(value, Mapping), "an object"


def _wrong_text(value: Any, rule: Text) -> str | None:
    if not isinstance(value, str):
        return "must be a text."
    if not value and not rule.may_be_empty:
        return "must not be empty."
    # No way of counting gives more than the UTF-16 units, so only long texts are counted the slow way.
    if 2 * len(value) > rule.longest and (length := rule.count(value)) > rule.longest:
        return f"may have {rule.longest} characters as LINE counts them, this one has {length}."
    return None


def _wrong_address(value: Any, name: str) -> str | None:
    if not isinstance(value, str):
        return "must be an address."
    wrong = urls.problem(name, value)
    return f"is no address that can stand here: {wrong}" if wrong else None


def _wrong_number(value: Any, rule: Number) -> str | None:
    kinds = (int,) if rule.whole else (int, float)
    if isinstance(value, kinds) and not isinstance(value, bool) and rule.least <= value <= rule.most:
        return None
    return f"must be a {'whole ' if rule.whole else ''}number from {rule.least:g} to {rule.most:g}."
