"""Whether a whole zone is one person, told from its nodes alone, so that its links need not be read. Pure."""

from collections.abc import Mapping, Sequence

from tieline.identify.clusters import providers_apart
from tieline.identify.mark import alike
from tieline.identify.rules import Rules
from tieline.model.identity import Node


def fits(nodes: Sequence[Node], rules: Rules, proven: Sequence[bytes]) -> bool:
    """Say whether no rule could keep any two of `nodes` apart, whatever links them.

    Saying no too often costs time; saying yes where a rule speaks would be wrong.

    Args:
        nodes: A zone.
        rules: What may be one person.
        proven: Names the group that verified links alone make of each node.
    """
    return len(nodes) == 1 or (
        _few_enough(nodes, rules, proven) and alike(nodes, rules.vetoes, proven_only=False)
    )


def _few_enough(nodes: Sequence[Node], rules: Rules, proven: Sequence[bytes]) -> bool:
    counts: dict[str, int] = {}
    for node in nodes:
        counts[node.namespace] = counts.get(node.namespace, 0) + 1
    if not room(counts, rules):
        return False
    # Two who are named may be one only if verified links alone make them one.
    if proven.count(proven[0]) == len(proven):
        return True
    return len({group for n, group in zip(nodes, proven, strict=True) if rules.of(n.namespace).anchor}) < 2


def room(counts: Mapping[str, int], rules: Rules) -> bool:
    """Say whether one person may hold so many identifiers of each namespace, however they are linked."""
    weak = several = False
    lines = 0
    for namespace, count in counts.items():
        rule = rules.of(namespace)
        if count > 1:
            if count > rule.limit or rule.anchor:
                return False
            several = several or not rule.weak
        weak = weak or rule.weak
        lines += namespace.startswith("line:")
    if (weak and several) or _too_large(sum(counts.values()), rules):
        return False
    return lines < 2 or not providers_apart(counts, rules)


def _too_large(size: int, rules: Rules) -> bool:
    return bool(rules.profile_max and size > rules.profile_max) or bool(
        rules.zone_max and size > rules.zone_max
    )
