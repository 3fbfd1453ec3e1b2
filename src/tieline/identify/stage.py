"""Events in, events with their person out, and which identifiers changed person on the way."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from tieline.errors import NotFoundError
from tieline.identify.age import is_day
from tieline.identify.batch import Evidence, LinkKey, add_link, add_star, marked
from tieline.identify.evidence import day
from tieline.identify.held import HeldZones
from tieline.identify.intake import Intake
from tieline.identify.mark import Said, said_by
from tieline.identify.memory import Known, Memory, NodeKey, star_key
from tieline.identify.retract import Retracting
from tieline.identify.rules import RuleBook, Rules
from tieline.identify.star import IDENTIFIERS_MAX, Reader, Star
from tieline.model.event import Event, Identified, Parked, Proof
from tieline.model.identity import ANONYMOUS, LINE, MEMBER, Link, Moved
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


class _Said(NamedTuple):
    """What a batch says of one workspace that was not known."""

    reader: Reader
    rules: Rules
    evidence: Evidence
    seen_again: dict[LinkKey, Link]


class IdentifyStage:
    """Event in, Identified out.

    The stage remembers what it stored. That is true only as long as its transactions commit and nobody else changes who
    is who, which it is told with each turn it takes: then it forgets everything and reads what is there.

    Args:
        keys: Identity key by workspace. Read anew for each event, so that it may grow.
        regions: Country by workspace, for telephone numbers that do not say theirs; TW if it is not there.
        rules: The rules of each workspace.
        retracting: Sources whose word counts for nothing; None where nobody retracts any.
    """

    def __init__(
        self,
        store: IdentityStore,
        keys: Mapping[int, bytes],
        regions: Mapping[int, str],
        *,
        rules: RuleBook | None = None,
        memory: Memory | None = None,
        retracting: Retracting | None = None,
    ) -> None:
        self._store = store
        self._keys = keys
        self._regions = regions
        self._rules = rules or RuleBook()
        self._memory = memory or Memory()
        self._held = HeldZones(store, self._memory.zones)
        self._intake = Intake(store, self._rules, self._held)
        self._retracting = retracting
        self._readers: dict[int, Reader] = {}
        self._turns: dict[int, int] = {}
        self._versions: object = None
        self._epochs: Mapping[int, datetime] = {}

    def forget(self) -> None:
        """Drop everything that was remembered; it is read again when it is needed."""
        self._memory.clear()
        self._held.clear()
        self._readers.clear()
        self._turns.clear()

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
        await self._take_turns({event.workspace_id for event in events})
        self._memory.age()
        batch = {workspace_id: self._begin(workspace_id) for workspace_id in {e.workspace_id for e in events}}
        parked: list[Parked] = []
        nodes = [self._node(event, batch[event.workspace_id], parked) for event in events]
        moves = await self._take_in(batch, max((event.received_at for event in events), default=_FOREVER))
        if self._retracting is not None:
            await self._retracting.save()
        held = self._memory.zones.get
        identified = [
            Identified(event, node[1], zone.placed[node[1]].profile_id)
            for event, node in zip(events, nodes, strict=True)
            if node is not None and (zone := held(node)) is not None
        ]
        return Identification(identified, moves, parked)

    def _begin(self, workspace_id: int) -> _Said:
        """Return what is the same for every event of a workspace, with nothing said yet."""
        identity_key = self._keys.get(workspace_id)
        if identity_key is None:
            raise NotFoundError(f"The workspace {workspace_id} has no identity key.")
        of = (identity_key, self._regions.get(workspace_id, REGION), self._rules.of(workspace_id))
        reader = self._readers.get(workspace_id)
        if reader is None or any(one is not other for one, other in zip(reader.of, of, strict=True)):
            reader = self._readers[workspace_id] = Reader(*of)
        return _Said(reader, of[2], Evidence({}, {}), {})

    def browser_is_theirs(self, item: Identified) -> bool:
        """Tell whether an event came from a browser that is proven to be of the person it is about.

        Whoever says so in the browser proves nothing; a server that names browser and person together does. The browser's
        id is random and nobody else's to know. One that belongs to nobody yet is nobody's: it may be said to be anybody's.
        """
        star = self._begin(item.event.workspace_id).reader.read(item.event.identifiers)
        zone = self._memory.zones.get((item.event.workspace_id, item.node_id))
        browsers = [node.node_id for node in star.nodes if node.namespace == ANONYMOUS]
        if zone is None or len(browsers) != 1:
            return False
        core = [one for one in zone.placed.values() if one.core and one.profile_id == item.profile_id]
        return any(one.node.node_id == browsers[0] for one in core) and any(
            one.node.namespace == MEMBER or one.node.namespace.startswith(f"{LINE}:") for one in core
        )

    async def _take_turns(self, workspace_ids: Iterable[int]) -> None:
        """Be the only one in the workspaces of a batch; forget everything if somebody else was in one of them meanwhile."""
        turns = {workspace_id: await self._store.lock(workspace_id) for workspace_id in sorted(workspace_ids)}
        versions = self._rules.versions()
        if versions != self._versions or any(
            self._turns.get(workspace_id, turn.last) != turn.last for workspace_id, turn in turns.items()
        ):
            self.forget()
            self._versions = versions
        if not turns.keys() <= self._turns.keys():
            self._epochs = await self._store.epochs()
            if self._retracting is not None:
                await self._retracting.learn()
        self._turns.update((workspace_id, turn.now) for workspace_id, turn in turns.items())

    def _node(self, event: Event, batch: _Said, parked: list[Parked]) -> NodeKey | None:
        """Return the node of an event, and note what the event says that was not known."""
        said, source = said_by(event), event.source
        proof = source.proof
        if self._retracting is not None and (retraction_id := self._retracting.of(event)):
            late = self._retracting.late(event.workspace_id, retraction_id)
            return self._set_aside(event, said, late, batch, parked)
        key = star_key(event, said)
        known = self._memory.stars.get(key)
        zone = self._memory.zones.get(known.node) if known is not None else None
        placed = known is not None and (zone is not None or known.node[1] in batch.evidence.nodes)
        if known is not None and placed and known.first_at <= event.at < known.until_at:
            return known.node
        star = _read(event, proof, batch)
        if not star.nodes or len(star.nodes) > IDENTIFIERS_MAX:
            if not is_day(event):
                parked.append(_park(event, star))
            return None
        keys = [(a, b, source.key, proof) for a, b in star.pairs]
        until_at = _end_of_day(event.at, star)
        if known is None:
            known = Known((event.workspace_id, star.nodes[0].node_id), event.at, until_at)
            self._memory.stars.put(key, known)
        if zone is None or zone.divided or event.at < known.first_at or self._aged(batch.rules, event, known):
            marks = marked(said, source.key, proof)
            add_star(batch.evidence, star.nodes, keys, event.at, marks, batch.rules)
        else:
            links = batch.evidence.links
            for link in keys:
                add_link(links if link in links else batch.seen_again, link, event.at)
        known.first_at = min(known.first_at, event.at)
        known.until_at = max(known.until_at, until_at)
        return known.node

    def _set_aside(
        self, event: Event, said: Said, late: Evidence, batch: _Said, parked: list[Parked]
    ) -> NodeKey | None:
        """Return the node of an event whose source was retracted since it happened: it names people and links nobody."""
        source, proof = event.source.key, event.source.proof
        star = _read(event, proof, batch)
        if not star.nodes or len(star.nodes) > IDENTIFIERS_MAX:
            parked.append(_park(event, star))
            return None
        keys = [(a, b, source, proof) for a, b in star.pairs]
        add_star(late, star.nodes, keys, event.at, marked(said, source, proof), batch.rules)
        add_star(batch.evidence, star.nodes, (), event.at, (), batch.rules)
        return event.workspace_id, star.nodes[0].node_id

    def _aged(self, rules: Rules, event: Event, known: Known) -> bool:
        """Say whether links that were seen last when `known` says may have aged, so that seeing them again is news."""
        epoch, ttl_days = self._epochs.get(event.workspace_id), rules.ttl_days_min
        return epoch is not None and ttl_days > 0 and day(known.until_at) - 1 < day(epoch) - ttl_days

    async def _take_in(self, batch: Mapping[int, _Said], at: datetime) -> list[Moved]:
        moves: list[Moved] = []
        for workspace_id, said in sorted(batch.items()):
            if said.seen_again:
                await self._store.touch(workspace_id, list(said.seen_again.values()))
            if said.evidence.nodes:
                moves += (await self._intake.take(workspace_id, said.evidence, at)).moves
        return moves


def _read(event: Event, proof: Proof, batch: _Said) -> Star:
    # Files and customer records carry what clerks typed into some form years ago, whoever vouches for them.
    proven = proof == Proof.VERIFIED and event.source.kind not in {"import", "crm"}
    return batch.reader.read(event.identifiers, proven=proven)


def _end_of_day(at: datetime, star: Star) -> datetime:
    """Return until when an event like this says nothing new; a lone node has no link to be seen again."""
    if len(star.nodes) == 1:
        return _FOREVER
    return _day_after(day(at))


@lru_cache(maxsize=4_096)
def _day_after(number: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + (number + 1) * _DAY


def _park(event: Event, star: Star) -> Parked:
    reason = "too_many_identifiers" if star.nodes else "no_identifier"
    if star.nodes:
        detail = f"One event may name {IDENTIFIERS_MAX} identifiers, this one names {len(star.nodes)}."
    elif star.refused:
        detail = f"No identifier can be used: {', '.join(sorted(set(star.refused)))}."
    else:
        detail = "The event names nobody."
    return Parked(event.workspace_id, event.log_offset, event.item, "identify", reason, detail)
