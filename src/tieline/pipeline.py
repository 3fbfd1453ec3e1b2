"""The data flow, top to bottom. Each class is one loop; each `async with` is one transaction.

collect ─▶ identify ─▶ profile ─▶ (history) ─▶ segment ─▶ journey ─▶ deliver
▲                                                                   │
└──────────── what delivery learned comes back as events ◀──────────┘
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from msgspec.structs import replace

from tieline.answer.stage import AnswerStage
from tieline.clock import Clock
from tieline.collect import own
from tieline.collect.own import LogNews
from tieline.collect.scrub import scrub
from tieline.collect.stage import Collected, CollectStage
from tieline.deliver.broadcast import BroadcastStage
from tieline.deliver.mass import MassSender
from tieline.deliver.news import news
from tieline.deliver.outreach import OutreachStage
from tieline.deliver.reply import Replier, ReplyStage
from tieline.deliver.sender import Sender
from tieline.deliver.stage import DeliverStage
from tieline.identify.command import DecisionStage
from tieline.identify.erase import EraseStage, is_erasure, next_alone
from tieline.identify.retract import RetractStage, is_retraction, next_retraction
from tieline.identify.stage import IdentifyStage
from tieline.identify.suppress import SuppressionStage
from tieline.identify.switch import SwitchStage, is_switch, next_switch
from tieline.identify.undo import UndoStage, is_undo, next_undo
from tieline.journey.stage import JourneyStage
from tieline.model.event import PROFILE_REFOLDED, Identified, LogRow, Source
from tieline.model.identity import Moved
from tieline.model.profile import ProfileChanged
from tieline.model.send import SendState
from tieline.ports import (
    ChunkStore,
    Directory,
    ErasureStore,
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
from tieline.search.stage import SearchStage
from tieline.segment.stage import SegmentStage
from tieline.tag.stage import TagStage

NOBODY = b"\0" * 16
"""Whom an event is about that is about no person: history learns from it and keeps no row."""
BATCHES_TOGETHER = 20
CHUNKS_TOGETHER = 8
SIGNALS_TOGETHER = 2_000


@dataclass(frozen=True)
class Absorb:
    """Log rows become people and facts. One batch is one transaction: all of it commits with the offset, or nothing.

    Attributes:
        undo: Takes imports back; None where no files are imported.
        search: Keeps the words under which people are found; None where nobody looks.
        forgetting: Erases people, and keeps them out; None where nobody asks for it.
        switch: Lets other rules hold; None where nobody changes them.
        retract: Takes back what whole sources said of who is who; None where nobody asks for it.
        tags: Puts tags on by rule; None where there are no rules.
        left: Where this process left the stream: elsewhere, another had it, and what is remembered may be old.
    """

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
    answer: AnswerStage
    reply: ReplyStage
    clock: Clock
    events_max: int
    undo: UndoStage | None = None
    search: SearchStage | None = None
    forgetting: "Forgetting | None" = None
    switch: SwitchStage | None = None
    retract: RetractStage | None = None
    tags: TagStage | None = None
    left: dict[str, int] = field(default_factory=dict)

    async def step(self) -> int:
        """Carry one batch from collect to profile; return how many log rows it took."""
        taken = await self._step()
        if self.switch is not None and self.switch.stale:
            await self.directory.learn()
            self.switch.stale = False
        return taken

    async def _step(self) -> int:
        async with self.unit.transaction():
            now = self.clock.now()
            position = await self.log.position("stream")
            if self.left.get("stream") != position:
                await self.recover()
            waiting = await self.log.read(position, self.events_max)
            arrived = next_retraction(next_switch(next_alone(next_undo(waiting))))
            if not arrived:
                return 0
            if not self.directory.knows({row.source_id for row in arrived}):
                await self.directory.learn()
            if (taken := await self._apart(arrived[0], now)) is not None:
                return taken
            await self.journey.refresh(now)
            standing = await self.undo.standing(arrived) if self.undo is not None else arrived
            collected = await self.collect.process(standing, now)
            if self.forgetting is not None:
                collected = await self.forgetting.keep_out(collected, arrived)
            known = await self.identify.process(collected.events)
            decided = await self.decide.process(collected.events)
            moves = net([*known.moves, *decided])
            identified = self.decide.happened(self.decide.reseated(known.identified, decided))
            if any(item.event.name == PROFILE_REFOLDED for item in identified):
                await self.directory.learn()  # the rules that ask for it were saved before it was asked
            changed = await self.profile.process(identified, moves)
            if self.search is not None:
                await self.search.process(changed, identified, moves)
            await self.signals.put(self.journey.listen(identified, self.identify.browser_is_theirs))
            await self.reply.process(await self.answer.process(identified, now), now)
            await self.messages.park([*collected.parked, *known.parked], now)
            await self._hand_on(arrived, identified, changed, moves, now)
            if self.tags is not None:
                await self.tags.hear(identified)
        return len(arrived)

    async def _apart(self, row: LogRow, now: datetime) -> int | None:
        """Carry out a row that changes what is known of many at once, and is a batch alone; None if it is no such row."""
        if self.undo is not None and is_undo(row):
            return await self._take_back(self.undo, row, now)
        if self.forgetting is not None and is_erasure(row):
            return await self._erase(self.forgetting, row, now)
        if self.switch is not None and is_switch(row):
            return await self._redecide(self.switch, row, now)
        if self.retract is not None and is_retraction(row):
            return await self._redecide(self.retract, row, now)
        return None

    async def _take_back(self, undo: UndoStage, row: LogRow, now: datetime) -> int:
        """Take back an import. History knows what it said, so history has to have come as far as the stream."""
        if await self.outbox.peek(1):
            return 0
        events = (await self.collect.process([row], now)).events
        undone = [(event, done) for event in events if (done := await undo.process(event)) is not None]
        self.identify.forget()
        moves = net([move for _, done in undone for move in done.moves])
        changed: list[ProfileChanged] = []
        for event, done in undone:
            changed += await self.profile.view(event.workspace_id, sorted(done.profile_ids))
        if self.search is not None:
            await self.search.renew(changed)
        told = [Identified(event, NOBODY, NOBODY) for event, _ in undone]
        await self._hand_on([row], told, changed, moves, now)
        return 1

    async def _erase(self, forgetting: "Forgetting", row: LogRow, now: datetime) -> int:
        """Erase a person. What history still waits for may be about them, so it has to have come as far as the stream."""
        if await self.outbox.peek(1):
            return 0
        events = (await self.collect.process([row], now)).events
        erased = [done for event in events if (done := await forgetting.erase.process(event)) is not None]
        self.identify.forget()
        forgetting.suppress.forget()
        moves = net([move for done in erased for move in done.moves])
        changed = await self.profile.process([], moves)
        if self.search is not None:
            await self.search.renew(changed)
        told = [Identified(event, NOBODY, NOBODY) for event in events]
        await self._hand_on([row], told, changed, moves, now)
        return 1

    async def _redecide(self, stage: SwitchStage | RetractStage, row: LogRow, now: datetime) -> int:
        """Let other rules hold for everything that comes after, or let a source count for nothing, or again."""
        events = (await self.collect.process([row], now)).events
        decided = [done for event in events if (done := await stage.process(event)) is not None]
        self.identify.forget()
        moves = net([move for done in decided for move in done.moves])
        changed = await self.profile.process([], moves)
        if self.search is not None:
            await self.search.renew(changed)
        told = [Identified(event, NOBODY, NOBODY) for event in events]
        await self._hand_on([row], told, changed, moves, now)
        return 1

    async def _hand_on(
        self,
        arrived: Sequence[LogRow],
        identified: Sequence[Identified],
        changed: Sequence[ProfileChanged],
        moves: Sequence[Moved],
        now: datetime,
    ) -> None:
        through = arrived[-1].log_offset
        batch = HistoryBatch(
            through, rows.events(identified), rows.profiles(changed, through), rows.moves(moves)
        )
        await self.outbox.put(batch, now)
        if moves or not own.only_told(arrived, identified):
            # Whoever looked at people's standing before this has to look again.
            await self.log.save_position("standing", through, now)
        await self.log.save_position("stream", through, now)
        self.left["stream"] = through

    async def recover(self) -> None:
        """Forget what was learned in a transaction that did not commit, or before another process had the stream."""
        self.identify.forget()
        if self.forgetting is not None:
            self.forgetting.suppress.forget()


def net(moves: Sequence[Moved]) -> list[Moved]:
    """Return where each node went in the end; a node that came back did not move."""
    ends: dict[tuple[int, bytes], Moved] = {}
    for move in moves:
        first = ends.get((move.workspace_id, move.node_id), move)
        ends[move.workspace_id, move.node_id] = replace(move, from_id=first.from_id)
    return [move for move in ends.values() if move.from_id != move.to_id]


@dataclass(frozen=True)
class Forgetting:
    """People who asked to be erased, and what is refused about them ever after."""

    erase: EraseStage
    suppress: SuppressionStage
    store: ErasureStore
    sources: Mapping[int, Source]

    async def keep_out(self, collected: Collected, arrived: Sequence[LogRow]) -> Collected:
        """Refuse what is about somebody who was erased, and take it out of the log again."""
        passed = await self.suppress.process(collected.events)
        rewritten: list[tuple[int, bytes]] = []
        for row in arrived:
            if row.log_offset in passed.touched:
                gone = await self.suppress.gone(row.workspace_id)
                scrubbed = scrub(row, self.sources.get(row.source_id), gone)
                if scrubbed is not None:
                    rewritten.append((row.log_offset, scrubbed.body))
        await self.store.rewrite(rewritten)
        return Collected(passed.events, [*collected.parked, *passed.parked], collected.repeated)


@dataclass(frozen=True)
class Remember:
    """Committed batches enter history; then the segments they touch are evaluated."""

    unit: Transaction
    outbox: HistoryOutbox
    history: History
    signals: SignalStore
    segment: SegmentStage
    clock: Clock
    tags: TagStage | None = None

    async def step(self) -> int:
        """Take waiting batches; return how many."""
        async with self.unit.transaction():
            batches = await self.outbox.peek(BATCHES_TOGETHER)
        now = self.clock.now()
        if batches:
            await self.history.append(batches, now)
        async with self.unit.transaction():
            signals = await self.segment.process(batches, now)
            await self.signals.put(signals)
            if batches:
                await self.outbox.done(batches[-1].log_offset)
            if self.tags is not None:
                await self.tags.follow(signals)
        return len(batches)


@dataclass(frozen=True)
class Advance:
    """Signals and due timers move enrolments; what they want to send is planned in the same transaction."""

    unit: Transaction
    journey: JourneyStage
    deliver: DeliverStage
    webhooks: WebhookStore
    news: LogNews
    clock: Clock
    outreach: OutreachStage | None = None

    async def step(self) -> int:
        """Move what can move; return how much was handled."""
        async with self.unit.transaction():
            now = self.clock.now()
            moved = await self.journey.process(now, SIGNALS_TOGETHER)
            by_line, unreached = await self.outreach.process(moved.ways) if self.outreach else ([], [])
            refused = [*unreached, *await self.deliver.process([*moved.requests, *by_line])]
            await self.webhooks.put(moved.calls)
            await self.news.said([*moved.said, *refused])
        return moved.handled


@dataclass(frozen=True)
class Broadcast:
    """Broadcasts begin, their recipients frozen in one transaction; then they are planned, a chunk in each."""

    unit: Transaction
    broadcast: BroadcastStage
    deliver: DeliverStage
    news: LogNews
    clock: Clock

    async def step(self) -> int:
        """Freeze one broadcast that is due, or plan one chunk; return how much was handled."""
        async with self.unit.transaction():
            now = self.clock.now()
            if await self.broadcast.begin(now):
                return 1
            stretch = await self.broadcast.stretch(now)
            if stretch is not None and (people := await self.deliver.process_stretch(stretch)) is not None:
                return await self.broadcast.stretched(stretch, people, now)
            wishes = await self.broadcast.process(now)
            await self.news.said(await self.deliver.process(wishes))
        return len(wishes)


@dataclass(frozen=True)
class Send:
    """Planned messages leave, once each; what became of them returns to the log.

    Attributes:
        mass: Sends what many get alike; None where everybody is written to alone.
    """

    sender: Sender
    clock: Clock
    mass: MassSender | None = None

    async def step(self) -> int:
        """Send what is due; return how much was handled."""
        handled = await self.sender.step(self.clock.now())
        if self.mass is not None:
            handled += await self.mass.step(self.clock.now())
        if not handled:
            await self.sender.land(0.05, self.mass.flights if self.mass is not None else ())
        return handled

    async def close(self) -> None:
        """Start nothing more, and settle what is in flight."""
        if self.mass is not None:
            await self.mass.close(self.clock.now())
        await self.sender.close(self.clock.now())


@dataclass(frozen=True)
class WriteOut:
    """What LINE took for many at once is written down for each, and told."""

    unit: Transaction
    chunks: ChunkStore
    news: LogNews
    clock: Clock

    async def step(self) -> int:
        """Write a few chunks out; return how many sends that were."""
        async with self.unit.transaction():
            written = await self.chunks.write_out(CHUNKS_TOGETHER)
            told = [
                news(one, one.namespace, one.value, state=SendState.ACCEPTED, reason="", at=one.settled_at)
                for one in written
            ]
            await self.news.said([one for one in told if one is not None])
        return len(written)


@dataclass(frozen=True)
class Reply:
    """Answers leave while LINE takes them for free, each tried once."""

    replier: Replier
    clock: Clock

    async def step(self) -> int:
        """Answer what waits; return how many replies were handled."""
        handled = await self.replier.step(self.clock.now())
        if not handled:
            await self.replier.land(0.02)
        return handled
