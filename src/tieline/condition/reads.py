"""What a condition reads: which batches can change its answer, and whether time alone can."""

import msgspec

from tieline.condition import dates, measure, tree
from tieline.condition import filter as filters
from tieline.condition.node import (
    Consent,
    Happened,
    HappenedAt,
    IdentifiedBy,
    InSegment,
    Last,
    Leaf,
    LineFriend,
    Node,
    Occurrence,
    Tag,
    Told,
    Top,
    Trait,
    TraitItem,
)

_COUNTING = Happened | HappenedAt | Told | Top


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
        others: True if what others do may change the answer about a person.
    """

    events: frozenset[str] = frozenset()
    traits: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    consents: frozenset[str] = frozenset()
    friends: frozenset[str] = frozenset()
    identifiers: frozenset[str] = frozenset()
    segments: frozenset[str] = frozenset()
    relative_time: bool = False
    others: bool = False


def reads(node: Node) -> Reads:
    """Collect what the leaves of `node` read."""
    leaves: tuple[Leaf, ...] = tuple(tree.leaves(node))
    return Reads(
        events=frozenset(name for leaf in leaves for name in (*_event(leaf), *_then(leaf))),
        traits=frozenset(
            leaf.path.top if isinstance(leaf, Trait) else leaf.item.path.top
            for leaf in leaves
            if isinstance(leaf, Trait | TraitItem)
        ),
        tags=frozenset(leaf.tag for leaf in leaves if isinstance(leaf, Tag)),
        consents=frozenset(leaf.key for leaf in leaves if isinstance(leaf, Consent)),
        friends=frozenset(leaf.account for leaf in leaves if isinstance(leaf, LineFriend)),
        identifiers=frozenset(leaf.namespace for leaf in leaves if isinstance(leaf, IdentifiedBy)),
        segments=frozenset(leaf.key for leaf in leaves if isinstance(leaf, InSegment)),
        relative_time=any(_moves(leaf) for leaf in leaves),
        others=any(isinstance(leaf, Top) for leaf in leaves),
    )


def _event(leaf: Leaf) -> tuple[str, ...]:
    return (leaf.occurrence.event,) if isinstance(leaf, _COUNTING) else ()


def _then(leaf: Leaf) -> tuple[str, ...]:
    return (leaf.then.event,) if isinstance(leaf, Happened) and leaf.then else ()


def _moves(leaf: Leaf) -> bool:
    if isinstance(leaf, Trait):
        return dates.moves(leaf.test)
    if isinstance(leaf, TraitItem):
        return filters.moves(leaf.item)
    if not isinstance(leaf, _COUNTING):
        return False
    then = leaf.then if isinstance(leaf, Happened) else None
    return (
        _passes(leaf.occurrence)
        or leaf.measure.function in measure.MOVING
        or (isinstance(leaf, HappenedAt) and dates.moves(leaf.test))
        or (then is not None and (then.absent or (then.where is not None and filters.moves(then.where))))
    )


def _passes(occurrence: Occurrence) -> bool:
    """Tell whether an event stops counting, or begins to, with time alone."""
    return isinstance(occurrence.window, Last) or (
        occurrence.where is not None and filters.moves(occurrence.where)
    )
