"""Who is who: identifier nodes, the links that sources claim, and what people decided about them."""

from datetime import datetime

import msgspec

from tieline.model.event import Proof

ANONYMOUS = "anonymous_id"
EMAIL = "email"
LINE = "line"
MEMBER = "member_id"
PHONE = "phone"
POS_CARD = "pos_card"

# Kinds of assertion.
CUT = "cut"
JOIN = "join"


class Node(msgspec.Struct, frozen=True, gc=False):
    """One identifier: a namespace and a normalised value under a keyed hash."""

    node_id: bytes
    namespace: str
    value: str
    first_at: datetime


class Link(msgspec.Struct, frozen=True, gc=False):
    """A source saw two identifiers together. `a` < `b`, so that a pair has one name.

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
    """A person decided about two identifiers: they are apart (cut) or together (join). Of several the latest holds."""

    kind: str
    a: bytes
    b: bytes
    at: datetime
    assertion_id: int = 0
    author: str = ""
    reason: str = ""
    revoked_at: datetime | None = None


class Placed(msgspec.Struct, frozen=True, gc=False):
    """Where a node stands: its zone (all that could touch it) and its profile."""

    node: Node
    zone_id: bytes
    profile_id: bytes


class Moved(msgspec.Struct, frozen=True, gc=False):
    """A node changed its profile; a new node moved from nowhere (`from_id` empty)."""

    workspace_id: int
    node_id: bytes
    from_id: bytes
    to_id: bytes
