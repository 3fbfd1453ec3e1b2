"""The data flow, top to bottom. Each class is one loop; each `async with` is one transaction.

collect ─▶ identify ─▶ profile ─▶ (history) ─▶ segment ─▶ journey ─▶ deliver
▲                                                                   │
└──────────── what delivery learned comes back as events ◀──────────┘
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from tieline.clock import Clock
from tieline.collect import own
from tieline.collect.stage import CollectStage
from tieline.deliver.broadcast import BroadcastStage
from tieline.deliver.sender import Sender
from tieline.deliver.stage import DeliverStage
from tieline.identify.command import DecisionStage
from tieline.identify.stage import IdentifyStage
from tieline.journey.stage import JourneyStage
from tieline.model.identity import Moved
from tieline.model.signal import Said
from tieline.ports import (
    Directory,
    History,
    HistoryBatch,
    HistoryOutbox,
    LogStore,
    MessageStore,
    SignalStore,
    Transaction,
    WebhookStore,
)
from tieline.profile import rows
from tieline.profile.stage import ProfileStage
from tieline.segment.stage import SegmentStage

BATCHES_TOGETHER = 20
SIGNALS_TOGETHER = 2_000


@dataclass(frozen=True)
class Absorb:
    """Log rows become people and facts. One batch is one transaction: all of it commits with the offset, or nothing."""

    unit: Transaction
    directory: Directory
    log: LogStore
    messages: MessageStore
    outbox: HistoryOutbox
    signals: SignalStore
    collect: CollectStage
    identify: IdentifyStage
    decide: DecisionStage
    profile: ProfileStage
    journey: JourneyStage
    clock: Clock
    events_max: int

    async def step(self) -> int:
        """Carry one batch from collect to profile; return how many log rows it took."""
        async with self.unit.transaction():
            now = self.clock.now()
            arrived = await self.log.read(await self.log.position("stream"), self.events_max)
            if not arrived:
                return 0
            if not self.directory.knows({row.source_id for row in arrived}):
                await self.directory.learn()
            await self.journey.refresh(now)
            collected = await self.collect.process(arrived, now)
            known = await self.identify.process(collected.events)
            decided = await self.decide.process(collected.events)
            moves = net([*known.moves, *decided])
            identified = self.decide.reseated(known.identified, decided)
            changed = await self.profile.process(identified, moves)
            await self.signals.put(self.journey.listen(identified))
            through = arrived[-1].log_offset
            batch = HistoryBatch(
                through, rows.events(identified), rows.profiles(changed, through), rows.moves(moves)
            )
            await self.outbox.put(batch, now)
            await self.messages.park([*collected.parked, *known.parked], now)
            await self.log.save_position("stream", through, now)
        return len(arrived)

    async def recover(self) -> None:
        """Forget what was learned in a transaction that did not commit."""
        self.identify.forget()


def net(moves: Sequence[Moved]) -> list[Moved]:
    """Return where each node went in the end; a node that came back did not move."""
    ends: dict[tuple[int, bytes], Moved] = {}
    for move in moves:
        first = ends.get((move.workspace_id, move.node_id), move)
        ends[move.workspace_id, move.node_id] = replace(move, from_id=first.from_id)
    return [move for move in ends.values() if move.from_id != move.to_id]


@dataclass(frozen=True)
class Remember:
    """Committed batches enter history; then the segments they touch are evaluated."""

    unit: Transaction
    outbox: HistoryOutbox
    history: History
    signals: SignalStore
    segment: SegmentStage
    clock: Clock

    async def step(self) -> int:
        """Take waiting batches; return how many."""
        async with self.unit.transaction():
            batches = await self.outbox.peek(BATCHES_TOGETHER)
        now = self.clock.now()
        if batches:
            await self.history.append(batches, now)
        async with self.unit.transaction():
            await self.signals.put(await self.segment.process(batches, now))
            if batches:
                await self.outbox.done(batches[-1].log_offset)
        return len(batches)


@dataclass(frozen=True)
class Advance:
    """Signals and due timers move enrolments; what they want to send is planned in the same transaction."""

    unit: Transaction
    journey: JourneyStage
    broadcast: BroadcastStage
    deliver: DeliverStage
    webhooks: WebhookStore
    news: "LogNews"
    clock: Clock

    async def step(self) -> int:
        """Move what can move; return how much was handled."""
        async with self.unit.transaction():
            now = self.clock.now()
            moved = await self.journey.process(now, SIGNALS_TOGETHER)
            started = await self.broadcast.process(now)
            refused = await self.deliver.process([*moved.requests, *started])
            await self.webhooks.put(moved.calls)
            await self.news.said([*moved.said, *refused])
        return moved.handled + len(started)


@dataclass(frozen=True)
class Send:
    """Planned messages leave, once each; what became of them returns to the log."""

    sender: Sender
    clock: Clock

    async def step(self) -> int:
        """Send what is due; return how many sends were handled."""
        handled = await self.sender.step(self.clock.now())
        if not handled:
            await self.sender.land(0.05)
        return handled


@dataclass(frozen=True)
class LogNews:
    """Writes what Tieline itself did into the log, where it is collected like anything else.

    Attributes:
        own_sources: Id of Tieline's own source by workspace.
    """

    log: LogStore
    own_sources: Mapping[int, int]
    clock: Clock

    async def said(self, events: Sequence[Said]) -> None:
        """Tell, in the transaction that did it."""
        if events:
            await self.log.append(own.rows(events, self.own_sources, self.clock.now()))
