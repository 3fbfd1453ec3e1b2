"""Which menu a friend sees, and why no other. Pure.

Rules are asked by rank; the first that holds wins. A menu that a journey gave somebody counts as if its rule held for
them, at its rank. Whoever loses a menu falls to the next one that fits, and to the
default when none does.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from tieline.model.menu import Menu


class Friend(NamedTuple):
    """What rules ask of a friend. `given`: the menu that a journey gave them."""

    segments: Collection[str]
    tags: Collection[str]
    bound: bool
    given: str = ""


class Verdict(NamedTuple):
    """One menu and why it is seen or not: a stable word."""

    key: str
    seen: bool
    why: str


def active(menu: Menu, at: datetime) -> str | None:
    """Return why a menu is not in use now, or None if it is."""
    if menu.starts_at is not None and at < menu.starts_at:
        return "not_yet"
    if menu.ends_at is not None and at >= menu.ends_at:
        return "over"
    return None if menu.has_image else "no_picture"


def rejects(menu: Menu, friend: Friend) -> str | None:
    """Return why the rule of a menu does not hold for a friend, or None if it does."""
    if menu.segment is not None and menu.segment not in friend.segments:
        return "not_in_segment"
    if menu.tag is not None and menu.tag not in friend.tags:
        return "no_tag"
    if menu.bound is not None and menu.bound != friend.bound:
        return "not_bound" if menu.bound else "bound"
    return None


def resolve(menus: Sequence[Menu], friend: Friend, at: datetime) -> list[Verdict]:
    """Return a verdict on every menu, in the order in which they are asked; at most one is seen."""
    ordered = sorted(menus, key=lambda menu: (menu.is_default, menu.rank, menu.key))
    verdicts: list[Verdict] = []
    taken = False
    for menu in ordered:
        given = menu.key == friend.given and not menu.is_default
        why = active(menu, at)
        if why is None and not menu.by_rule and not menu.is_default and not given:
            why = "tab"
        if why is None and not menu.is_default and not given:
            why = rejects(menu, friend)
        if why is None and taken:
            why = "another_first"
        seen = why is None
        taken |= seen
        holds = "default" if menu.is_default else "journey" if given else "rule"
        verdicts.append(Verdict(menu.key, seen, why or holds))
    return verdicts
