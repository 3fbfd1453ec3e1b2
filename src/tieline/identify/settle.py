"""Bring the zones of some nodes to the state that their facts demand, whatever changed: more, less, or a decision."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from tieline.identify.graph import Resolution, in_force, resolve
from tieline.identify.grow import Growth, earlier, grow
from tieline.identify.rules import RuleBook
from tieline.model.identity import Assertion, Link, Moved, Node, Placed
from tieline.ports import IdentityStore, Zones

Supposing = Callable[[Iterable[Assertion]], list[Assertion]]


class Evidence(NamedTuple):
    """What a batch says: nodes with the earliest time they are seen in it, and links between them, by their keys."""

    nodes: dict[bytes, Node]
    links: dict[tuple[bytes, bytes, str], Link]


class Settled(NamedTuple):
    """How the zones stand now.

    Attributes:
        placed: Every node of every zone that was touched.
        moves: Nodes that changed profile, and new nodes, which come from nowhere.
    """

    placed: list[Placed]
    moves: list[Moved]


class Explained(NamedTuple):
    """Whole zones with everything that decides them.

    Attributes:
        zones: As they stand.
        links: What sources claim about their nodes.
        resolution: Who is one person, and why others are not.
    """

    zones: Zones
    links: list[Link]
    resolution: Resolution


class Settler:
    """Loads whole zones, decides them again and saves what changed."""

    def __init__(self, store: IdentityStore, rules: RuleBook | None = None) -> None:
        self._store = store
        self._rules = rules or RuleBook()

    async def grow(self, workspace_id: int, evidence: Evidence, at: datetime) -> Settled:
        """Take in what a batch says; only zones that break a rule have their links read."""
        await self._store.lock(workspace_id)
        zones = await self._load(workspace_id, evidence.nodes)
        before = {placed.node.node_id: placed for placed in zones.placed}
        links = list(evidence.links.values())
        growth = grow(before, evidence.nodes, links, zones.assertions, self._rules.of(workspace_id))
        if growth.crowded:
            nodes = _together(before, evidence.nodes, growth)
            stored = await self._store.links(workspace_id, sorted(growth.crowded))
            resolution = resolve(
                nodes.values(), [*stored, *links], zones.assertions, self._rules.of(workspace_id)
            )
            growth.placed.update(stand(nodes, resolution))
        return await self._save(workspace_id, before, growth.placed, links, "link", at)

    async def anew(self, workspace_id: int, node_ids: Iterable[bytes], cause: str, at: datetime) -> Settled:
        """Decide whole zones again from what is stored, after something was taken away or a person decided."""
        await self._store.lock(workspace_id)
        zones = await self._load(workspace_id, node_ids)
        before = {placed.node.node_id: placed for placed in zones.placed}
        nodes = {node_id: placed.node for node_id, placed in before.items()}
        stored = await self._store.links(workspace_id, sorted(before))
        after = stand(nodes, resolve(nodes.values(), stored, zones.assertions, self._rules.of(workspace_id)))
        return await self._save(workspace_id, before, after, [], cause, at)

    async def explain(
        self, workspace_id: int, node_ids: Iterable[bytes], supposing: Supposing = list
    ) -> Explained:
        """Return the people behind whole zones, with every link that joins nobody and why; nothing is changed.

        Args:
            workspace_id: The brand.
            node_ids: Whose zones.
            supposing: Turns the decisions that hold into those that would.
        """
        wanted = set(node_ids)
        about = (await self._load(workspace_id, wanted)).assertions
        # Who was cut off stands in a zone of their own, and belongs to the explanation.
        wanted |= {end for one in about if one.revoked_at is None for end in (one.a, one.b)}
        zones = await self._load(workspace_id, wanted)
        nodes = [placed.node for placed in zones.placed]
        stored = await self._store.links(workspace_id, sorted(node.node_id for node in nodes))
        resolution = resolve(nodes, stored, supposing(zones.assertions), self._rules.of(workspace_id))
        return Explained(zones, stored, resolution)

    async def _load(self, workspace_id: int, node_ids: Iterable[bytes]) -> Zones:
        """Load zones, and those that a person joined to them before there was a link."""
        wanted = set(node_ids)
        while True:
            zones = await self._store.zones(workspace_id, sorted(wanted))
            _, joins = in_force(zones.assertions)
            loaded = {placed.node.node_id for placed in zones.placed} | wanted
            beyond = {node_id for pair in joins for node_id in pair} - loaded
            if not beyond:
                return zones
            wanted |= beyond

    async def _save(
        self,
        workspace_id: int,
        before: Mapping[bytes, Placed],
        after: Mapping[bytes, Placed],
        links: list[Link],
        cause: str,
        at: datetime,
    ) -> Settled:
        changed = [placed for node_id, placed in after.items() if placed != before.get(node_id)]
        moves = [move for placed in changed if (move := _move(workspace_id, before, placed)) is not None]
        if changed or links:
            await self._store.save(workspace_id, changed, links)
        if any(move.from_id for move in moves):
            await self._store.record(moves, cause, at)
        return Settled(list(after.values()), moves)


def stand(nodes: Mapping[bytes, Node], resolution: Resolution) -> dict[bytes, Placed]:
    """Return the place of each node."""
    return {
        node_id: Placed(node, resolution.zone_of[node_id], resolution.profile_of[node_id])
        for node_id, node in nodes.items()
    }


def _together(
    before: Mapping[bytes, Placed], nodes: Mapping[bytes, Node], growth: Growth
) -> dict[bytes, Node]:
    return {
        node_id: earlier(before[node_id].node, nodes.get(node_id)) if node_id in before else nodes[node_id]
        for node_id in growth.crowded
    }


def _move(workspace_id: int, before: Mapping[bytes, Placed], placed: Placed) -> Moved | None:
    node_id = placed.node.node_id
    was = before.get(node_id)
    from_id = was.profile_id if was is not None else b""
    return Moved(workspace_id, node_id, from_id, placed.profile_id) if from_id != placed.profile_id else None
