"""What a condition reads: which batches can change its answer, and whether time alone can."""

import msgspec

from tieline.condition import measure, tree
from tieline.condition.node import (
    Anniversary,
    Consent,
    Happened,
    IdentifiedBy,
    InDays,
    InSegment,
    Last,
    Leaf,
    LineFriend,
    Month,
    Node,
    Tag,
    Trait,
    WithinLast,
    WithinNext,
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


_MOVING = WithinLast | WithinNext | InDays | Anniversary


def reads(node: Node) -> Reads:
    """Collect what the leaves of `node` read."""
    leaves: tuple[Leaf, ...] = tuple(tree.leaves(node))
    return Reads(
        events=frozenset(
            name
            for leaf in leaves
            if isinstance(leaf, Happened)
            for name in (leaf.occurrence.event, *_then(leaf))
        ),
        traits=frozenset(leaf.path.top for leaf in leaves if isinstance(leaf, Trait)),
        tags=frozenset(leaf.tag for leaf in leaves if isinstance(leaf, Tag)),
        consents=frozenset(leaf.key for leaf in leaves if isinstance(leaf, Consent)),
        friends=frozenset(leaf.account for leaf in leaves if isinstance(leaf, LineFriend)),
        identifiers=frozenset(leaf.namespace for leaf in leaves if isinstance(leaf, IdentifiedBy)),
        segments=frozenset(leaf.key for leaf in leaves if isinstance(leaf, InSegment)),
        relative_time=any(_moves(leaf) for leaf in leaves),
    )


def _then(leaf: Happened) -> tuple[str, ...]:
    return (leaf.then.event,) if leaf.then else ()


def _moves(leaf: Leaf) -> bool:
    if isinstance(leaf, Happened):
        late = leaf.then is not None and leaf.then.absent
        since = leaf.measure.function in measure.SINCE
        return late or since or isinstance(leaf.occurrence.window, Last)
    return isinstance(leaf, Trait) and (isinstance(leaf.test, _MOVING) or leaf.test == Month(0))
