"""The short way for what nearly always happens: zones that only grow and still fit. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tieline.identify.clusters import Forest
from tieline.identify.graph import in_force, oldest
from tieline.identify.rules import RULES, Rules
from tieline.model.identity import Assertion, Link, Node, Placed


class Growth(NamedTuple):
    """What became of the zones.

    Attributes:
        placed: Every node of the zones that are one profile; the value that came in where nothing changed.
        crowded: Nodes of zones that break a rule. Only their links can say who is who.
    """

    placed: dict[bytes, Placed]
    crowded: set[bytes]


def grow(
    before: Mapping[bytes, Placed],
    nodes: Mapping[bytes, Node],
    links: Iterable[Link],
    assertions: Iterable[Assertion],
    rules: Rules = RULES,
) -> Growth:
    """Join zones along new links without looking at old ones.

    A zone that fits is one profile and connected by definition, so its old links add nothing as long as it still fits.

    Args:
        before: Whole zones as they stand.
        nodes: New nodes, and known ones at the time they are seen now.
        links: New links between any of these.
        assertions: All decisions about any of these.
        rules: What fits.
    """
    cuts, joins = in_force(assertions)
    zones = Forest(
        before[node_id].zone_id if node_id in before else node_id
        for group in (before, nodes)
        for node_id in group
    )

    def zone(node_id: bytes) -> bytes | None:
        placed = before.get(node_id)
        if placed is not None:
            return zones.find(placed.zone_id)
        return zones.find(node_id) if node_id in nodes else None

    for a, b in [*((link.a, link.b) for link in links), *joins]:
        zone_a, zone_b = zone(a), zone(b)
        if zone_a is not None and zone_b is not None:
            zones.union(zone_a, zone_b)
    cut_inside = {zone_a for a, b in cuts if (zone_a := zone(a)) is not None and zone_a == zone(b)}

    members: defaultdict[bytes, list[Node]] = defaultdict(list)
    for node_id, placed in before.items():
        members[zones.find(placed.zone_id)].append(earlier(placed.node, nodes.get(node_id)))
    for node_id, node in nodes.items():
        if node_id not in before:
            members[zones.find(node_id)].append(node)

    growth = Growth({}, set())
    for root, group in members.items():
        if root in cut_inside or rules.exceeded(Counter(node.namespace for node in group)):
            growth.crowded.update(node.node_id for node in group)
        else:
            _place(growth.placed, before, group)
    return growth


def earlier(node: Node, again: Node | None) -> Node:
    """Return `node`, or `again` if it was seen before that."""
    return again if again is not None and again.first_at < node.first_at else node


def _place(placed: dict[bytes, Placed], before: Mapping[bytes, Placed], group: list[Node]) -> None:
    name = oldest(group)
    for node in group:
        was = before.get(node.node_id)
        same = was is not None and was.node is node and was.zone_id == name
        placed[node.node_id] = was if same and was is not None else Placed(node, name, name)
