"""The words under which a person is found, and what is looked for when somebody types. Pure.

A word is found by its beginning. A Chinese name is found from each of its characters on but the last alone, a phone number also from
its end, because that is what people say at the till.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from tieline.model.identity import ANONYMOUS, PHONE
from tieline.model.profile import Profile

WORD_MAX = 40
WORDS_MAX = 60
TYPED_MAX = 100
TAIL = "<"
"""Begins a number written from its end."""
TAIL_MIN = 4
NAMES = (
    "name", "full_name", "first_name", "last_name", "given_name", "family_name", "firstName", "lastName", "kana",
    "name_kana", "nickname", "display_name", "displayName", "line_name",
)  # fmt: skip
"""Traits that are names of a person."""
_TRUNK = {"+886": "0", "+81": "0", "+66": "0"}
_CODES = tuple(code[1:] for code in _TRUNK)
_WIDE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f\U00020000-\U0003ffff]")
_TITLE = re.compile(r"(?:先生|小姐|女士|太太|様|さん)$")
_GAP = re.compile(r"[\s,.()·・\-]+")
_NUMBER = re.compile(r"\+?[0-9][0-9\s().\-]*")


def plain(text: str) -> str:
    """Return a text as it is compared: one width, one case."""
    return unicodedata.normalize("NFKC", text).casefold().strip()


def words(profile: Profile) -> frozenset[str]:
    """Return the words under which a person is found; the first few dozen of somebody with hundreds of identifiers."""
    found: dict[str, None] = {}
    for word in _words(profile):
        if word and len(found) < WORDS_MAX:
            found[word[:WORD_MAX]] = None
    return frozenset(found)


def _words(profile: Profile) -> Iterator[str]:
    for namespace, value in profile.identifiers:
        if namespace == PHONE:
            yield from _phone(value)
        elif namespace != ANONYMOUS:
            yield plain(value)
    for name in NAMES:
        trait = profile.traits.get(name)
        if trait is not None and isinstance(trait.value, str):
            yield from _name(plain(trait.value))


def _phone(value: str) -> Iterator[str]:
    """A number as it is said at home, and from its end."""
    yield _at_home(value)
    yield TAIL + value.lstrip("+")[::-1]


def _at_home(number: str) -> str:
    """Return a number with the trunk zero of its country instead of the country's code, and without signs."""
    digits = re.sub(r"[^0-9]", "", number)
    for code, trunk in _TRUNK.items():
        if number.startswith(code):
            rest = digits[len(code) - 1 :]
            return rest if rest.startswith(trunk) else trunk + rest
    return digits


def _name(name: str) -> Iterator[str]:
    if _WIDE.search(name):
        joined = _GAP.sub("", name)
        yield joined
        yield from (joined[at:] for at in range(1, min(len(joined) - 1, 12)))
    else:
        parts = _GAP.sub(" ", name).split()
        yield from (" ".join(parts[at:]) for at in range(min(len(parts), 6)))


def looked_for(typed: str) -> tuple[str, ...]:
    """Return the beginnings that a typed text stands for, the likeliest first; none for an empty one."""
    text = plain(typed[:TYPED_MAX])
    if not text:
        return ()
    if _NUMBER.fullmatch(text):
        digits = re.sub(r"[^0-9]", "", text)
        signed = "+" + digits if text.startswith("+") or digits.startswith(_CODES) else digits
        tail = (TAIL + digits[::-1],) if len(digits) >= TAIL_MIN else ()
        return tuple(dict.fromkeys((_at_home(signed), digits, *tail, text)))
    if _WIDE.search(text):
        joined = _GAP.sub("", text)
        return tuple(dict.fromkeys(one for one in (joined, _TITLE.sub("", joined)) if one))
    return tuple(dict.fromkeys((text, _GAP.sub(" ", text).strip())))


def shown(traits: Mapping[str, Any]) -> str:
    """Return what to call a person, "" if nobody said."""

    def said(*names: str) -> str:
        return next((str(traits[name].value) for name in names if name in traits and traits[name].value), "")

    whole = said("name", "full_name")
    if whole:
        return whole
    family, given = (
        said("family_name", "last_name", "lastName"),
        said("given_name", "first_name", "firstName"),
    )
    if family or given:
        return f"{family}{given}" if _WIDE.search(family + given) else f"{given} {family}".strip()
    return said("line_name", "display_name", "displayName", "nickname")
