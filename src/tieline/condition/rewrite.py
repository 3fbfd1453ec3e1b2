"""Passes over a condition before it is compiled: a condition in, an equal condition out."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from tieline.condition import computed, tree
from tieline.condition.node import Computed, InSegment, Leaf, Node
from tieline.condition.parse import parse
from tieline.condition.place import SIZE_MAX, quote
from tieline.condition.tree import All, AnyOf, Not
from tieline.errors import InvalidConditionError

Segments: TypeAlias = Mapping[str, Node]
"""Definitions by key, as parsed."""
Pass: TypeAlias = Callable[[Node, Segments], Node]


def rewrite(node: Node, segments: Segments | None = None) -> Node:
    """Run all passes.

    Args:
        node: A parsed condition.
        segments: Definitions that `{"segment": key}` may refer to.

    Raises:
        InvalidConditionError: A segment is unknown, refers to itself, or makes the condition too large.
    """
    for rule in RULES:
        node = rule(node, segments or {})
    return node


def parsed(definitions: Mapping[str, Any]) -> dict[str, Node]:
    """Read definitions as written: of segments by their key, of computed traits by `computed:` and theirs."""
    return {
        key: computed.parse_definition(written) if key.startswith(computed.PREFIX) else parse(written)
        for key, written in definitions.items()
        if written
    }


def inline_segments(node: Node, segments: Segments) -> Node:
    """Replace each `{"segment": key}` by the definition of that segment, each computed trait by what it computes."""
    budget = _Budget(SIZE_MAX)
    return _inlined(node, segments, (), budget)


def simplify_not(node: Node, segments: Segments) -> Node:
    """Remove double negation.

    Example:
        not not a; a
    """
    if isinstance(node, Not):
        if isinstance(node.part, Not):
            return simplify_not(node.part.part, segments)
        return Not(simplify_not(node.part, segments))
    if isinstance(node, All | AnyOf):
        return type(node)(tuple(simplify_not(part, segments) for part in node.parts))
    return node


def flatten(node: Node, segments: Segments) -> Node:
    """Lift nested lists of the same kind, drop repetitions, unwrap lists of one.

    Example:
        all(a, all(b, a)); all(a, b)
    """
    if isinstance(node, Not):
        return Not(flatten(node.part, segments))
    if not isinstance(node, All | AnyOf):
        return node
    parts: dict[Node, None] = {}
    for part in (flatten(part, segments) for part in node.parts):
        parts.update(dict.fromkeys(part.parts if type(part) is type(node) else (part,)))
    return next(iter(parts)) if len(parts) == 1 else type(node)(tuple(parts))


RULES: tuple[Pass, ...] = (inline_segments, simplify_not, flatten)


class _Budget:
    """How many leaves may still be added."""

    def __init__(self, left: int) -> None:
        self.left = left


def _inlined(node: Node, segments: Segments, path: tuple[str, ...], budget: _Budget) -> Node:
    def leaf(found: Leaf) -> Node:
        if isinstance(found, Computed):
            return _inlined(computed.resolved(found, segments), segments, (*path, found.key), budget)
        budget.left -= 1
        if budget.left < 0:
            raise InvalidConditionError(
                f"With the segments it refers to, the condition has more than {SIZE_MAX} parts.",
                way_out="Refer to fewer segments.",
            )
        if not isinstance(found, InSegment):
            return found
        if found.key in path:
            chain = " -> ".join((*path, found.key))
            raise InvalidConditionError(
                f"Segments refer to each other in a circle: {chain}.", way_out="Cut one link."
            )
        if found.key not in segments:
            raise InvalidConditionError(
                f"The segment {quote(found.key)} does not exist.",
                way_out="Create it first, or choose another.",
            )
        return _inlined(segments[found.key], segments, (*path, found.key), budget)

    return tree.replaced(node, leaf)
