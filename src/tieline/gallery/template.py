"""Templates as data: a segment, journeys, what their messages say in three languages, and what they are for."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from tieline.condition.parse import parse as parse_condition
from tieline.errors import InvalidInputError, NotFoundError
from tieline.journey.parse import parse as parse_journey

LANGUAGES = ("zh-TW", "ja", "en")
ACCOUNT = "$account"
"""Stands where the LINE account is filled in that the brand chooses."""
Words = Mapping[str, str]


class Segment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A segment that the journeys of a template name."""

    key: str
    name: Words
    condition: Mapping[str, Any]


class Template(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a journey for one industry begins.

    Attributes:
        order: Its place in the gallery.
        goal: What it is to bring, and how that is seen.
        needs: What has to be there before it can go live: events, traits, coupon pools.
        caution: What the law or good manners ask for, "" for nothing special.
        journeys: Definitions; an object of languages stands for a text, `$account` for the LINE account.
        locked: Words that no message made from it may hold, with the reason; a guard for careful trades.
        stories: How it is tried: what happens, and which messages arrive; every message of it in one of them.
    """

    key: str
    order: int
    industry: Words
    name: Words
    about: Words
    goal: Words
    needs: Mapping[str, tuple[str, ...]]
    segments: tuple[Segment, ...]
    journeys: tuple[Mapping[str, Any], ...]
    stories: tuple[Mapping[str, Any], ...]
    caution: Words = {}
    locked: tuple[str, ...] = ()


class Drafts(msgspec.Struct, frozen=True):
    """What a template becomes: whole definitions in one language."""

    segments: tuple[Mapping[str, Any], ...]
    journeys: tuple[Mapping[str, Any], ...]


@cache
def templates() -> tuple[Template, ...]:
    """Return every template, in the order of the gallery."""
    folder = files("tieline.gallery") / "templates"
    found = [
        msgspec.json.decode(one.read_bytes(), type=Template)
        for one in folder.iterdir()
        if one.name.endswith(".json")
    ]
    return tuple(sorted(found, key=lambda one: one.order))


def template(key: str) -> Template:
    """Return one template.

    Raises:
        NotFoundError: There is none with this key.
    """
    for one in templates():
        if one.key == key:
            return one
    raise NotFoundError(
        f"There is no template {key}.", way_out=f"There are: {', '.join(one.key for one in templates())}."
    )


def drafts(chosen: Template, language: str, account: str) -> Drafts:
    """Return the definitions that a template becomes.

    Args:
        chosen: The template.
        language: Of the messages: one of LANGUAGES.
        account: LINE account that sends them.

    Raises:
        InvalidInputError: The language is not known.
    """
    if language not in LANGUAGES:
        raise InvalidInputError(
            f"language is {language!r}; it must be one of {', '.join(LANGUAGES)}.", field="/language"
        )
    segments = tuple(
        {"key": one.key, "name": one.name[language], "condition": one.condition} for one in chosen.segments
    )
    journeys: tuple[Mapping[str, Any], ...] = tuple(_said(one, language, account) for one in chosen.journeys)
    for segment in segments:
        parse_condition(segment["condition"])
    for journey in journeys:
        parse_journey(journey)
    return Drafts(segments, journeys)


def _said(value: Any, language: str, account: str) -> Any:
    """Return a tree with every object of languages as the text in one of them."""
    if isinstance(value, Mapping):
        if set(value) == set(LANGUAGES):
            return value[language]
        return {key: _said(item, language, account) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_said(item, language, account) for item in value]
    return account if value == ACCOUNT else value
