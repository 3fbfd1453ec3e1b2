"""The facts of crowded zones as the engine takes them, out of the columns of a whole workspace.

Columns say all of a link that decides anything, and of nearly every node. Only what tells people apart, and the values that
rules name, are read one by one: to ask the database for every family would take as long as all the rest.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Protocol

import numpy as np

from tieline.identify.rules import Rules
from tieline.model.columns import Ints, Whole
from tieline.model.event import Proof
from tieline.model.identity import Link, Node, Placed

_2000 = datetime(2000, 1, 1, tzinfo=UTC)


class Details(Protocol):
    """Nodes in full, where columns do not say enough."""

    async def nodes(self, workspace_id: int, node_ids: Sequence[bytes]) -> list[Placed]:
        """Load nodes without their zones; unknown ids are left out."""
        ...


class CrowdedFacts:
    """Nodes and links of some places.

    Args:
        workspace_id: Whose.
        read: All of them, in columns.
        rules: That are to hold.
        details: Nodes in full.
    """

    def __init__(self, workspace_id: int, read: Whole, rules: Rules, details: Details) -> None:
        self.read = read
        self.rules = rules
        self._workspace_id = workspace_id
        self._details = details
        listed = [rules.of(namespace) for namespace in read.nodes.namespaces]
        self._by_value = np.array([bool(rule.blocked or rule.allowed) for rule in listed], np.bool_)

    def links_of(self, parts: Sequence[Ints]) -> list[Ints]:
        """Return for each part the places of all links that touch one of its nodes."""
        if not parts:
            return []
        links = self.read.links
        part_of = np.full(len(self.read.nodes.ids), -1, np.int32)
        for number, part in enumerate(parts):
            part_of[part] = number
        at_a, at_b = part_of[links.a], part_of[links.b]
        ends = np.flatnonzero(at_a >= 0), np.flatnonzero((at_b >= 0) & (at_b != at_a))
        part = np.concatenate((at_a[ends[0]], at_b[ends[1]]))
        order = np.argsort(part, kind="stable")
        return np.split(np.concatenate(ends)[order], np.cumsum(np.bincount(part, minlength=len(parts)))[:-1])

    async def nodes(self, places: Ints) -> dict[bytes, Node]:
        """Return nodes by their ids, in the order of `places`."""
        read = self.read.nodes
        kinds = read.namespace[places]
        ids = [one.tobytes() for one in read.ids[places]]
        names, times = read.namespaces, read.first_at[places].tolist()
        found = {
            node_id: Node(node_id, names[kind], "", _moment(at))
            for node_id, kind, at in zip(ids, kinds.tolist(), times, strict=True)
        }
        asked = np.flatnonzero((read.marks[places] != 0) | self._by_value[kinds])
        if asked.size:
            full = await self._details.nodes(self._workspace_id, [ids[one] for one in asked])
            found.update((one.node.node_id, one.node) for one in full)
        return found

    def links(self, places: Ints) -> list[Link]:
        """Return links; whose word they are decides nothing, so they name nobody. Of their last time the day decides."""
        said, ids = self.read.links.some(places), self.read.nodes.ids
        a, b = ([one.tobytes() for one in ids[ends]] for ends in (said.a, said.b))
        columns = (column.tolist() for column in (said.proof, said.first_at, said.last_day))
        return [
            Link(one, other, "", _PROOF[proof], _moment(first_at), _beginning(last_day))
            for one, other, proof, first_at, last_day in zip(a, b, *columns, strict=True)
        ]


_PROOF = {int(proof): proof for proof in Proof}


@lru_cache(maxsize=4_096)
def _beginning(day: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day)


def _moment(microseconds: int) -> datetime:
    return _2000 + timedelta(microseconds=microseconds)
