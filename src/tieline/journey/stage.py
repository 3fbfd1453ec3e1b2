"""Signals and due timers in, messages to plan and deeds to tell out."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tieline.condition.node import Node
from tieline.condition.rewrite import rewrite
from tieline.errors import InvalidConditionError
from tieline.journey import draw
from tieline.journey.definition import AbTest, Journey
from tieline.journey.effects import Fill, Mover, Outcome, stored
from tieline.journey.enrolment import (
    ConditionKnown,
    Enrolment,
    Entered,
    EventSeen,
    Happening,
    Left,
    Merged,
    Resumed,
    State,
    TimerDue,
)
from tieline.journey.entry import TRIGGER_AGE_MAX, doubled, enrol, following, refusal, starts, told
from tieline.journey.library import IsTheirs, Library, asked_of, nobodys, parsed
from tieline.journey.plan import Plan
from tieline.model.event import JOURNEY_LEAVE_ASKED, MESSAGE_LINK_CLICKED, Identified
from tieline.model.limits import Habits
from tieline.model.outreach import WayRequest
from tieline.model.signal import (
    EnrolmentRow,
    Reached,
    Said,
    SendRequest,
    Signal,
    SignalKind,
    WebhookCall,
)
from tieline.ports import Evaluator, JourneyStore

JUDGE = timedelta(minutes=1)
ORIGIN = "journey:"
REFRESH = timedelta(seconds=1)
FORGET_EVERY = timedelta(hours=1)


class Moved(NamedTuple):
    """What a round did.

    Attributes:
        handled: Signals and enrolments that were looked at; 0 means there is nothing to do now.
        ways: Messages that may go by one of several ways.
    """

    requests: list[SendRequest]
    said: list[Said]
    calls: list[WebhookCall]
    handled: int
    ways: Sequence[WayRequest] = ()


class JourneyStage:
    """Moves people along the journeys of all workspaces.

    Args:
        store: Journeys and enrolments.
        evaluator: Answers the conditions of condition steps.
        fill: Fills Liquid in the texts of a JSON value.
        zones: Time zone by workspace.
        habits: What each workspace has decided for all journeys.
    """

    def __init__(
        self,
        store: JourneyStore,
        evaluator: Evaluator,
        fill: Fill,
        zones: Mapping[int, str],
        habits: Mapping[int, Habits] = MappingProxyType({}),
    ) -> None:
        self._store = store
        self._habits = habits
        self._plan = Plan(store, evaluator)
        self._winners: Mapping[tuple[int, str, int, str], str] = {}
        self._segments: dict[int, Mapping[str, Node]] = {}
        self._judged_at: datetime | None = None
        self._evaluator = evaluator
        self._fill = fill
        self._zones = zones
        self._library = Library()
        self._read_at: datetime | None = None
        self._edition = ""
        self._forgot_at: datetime | None = None

    async def refresh(self, now: datetime) -> None:
        """Read the journeys again when one was saved, and once a second for what else belongs to them.

        Asked for each batch: what was stored after a journey went live must start it.
        """
        if self._forgot_at is None or abs(now - self._forgot_at) >= FORGET_EVERY:
            self._forgot_at = now
            await self._store.forget_heard(now - TRIGGER_AGE_MAX - FORGET_EVERY)
        edition = await self._store.edition()
        if self._read_at is None or edition != self._edition or abs(now - self._read_at) >= REFRESH:
            self._library.replace(await self._store.journeys())
            self._winners = await self._store.winners()
            self._segments = {
                workspace_id: parsed(definitions)
                for workspace_id, definitions in (await self._store.segment_definitions()).items()
            }
            self._read_at = now
            self._edition = edition

    def listen(self, items: Iterable[Identified], is_theirs: IsTheirs = nobodys) -> list[Signal]:
        """Return what some journey listens to, out of a batch of events."""
        return self._library.signals(items, is_theirs)

    async def process(self, now: datetime, most: int) -> Moved:
        """Move people by signals first, then by timers and answers."""
        await self.refresh(now)
        outcome = Outcome()
        mover = Mover(self._store, outcome, self._fill, await self._store.head(), self._habits, self._winners)
        handled = await self._plan.step(self._library.open_everywhere(), self._zones, now)
        # Read before the signals: these timers must wait for what is absorbed in between, and for what came as they were due.
        horizon = await self._store.horizon()
        until = now if horizon is None else min(now, horizon - timedelta.resolution)
        signals = await self._store.take_signals(most)
        by_workspace: defaultdict[int, list[Signal]] = defaultdict(list)
        for signal in signals:
            by_workspace[signal.workspace_id].append(signal)
        for workspace_id, mine in by_workspace.items():
            await self._hear(workspace_id, mine, mover, now)
        handled += len(signals)
        await self._save(outcome, now)
        if len(signals) < most:
            handled += await self._time(mover, until, most, now)
            await self._save(outcome, now)  # a merge may have ended what an answer would move
            handled += await self._answer(mover, now, most)
            await self._save(outcome, now)
        await self._judge(now)
        return Moved(outcome.requests, outcome.said, outcome.calls, handled, outcome.ways)

    async def _hear(self, workspace_id: int, signals: Sequence[Signal], mover: Mover, now: datetime) -> None:
        """Let people on their way hear what happened; then let those enter whom it starts."""
        profiles = await self._store.profiles_now(
            workspace_id, sorted({signal.node_id for signal in signals})
        )
        wanted = sorted(set(profiles.values()))
        running = {
            profile_id: [stored(row) for row in rows]
            for profile_id, rows in (await self._store.open_of(workspace_id, wanted)).items()
        }
        nodes = {signal.node_id for signal in signals} | {
            one.person for many in running.values() for one in many
        }
        round_ = _Round(
            workspace_id=workspace_id,
            mover=mover,
            now=now,
            zone=ZoneInfo(self._zones.get(workspace_id, "UTC")),
            identifiers=await self._store.identifiers(workspace_id, sorted(nodes)),
            entered=await self._store.entered(workspace_id, wanted),
            known=await self._heard(workspace_id, signals, profiles),
        )
        for mine in running.values():
            await self._end_doubled(round_, mine)
        # What happened first lets no timer fire that something told after it, and known by now, would have stopped.
        ordered = sorted(signals, key=lambda one: one.at)
        for signal in ordered:
            if signal.kind is SignalKind.EVENT and (profile_id := profiles.get(signal.node_id)) is not None:
                round_.known[profile_id].append(EventSeen(signal.name, signal.data, signal.at))
        for signal in ordered:
            profile_id = profiles.get(signal.node_id)
            if profile_id is None:
                continue
            mine = running.setdefault(profile_id, [])
            if signal.kind is SignalKind.EVENT:
                seen = EventSeen(signal.name, signal.data, signal.at)
                mine[:] = [await self._see(round_, enrolment, seen) for enrolment in mine]
                await self._credit(workspace_id, profile_id, seen)
            await self._enter(round_, signal, profile_id, mine)

    async def _see(self, round_: "_Round", enrolment: Enrolment, seen: EventSeen) -> Enrolment:
        """Return where a person stands after an event."""
        journey = self._library.find(round_.workspace_id, enrolment.journey_key, enrolment.version)
        if journey is None or enrolment.over or enrolment.state is State.PARKED:
            return enrolment
        if seen.name == JOURNEY_LEAVE_ASKED:
            asked = seen.properties.get("journey") == enrolment.journey_key
            return await round_.move(journey, enrolment, Left("left", seen.at)) if asked else enrolment
        return await round_.move(journey, enrolment, seen)

    async def _credit(self, workspace_id: int, profile_id: bytes, seen: EventSeen) -> None:
        """Count a click for the arms of experiments whose message was clicked."""
        origin = str(seen.properties.get("origin", ""))
        if seen.name == MESSAGE_LINK_CLICKED and origin.startswith(ORIGIN):
            await self._store.clicked(workspace_id, origin.removeprefix(ORIGIN), profile_id, seen.at)

    async def _enter(
        self, round_: "_Round", signal: Signal, profile_id: bytes, mine: list[Enrolment]
    ) -> None:
        """Let a person enter every journey that the signal starts and that takes the person now."""
        for journey in [one for one in self._library.open(round_.workspace_id) if starts(one, signal)]:
            last = round_.entered.get((profile_id, journey.key))
            same = [one for one in mine if one.journey_key == journey.key]
            trigger = told(signal)
            new = enrol(journey, signal.node_id, trigger, signal.at, round_.now)
            again = new.id in {one.id for one in same}  # twice in one millisecond, and over at once
            if again or refusal(journey, trigger, signal.at, round_.now, same, last):
                continue
            new = await round_.move(journey, new, Entered())
            # What started this may have arrived late: what happened after it may have been said before it.
            for seen in following(round_.known[profile_id], new.entered_at, round_.now):
                if not new.over:
                    new = await round_.move(journey, new, seen)
            mine.append(new)
            round_.entered[profile_id, journey.key] = max(last, new.entered_at) if last else new.entered_at

    async def _heard(
        self, workspace_id: int, signals: Sequence[Signal], profiles: Mapping[bytes, bytes]
    ) -> defaultdict[bytes, list[EventSeen]]:
        """Return what people did after the earliest thing that may start a journey for them, as far as it was said."""
        starting = [
            signal
            for signal in signals
            if any(starts(one, signal) for one in self._library.open(workspace_id))
        ]
        wanted = sorted({profiles[signal.node_id] for signal in starting if signal.node_id in profiles})
        found: defaultdict[bytes, list[EventSeen]] = defaultdict(list)
        if wanted:
            since = min(signal.at for signal in starting)
            for profile_id, heard in (await self._store.heard(workspace_id, wanted, since)).items():
                taken = {signal.signal_id for signal in signals}
                found[profile_id] += [
                    EventSeen(one.name, one.data, one.at) for one in heard if one.signal_id not in taken
                ]
        return found

    async def _end_doubled(self, round_: "_Round", mine: list[Enrolment]) -> None:
        """End all but the oldest of the enrolments that a merge made double; what is left stays in `mine`."""
        over = {one.id for one in doubled(mine)}
        for one in mine:
            journey = self._library.find(round_.workspace_id, one.journey_key, one.version)
            if one.id in over and journey is not None:
                await round_.move(journey, one, Merged(round_.now))
        mine[:] = [one for one in mine if one.id not in over]

    async def _time(self, mover: Mover, until: datetime, most: int, now: datetime) -> int:
        """Fire timers; not beyond what the stream has absorbed, or an order at minute 29 would be seen too late."""
        rows = await self._store.due(until, most)
        for row, journey, identifier, zone in await self._loaded(rows, mover, now):
            one = stored(row)
            # A timer runs only in the states that wait for time; in any other, and with events held back, somebody
            # lets the person go on after an error.
            stopped = one.state is State.ACTIVE or bool(one.held)
            happened = Resumed() if stopped else TimerDue()
            await mover.move(row.workspace_id, identifier, journey, one, happened, until, zone)
        return len(rows)

    async def _answer(self, mover: Mover, now: datetime, most: int) -> int:
        """Answer conditions for which history is complete enough, all of one workspace in one query."""
        rows = await self._store.answerable(await self._evaluator.mark(), most)
        asked: defaultdict[int, list[tuple[EnrolmentRow, Journey, tuple[str, str], ZoneInfo]]] = defaultdict(
            list
        )
        for row, journey, identifier, zone in await self._loaded(rows, mover, now):
            asked[row.workspace_id].append((row, journey, identifier, zone))
        for workspace_id, every in asked.items():
            conditions, mine = self._conditions(workspace_id, every, mover)
            profiles = await self._store.profiles_now(workspace_id, sorted({row.person for row, *_ in mine}))
            zone_name = self._zones.get(workspace_id, "UTC")
            wanted = sorted(set(profiles.values()))
            holds = await self._evaluator.which(workspace_id, conditions, wanted, now, zone_name)
            for row, journey, identifier, zone in mine:
                result = _name(row) in holds.get(profiles.get(row.person, b""), ())
                known = ConditionKnown(row.step, result)
                await mover.move(workspace_id, identifier, journey, stored(row), known, now, zone)
        return len(rows)

    def _conditions(
        self,
        workspace_id: int,
        rows: Sequence[tuple[EnrolmentRow, Journey, tuple[str, str], ZoneInfo]],
        mover: Mover,
    ) -> tuple[dict[str, Node], list[tuple[EnrolmentRow, Journey, tuple[str, str], ZoneInfo]]]:
        """Return what is asked, and who asks; whoever asks for a segment that is gone is parked."""
        conditions: dict[str, Node] = {}
        asking = []
        for row, journey, identifier, zone in rows:
            test = asked_of(journey, row.step)
            try:
                if test is not None and _name(row) not in conditions:
                    conditions[_name(row)] = rewrite(test, self._segments.get(workspace_id, {}))
            except InvalidConditionError as error:
                mover.park(workspace_id, stored(row), None, error)
                continue
            asking.append((row, journey, identifier, zone))
        return conditions, asking

    async def _loaded(
        self, rows: Sequence[EnrolmentRow], mover: Mover, now: datetime
    ) -> list[tuple[EnrolmentRow, Journey, tuple[str, str], ZoneInfo]]:
        """Find each row's journey and person; leave out who stands still, and what a merge made double."""
        found = []
        by_workspace: defaultdict[int, list[EnrolmentRow]] = defaultdict(list)
        for row in rows:
            by_workspace[row.workspace_id].append(row)
        for workspace_id, mine in by_workspace.items():
            round_, over = await self._parted(workspace_id, mine, mover, now)
            for row in mine:
                journey = self._library.find(workspace_id, row.journey, row.version)
                paused = self._library.paused(workspace_id, row.journey)
                if journey is not None and not paused and row.enrolment_id not in over:
                    found.append((row, journey, round_.identifiers[row.person], round_.zone))
        return found

    async def _parted(
        self, workspace_id: int, rows: Sequence[EnrolmentRow], mover: Mover, now: datetime
    ) -> tuple["_Round", set[bytes]]:
        """End what a merge made double of all that the people of `rows` are on; return what is over by that.

        A timer that fires knows nothing of the person's other enrolments: they have to be looked for here.
        """
        people = sorted({row.person for row in rows})
        profiles = await self._store.profiles_now(workspace_id, people)
        running = await self._store.doubled(workspace_id, sorted(set(profiles.values())))
        nodes = {*people, *(row.person for many in running.values() for row in many)}
        round_ = _Round(
            workspace_id=workspace_id,
            mover=mover,
            now=now,
            zone=ZoneInfo(self._zones.get(workspace_id, "UTC")),
            identifiers=await self._store.identifiers(workspace_id, sorted(nodes)),
        )
        over: set[bytes] = set()
        for many in running.values():
            mine = [stored(row) for row in many]
            everything = {one.id for one in mine}
            await self._end_doubled(round_, mine)
            over |= everything - {one.id for one in mine}
        return round_, over

    async def _save(self, outcome: Outcome, now: datetime) -> None:
        await self._store.save(list(outcome.rows.values()), now)
        outcome.rows.clear()
        await self._store.count([Reached(*name, people) for name, people in sorted(outcome.reached.items())])
        outcome.reached.clear()
        await self._store.assigned(outcome.arms, outcome.goals)
        outcome.arms.clear()
        outcome.goals.clear()

    async def _judge(self, now: datetime) -> None:
        """Say which tests are over, at most once a minute."""
        if self._judged_at is not None and abs(now - self._judged_at) < JUDGE:
            return
        self._judged_at = now
        for workspace_id, journey in self._library.open_everywhere():
            for step in journey.steps.values():
                name = (workspace_id, journey.key, journey.version, step.id)
                if not isinstance(step, AbTest) or step.winner is None or name in self._winners:
                    continue
                arms, began_at = await self._store.arms(*name, step.winner.by)
                won = draw.winner(step, arms, began_at, now) if began_at is not None else None
                if won is not None:
                    await self._store.won(*name, won, now)


@dataclass(frozen=True)
class _Round:
    """What stays the same while people of one workspace are moved.

    Attributes:
        entered: When each person last entered each journey, by profile and key.
        known: What each person did that was said before or in this round, by profile.
    """

    workspace_id: int
    mover: Mover
    now: datetime
    zone: ZoneInfo
    identifiers: Mapping[bytes, tuple[str, str]]
    entered: dict[tuple[bytes, str], datetime] = field(default_factory=dict)
    known: defaultdict[bytes, list[EventSeen]] = field(default_factory=lambda: defaultdict(list))

    async def move(self, journey: Journey, enrolment: Enrolment, happened: Happening) -> Enrolment:
        """Return where a person stands after something happened."""
        identifier = self.identifiers[enrolment.person]
        return await self.mover.move(
            self.workspace_id, identifier, journey, enrolment, happened, self.now, self.zone
        )


def _name(row: EnrolmentRow) -> str:
    return f"{row.journey}@{row.version}/{row.step}"
