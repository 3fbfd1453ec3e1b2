"""Readers of several ways in one step: buttons, shares, arms."""

from collections.abc import Iterator
from datetime import timedelta

from tieline.condition.place import Place, quote
from tieline.journey import fields
from tieline.journey.definition import Branch, Winner

BRANCHES_MAX = 10
ARMS_MAX = 5
WHOLE = 100
HELD_OUT_MAX = 50
PEOPLE_MAX = 1_000_000
DATA_MAX = 300
"""Characters of a postback, by LINE's rule."""


def read_buttons(place: Place) -> tuple[Branch, ...]:
    """Read buttons; each has data of its own."""
    found = tuple(
        Branch(_name(item), data=item.at("data").text(DATA_MAX), next=_next(item))
        for item in _items(place, BRANCHES_MAX, ("name", "data"))
    )
    _distinct(place, [one.data for one in found], "data")
    return found


def read_shares(place: Place) -> tuple[Branch, ...]:
    """Read ways with whole percents that make 100."""
    found = tuple(
        Branch(_name(item), share=_number(item.at("share"), 1, WHOLE - 1), next=_next(item))
        for item in _several(place, BRANCHES_MAX, ("name", "share"))
    )
    _distinct(place, [one.name for one in found], "name")
    total = sum(one.share for one in found)
    if total != WHOLE:
        raise place.refuse(f"The shares make {total} percent.", "Let them make 100.")
    return found


def read_arms(place: Place) -> tuple[Branch, ...]:
    """Read the ways that a test compares."""
    found = tuple(Branch(_name(item), next=_next(item)) for item in _several(place, ARMS_MAX, ("name",)))
    _distinct(place, [one.name for one in found], "name")
    return found


def read_winner(place: Place) -> Winner:
    """Read when a test is over."""
    place.keys(("by", "after", "people"))
    by = place.at("by").one_of(("goal", "click"))
    after: timedelta = fields.read_wait(place.at("after"))
    people = _number(place.at("people"), 1, PEOPLE_MAX)
    return Winner("goal" if by == "goal" else "click", after, people)


def read_share(place: Place) -> int:
    """Read the percent that is kept out."""
    return _number(place, 1, HELD_OUT_MAX)


def _several(place: Place, most: int, required: tuple[str, ...]) -> Iterator[Place]:
    items = list(_items(place, most, required))
    if len(items) < 2:
        raise place.refuse("There is only one way.", "Give at least two.")
    yield from items


def _items(place: Place, most: int, required: tuple[str, ...]) -> Iterator[Place]:
    for item in place.items(most):
        item.keys(required, ("next",))
        yield item


def _name(item: Place) -> str:
    return fields.read_name(item.at("name"))


def _next(item: Place) -> str | None:
    return fields.read_slug(item.at("next")) if item.has("next") else None


def _number(place: Place, least: int, most: int) -> int:
    said = place.data
    if isinstance(said, bool) or not isinstance(said, int) or not least <= said <= most:
        raise place.refuse(f"{quote(said)} is out of range.", f"Use a whole number from {least} to {most}.")
    return said


def _distinct(place: Place, said: list[str], key: str) -> None:
    for index, one in enumerate(said):
        if one in said[:index]:
            raise place.at(index).at(key).refuse(f"{quote(one)} is there twice.", "Give each one of its own.")
