"""Sets of nodes that merge only while every rule holds for the whole. Whatever fits as a whole fits in every part."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

from tieline.identify.evidence import Obstacle, Pair
from tieline.identify.mark import conflicts
from tieline.identify.rules import Rules
from tieline.model.identity import LINE, Node


class Forest:
    """Disjoint sets: who is connected, without rules."""

    def __init__(self, nodes: Iterable[bytes] = ()) -> None:
        self._parent = {node: node for node in nodes}

    def add(self, node: bytes) -> None:
        """Take in `node`, alone if it is new."""
        self._parent.setdefault(node, node)

    def find(self, node: bytes) -> bytes:
        """Return the node that stands for the set of `node`."""
        parent = self._parent
        while (above := parent[node]) != node:
            parent[node] = parent[above]
            node = above
        return node

    def union(self, a: bytes, b: bytes) -> None:
        """Make the sets of `a` and `b` one."""
        self._parent[self.find(b)] = self.find(a)

    def sets(self) -> dict[bytes, list[bytes]]:
        """Return the members of each set by the node that stands for it."""
        found: defaultdict[bytes, list[bytes]] = defaultdict(list)
        for node in self._parent:
            found[self.find(node)].append(node)
        return found


class Cluster:
    """One person so far."""

    __slots__ = ("anchors", "counts", "members")

    def __init__(self, node_id: bytes, namespace: str, *, anchor: bool) -> None:
        self.members = [node_id]
        self.counts = {namespace: 1}
        self.anchors = int(anchor)


class Claim:
    """How a pair asks to be one person.

    Attributes:
        PINNED: A person says so; only limits and cuts stand above that.
        VERIFIED: A source proves it. Only what is proven stands against it.
        UNPROVEN: Somebody says so.
    """

    PINNED, VERIFIED, UNPROVEN = range(3)


class Clusters:
    """Disjoint sets that know what they hold.

    Args:
        known: The nodes; each starts alone.
        cuts: Pairs that may never meet in one cluster.
        contested: Weak nodes that follow one neighbour only, by what is verified and by all that is said.
        rules: What may be one person.
    """

    def __init__(
        self,
        known: Mapping[bytes, Node],
        cuts: Iterable[Pair],
        contested: tuple[Collection[bytes], Collection[bytes]],
        rules: Rules,
    ) -> None:
        self._known = known
        self._rules = rules
        self._contested = contested
        self._cluster = {
            node_id: Cluster(node_id, node.namespace, anchor=rules.of(node.namespace).anchor)
            for node_id, node in known.items()
        }
        self._follows: set[bytes] = set()
        self._cut = _enemies((a, b) for a, b in cuts if a in known and b in known)
        marked = [node for node in known.values() if node.marks] if rules.vetoes else []
        self._veto = [
            {
                kind: _enemies(
                    (a, b)
                    for what, a, b in conflicts(marked, (kind,), proven_only=proven_only)
                    if what == kind
                )
                for kind in rules.vetoes
            }
            for proven_only in (True, False)
        ]

    def together(self, a: bytes, b: bytes) -> bool:
        """Return whether two nodes are in one cluster."""
        return self._cluster[a] is self._cluster[b]

    def obstacles(self, a: bytes, b: bytes, how: int) -> list[Obstacle]:
        """Return what keeps the clusters of `a` and `b` apart, for a claim made like that."""
        small, large = self._by_size(a, b)
        found = [Obstacle("cut", nodes=pair) for pair in _between(self._cut, small, large)]
        if how == Claim.UNPROVEN and small.anchors and large.anchors:
            found.append(Obstacle("unproven"))
        if how != Claim.PINNED:
            for kind, enemies in self._veto[how == Claim.UNPROVEN].items():
                found += [Obstacle("veto", kind, nodes=pair) for pair in _between(enemies, small, large)]
            contested = self._contested[how == Claim.UNPROVEN]
            found += [
                Obstacle("contested", self._known[end].namespace, nodes=(end,))
                for end in (a, b)
                if end in contested and end in self._follows
            ]
        counts = _sum(small.counts, large.counts)
        found += [
            Obstacle("providers", namespace)
            for namespace in providers_apart([name for name in counts if name.startswith(_LINE)], self._rules)
        ]
        found += [
            Obstacle("limit", namespace, counts[namespace])
            for namespace in sorted(self._rules.exceeded(counts))
        ]
        size = len(small.members) + len(large.members)
        if 0 < self._rules.profile_max < size:
            found.append(Obstacle("profile_size", held=size))
        return found

    def accept(self, a: bytes, b: bytes) -> None:
        """Make the clusters of `a` and `b` one, along this claim."""
        small, large = self._by_size(a, b)
        self._follows.update((a, b))
        large.counts = _sum(small.counts, large.counts)
        large.anchors += small.anchors
        large.members += small.members
        for node_id in small.members:
            self._cluster[node_id] = large

    def __iter__(self) -> Iterator[list[bytes]]:
        return (
            cluster.members for node_id, cluster in self._cluster.items() if cluster.members[0] == node_id
        )

    def _by_size(self, a: bytes, b: bytes) -> tuple[Cluster, Cluster]:
        one, other = self._cluster[a], self._cluster[b]
        return (one, other) if len(one.members) < len(other.members) else (other, one)


_LINE = f"{LINE}:"


def providers_apart(namespaces: Iterable[str], rules: Rules) -> list[str]:
    """Return the LINE namespaces among these that may not be one person, by what nobody vouched for."""
    found = sorted(name for name in namespaces if name.startswith(_LINE))
    if len(found) < 2 or not rules.providers_apart:
        return []
    wanted = {name.removeprefix(_LINE) for name in found}
    return [] if any(wanted.issubset(basis.providers) for basis in rules.bases) else found


def _enemies(pairs: Iterable[Pair]) -> dict[bytes, set[bytes]]:
    enemies: defaultdict[bytes, set[bytes]] = defaultdict(set)
    for a, b in pairs:
        enemies[a].add(b)
        enemies[b].add(a)
    return dict(enemies)


def _between(enemies: Mapping[bytes, set[bytes]], small: Cluster, large: Cluster) -> list[Pair]:
    if not enemies:
        return []
    there = set(large.members)
    return sorted(
        (min(node_id, enemy), max(node_id, enemy))
        for node_id in small.members
        for enemy in enemies.get(node_id, ())
        if enemy in there
    )


def _sum(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    total = dict(one)
    for namespace, count in other.items():
        total[namespace] = total.get(namespace, 0) + count
    return total
