"""Take in what a batch says: by the shortest way that what it touches allows, with one write for all of it."""

from collections.abc import Mapping
from datetime import datetime

from tieline.identify.batch import Evidence
from tieline.identify.census import Census
from tieline.identify.extend import extend
from tieline.identify.graph import resolve
from tieline.identify.grow import Growth, grow, joined
from tieline.identify.held import HeldZones
from tieline.identify.rules import RuleBook, Rules
from tieline.identify.settle import Settled, Settler, stand
from tieline.model.identity import Node, Placed
from tieline.ports import IdentityStore, Zones


class Intake(Settler):
    """Brings zones on by what is new. Whoever calls it has the lock of the workspace.

    Args:
        store: Identifier nodes, links and decisions.
        rules: The rules of each workspace.
        held: Zones in memory.
    """

    def __init__(self, store: IdentityStore, rules: RuleBook, held: HeldZones) -> None:
        super().__init__(store, rules)
        self._held = held
        self._nobody: dict[int, Census] = {}

    async def take(self, workspace_id: int, evidence: Evidence, at: datetime) -> Settled:
        """Take in what a batch says; only zones that may break a rule have their links read."""
        found = await self._held.find(workspace_id, evidence.nodes)
        links, rules = list(evidence.links.values()), self._rules.of(workspace_id)
        nobody = self._census(workspace_id, rules)
        short = extend(found.held, evidence.nodes, links, found.apart, nobody, found.read.aged_at)
        after = {placed.node.node_id: placed for _, placed in short.joined}
        if not short.rest:
            settled = await self._save(workspace_id, {}, after, links, "link", at)
            self._held.add(workspace_id, short.joined)
            return settled

        rest = dict.fromkeys(short.rest)
        part = Evidence(
            {node_id: evidence.nodes[node_id] for node_id in rest},
            {key: link for key, link in evidence.links.items() if link.a in rest},
        )
        zones = await self._load(workspace_id, rest, found.zones(rest))
        before = {placed.node.node_id: placed for placed in zones.placed}
        growth = await self._grow(workspace_id, before, part, zones)
        settled = await self._save(workspace_id, before, {**after, **growth.placed}, links, "link", at)
        self._held.add(workspace_id, short.joined)
        self._held.keep(workspace_id, growth.placed, zones.assertions, growth.crowded)
        return settled

    def _census(self, workspace_id: int, rules: Rules) -> Census:
        found = self._nobody.get(workspace_id)
        if found is None or found.rules is not rules:
            found = self._nobody[workspace_id] = Census(rules)
        return found

    async def _grow(
        self, workspace_id: int, before: Mapping[bytes, Placed], part: Evidence, zones: Zones
    ) -> Growth:
        links, rules = list(part.links.values()), self._rules.of(workspace_id)
        growth = grow(before, part.nodes, links, zones.assertions, rules, zones.aged_at)
        if growth.crowded:
            nodes = _together(before, part.nodes, growth)
            stored = await self._store.links(workspace_id, sorted(growth.crowded))
            resolution = resolve(
                nodes.values(),
                [*stored, *links],
                zones.assertions,
                rules,
                epoch=zones.aged_at,
                shared_before={node_id: before[node_id].shared for node_id in nodes if node_id in before},
                reasons=False,
            )
            growth.placed.update(stand(nodes, resolution, rules))
        return growth


def _together(
    before: Mapping[bytes, Placed], nodes: Mapping[bytes, Node], growth: Growth
) -> dict[bytes, Node]:
    found = {}
    for node_id in growth.crowded:
        was, again = before.get(node_id), nodes.get(node_id)
        if was is None:
            found[node_id] = nodes[node_id]
        else:
            found[node_id] = was.node if again is None else joined(was.node, again)
    return found
