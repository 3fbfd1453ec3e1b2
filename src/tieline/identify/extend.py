"""The shortest way: new identifiers of one known person, who change nothing about those that are there. Pure.

It costs what is new, and not what the zone already holds. Whatever it does not take goes the way of `grow`. In a crowd,
a zone of more identifiers than the rules allow, what nobody proved joins nobody: there whoever comes stands alone. A kiosk
with ten thousand browsers, and whoever sends made-up pairs with the key of a browser, cost no more than anybody else.
"""

import sys
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from tieline.identify.census import Census
from tieline.identify.clusters import Forest
from tieline.identify.evidence import expired, never_expired_since, proves
from tieline.identify.grow import adds
from tieline.identify.memory import Shape, Zone
from tieline.identify.rules import Rules
from tieline.model.event import Proof
from tieline.model.identity import Link, Node, Placed

_VERIFIED = Proof.VERIFIED  # an enum looks its members up each time it is asked


class Extended(NamedTuple):
    """What went the short way.

    Attributes:
        joined: New nodes in their places, each with the zone that it joins.
        rest: The other nodes of the batch; a link ends in two of these or in none.
    """

    joined: list[tuple[Zone, Placed]]
    rest: list[bytes]


class _Seat(msgspec.Struct, frozen=True, gc=False):
    """Where a new node goes.

    Attributes:
        known: The node that it was seen with.
        group: The proven group that verified links bring it to; empty if there are none.
    """

    zone: Zone
    shape: Shape
    known: bytes
    group: bytes


def extend(
    zone_of: Mapping[bytes, Zone],
    nodes: Mapping[bytes, Node],
    links: Iterable[Link],
    apart: Container[bytes],
    nobody: Census,
    epoch: datetime | None,
) -> Extended:
    """Find the new nodes that join one zone each, where no rule can keep them out and nobody changes place.

    Args:
        zone_of: Zones of the nodes that are held.
        nodes: All nodes of a batch.
        links: Its links, between any of these.
        apart: Nodes that are known and not held, or that somebody decided about.
        nobody: The mixture of nothing, of the rules that say what may be one person.
        epoch: Links age up to this moment.
    """
    if nobody.rules.blocks:
        return Extended([], list(nodes))
    batch = _Batch(zone_of, nodes, apart, nobody, epoch)
    batch.look()
    for link in links:
        batch.follow(link)
    return batch.sort()


def shaped(zone: Zone, nobody: Census) -> Shape:
    """Return what a zone looks like to whoever would join it, and note it there."""
    if zone.shape is None:
        census, anchored = nobody, set()
        plain = not (zone.divided or zone.assertions)
        for one in zone.placed.values():
            namespace = one.node.namespace
            census = census.plus(namespace)
            plain = plain and not one.shared
            if nobody.rules.of(namespace).anchor:
                anchored.add(one.proven_id)
        first = min((one.node.first_at, node_id) for node_id, one in zone.placed.items())
        zone.shape = Shape(plain and len(anchored) < 2, *first, census, next(iter(anchored), b""))
    return zone.shape


class _Batch:
    """The nodes of a batch, told apart by the way they have to go."""

    def __init__(
        self,
        zone_of: Mapping[bytes, Zone],
        nodes: Mapping[bytes, Node],
        apart: Container[bytes],
        nobody: Census,
        epoch: datetime | None,
    ) -> None:
        self._zone_of = zone_of
        self._nodes = nodes
        self._apart = apart
        self._nobody = nobody
        self._rules: Rules = nobody.rules
        self._epoch = epoch
        self._fresh_at = never_expired_since(self._rules, epoch)
        self._crowd = self._rules.zone_max or sys.maxsize
        self._seats: dict[bytes, _Seat] = {}
        self._new: list[tuple[bytes, bytes]] = []
        self._long: set[bytes] = set()
        self._long_zones: set[bytes] = set()

    def look(self) -> None:
        """Look at each node: what is said of a known one is known, and a new one neither names a person nor has a name."""
        rules = self._rules
        for node_id, node in self._nodes.items():
            zone = self._zone_of.get(node_id)
            if zone is not None:
                shape = zone.shape or shaped(zone, self._nobody)
                if not (shape.plain or self._crowded(zone)) or adds(zone.placed[node_id].node, node):
                    self._long_zones.add(shape.name)
            elif node_id in self._apart or node.marks or rules.of(node.namespace).anchor:
                self._long.add(node_id)

    def follow(self, link: Link) -> None:
        """Look at a link: it gives a new node its seat, or changes nothing within a zone."""
        a, b = self._zone_of.get(link.a), self._zone_of.get(link.b)
        if a is not None and b is not None:
            if a is not b or self._matters(a, link):
                self._long_zones.update((_name(a), _name(b)))
        elif a is not None:
            self._seat(link.b, a, link.a, link)
        elif b is not None:
            self._seat(link.a, b, link.b, link)
        elif self._rules.zone_max and link.proof != _VERIFIED and self._counts(link):
            self._new.append((link.a, link.b))
        else:
            self._long.update((link.a, link.b))

    def _crowded(self, zone: Zone) -> bool:
        """Say whether so many identifiers hang together that only the strongest proof joins any."""
        return len(zone.placed) > self._crowd

    def _counts(self, link: Link) -> bool:
        if link.proof == _VERIFIED and link.last_at >= self._fresh_at:
            return True
        ends = self._rules.of(self._nodes[link.a].namespace), self._rules.of(self._nodes[link.b].namespace)
        return proves(*ends, link.proof) and not expired(*ends, link.last_at, self._epoch)

    def _matters(self, zone: Zone, link: Link) -> bool:
        """Say whether a link between two nodes of one zone may change anything there."""
        verified = link.proof == _VERIFIED
        if self._crowded(zone):
            ends = (zone.placed[link.a].node, zone.placed[link.b].node)
            return verified or any(self._rules.of(end.namespace).anchor for end in ends)
        return verified and zone.placed[link.a].proven_id != zone.placed[link.b].proven_id

    def _seat(self, new: bytes, zone: Zone, known: bytes, link: Link) -> None:
        group = zone.placed[known].proven_id if link.proof == _VERIFIED else b""
        seat = self._seats.get(new)
        if self._crowded(zone) and not self._alone(new, zone, known, group):
            self._long.add(new)
        if seat is not None:
            group = group or seat.group
            if seat.zone is not zone or (seat.group and seat.group != group):
                self._long.add(new)
                self._long_zones.update((_name(seat.zone), _name(zone)))
        self._seats[new] = _Seat(zone, zone.shape or shaped(zone, self._nobody), known, group)
        if not self._counts(link):
            self._long.add(new)

    def _together(self) -> None:
        """Seat new nodes that were seen with each other: in the crowd on which one of them hangs, if they all stand alone."""
        if not self._new:
            return
        chains = Forest(end for pair in self._new for end in pair)
        for pair in self._new:
            chains.union(*pair)
        for chain in chains.sets().values():
            seats = [self._seats[one] for one in chain if one in self._seats]
            zones = {id(seat.zone) for seat in seats}
            if len(zones) == 1 and self._crowded(seats[0].zone) and self._long.isdisjoint(chain):
                self._seats.update((one, seats[0]) for one in chain if one not in self._seats)
            else:
                self._long.update(chain)

    def _alone(self, new: bytes, zone: Zone, known: bytes, group: bytes) -> bool:
        """Say whether a new node stands alone in a crowd: nothing proves it, and it hangs on one node that counts."""
        seat = self._seats.get(new)
        return not (
            group
            or (seat is not None and seat.known != known)
            or zone.placed[known].shared
            or any(end in (new, known) for one in zone.assertions for end in (one.a, one.b))
        )

    def sort(self) -> Extended:
        """Return what may go the short way: whoever shares a zone with a node that may not has to go with it."""
        self._together()
        coming: defaultdict[bytes, list[bytes]] = defaultdict(list)
        for node_id in self._nodes:
            if node_id not in self._zone_of:
                seat = self._seats.get(node_id)
                if seat is None:
                    self._long.add(node_id)
                elif node_id in self._long:
                    self._long_zones.add(seat.shape.name)
                else:
                    coming[seat.shape.name].append(node_id)
        joined: list[tuple[Zone, Placed]] = []
        for name, new in coming.items():
            if name not in self._long_zones and self._fits(new):
                joined += self._placed(new)
            else:
                self._long_zones.add(name)
                self._long.update(new)
        return Extended(joined, self._rest() if self._long or self._long_zones else [])

    def _rest(self) -> list[bytes]:
        return [
            node_id
            for node_id in self._nodes
            if (node_id in self._long)
            or ((zone := self._zone_of.get(node_id)) is not None and _name(zone) in self._long_zones)
        ]

    def _fits(self, new: Sequence[bytes]) -> bool:
        seat = self._seats[new[0]]
        zone, shape, census = seat.zone, seat.shape, seat.shape.census
        if self._crowded(zone):
            return not any(_older(self._nodes[node_id], shape.first_at, shape.name) for node_id in new)
        for node_id in new:
            node, group = self._nodes[node_id], self._seats[node_id].group
            census = census.plus(node.namespace)
            if not census.has_room or _older(node, shape.first_at, shape.name):
                return False
            if group and _older(node, zone.placed[group].node.first_at, group):
                return False
        return True

    def _placed(self, new: Sequence[bytes]) -> Iterable[tuple[Zone, Placed]]:
        """Return the new nodes of one zone in their places."""
        seat, nodes = self._seats[new[0]], self._nodes
        zone, name, anchored = seat.zone, seat.shape.name, seat.shape.anchored
        if self._crowded(zone):
            return [(zone, Placed(nodes[node_id], name, node_id, node_id)) for node_id in new]
        found = []
        for node_id in new:
            group = self._seats[node_id].group
            core = not anchored or group == anchored
            found.append((zone, Placed(nodes[node_id], name, name, group or node_id, core)))
        return found


def _older(node: Node, at: datetime, node_id: bytes) -> bool:
    """Say whether `node` was seen before the one with `node_id`, which was seen first at `at`; of one moment the lesser id."""
    return node.first_at < at or (node.first_at == at and node.node_id < node_id)


def _name(zone: Zone) -> bytes:
    assert zone.shape is not None  # noqa: S101 - each zone of a batch was looked at first
    return zone.shape.name
