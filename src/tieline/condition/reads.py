"""What a condition reads: which batches can change its answer, and whether time alone can."""

import msgspec

from tieline.condition import tree
from tieline.condition.node import (
    Consent,
    Happened,
    IdentifiedBy,
    InSegment,
    Last,
    Leaf,
    LineFriend,
    Month,
    Node,
    Tag,
    Trait,
    WithinLast,
)


class Reads(msgspec.Struct, frozen=True):
    """Names that a condition reads.

    Attributes:
        events: Event names.
        traits: Top-level trait names.
        tags: Tags.
        consents: `purpose:channel`.
        friends: LINE accounts.
        identifiers: Namespaces.
        segments: Segments referred to; empty after `rewrite`.
        relative_time: True if the answer may change without any event, because a window moves with time.
    """

    events: frozenset[str] = frozenset()
    traits: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    consents: frozenset[str] = frozenset()
    friends: frozenset[str] = frozenset()
    identifiers: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()
    relative_time: bool = False


def reads(node: Node) -> Reads:
    """Collect what the leaves of `node` read."""
    leaves: tuple[Leaf, ...] = tuple(tree.leaves(node))
    return Reads(
        events=frozenset(leaf.occurrence.event for leaf in leaves if isinstance(leaf, Happened)),
        traits=frozenset(leaf.path.top for leaf in leaves if isinstance(leaf, Trait)),
        tags=frozenset(leaf.tag for leaf in leaves if isinstance(leaf, Tag)),
        consents=frozenset(leaf.key for leaf in leaves if isinstance(leaf, Consent)),
        friends=frozenset(leaf.account for leaf in leaves if isinstance(leaf, LineFriend)),
        identifiers=frozenset(leaf.namespace for leaf in leaves if isinstance(leaf, IdentifiedBy)),
        segments=frozenset(leaf.key for leaf in leaves if isinstance(leaf, InSegment)),
        relative_time=any(_moves(leaf) for leaf in leaves),
    )


def _moves(leaf: Leaf) -> bool:
    if isinstance(leaf, Happened):
        return isinstance(leaf.occurrence.window, Last)
    return isinstance(leaf, Trait) and (isinstance(leaf.test, WithinLast) or leaf.test == Month(0))
