"""Sets of nodes that merge only while every rule holds for the whole. Whatever fits as a whole fits in every part."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

from tieline.identify.evidence import Obstacle, Pair
from tieline.identify.mark import differ, words
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


_LINE = f"{LINE}:"
_Said = dict[tuple[str, bool], dict[frozenset[str], list[bytes]]]


class Cluster:
    """One person so far.

    Attributes:
        lines: How many LINE users it holds.
        said: The words by (kind, only the proven ones), and who said each set of them.
    """

    __slots__ = ("anchors", "counts", "lines", "members", "said")

    def __init__(self, node_id: bytes, namespace: str, said: _Said, *, anchor: bool) -> None:
        self.members = [node_id]
        self.counts = {namespace: 1}
        self.anchors = int(anchor)
        self.lines = int(namespace.startswith(_LINE))
        self.said = said

    def absorb(self, other: "Cluster") -> None:
        """Take in all that `other` holds."""
        for namespace, count in other.counts.items():
            self.counts[namespace] = self.counts.get(namespace, 0) + count
        self.anchors += other.anchors
        self.lines += other.lines
        self.members += other.members
        for question, groups in other.said.items():
            mine = self.said.setdefault(question, {})
            for found, nodes in groups.items():
                mine.setdefault(found, []).extend(nodes)


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
            node_id: Cluster(
                node_id, node.namespace, _said(node, rules), anchor=rules.of(node.namespace).anchor
            )
            for node_id, node in known.items()
        }
        self._follows: set[bytes] = set()
        self._cut = _enemies((a, b) for a, b in cuts if a in known and b in known)

    def together(self, a: bytes, b: bytes) -> bool:
        """Return whether two nodes are in one cluster."""
        return self._cluster[a] is self._cluster[b]

    def may_join(self, a: bytes, b: bytes, how: int) -> bool:
        """Say whether nothing keeps the clusters of `a` and `b` apart."""
        return self._plainly(a, b) or next(self._obstacles(a, b, how), None) is None

    def _plainly(self, a: bytes, b: bytes) -> bool:
        """Say whether nothing that may be an obstacle is there at all, which is so nearly always and told at once."""
        one, other = self._cluster[a], self._cluster[b]
        size = len(one.members) + len(other.members)
        return not (
            self._cut
            or (one.anchors and other.anchors)
            or (one.said and other.said)
            or (one.lines and other.lines)
            or a in self._contested[1] or b in self._contested[1]
            or a in self._contested[0] or b in self._contested[0]
            or 0 < self._rules.profile_max < size
            or self._crowds(one.counts, other.counts)
        )  # fmt: skip

    def _crowds(self, one: Mapping[str, int], other: Mapping[str, int]) -> bool:
        """Say whether two clusters together hold too many of what both hold; each alone fits."""
        return any(
            count + other[namespace] > self._rules.of(namespace).limit
            for namespace, count in one.items()
            if namespace in other
        )

    def obstacles(self, a: bytes, b: bytes, how: int) -> list[Obstacle]:
        """Return what keeps the clusters of `a` and `b` apart, for a claim made like that."""
        return list(self._obstacles(a, b, how))

    def _obstacles(self, a: bytes, b: bytes, how: int) -> Iterator[Obstacle]:
        small, large = self._by_size(a, b)
        for pair in self._cut_between(small, large):
            yield Obstacle("cut", nodes=pair)
        if how == Claim.UNPROVEN and small.anchors and large.anchors:
            yield Obstacle("unproven")
        if how != Claim.PINNED:
            yield from self._contesting(a, b, how)
        counts = _sum(small.counts, large.counts)
        for namespace in providers_apart([name for name in counts if name.startswith(_LINE)], self._rules):
            yield Obstacle("providers", namespace)
        for namespace in sorted(self._rules.exceeded(counts)):
            yield Obstacle("limit", namespace, counts[namespace])
        size = len(small.members) + len(large.members)
        if 0 < self._rules.profile_max < size:
            yield Obstacle("profile_size", held=size)
        if how != Claim.PINNED:
            yield from self._vetoes(small, large, proven_only=how == Claim.VERIFIED)

    def accept(self, a: bytes, b: bytes) -> None:
        """Make the clusters of `a` and `b` one, along this claim."""
        small, large = self._by_size(a, b)
        self._follows.update((a, b))
        large.absorb(small)
        for node_id in small.members:
            self._cluster[node_id] = large

    def _contesting(self, a: bytes, b: bytes, how: int) -> Iterator[Obstacle]:
        contested = self._contested[how == Claim.UNPROVEN]
        for end in (a, b):
            if end in contested and end in self._follows:
                yield Obstacle("contested", self._known[end].namespace, nodes=(end,))

    def _vetoes(self, small: Cluster, large: Cluster, *, proven_only: bool) -> Iterator[Obstacle]:
        if not (small.said and large.said):
            return
        for kind in self._rules.vetoes:
            here, there = (one.said.get((kind, proven_only), {}) for one in (small, large))
            apart = [(x, y) for one in here for other in there if differ(kind, one, other)
                     for x in here[one] for y in there[other]]  # fmt: skip
            for x, y in sorted((min(pair), max(pair)) for pair in apart):
                yield Obstacle("veto", kind, nodes=(x, y))

    def _cut_between(self, small: Cluster, large: Cluster) -> list[Pair]:
        if not self._cut:
            return []
        return sorted(
            (min(node_id, enemy), max(node_id, enemy))
            for node_id in small.members
            for enemy in self._cut.get(node_id, ())
            if self._cluster[enemy] is large
        )

    def __iter__(self) -> Iterator[list[bytes]]:
        return (
            cluster.members for node_id, cluster in self._cluster.items() if cluster.members[0] == node_id
        )

    def _by_size(self, a: bytes, b: bytes) -> tuple[Cluster, Cluster]:
        one, other = self._cluster[a], self._cluster[b]
        return (one, other) if len(one.members) < len(other.members) else (other, one)


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


def _said(node: Node, rules: Rules) -> _Said:
    if not node.marks:
        return {}
    return {
        (kind, proven_only): {found: [node.node_id]}
        for kind in rules.vetoes
        for proven_only in (True, False)
        if (found := words(node, kind, proven_only=proven_only))
    }


def _sum(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    total = dict(one)
    for namespace, count in other.items():
        total[namespace] = total.get(namespace, 0) + count
    return total
