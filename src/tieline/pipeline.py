"""The data flow, top to bottom. Each function is one step of one loop; each `async with` is one transaction.

    collect ─▶ identify ─▶ profile ─▶ (history) ─▶ segment ─▶ journey ─▶ deliver
       ▲                                                                   │
       └──────────── what delivery learned comes back as events ◀──────────┘
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tieline.clock import Clock
from tieline.collect import own
from tieline.collect.stage import CollectStage
from tieline.deliver.sender import Sender
from tieline.deliver.stage import DeliverStage
from tieline.identify.stage import IdentifyStage
from tieline.journey.stage import JourneyStage
from tieline.model.signal import Said
from tieline.ports import (
    History,
    HistoryBatch,
    HistoryOutbox,
    LogStore,
    MessageStore,
    SignalStore,
    Transaction,
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
    log: LogStore
    messages: MessageStore
    outbox: HistoryOutbox
    signals: SignalStore
    collect: CollectStage
    identify: IdentifyStage
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
            collected = await self.collect.process(arrived, now)
            known = await self.identify.process(collected.events)
            changed = await self.profile.process(known.identified, known.moves)
            await self.signals.put(self.journey.listen(known.identified))
            through = arrived[-1].log_offset
            batch = HistoryBatch(
                through, rows.events(known.identified), rows.profiles(changed, through), rows.moves(known.moves)
            )
            await self.outbox.put(batch, now)
            await self.messages.park([*collected.parked, *known.parked], now)
            await self.log.save_position("stream", through, now)
        return len(arrived)

    async def recover(self) -> None:
        """Forget what was learned in a transaction that did not commit."""
        self.identify.forget()


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
        batches = await self._waiting()
        now = self.clock.now()
        if batches:
            await self.history.append(batches, now)
        async with self.unit.transaction():
            changes = await self.segment.process(batches, now)
            await self.signals.put(changes)
            if batches:
                await self.outbox.done(batches[-1].log_offset)
        return len(batches)

    async def _waiting(self) -> Sequence[HistoryBatch]:
        async with self.unit.transaction():
            return await self.outbox.peek(BATCHES_TOGETHER)


@dataclass(frozen=True)
class Advance:
    """Signals and due timers move enrolments; what they want to send is planned in the same transaction."""

    unit: Transaction
    log: LogStore
    journey: JourneyStage
    deliver: DeliverStage
    clock: Clock

    async def step(self) -> int:
        """Move what can move; return how many signals and enrolments were handled."""
        async with self.unit.transaction():
            now = self.clock.now()
            moved = await self.journey.process(now, SIGNALS_TOGETHER)
            refused = await self.deliver.process(moved.requests)
            await self._tell([*moved.said, *refused], now)
        return moved.handled

    async def _tell(self, said: Sequence[Said], now: datetime) -> None:
        await tell(self.log, said, now)


@dataclass(frozen=True)
class Send:
    """Planned messages leave, once each; what became of them returns to the log."""

    sender: Sender
    clock: Clock

    async def step(self) -> int:
        """Send what is due; return how many sends were settled."""
        return await self.sender.step(self.clock.now())


async def tell(log: LogStore, said: Sequence[Said], now: datetime) -> None:
    """Write what Tieline itself did into the log, where it is collected like anything else."""
    if said:
        await log.append(own.rows(said, now))
