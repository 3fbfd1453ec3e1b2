"""Events in, events with their person out, and which identifiers changed person on the way."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from tieline.errors import NotFoundError
from tieline.identify.graph import day
from tieline.identify.memory import Known, Memory, NodeKey, Seat, star_key
from tieline.identify.rules import RuleBook
from tieline.identify.settle import Evidence, Settled, Settler
from tieline.identify.star import IDENTIFIERS_MAX, Star, read
from tieline.model.event import Event, Identified, Parked
from tieline.model.identity import Link, Moved, Node
from tieline.ports import IdentityStore

REGION = "TW"
_FOREVER = datetime.max.replace(tzinfo=UTC)
_DAY = timedelta(days=1)


class Identification(NamedTuple):
    """What a batch of events means for who is who.

    Attributes:
        identified: Events in their order, each with the profile it has after the whole batch.
        moves: Nodes that changed profile; new nodes come from nowhere.
        parked: Events that name nobody.
    """

    identified: list[Identified]
    moves: list[Moved]
    parked: list[Parked]


class _Batch(NamedTuple):
    """What a batch says that was not known, by workspace."""

    evidence: defaultdict[int, Evidence]
    seen_again: defaultdict[int, dict[tuple[bytes, bytes, str], Link]]
    parked: list[Parked]


class IdentifyStage:
    """Event in, Identified out.

    The stage remembers what it stored. That is true only as long as its transactions commit and nobody else identifies
    events of the same workspaces: whoever runs it calls `forget` after a transaction that failed and when another
    process had the stream. Decisions of people are noticed without that.

    Args:
        keys: Identity key by workspace. Read anew for each event, so that it may grow.
        regions: Country by workspace, for telephone numbers that do not say theirs; TW if it is not there.
        rules: The rules of each workspace.
    """

    def __init__(
        self,
        store: IdentityStore,
        keys: Mapping[int, bytes],
        regions: Mapping[int, str],
        *,
        rules: RuleBook | None = None,
        memory: Memory | None = None,
    ) -> None:
        self._store = store
        self._keys = keys
        self._regions = regions
        self._rules = rules or RuleBook()
        self._settler = Settler(store, self._rules)
        self._memory = memory or Memory()
        self._decisions = -1

    def forget(self) -> None:
        """Drop everything that was remembered; it is read again when it is needed."""
        self._memory.clear()

    async def process(self, events: Sequence[Event]) -> Identification:
        """Find the person of each event.

        Raises:
            NotFoundError: A workspace has no identity key.
        """
        try:
            return await self._process(events)
        except BaseException:
            self.forget()
            raise

    async def _process(self, events: Sequence[Event]) -> Identification:
        await self._notice_decisions()
        self._memory.age()
        batch = _Batch(defaultdict(lambda: Evidence({}, {})), defaultdict(dict), [])
        nodes = [self._node(event, batch) for event in events]
        moves = await self._take_in(batch, max((event.received_at for event in events), default=_FOREVER))
        seats = self._memory.seats
        identified = [
            Identified(event, node[1], seat.profile_id)
            for event, node in zip(events, nodes, strict=True)
            if node is not None and (seat := seats.get(node)) is not None
        ]
        return Identification(identified, moves, batch.parked)

    async def _notice_decisions(self) -> None:
        decisions = await self._store.decisions()
        if decisions != self._decisions:
            self.forget()
            self._decisions = decisions

    def _node(self, event: Event, batch: _Batch) -> NodeKey | None:
        """Return the node of an event, and note what the event says that was not known."""
        key = star_key(event)
        known = self._memory.stars.get(key)
        seat = self._memory.seats.get(known.node) if known is not None else None
        placed = known is not None and (
            seat is not None or known.node[1] in batch.evidence[event.workspace_id].nodes
        )
        if known is not None and placed and known.first_at <= event.at < known.until_at:
            return known.node
        star = self._read(event)
        if not star.nodes or len(star.nodes) > IDENTIFIERS_MAX:
            batch.parked.append(_park(event, star))
            return None
        if known is None:
            known = Known((event.workspace_id, star.nodes[0].node_id), event.at, _end_of_day(event.at, star))
            self._memory.stars.put(key, known)
        if seat is None or seat.divided or event.at < known.first_at:
            _add_nodes(batch.evidence[event.workspace_id], star, event.at)
            _add_links(batch.evidence[event.workspace_id].links, star, event)
        else:
            self._see_again(star, event, batch)
        known.first_at = min(known.first_at, event.at)
        known.until_at = max(known.until_at, _end_of_day(event.at, star))
        return known.node

    def _see_again(self, star: Star, event: Event, batch: _Batch) -> None:
        evidence = batch.evidence[event.workspace_id]
        again = batch.seen_again[event.workspace_id]
        links: dict[tuple[bytes, bytes, str], Link] = {}
        _add_links(links, star, event)
        for key, link in links.items():
            where = evidence.links if key in evidence.links else again
            where[key] = _fold(where.get(key), link)

    async def _take_in(self, batch: _Batch, at: datetime) -> list[Moved]:
        moves: list[Moved] = []
        for workspace_id in sorted({*batch.evidence, *batch.seen_again}):
            if again := batch.seen_again.get(workspace_id):
                await self._store.touch(workspace_id, list(again.values()))
            evidence = batch.evidence.get(workspace_id)
            if evidence is not None and evidence.nodes:
                settled = await self._settler.grow(workspace_id, evidence, at)
                self._remember(workspace_id, settled)
                moves += settled.moves
        return moves

    def _remember(self, workspace_id: int, settled: Settled) -> None:
        seats: dict[bytes, Seat] = {}
        divided = {placed.zone_id for placed in settled.placed if placed.profile_id != placed.zone_id}
        for placed in settled.placed:
            seat = seats.get(placed.profile_id)
            if seat is None:
                seat = seats[placed.profile_id] = Seat(placed.profile_id, placed.zone_id in divided)
            self._memory.seats.put((workspace_id, placed.node.node_id), seat)

    def _read(self, event: Event) -> Star:
        identity_key = self._keys.get(event.workspace_id)
        if identity_key is None:
            raise NotFoundError(f"The workspace {event.workspace_id} has no identity key.")
        region = self._regions.get(event.workspace_id, REGION)
        return read(event.identifiers, identity_key, region, self._rules.of(event.workspace_id))


def _add_nodes(evidence: Evidence, star: Star, at: datetime) -> None:
    for node_id, namespace, value in star.nodes:
        other = evidence.nodes.get(node_id)
        if other is None or at < other.first_at:
            evidence.nodes[node_id] = Node(node_id, namespace, value, at)


def _add_links(links: dict[tuple[bytes, bytes, str], Link], star: Star, event: Event) -> None:
    source = event.source
    for a, b in star.pairs:
        key = (a, b, source.key)
        links[key] = _fold(links.get(key), Link(a, b, source.key, source.proof, event.at, event.at))


def _fold(other: Link | None, link: Link) -> Link:
    if other is None:
        return link
    first_at, last_at = min(other.first_at, link.first_at), max(other.last_at, link.last_at)
    return Link(link.a, link.b, link.source, max(other.proof, link.proof), first_at, last_at)


def _end_of_day(at: datetime, star: Star) -> datetime:
    """Return until when an event like this says nothing new; a lone node has no link to be seen again."""
    if len(star.nodes) == 1:
        return _FOREVER
    return datetime(1970, 1, 1, tzinfo=UTC) + (day(at) + 1) * _DAY


def _park(event: Event, star: Star) -> Parked:
    reason = "too_many_identifiers" if star.nodes else "no_identifier"
    if star.nodes:
        detail = f"One event may name {IDENTIFIERS_MAX} identifiers, this one names {len(star.nodes)}."
    elif star.refused:
        detail = f"No identifier can be used: {', '.join(sorted(set(star.refused)))}."
    else:
        detail = "The event names nobody."
    return Parked(event.workspace_id, event.log_offset, event.item, "identify", reason, detail)
