"""One Tieline over stores in memory: the loops as they are composed for real, each a process that can die alone."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import NamedTuple

from tieline import pipeline
from tieline.answer.stage import AnswerStage
from tieline.api.commit import GroupCommit
from tieline.channel.line.client import LineClient
from tieline.channel.line.inbox import LineInbox
from tieline.clock import FakeClock
from tieline.collect.own import LogNews
from tieline.collect.stage import CollectStage, message_key
from tieline.deliver.body import Bodies
from tieline.deliver.broadcast import BroadcastStage
from tieline.deliver.fill import fill_tree
from tieline.deliver.reply import Replier, ReplyStage
from tieline.deliver.sender import Sender, SenderLimits
from tieline.deliver.stage import DeliverStage
from tieline.errors import UnavailableError
from tieline.identify.command import DecisionStage
from tieline.identify.stage import IdentifyStage
from tieline.journey.stage import JourneyStage
from tieline.model.event import LogKind, NewLogRow, Source
from tieline.profile.stage import ProfileStage
from tieline.segment.stage import SegmentStage
from tieline.store.memory.history import MemoryHistory
from tieline.store.memory.log import MemoryDirectory
from tieline.stream.loop import Loop, Wakeup
from tieline.testing import scenario
from tieline.testing.database import Session, paced
from tieline.testing.dice import Dice
from tieline.testing.network import Caller
from tieline.testing.stores import Stores
from tieline.testing.weather import Crash, Weather

IDENTITY_KEYS = {scenario.WORKSPACE: b"k" * 32}
REGIONS = {scenario.WORKSPACE: "TW"}
NOTICES = {scenario.WORKSPACE: "2026-01"}
OWN_SOURCES = {scenario.WORKSPACE: scenario.OWN.source_id}
REFRESH_SEGMENTS = timedelta(minutes=5)
PUBLIC_URL = "https://tieline.example"
COMMIT_WAIT_SECONDS = 0.005
ANSWER_SECONDS = 2.0
DOWN_SECONDS = 120.0
LONG_DOWN_SECONDS = 1_800.0
STALL_SECONDS = (30.0, 900.0)
EVENTS_MAX = 30
PROCESSES = ("api", "absorb", "remember", "advance", "broadcast", "send")


def absorb(
    stores: Stores, session: Session, clock: FakeClock, dice: Dice, events_max: int = EVENTS_MAX
) -> pipeline.Absorb:
    """Compose the loop that makes people and facts of log rows."""
    identity, messages = session.through(stores.identity), session.through(stores.messages)
    inbox = LineInbox(session.through(stores.nonces))
    return pipeline.Absorb(
        unit=session,
        directory=MemoryDirectory(),
        log=session.through(stores.log),
        messages=messages,
        outbox=session.through(stores.outbox),
        signals=session.through(stores.signals),
        collect=CollectStage(messages, scenario.SOURCES, inbox.read),
        identify=IdentifyStage(identity, IDENTITY_KEYS, REGIONS),
        decide=DecisionStage(identity, IDENTITY_KEYS, REGIONS),
        profile=ProfileStage(session.through(stores.facts), message_key, NOTICES, {}),
        journey=JourneyStage(session.through(stores.journeys), stores.history, fill_tree, stores.zones),
        answer=AnswerStage(
            session.through(stores.auto_replies),
            stores.zones,
            session.through(stores.bonds),
            LogNews(session.through(stores.log), OWN_SOURCES, clock),
            REGIONS,
        ),
        reply=ReplyStage(
            session.through(stores.replies), session.through(stores.sends), Bodies(dice.ids, PUBLIC_URL)
        ),
        clock=clock,
        events_max=events_max,
    )


def remember(stores: Stores, session: Session, clock: FakeClock, history: MemoryHistory) -> pipeline.Remember:
    """Compose the loop that keeps history and segments."""
    return pipeline.Remember(
        unit=session,
        outbox=session.through(stores.outbox),
        history=history,
        signals=session.through(stores.signals),
        segment=SegmentStage(session.through(stores.segments), history, REFRESH_SEGMENTS),
        clock=clock,
    )


def advance(stores: Stores, session: Session, clock: FakeClock, dice: Dice) -> pipeline.Advance:
    """Compose the loop that moves people along journeys and plans what is sent."""
    return pipeline.Advance(
        unit=session,
        journey=JourneyStage(session.through(stores.journeys), stores.history, fill_tree, stores.zones),
        deliver=DeliverStage(session.through(stores.sends), dice.ids, clock, PUBLIC_URL),
        webhooks=session.through(stores.webhooks),
        news=LogNews(session.through(stores.log), OWN_SOURCES, clock),
        clock=clock,
    )


def broadcast(stores: Stores, session: Session, clock: FakeClock, dice: Dice) -> pipeline.Broadcast:
    """Compose the loop that freezes and plans broadcasts."""
    return pipeline.Broadcast(
        unit=session,
        broadcast=BroadcastStage(session.through(stores.broadcasts), stores.history),
        deliver=DeliverStage(session.through(stores.sends), dice.ids, clock, PUBLIC_URL),
        news=LogNews(session.through(stores.log), OWN_SOURCES, clock),
        clock=clock,
    )


def send(stores: Stores, session: Session, clock: FakeClock, line: Caller, dice: Dice) -> pipeline.Send:
    """Compose the loop that calls LINE."""
    news = LogNews(session.through(stores.log), OWN_SOURCES, clock)
    sends, backlog = session.through(stores.sends), session.through(stores.log)
    return pipeline.Send(
        Sender(session, sends, backlog, line, news, dice.ids, SenderLimits(zones=stores.zones)), clock
    )


def reply(stores: Stores, session: Session, clock: FakeClock, line: LineClient) -> pipeline.Reply:
    """Compose the loop that answers what people write."""
    news = LogNews(session.through(stores.log), OWN_SOURCES, clock)
    return pipeline.Reply(Replier(session, session.through(stores.replies), line, news), clock)


class Process(NamedTuple):
    """Something that runs until it dies, and what dies with it."""

    run: Callable[[], Awaitable[None]]
    die: Callable[[], None] = lambda: None


class Installation:
    """All processes of one Tieline.

    Args:
        seed: Of the simulation.
        stores: What outlives the processes.
        clock: What time the installation believes it is.
        weather: What goes wrong.
        connect: Makes the LINE client of a process.
        idle_seconds: How long a loop rests that has nothing to do.

    Attributes:
        ended: Processes that ended though nobody killed them, and why.
    """

    def __init__(
        self,
        seed: int,
        stores: Stores,
        clock: FakeClock,
        weather: Weather,
        connect: Callable[[], LineClient],
        idle_seconds: float,
    ) -> None:
        self.stores = stores
        self._clock = clock
        self._weather = weather
        self._connect = connect
        self._idle_seconds = idle_seconds
        self._dice = Dice(seed, "installation")
        self._wake = {name: Wakeup() for name in PROCESSES}
        self._tasks: dict[str, asyncio.Future[None]] = {}
        self._commit: GroupCommit | None = None
        self._stalls: set[str] = set()
        self._replaced: list[Callable[[], None]] = []
        self.ended: list[str] = []

    async def run(self) -> None:
        """Keep every process running, until cancelled."""
        starts = (
            self._api,
            self._absorb,
            self._remember,
            self._advance,
            self._broadcast,
            self._send,
        )
        await asyncio.gather(
            *(self._keep(name, start) for name, start in zip(PROCESSES, starts, strict=True))
        )

    async def accept(self, source: Source, kind: LogKind, items: int, body: bytes) -> bool:
        """Store one request; True once the answer says that it is stored."""
        row = NewLogRow(source.workspace_id, source.source_id, kind, items, self._clock.now(), body)
        if self._commit is None:
            return False
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._commit.append([row])
        except (TimeoutError, UnavailableError):
            return False
        asyncio.get_running_loop().call_later(self._weather.lag(), self._wake["absorb"].call)
        return True

    def kill(self, name: str) -> None:
        """Let a process die, wherever it is."""
        self._weather.note(name, "IS KILLED")
        self._weather.struck["processes killed"] += 1
        self._tasks[name].cancel()

    def stall(self, name: str) -> None:
        """Let a process stand still after its next commit, start another in its place, and then let it go on."""
        self._stalls.add(name)

    def bury(self) -> None:
        """End every process that was replaced and still runs."""
        for end in self._replaced:
            end()
        self._replaced.clear()

    async def _keep(self, name: str, start: Callable[[Session], Process]) -> None:
        while True:
            replaced = asyncio.Event()
            rollback = self.stores.reindex if name == "absorb" else (lambda: None)
            pace = partial(self._pace, name, replaced)
            process = start(Session(self.stores.database, name, pace, rollback))
            task = self._tasks[name] = asyncio.ensure_future(process.run())
            watch = asyncio.ensure_future(replaced.wait())
            await asyncio.wait({task, watch}, return_when=asyncio.FIRST_COMPLETED)
            if replaced.is_set():
                self._leave(process, task)
                continue
            watch.cancel()
            process.die()
            self._weather.note(name, "is down")
            if not task.cancelled() and not isinstance(died_of := task.exception(), Crash):
                self.ended.append(f"{name} ended for ever: {died_of!r}")
            if not self._weather.calm:
                longest = LONG_DOWN_SECONDS if self._dice.hits(0.2) else DOWN_SECONDS
                await asyncio.sleep(self._dice.between(0.1, longest))

    async def _pace(self, name: str, replaced: asyncio.Event, what: str) -> None:
        if what == "committed" and name in self._stalls:
            self._stalls.remove(name)
            self._weather.note(name, "STANDS STILL AND IS REPLACED")
            self._weather.struck["processes replaced"] += 1
            replaced.set()
            await asyncio.sleep(self._dice.between(*STALL_SECONDS))
            self._weather.note(name, "GOES ON THOUGH IT WAS REPLACED")
        await self._weather.pace(name, what)

    def _leave(self, process: Process, task: asyncio.Future[None]) -> None:
        """Let a process that was replaced go on for a while."""

        def end() -> None:
            task.cancel()
            process.die()

        self._replaced.append(end)
        asyncio.get_running_loop().call_later(2 * STALL_SECONDS[1], end)

    def _api(self, session: Session) -> Process:
        commit = self._commit = GroupCommit(session, session.through(self.stores.log), COMMIT_WAIT_SECONDS)

        def die() -> None:
            self._commit = None

        return Process(commit.run, die)

    def _absorb(self, session: Session) -> Process:
        step = absorb(self.stores, session, self._clock, self._dice)
        return self._loop("absorb", step.step, step.recover, wakes=("remember", "advance"))

    def _remember(self, session: Session) -> Process:
        history = paced(partial(self._weather.pace, "remember"), self.stores.history)
        step = remember(self.stores, session, self._clock, history)
        return self._loop("remember", step.step, wakes=("advance",))

    def _advance(self, session: Session) -> Process:
        return self._loop(
            "advance", advance(self.stores, session, self._clock, self._dice).step, wakes=("send",)
        )

    def _broadcast(self, session: Session) -> Process:
        step = broadcast(self.stores, session, self._clock, self._dice)
        return self._loop("broadcast", step.step, wakes=("send",))

    def _send(self, session: Session) -> Process:
        line = Caller(self._connect(), self._wake["send"].call)
        step = send(self.stores, session, self._clock, line, self._dice)
        return self._loop("send", step.step)._replace(die=line.die)

    def _loop(
        self,
        name: str,
        step: Callable[[], Awaitable[int]],
        recover: Callable[[], Awaitable[None]] | None = None,
        *,
        wakes: tuple[str, ...] = (),
    ) -> Process:
        def then() -> None:
            for other in wakes:
                self._wake[other].call()

        return Process(
            Loop(
                name, step, idle_seconds=self._idle_seconds, wake=self._wake[name], then=then, recover=recover
            ).run
        )
