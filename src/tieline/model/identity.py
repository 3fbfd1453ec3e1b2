"""Who is who: identifier nodes, the links that sources claim, and what people decided about them."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from tieline.model.event import Proof

ANONYMOUS = "anonymous_id"
EMAIL = "email"
LINE = "line"
MEMBER = "member_id"
PHONE = "phone"
POS_CARD = "pos_card"

THEMSELVES = "friend"
"""Author of what people decide about themselves: who unbinds cuts, who binds again takes that back."""

# Kinds of assertion.
CUT = "cut"
JOIN = "join"
BLOCK = "block"
ALLOW = "allow"

# Kinds of mark.
GIVEN_NAME = "given_name"
BIRTH_DATE = "birth_date"

VALUES_MAX = 8
"""Words of one kind and source that a node keeps, the least first; a value with more of them differs from nobody."""


class Mark(msgspec.Struct, frozen=True, gc=False, array_like=True, order=True):
    """What a source said that tells one person from another: the name they are called by, the day they were born.

    Attributes:
        kind: given_name or birth_date.
        value: In the spelling in which it is compared.
        proven: The source proves what it says.
    """

    kind: str
    value: str
    source: str
    proven: bool


class Node(msgspec.Struct, frozen=True, gc=False):
    """One identifier: a namespace and a normalised value under a keyed hash.

    Attributes:
        marks: All that was ever said with it, sorted. It is a set, so that order cannot show in it.
    """

    node_id: bytes
    namespace: str
    value: str
    first_at: datetime
    marks: tuple[Mark, ...] = ()


class Link(msgspec.Struct, frozen=True, gc=False):
    """A source saw two identifiers together. `a` < `b`, so that a pair has one name.

    What a source proved and what it only stated are two links, so that the times of the one do not vouch for the other.

    Attributes:
        last_at: Exact to the UTC day: of several sightings on one day any may be kept.
    """

    a: bytes
    b: bytes
    source: str
    proof: Proof
    first_at: datetime
    last_at: datetime


class Assertion(msgspec.Struct, frozen=True, gc=False):
    """A person decided about identifiers. Of several decisions about the same the latest holds.

    Attributes:
        kind: cut (`a` and `b` are apart), join (they are together), block (`a` names nobody; `b` is `a`) or allow (`a`
            counts, however many share it; `b` is `a`).
    """

    kind: str
    a: bytes
    b: bytes
    at: datetime
    assertion_id: int = 0
    author: str = ""
    reason: str = ""
    revoked_at: datetime | None = None


class Retraction(msgspec.Struct, frozen=True, gc=False):
    """A person decided that what a whole source said about who is who counts for nothing.

    Attributes:
        until_at: What it saw later counts again.
    """

    source: str
    until_at: datetime
    author: str
    reason: str
    at: datetime
    retraction_id: int = 0
    revoked_at: datetime | None = None


class Placed(msgspec.Struct, frozen=True, gc=False):
    """Where a node stands.

    Attributes:
        zone_id: All that could touch it.
        profile_id: Who it is.
        proven_id: Those whom verified links alone make one with it: never more than its profile.
        core: Messages to the profile go here, and it shows what is known here. What nobody proved is outside.
        shared: 0: it names a person. 1: so many share it that only verified links to it count. 2: it joins nobody.
    """

    node: Node
    zone_id: bytes
    profile_id: bytes
    proven_id: bytes = b""
    core: bool = True
    shared: int = 0


class Moved(msgspec.Struct, frozen=True, gc=False):
    """A node changed its profile; a new node moved from nowhere (`from_id` empty)."""

    workspace_id: int
    node_id: bytes
    from_id: bytes
    to_id: bytes


def fold_marks(marks: Iterable[Mark]) -> tuple[Mark, ...]:
    """Return the set of marks as a node keeps it: a function of the set, whatever was folded before."""
    kept: list[Mark] = []
    held: dict[tuple[str, str, bool], int] = {}
    for mark in sorted(set(marks)):
        group = (mark.kind, mark.source, mark.proven)
        held[group] = held.get(group, 0) + 1
        if held[group] <= VALUES_MAX + 1:
            kept.append(mark)
    return tuple(kept)
