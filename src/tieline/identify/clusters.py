"""Sets of nodes that merge only while every rule holds for the whole."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from tieline.identify.rules import Rules

Pair = tuple[bytes, bytes]


class Obstacles(NamedTuple):
    """What keeps two clusters apart; nothing does if both are empty.

    Attributes:
        limits: (namespace, how many the two would hold together) for each limit in the way.
        cuts: The pairs that a person cut, one end in each cluster.
    """

    limits: tuple[tuple[str, int], ...]
    cuts: tuple[Pair, ...]


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


class Clusters:
    """Disjoint sets that know what they hold.

    Args:
        namespaces: Namespace by node; each node starts alone.
        cuts: Pairs that may never meet in one cluster.
    """

    def __init__(self, namespaces: Mapping[bytes, str], cuts: Iterable[Pair], rules: Rules) -> None:
        self._rules = rules
        self._cluster = {node: [node] for node in namespaces}
        self._counts = {node: Counter((namespace,)) for node, namespace in namespaces.items()}
        self._enemies: defaultdict[bytes, set[bytes]] = defaultdict(set)
        for a, b in cuts:
            if a in namespaces and b in namespaces:
                self._enemies[a].add(b)
                self._enemies[b].add(a)

    def together(self, a: bytes, b: bytes) -> bool:
        """Return whether two nodes are in one cluster."""
        return self._cluster[a] is self._cluster[b]

    def obstacles(self, a: bytes, b: bytes) -> Obstacles:
        """Return what keeps the clusters of `a` and `b` apart."""
        small, large = sorted((self._cluster[a], self._cluster[b]), key=len)
        counts = self._counts[small[0]] + self._counts[large[0]]
        return Obstacles(
            tuple((namespace, counts[namespace]) for namespace in sorted(self._rules.exceeded(counts))),
            tuple(sorted(self._cuts_between(small, large))),
        )

    def merge(self, a: bytes, b: bytes) -> None:
        """Make the clusters of `a` and `b` one, whatever stands against it."""
        if self.together(a, b):
            return
        small, large = sorted((self._cluster[a], self._cluster[b]), key=len)
        self._counts[large[0]] += self._counts.pop(small[0])
        large += small
        for node in small:
            self._cluster[node] = large

    def __iter__(self) -> Iterator[list[bytes]]:
        return (members for node, members in self._cluster.items() if members[0] == node)

    def _cuts_between(self, small: list[bytes], large: list[bytes]) -> Iterator[Pair]:
        if not self._enemies:
            return
        for node in small:
            for enemy in self._enemies.get(node, ()):
                if self._cluster[enemy] is large:
                    yield min(node, enemy), max(node, enemy)
