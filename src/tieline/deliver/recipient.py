"""Whom a narrowcast is for: its tree in LINE's form, how many people at most, and whether all of them agreed. Pure.

Source: https://developers.line.biz/en/reference/messaging-api/#narrowcast-recipient
"""

from collections.abc import Mapping
from typing import Any

from tieline.model.narrowcast import (
    Again,
    Both,
    Either,
    Found,
    Known,
    Leaf,
    Made,
    Narrowcast,
    Others,
    Tree,
    leaves,
)

LEAVES_MAX = 10
PEOPLE_MIN = 50
"""LINE sends to no audience of fewer that it built itself, so that nobody is picked out."""
FRIENDS_MIN = 100
"""LINE filters by what it guesses only from so many friends on."""


def in_lines_form(tree: Tree, known: Mapping[Leaf, Known]) -> dict[str, Any]:
    """Return LINE's recipient object; every leaf must be known by its name."""
    if isinstance(tree, Both):
        return {"type": "operator", "and": [in_lines_form(part, known) for part in tree.parts]}
    if isinstance(tree, Either):
        return {"type": "operator", "or": [in_lines_form(part, known) for part in tree.parts]}
    if isinstance(tree, Others):
        return {"type": "operator", "not": in_lines_form(tree.part, known)}
    if isinstance(tree, Again):
        return {"type": "redelivery", "requestId": known[tree].name}
    return {"type": "audience", "audienceGroupId": int(known[tree].name)}


def at_most(tree: Tree | None, known: Mapping[Leaf, Known], friends: int) -> int:
    """Return how many people a tree can have; nobody but a friend gets it, however large an audience is."""
    if isinstance(tree, Both):
        return min(at_most(part, known, friends) for part in tree.parts)
    if isinstance(tree, Either):
        return min(friends, sum(at_most(part, known, friends) for part in tree.parts))
    if tree is None or isinstance(tree, Others):
        return friends
    return min(friends, known[tree].people)


def agreed(tree: Tree | None, known: Mapping[Leaf, Known], *, when_made: bool = False) -> bool:
    """Tell whether everybody in a tree agrees to marketing, as far as Tieline knows.

    Where all parts must hold, one of people who agreed is enough. Who is only not in something may be anybody.

    Args:
        tree: Whom it is for.
        known: Its leaves.
        when_made: Look at the audiences as they were made, not at who withdrew since.
    """
    if isinstance(tree, Both):
        return any(agreed(part, known, when_made=when_made) for part in tree.parts)
    if isinstance(tree, Either):
        return all(agreed(part, known, when_made=when_made) for part in tree.parts)
    if isinstance(tree, Made):
        return known[tree].agreed and (when_made or not known[tree].withdrawn)
    return False


def withdrawn(tree: Tree | None, known: Mapping[Leaf, Known]) -> int:
    """Return how many people of the audiences of a tree withdrew since they were made."""
    return sum(known[leaf].withdrawn for leaf in set(leaves(tree)))


def too_small(tree: Tree | None, known: Mapping[Leaf, Known]) -> Leaf | None:
    """Return an audience of LINE's making that is too small for LINE to send to."""
    few = (
        leaf
        for leaf in leaves(tree)
        if not isinstance(leaf, Made) and not known[leaf].problem and known[leaf].people < PEOPLE_MIN
    )
    return next(few, None)


def hindrance(said: Narrowcast, known: Mapping[Leaf, Known]) -> str:
    """Return why a narrowcast must not leave now: a word, "" if it may.

    Asked when it is saved, when its body is frozen, and again just before the call.
    """
    for leaf in leaves(said.recipient):
        if known[leaf].problem:
            return known[leaf].problem
    if said.without_consent or agreed(said.recipient, known):
        return ""
    return "withdrawn" if agreed(said.recipient, known, when_made=True) else "no_consent"


def body_of(said: Narrowcast, known: Mapping[Leaf, Known], most: int) -> dict[str, Any]:
    """Return LINE's request. It always names a maximum, so that LINE keeps no more of the month for it than it can use."""
    limit: dict[str, Any] = {"max": most}
    if said.up_to_quota:
        limit["upToRemainingQuota"] = True
    body: dict[str, Any] = {"messages": list(said.messages), "limit": limit}
    if said.recipient is not None:
        body["recipient"] = in_lines_form(said.recipient, known)
    if said.demographic is not None:
        body["filter"] = {"demographic": said.demographic}
    if said.silent:
        body["notificationDisabled"] = True
    return body


def label(leaf: Leaf) -> str:
    """Return a leaf as it is called in sentences."""
    return str(leaf.number) if isinstance(leaf, Found) else leaf.key
