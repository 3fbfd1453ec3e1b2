"""The short way for what nearly always happens: zones that only grow and still fit. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from msgspec.structs import replace

from tieline.identify.clusters import Forest
from tieline.identify.evidence import Decided, blocking, expired, in_force, proves
from tieline.identify.fit import fits
from tieline.identify.graph import oldest
from tieline.identify.rules import RULES, Rules
from tieline.model.event import Proof
from tieline.model.identity import Assertion, Link, Node, Placed, fold_marks


class Growth(NamedTuple):
    """What became of the zones.

    Attributes:
        placed: Every node of the zones that are one profile; the value that came in where nothing changed.
        crowded: Nodes of zones that may break a rule. Only their links can say who is who.
    """

    placed: dict[bytes, Placed]
    crowded: set[bytes]


class _Zones:
    """Zones and proven groups as they grow."""

    def __init__(self, before: Mapping[bytes, Placed], nodes: Mapping[bytes, Node]) -> None:
        self.before = before
        self.nodes = nodes
        new = [node_id for node_id in nodes if node_id not in before]
        self.zones = Forest([*(placed.zone_id for placed in before.values()), *new])
        self.proven = Forest([*(placed.proven_id for placed in before.values()), *new])

    def zone(self, node_id: bytes) -> bytes:
        placed = self.before.get(node_id)
        return self.zones.find(node_id if placed is None else placed.zone_id)

    def group(self, node_id: bytes) -> bytes:
        placed = self.before.get(node_id)
        return self.proven.find(node_id if placed is None else placed.proven_id)

    def knows(self, node_id: bytes) -> bool:
        return node_id in self.before or node_id in self.nodes

    def namespace(self, node_id: bytes) -> str:
        node = self.nodes.get(node_id)
        return node.namespace if node is not None else self.before[node_id].node.namespace

    def shared(self, node_id: bytes) -> int:
        placed = self.before.get(node_id)
        return 0 if placed is None else placed.shared

    def link(self, a: bytes, b: bytes, *, verified: bool) -> None:
        self.zones.union(self.zone(a), self.zone(b))
        if verified:
            self.proven.union(self.group(a), self.group(b))


def grow(
    before: Mapping[bytes, Placed],
    nodes: Mapping[bytes, Node],
    links: Iterable[Link],
    assertions: Iterable[Assertion],
    rules: Rules = RULES,
    epoch: datetime | None = None,
) -> Growth:
    """Join zones along new links without looking at old ones.

    A zone that fits is one profile and connected by definition, so its old links add nothing as long as it still fits.

    Args:
        before: Whole zones as they stand.
        nodes: New nodes, and known ones with what is said of them now.
        links: New links between any of these.
        assertions: All decisions about any of these.
        rules: What fits.
        epoch: Links age up to this moment.
    """
    there = (placed.node for placed in before.values())
    decided = blocking(in_force(assertions), (*there, *nodes.values()), rules)
    zones = _Zones(before, nodes)
    for link in links:
        if zones.knows(link.a) and zones.knows(link.b) and _extends(link, zones, decided, rules, epoch):
            zones.link(link.a, link.b, verified=link.proof == Proof.VERIFIED)
    for a, b in decided.joins:
        if zones.knows(a) and zones.knows(b) and decided.blocked.isdisjoint((a, b)):
            zones.link(a, b, verified=True)
    divided = {
        zones.zone(a)
        for a, b in decided.cuts
        if zones.knows(a) and zones.knows(b) and zones.zone(a) == zones.zone(b)
    }

    members = _members(zones, divided)
    growth = Growth({}, set())
    for root, group in members.items():
        groups = [zones.group(node.node_id) for node in group]
        if root in divided or not fits(group, rules, groups):
            growth.crowded.update(node.node_id for node in group)
        else:
            _place(growth.placed, zones, group, groups, rules)
    return growth


def _members(zones: _Zones, divided: set[bytes]) -> dict[bytes, list[Node]]:
    """Return the nodes of each zone; add to `divided` those that were divided, or whose marks are not what they were."""
    members: defaultdict[bytes, list[Node]] = defaultdict(list)
    for node_id, placed in zones.before.items():
        zone = zones.zones.find(placed.zone_id)
        again = zones.nodes.get(node_id)
        members[zone].append(placed.node if again is None else joined(placed.node, again))
        if placed.profile_id != placed.zone_id or (again is not None and _remarked(placed.node, again)):
            divided.add(zone)
    for node_id, node in zones.nodes.items():
        if node_id not in zones.before:
            members[zones.zones.find(node_id)].append(node)
    return members


def adds(node: Node, again: Node) -> bool:
    """Say whether `again` may say more of `node`: an earlier time, or marks."""
    return again.first_at < node.first_at or (bool(again.marks) and again.marks != node.marks)


def joined(node: Node, again: Node) -> Node:
    """Return `node` with what else is said of it: earlier times and more marks; `node` itself if that is nothing."""
    if not adds(node, again):
        return node
    return replace(
        node, first_at=min(node.first_at, again.first_at), marks=fold_marks((*node.marks, *again.marks))
    )


def _extends(link: Link, zones: _Zones, decided: Decided, rules: Rules, epoch: datetime | None) -> bool:
    ends = (link.a, link.b)
    if decided.blocked and not decided.blocked.isdisjoint(ends):
        return False
    if decided.cuts and ends in decided.cuts:
        return False
    if max(zones.shared(link.a), zones.shared(link.b)) > (link.proof == Proof.VERIFIED):
        return False
    rule_a, rule_b = rules.of(zones.namespace(link.a)), rules.of(zones.namespace(link.b))
    return proves(rule_a, rule_b, link.proof) and not expired(rule_a, rule_b, link.last_at, epoch)


def _remarked(node: Node, again: Node) -> bool:
    """Say whether a node that was told apart by its marks may be told apart by others now."""
    return bool(node.marks and again.marks) and not set(again.marks) <= set(node.marks)


def _place(
    placed: dict[bytes, Placed], zones: _Zones, group: Sequence[Node], roots: Sequence[bytes], rules: Rules
) -> None:
    name = oldest(group) if len(group) > 1 else group[0].node_id
    if roots.count(roots[0]) == len(roots):
        names, core = {roots[0]: name}, None
    else:
        groups: defaultdict[bytes, list[Node]] = defaultdict(list)
        for root, node in zip(roots, group, strict=True):
            groups[root].append(node)
        names = {root: oldest(nodes) for root, nodes in groups.items()}
        core = {
            root for root, nodes in groups.items() if any(rules.of(node.namespace).anchor for node in nodes)
        }
    before = zones.before
    for root, node in zip(roots, group, strict=True):
        was = before.get(node.node_id)
        if was is None:
            placed[node.node_id] = Placed(node, name, name, names[root], not core or root in core)
            continue
        now = Placed(node, name, name, names[root], not core or root in core, was.shared)
        placed[node.node_id] = was if was == now else now
