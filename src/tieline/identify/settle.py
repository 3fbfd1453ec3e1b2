"""Bring the zones of some nodes to the state that their facts demand, whatever changed: more, less, or a decision."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from tieline.identify.bars import Facts, every_bar
from tieline.identify.evidence import in_force
from tieline.identify.graph import Resolution, cores, resolve
from tieline.identify.rules import RuleBook, Rules
from tieline.model.identity import Assertion, Link, Moved, Node, Placed
from tieline.ports import IdentityStore, Zones

BARS_MAX = 100
"""Links of one explanation that name what is hidden behind their first reason too; more than this nobody reads."""
Supposing = Callable[[Iterable[Assertion]], list[Assertion]]


class Settled(NamedTuple):
    """How the zones stand now.

    Attributes:
        placed: Every node of every zone that was touched.
        moves: Nodes that changed profile, and new nodes, which come from nowhere.
    """

    placed: list[Placed]
    moves: list[Moved]


class Explained(NamedTuple):
    """Whole zones with everything that decides them, and the nodes that were seen with them and stand outside.

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

    async def anew(self, workspace_id: int, node_ids: Iterable[bytes], cause: str, at: datetime) -> Settled:
        """Decide whole zones again from what is stored, after something was taken away or a person decided.

        Whoever asks holds the turn of the workspace.
        """
        whole = await self._whole(workspace_id, node_ids, reasons=False)
        after = stand(whole.inside, whole.resolution, self._rules.of(workspace_id))
        before = {placed.node.node_id: placed for placed in whole.zones.placed}
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
        whole = await self._whole(workspace_id, wanted, supposing)
        for placed in whole.outside:
            whole.resolution.profile_of[placed.node.node_id] = placed.profile_id
        zones = whole.zones._replace(placed=[*whole.zones.placed, *whole.outside])
        return Explained(zones, whole.links, self._with_every_bar(workspace_id, whole, supposing))

    def _with_every_bar(self, workspace_id: int, whole: "_Whole", supposing: Supposing) -> Resolution:
        nodes = whole.inside | {placed.node.node_id: placed.node for placed in whole.outside}
        rules, found = self._rules.of(workspace_id), whole.resolution
        said = supposing(whole.said)
        facts = Facts(nodes, whole.links, said, rules, whole.zones.aged_at)
        first, rest = found.decisions[:BARS_MAX], found.decisions[BARS_MAX:]
        return found._replace(decisions=[every_bar(one, facts, found.profile_of) for one in first] + rest)

    async def _whole(
        self,
        workspace_id: int,
        node_ids: Iterable[bytes],
        supposing: Supposing = list,
        *,
        reasons: bool = True,
    ) -> "_Whole":
        """Decide the zones of some nodes from all their links, and those that they reach now."""
        rules = self._rules.of(workspace_id)
        wanted = set(node_ids)
        while True:
            zones = await self._load(workspace_id, wanted)
            inside = {placed.node.node_id: placed.node for placed in zones.placed}
            links = await self._store.touching(workspace_id, sorted(inside))
            ends = {end for link in links for end in (link.a, link.b)} - inside.keys()
            outside = await self._store.nodes(workspace_id, sorted(ends)) if ends else []
            # What a person decided about one beside the zone says whether it still counts there.
            about = await self._store.assertions(workspace_id, sorted(ends)) if ends else []
            said = {one.assertion_id: one for one in (*zones.assertions, *about)}
            resolution = resolve(
                [*inside.values(), *(placed.node for placed in outside)],
                links,
                supposing(said.values()),
                rules,
                epoch=zones.aged_at,
                shared_before={placed.node.node_id: placed.shared for placed in outside},
                reasons=reasons,
            )
            reached = {resolution.zone_of[node_id] for node_id in inside}
            beyond = {one.node.node_id for one in outside if resolution.zone_of[one.node.node_id] in reached}
            if not beyond:
                return _Whole(zones, inside, list(outside), links, list(said.values()), resolution)
            wanted |= inside.keys() | beyond

    async def _load(self, workspace_id: int, node_ids: Iterable[bytes], known: Zones | None = None) -> Zones:
        """Load zones, unless they are `known`, and those that a person joined to them before there was a link."""
        wanted = set(node_ids)
        while True:
            zones = known or await self._store.zones(workspace_id, sorted(wanted))
            known = None
            loaded = {placed.node.node_id for placed in zones.placed} | wanted
            beyond = {node_id for pair in in_force(zones.assertions).joins for node_id in pair} - loaded
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
        new, changed, moves = [], [], []
        for node_id, placed in after.items():
            was = before.get(node_id)
            if was is None:
                new.append(placed)
                moves.append(Moved(workspace_id, node_id, b"", placed.profile_id))
            elif was is not placed and was != placed:
                changed.append(placed)
                if was.profile_id != placed.profile_id:
                    moves.append(Moved(workspace_id, node_id, was.profile_id, placed.profile_id))
        if new:
            fresh = {placed.node.node_id for placed in new}
            first: list[Link] = []
            rest: list[Link] = []
            for link in links:
                (first if link.a in fresh or link.b in fresh else rest).append(link)
            await self._store.add(workspace_id, new, first)
            links = rest
        if changed or links:
            await self._store.save(workspace_id, changed, links)
        if changed:
            await self._store.record(moves, cause, at)
        return Settled(list(after.values()), moves)


class _Whole(NamedTuple):
    """Zones decided from all their links.

    Attributes:
        inside: The nodes of the zones.
        outside: Nodes that were seen with them and that no link joins to them now.
        said: What people decided about any of them.
    """

    zones: Zones
    inside: dict[bytes, Node]
    outside: list[Placed]
    links: list[Link]
    said: list[Assertion]
    resolution: Resolution


def stand(nodes: Mapping[bytes, Node], resolution: Resolution, rules: Rules) -> dict[bytes, Placed]:
    """Return the place of each node."""
    core = cores(nodes, resolution, rules)
    return {
        node_id: Placed(
            node,
            resolution.zone_of[node_id],
            resolution.profile_of[node_id],
            resolution.proven_of[node_id],
            core[node_id],
            resolution.shared.get(node_id, 0),
        )
        for node_id, node in nodes.items()
    }
