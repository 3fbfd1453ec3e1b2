"""Stories of people on journeys: what happens on the left, what the journey does on the right."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from tieline.journey.advance import advance
from tieline.journey.definition import Journey
from tieline.journey.enrolment import (
    AddTag,
    ArmKnown,
    AskArm,
    AskCondition,
    AskLeave,
    AskStart,
    Assigned,
    CallWebhook,
    ConditionKnown,
    CouponKnown,
    Effect,
    Enrolment,
    Entered,
    EventSeen,
    Finished,
    Happening,
    IssueCoupon,
    Left,
    PlanSend,
    ReachedGoal,
    RemoveTag,
    SetTrait,
    TimerDue,
)
from tieline.journey.entry import enrol, refusal, starts, told
from tieline.journey.parse import parse
from tieline.journey.restraint import NO_HABITS, restraint
from tieline.model.signal import Signal, SignalKind

CASES = Path(__file__).parent / "journey"
SIGNALS = {
    "event": SignalKind.EVENT,
    "segment_entered": SignalKind.SEGMENT_ENTERED,
    "segment_exited": SignalKind.SEGMENT_EXITED,
}

TOLD: dict[type[Effect], Callable[[Any], str]] = {
    AddTag: lambda effect: f"tag +{effect.tag}",
    RemoveTag: lambda effect: f"tag -{effect.tag}",
    SetTrait: lambda effect: f"trait {effect.name} = {effect.value}",
    CallWebhook: lambda effect: f"call {effect.url}",
    IssueCoupon: lambda effect: f"coupon of {effect.pool}",
    AskCondition: lambda effect: f"ask {effect.step}",
    AskArm: lambda effect: f"ask who won {effect.step}",
    Assigned: lambda effect: f"{effect.step} is {effect.arm}",
    AskStart: lambda effect: f"start {effect.journey}",
    AskLeave: lambda effect: f"leave {effect.journey}",
    ReachedGoal: lambda effect: f"goal {effect.event}",
    Finished: lambda effect: f"finished: {effect.reason}",
}


class Story:
    """One person, one journey, and the lines of what became of them."""

    def __init__(self, journey: Journey, zone: ZoneInfo, person: str) -> None:
        self.journey = journey
        self.zone = zone
        self.enrolments: list[Enrolment] = []
        self.lines: list[str] = []
        self.person = person.encode().ljust(16, b".")
        self.now = datetime.min.replace(tzinfo=UTC)

    def play(self, at: str, what: str, *details: Any) -> None:
        now = self.now = self.moment(at)
        if what in SIGNALS:
            self.hear(now, SIGNALS[what], *details)
        else:
            for index, enrolment in enumerate(self.enrolments):
                if not enrolment.over:
                    self.move(index, self.happening(enrolment, what, *details), now)

    def hear(
        self, now: datetime, kind: SignalKind, name: str, data: dict[str, Any] | None = None, at: str = ""
    ) -> None:
        happened_at = self.moment(at) if at else now
        signal = Signal(1, kind, name, self.person, self.person, happened_at, 1, data or {})
        if kind is SignalKind.EVENT:
            for index, enrolment in enumerate(self.enrolments):
                if not enrolment.over:
                    self.move(index, EventSeen(name, signal.data, happened_at), now)
        if not starts(self.journey, signal):
            return
        last = max((enrolment.entered_at for enrolment in self.enrolments), default=None)
        trigger = told(signal)
        refused = refusal(self.journey, trigger, happened_at, now, self.enrolments, last)
        if refused:
            self.say(now, "", f"refused: {refused}")
            return
        self.enrolments.append(enrol(self.journey, self.person, trigger, happened_at, now))
        self.move(len(self.enrolments) - 1, Entered(), now)

    def happening(self, enrolment: Enrolment, what: str, *details: Any) -> Happening:
        match what:
            case "timer":
                return TimerDue()
            case "condition":
                return ConditionKnown(enrolment.step, *details)
            case "coupon":
                return CouponKnown(enrolment.step, *details)
            case "winner":
                return ArmKnown(enrolment.step, *details)
            case "left":
                return Left("left", self.now)
        raise ValueError(what)

    def move(self, index: int, happening: Happening, now: datetime) -> None:
        # As if the worker were started anew each time: nothing is known but what was stored.
        before = msgspec.convert(
            json.loads(json.dumps(msgspec.to_builtins(self.enrolments[index]))), Enrolment
        )
        quiet = restraint(self.journey, NO_HABITS).quiet
        after, effects = advance(self.journey, before, happening, now, self.zone, quiet)
        self.enrolments[index] = after
        if after == before and not effects:
            return
        done = [self.told(effect) for effect in effects]
        if not after.over:
            until = f" until {self.shown(after.due_at)}" if after.due_at else ""
            done.append(f"{after.state} at {after.step}{until}")
        self.say(now, after.correlation, ", ".join(done))

    def told(self, effect: Effect) -> str:
        if isinstance(effect, PlanSend):
            return f"send {effect.step} of {self.shown(effect.at)}"
        return TOLD[type(effect)](effect)

    def say(self, now: datetime, who: str, what: str) -> None:
        self.lines.append(f"{self.shown(now)} {who + ' ' if who else ''}{what}")

    def moment(self, said: str) -> datetime:
        return datetime.fromisoformat(said).replace(tzinfo=self.zone).astimezone(UTC)

    def shown(self, at: datetime) -> str:
        return at.astimezone(self.zone).strftime("%Y-%m-%d %H:%M")


def _stories() -> list[Any]:
    found = []
    for path in sorted(CASES.glob("*.json")):
        case = msgspec.json.decode(path.read_bytes())
        found += [pytest.param(case, name, id=f"{path.stem}: {name}") for name in case["stories"]]
    return found


@pytest.mark.parametrize(("case", "name"), _stories())
def test_a_story_goes_as_it_was_told(case: dict[str, Any], name: str) -> None:
    told = case["stories"][name]
    story = Story(parse(case["definition"]), ZoneInfo(case["time_zone"]), told.get("person", "ann"))
    for line in told["story"]:
        story.play(*line)
    assert story.lines == told["trace"]
