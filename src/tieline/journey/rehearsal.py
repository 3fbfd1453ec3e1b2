"""A journey over days that are past: who would have entered, which messages, what would have come of it. Pure.

The same `advance` that moves real people moves these, through what they really did; nothing is stored and nothing is sent.
What they did after a message they never got cannot be known: goals are those they reached all the same.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from tieline.condition.match import Person, match
from tieline.condition.node import Node
from tieline.condition.rewrite import rewrite
from tieline.journey import draw
from tieline.journey.advance import advance
from tieline.journey.definition import Journey, Reach, SendLine
from tieline.journey.enrolment import (
    ArmKnown,
    AskArm,
    AskCondition,
    ConditionKnown,
    CouponKnown,
    Effect,
    Enrolment,
    Entered,
    EventSeen,
    Finished,
    Happening,
    IssueCoupon,
    PlanSend,
    ReachedGoal,
    TimerDue,
)
from tieline.journey.entry import enrol, refusal, starts, told
from tieline.journey.library import asked_of
from tieline.journey.restraint import restraint
from tieline.model.limits import Habits
from tieline.model.outreach import NAMESPACE, Channel, Way
from tieline.model.signal import Signal, SignalKind

COUPON = "DRY-RUN"
ROUNDS_MAX = 2_000
MOMENT = timedelta.resolution


class Past(msgspec.Struct, frozen=True):
    """One person and what is known of them.

    Attributes:
        node_id: Who would be enrolled by the clock or a segment.
        person: Profile as it is now, and every event that the journey listens to or asks for, the oldest first.
        entering: Moments at which the clock or a segment would have let the person in.
        origins: Where each event came from, in the same order; left out, from `node_id` and no LINE account.
    """

    node_id: bytes
    person: Person
    entering: Sequence[datetime] = ()
    origins: Sequence["Origin"] = ()


class Origin(NamedTuple):
    """Where an event came from: whose identifier, which is what lots are drawn by, and the key of the LINE account, or ""."""

    node_id: bytes
    account: str = ""


class _Deed(NamedTuple):
    """What a journey hears at a moment; without a name, that the clock or a segment lets the person in."""

    at: datetime
    name: str
    data: Mapping[str, Any]
    node_id: bytes


@dataclass
class Rehearsal:
    """What would have been.

    Attributes:
        refused: Entries that the rules of re-entry refused, by reason.
        steps: How many reached each step.
        messages: Messages that would have left, by step.
        by_channel: Of these, those that have a choice of ways, by the channel they would have taken.
        suppressed: Messages that would not, by step and reason.
        ends: Enrolments that ended, by reason.
        running: Enrolments that would still be on the way.
        goals: Goals reached, by arm of the holdout: "treated", "held_out", or "" without one.
        people: Enrolments, by the same.
    """

    entered: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    steps: Counter[str] = field(default_factory=Counter)
    messages: Counter[str] = field(default_factory=Counter)
    by_channel: Counter[str] = field(default_factory=Counter)
    suppressed: Counter[tuple[str, str]] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    running: int = 0
    goals: Counter[str] = field(default_factory=Counter)
    people: Counter[str] = field(default_factory=Counter)


class Stage:
    """Where a journey is rehearsed.

    Args:
        journey: What is tried.
        since: From when on people enter.
        until: Where it ends; nothing later is believed.
        time_zone: Of the workspace.
        habits: What the workspace has decided for all journeys.
        segments: Conditions of segments, for references.
        channels: Ways to reach people, by key.
    """

    def __init__(
        self,
        journey: Journey,
        since: datetime,
        until: datetime,
        time_zone: str,
        habits: Habits,
        segments: Mapping[str, Node],
        channels: Mapping[str, Channel] = MappingProxyType({}),
    ) -> None:
        self._journey = journey
        self._since = since
        self._until = until
        self._time_zone = time_zone
        self._zone = ZoneInfo(time_zone)
        self._held = restraint(journey, habits)
        self._segments = segments
        self._channels = channels
        self.found = Rehearsal()

    def play(self, people: Iterable[Past]) -> None:
        """Let people live through the days."""
        for past in people:
            self._one(past)

    def _one(self, past: Past) -> None:
        enrolments: list[Enrolment] = []
        sent: list[datetime] = []
        for deed in _deeds(past):
            if not self._since <= deed.at <= self._until:
                continue
            # Timers of the moment of an event come after everything that happened at that moment.
            enrolments = [self._move(past, one, TimerDue(), deed.at - MOMENT, sent) for one in enrolments]
            if deed.name:
                seen = EventSeen(deed.name, deed.data, deed.at)
                enrolments = [self._move(past, one, seen, deed.at, sent) for one in enrolments]
            self._enter(past, deed, enrolments, sent)
        for one in enrolments:
            last = self._move(past, one, TimerDue(), self._until, sent)
            self.found.running += not last.over
            arm = next((arm for arm in last.data.get("arms", {}).values() if arm in SIDES), "")
            self.found.people[arm] += 1
            self.found.goals[arm] += last.reason == "goal"

    def _enter(self, past: Past, deed: _Deed, enrolments: list[Enrolment], sent: list[datetime]) -> None:
        at, node_id = deed.at, deed.node_id
        signal = Signal(0, SignalKind.EVENT, deed.name, node_id, node_id, at, 0, deed.data)
        if deed.name and not starts(self._journey, signal):
            return
        trigger = told(signal) if deed.name else deed.data
        last = max((one.entered_at for one in enrolments), default=None)
        refused = refusal(self._journey, trigger, at, at, enrolments, last)
        if refused:
            self.found.refused[refused] += 1
            return
        new = enrol(self._journey, node_id, trigger, at, at)
        if any(one.id == new.id for one in enrolments):
            return  # the same again, as for the real journey
        self.found.entered += 1
        enrolments.append(self._move(past, new, Entered(), at, sent))

    def _move(
        self, past: Past, enrolment: Enrolment, happened: Happening, now: datetime, sent: list[datetime]
    ) -> Enrolment:
        """Move one person as far as it goes, answering what is asked from what was known then."""
        waiting: list[Happening] = [happened]
        for _ in range(ROUNDS_MAX):
            if not waiting:
                break
            before, one = enrolment, waiting.pop(0)
            enrolment, effects = advance(self._journey, enrolment, one, now, self._zone, self._held.quiet)
            for step, visits in enrolment.visits.items():
                self.found.steps[step] += visits - before.visits.get(step, 0)
            for effect in effects:
                waiting += self._answer(past, effect, sent)
            if happened == TimerDue() and enrolment != before and not waiting:
                waiting.append(TimerDue())  # a question stopped a row of timers
        return enrolment

    def _answer(self, past: Past, effect: Effect, sent: list[datetime]) -> list[Happening]:
        match effect:
            case AskCondition(step, at):
                return [ConditionKnown(step, self._holds(past.person, step, at))]
            case IssueCoupon(step, _, _, _):
                return [CouponKnown(step, COUPON)]
            case AskArm(step, _):
                return [ArmKnown(step, None)]
            case PlanSend(step, _, at, _):
                self._send(past.person, step, at, sent)
            case Finished(reason, _):
                self.found.ends[reason] += 1
            case ReachedGoal():
                pass
        return []

    def _holds(self, person: Person, step: str, at: datetime) -> bool:
        test = asked_of(self._journey, step)
        then = replace(person, events=tuple(one for one in person.events if one.at <= at))
        return test is not None and match(rewrite(test, self._segments), then, at, self._time_zone)

    def _send(self, person: Person, step_id: str, at: datetime, sent: list[datetime]) -> None:
        """Count a message, or why it would not have left: by friendship and consent as they are now."""
        step = self._journey.steps[step_id]
        if not isinstance(step, SendLine | Reach):
            return
        channel, reason = self._reach(step, person)
        if not reason and step.purpose != "transactional":
            cap = self._held.cap
            recent = [one for one in sent if cap is not None and (at - one).days < cap.days]
            if cap is not None and len(recent) >= cap.messages:
                reason = "capped"
            else:
                sent.append(at)
        if reason:
            self.found.suppressed[step_id, reason] += 1
            return
        self.found.messages[step_id] += 1
        if channel:
            self.found.by_channel[channel] += 1

    def _reach(self, step: SendLine | Reach, person: Person) -> tuple[str, str]:
        """Return the channel that a message with a choice would take, and why it would not leave."""
        if isinstance(step, Reach):
            found = rehearsed(step.ways, self._channels, person, step.purpose)
            return (found.key, "") if isinstance(found, Channel) else ("", found)
        if step.account not in person.friends:
            return "", "not_friend"
        agreed = step.purpose == "transactional" or f"{step.purpose}:line" in person.consents
        return "", "" if agreed else "no_consent"


def crossings(
    person: Person, node: Node, since: datetime, looks: Iterable[datetime], time_zone: str, *, entered: bool
) -> list[datetime]:
    """Return when a person entered a segment, or left it: by which events, else at which looks at it.

    Args:
        person: With every event that the condition reads.
        node: The condition, without references and rankings.
        since: From when on, what happens at this very moment included.
        looks: Moments at which time alone may have changed the answer.
        time_zone: Of the workspace.
        entered: True for who entered, False for who left.
    """

    def holds(at: datetime) -> bool:
        then = replace(person, events=tuple(one for one in person.events if one.at <= at))
        return match(node, then, at, time_zone)

    moments = {*looks, *(one.at for one in person.events if one.at >= since)}
    found, inside = [], holds(since - MOMENT)
    for at in sorted(moments):
        before, inside = inside, holds(at)
        if inside is entered and before is not entered:
            found.append(at)
    return found


def _deeds(past: Past) -> list[_Deed]:
    """Return what happened in order; an event comes before an entry of the same moment."""
    origins = past.origins or [Origin(past.node_id)] * len(past.person.events)
    said = [
        _Deed(
            one.at,
            one.event,
            {**one.properties, **({"account": where.account} if where.account else {})},
            where.node_id,
        )
        for one, where in zip(past.person.events, origins, strict=True)
    ]
    let_in = [_Deed(at, "", {"scheduled_at": at.isoformat()}, past.node_id) for at in past.entering]
    return sorted([*said, *let_in], key=lambda one: (one.at, not one.name))


def rehearsed(
    ways: Sequence[Way], channels: Mapping[str, Channel], person: Person, purpose: str
) -> Channel | str:
    """Return the cheapest channel on which the person may be reached as they are now, or why the first cannot."""
    reasons: list[str] = []
    known = [channels[way.channel] for way in ways if way.channel in channels and channels[way.channel].live]
    for channel in sorted(known, key=lambda one: one.price):
        namespace = NAMESPACE.get(channel.kind)
        if channel.kind == "line" and channel.settings["account"] not in person.friends:
            reasons.append("not_friend")
        elif namespace is not None and not any(one.split(":")[0] == namespace for one in person.namespaces):
            reasons.append("no_address")
        elif purpose != "transactional" and f"{purpose}:{channel.kind}" not in person.consents:
            reasons.append("no_consent")
        else:
            return channel
    return reasons[0] if reasons else "stopped"


SIDES = (draw.TREATED, draw.HELD_OUT)
