"""Zones that stay in memory between batches, whole, so that a person who comes again costs no question.

What is held is what is stored as long as only its holder changes who is who. So the holder asks with every turn whether
somebody else had one (`Turn`), and lets go of everything if so, and after whatever failed.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from tieline.identify.memory import NodeKey, Recent, Zone
from tieline.model.identity import Assertion, Placed
from tieline.ports import IdentityStore, Zones


class Found(NamedTuple):
    """Zones of some nodes.

    Attributes:
        held: Zones that were in memory, by those of the nodes that led to them.
        read: The zones of the others, and the decisions about any of these.
    """

    held: dict[bytes, Zone]
    read: Zones

    @property
    def apart(self) -> set[bytes]:
        """Nodes that were read, and nodes that decisions name."""
        found = {one.node.node_id for one in self.read.placed}
        return found.union(*((one.a, one.b) for one in self.read.assertions))

    def zones(self, node_ids: Iterable[bytes]) -> Zones:
        """Return the zones of some of the nodes; a node that was forgotten since may be there twice."""
        zones = {id(zone): zone for node_id in node_ids if (zone := self.held.get(node_id)) is not None}
        placed, said, aged_at = self.read
        return Zones(
            [*placed, *(one for zone in zones.values() for one in zone.placed.values())],
            [*said, *(one for zone in zones.values() for one in zone.assertions)],
            aged_at,
        )


def _whole(held: dict[bytes, Zone], read: Zones) -> dict[bytes, Zone]:
    """Leave out zones of which a node was forgotten and has been read: of one zone there must not be two copies."""
    again = {one.zone_id for one in read.placed}
    if not again:
        return held
    return {node_id: zone for node_id, zone in held.items() if zone.placed[node_id].zone_id not in again}


class HeldZones:
    """Answers for zones as the store would, from memory where it can.

    A node leads to its zone. Nodes may be forgotten one by one: the zone of such a node is read again, and then stands for
    all its nodes anew, so whatever node still leads to a zone leads to it as it is.
    """

    def __init__(self, store: IdentityStore, recent: Recent[NodeKey, Zone]) -> None:
        self._store = store
        self._recent = recent
        self._aged_at: dict[int, datetime | None] = {}

    def clear(self) -> None:
        """Let go of everything."""
        self._recent.clear()
        self._aged_at.clear()

    async def find(self, workspace_id: int, node_ids: Iterable[bytes]) -> "Found":
        """Find the whole zones of `node_ids`, and the decisions about any of these."""
        held: dict[bytes, Zone] = {}
        missing = []
        for node_id in node_ids:
            zone = self._recent.get((workspace_id, node_id))
            if zone is None:
                missing.append(node_id)
            else:
                held[node_id] = zone
        if missing or workspace_id not in self._aged_at:
            read = await self._store.zones(workspace_id, sorted(missing))
            self._aged_at[workspace_id] = read.aged_at
            held = _whole(held, read)
        else:
            read = Zones([], [], self._aged_at[workspace_id])
        return Found(held, read)

    def add(self, workspace_id: int, joined: Iterable[tuple[Zone, Placed]]) -> None:
        """Hold nodes that were new, each in the zone that it joined and that is as it was otherwise."""
        for zone, placed in joined:
            node = placed.node
            zone.placed[node.node_id] = placed
            self._recent.put((workspace_id, node.node_id), zone)
            if zone.shape is not None:
                zone.shape.census = zone.shape.census.plus(node.namespace)

    def keep(
        self,
        workspace_id: int,
        placed: Mapping[bytes, Placed],
        assertions: Iterable[Assertion],
        divided: Collection[bytes],
    ) -> None:
        """Hold whole zones as they were stored.

        Args:
            workspace_id: Whose.
            placed: All their nodes.
            assertions: All decisions about any of these; others do no harm.
            divided: The nodes of zones that may be several profiles.
        """
        zones: dict[bytes, Zone] = {}
        put = self._recent.put
        for node_id, one in placed.items():
            zone = zones.get(one.zone_id)
            if zone is None:
                zone = zones[one.zone_id] = Zone({}, [], node_id in divided)
            zone.placed[node_id] = one
            put((workspace_id, node_id), zone)
        for said in {one.assertion_id: one for one in assertions}.values():
            for zone_id in {placed[end].zone_id for end in (said.a, said.b) if end in placed}:
                zones[zone_id].assertions.append(said)
