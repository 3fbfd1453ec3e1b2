"""Random journeys, random lives: what holds for all of them."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieline.journey import advance as module
from tieline.journey.advance import Moved, advance
from tieline.journey.definition import AbTest, Journey, SendLine
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
    Happening,
    IssueCoupon,
    PlanSend,
    State,
    TimerDue,
)
from tieline.journey.entry import enrol
from tieline.journey.hearing import HELD_MAX
from tieline.journey.parse import parse
from tieline.model.limits import Quiet, opens_at

ZONES = [ZoneInfo("Asia/Taipei"), ZoneInfo("Europe/Berlin")]
START = datetime(2026, 3, 24, 4, tzinfo=UTC)  # five days before the clocks change in Berlin
DAYS = 12
"""Short enough that no call meets more timers than it may fire."""
EVENTS = ("Clicked", "Visited", "Order Completed")
WAITS = ("wait", "wait_until_time", "wait_for_event", "split_by_button")
ASKS = ("condition", "coupon", "ab_test")
DEEDS = ("send_line", "tag", "random_split", "holdout", "start_journey")
QUIET = Quiet(time(22), time(9))

Life = Sequence[tuple[datetime, EventSeen]]


def step(  # noqa: C901 - one shape per kind
    kind: str, number: int, onward: str | None, other: str | None, choice: int
) -> dict[str, Any]:
    ways = {"next": onward}
    match kind:
        case "wait":
            rest: dict[str, Any] = {"for": ("PT12H", "P1D", "P3D")[choice]}
        case "wait_until_time":
            rest = {"time": "10:00"}
        case "wait_for_event":
            rest = {"event": EVENTS[choice], "timeout": ("PT12H", "P1D", "P3D")[choice]}
            ways["on_timeout"] = other
        case "condition":
            rest = {"if": {"tag": "x"}}
            ways = {"then": onward, "else": other}
        case "coupon":
            rest = {"pool": "p"}
            ways["on_empty"] = other
        case "split_by_button":
            rest = {
                "buttons": [branch("a", onward, data="a"), branch("b", other, data="b")],
                "timeout": "P1D",
            }
            ways = {"on_timeout": other}
        case "random_split":
            rest = {"branches": [branch("a", onward, share=30), branch("b", other, share=70)]}
            ways = {}
        case "ab_test":
            rest = {"branches": [branch("a", onward), branch("b", other)]}
            ways = {}
        case "holdout":
            rest = {"share": 50, "observe": "P1D"}
        case "start_journey":
            rest = {"journey": "other"}
        case "send_line":
            rest = {"account": "main", "purpose": "marketing", "messages": [{"type": "text", "text": "x"}]}
        case _:
            rest = {"add": ["x"]}
    return {
        "id": f"s{number}",
        "kind": kind,
        **rest,
        **{key: way for key, way in ways.items() if way is not None},
    }


def branch(name: str, onward: str | None, **rest: Any) -> dict[str, Any]:
    return {"name": name, **rest, **({"next": onward} if onward else {})}


@st.composite
def journeys(draw: st.DrawFn, kinds: Sequence[str]) -> Journey:
    """Steps in a chain, with second ways to anywhere that cannot close a loop without a wait."""
    chosen = draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=7))
    steps = []
    for number, kind in enumerate(chosen):
        anywhere = range(len(chosen)) if kind in WAITS else range(number + 1, len(chosen))
        targets = [None, *(f"s{index}" for index in anywhere)]
        last = number == len(chosen) - 1
        onward = draw(st.sampled_from(targets)) if last else f"s{number + 1}"
        other = draw(st.sampled_from(targets))
        steps.append(step(kind, number, onward, other, draw(st.integers(0, 2))))
    exits = {"exit_on": [{"event": "Order Completed"}]} if draw(st.booleans()) else {}
    trigger = {"kind": "event", "event": "Product Added"}
    return parse({"key": "j", "name": "j", "trigger": trigger, "start": "s0", "steps": steps, **exits})


def moments() -> st.SearchStrategy[datetime]:
    """Whole hours, so that events and timers often meet at the same moment."""
    return st.integers(-2, DAYS * 24).map(lambda hours: START + timedelta(hours=hours))


def events() -> st.SearchStrategy[EventSeen]:
    return st.builds(EventSeen, st.sampled_from(EVENTS), st.just({}), moments())


def inputs() -> st.SearchStrategy[Happening]:
    ids = st.sampled_from([f"s{number}" for number in range(7)])
    known = st.builds(ConditionKnown, ids, st.booleans())
    coupon = st.builds(CouponKnown, ids, st.sampled_from(["AB12", None]))
    arm = st.builds(ArmKnown, ids, st.sampled_from(["a", "b", None]))
    pressed = st.builds(
        EventSeen,
        st.just("line_postback_received"),
        st.sampled_from([{"data": "a"}, {"data": "z"}]),
        moments(),
    )
    return st.one_of(st.just(Entered()), st.just(TimerDue()), events(), known, coupon, arm, pressed)


def new(journey: Journey) -> Enrolment:
    return enrol(journey, b"p" * 16, {}, START, START)


ANY = journeys((*WAITS, *ASKS, *DEEDS))


def lived(
    journey: Journey, life: Sequence[tuple[datetime, Happening]], zone: ZoneInfo
) -> Iterator[tuple[Enrolment, Happening, datetime, Enrolment, tuple[Effect, ...]]]:
    enrolment, effects = advance(journey, new(journey), Entered(), START, zone)
    yield new(journey), Entered(), START, enrolment, effects
    for now, happened in life:
        before = enrolment
        enrolment, effects = advance(journey, before, happened, now, zone)
        yield before, happened, now, enrolment, effects


LIVES = st.lists(st.tuples(moments(), inputs()), max_size=25)


@given(ANY, LIVES, st.sampled_from(ZONES))
def test_no_call_and_no_enrolment_passes_its_limits(journey: Journey, life: Any, zone: ZoneInfo) -> None:
    for before, _, _, after, effects in lived(journey, life, zone):
        steps = sum(after.visits.values()) - sum(before.visits.values())
        assert steps <= (module.TIMERS_PER_CALL + HELD_MAX + 1) * len(journey.steps)
        assert len(effects) <= steps + 2
        assert len(after.held) <= HELD_MAX
        assert (after.due_at is not None) == (after.state in {State.WAITING_TIME, State.WAITING_EVENT})


@given(ANY, LIVES, st.sampled_from(ZONES))
def test_what_is_over_never_moves_again(journey: Journey, life: Any, zone: ZoneInfo) -> None:
    for before, _, _, after, effects in lived(journey, life, zone):
        if before.over:
            assert (after, effects) == (before, ())


@given(ANY, LIVES, st.sampled_from(ZONES))
def test_the_same_input_again_changes_nothing(journey: Journey, life: Any, zone: ZoneInfo) -> None:
    for _, happened, now, after, _ in lived(journey, life, zone):
        if (
            isinstance(happened, ConditionKnown | CouponKnown | ArmKnown)
            and happened.step == after.step
            and not after.over
        ):
            continue  # it stands before a new question at the same step, and this would be its answer
        assert advance(journey, after, happened, now, zone) == (after, ())


@given(ANY, LIVES, st.sampled_from(ZONES))
def test_no_marketing_is_asked_for_in_quiet_hours(journey: Journey, life: Any, zone: ZoneInfo) -> None:
    enrolment, effects = advance(journey, new(journey), Entered(), START, zone, QUIET)
    for now, happened in life:
        enrolment, more = advance(journey, enrolment, happened, now, zone, QUIET)
        effects = (*effects, *more)
    for effect in effects:
        if isinstance(effect, PlanSend):
            assert opens_at(effect.at, QUIET, zone) is None


@given(moments(), st.sampled_from(ZONES))
def test_quiet_hours_end_later_and_then_are_over(at: datetime, zone: ZoneInfo) -> None:
    opens = opens_at(at, QUIET, zone)
    clock = at.astimezone(zone).time()
    assert (opens is not None) == (clock >= QUIET.start or clock < QUIET.end)
    if opens is not None:
        assert at < opens <= at + timedelta(hours=12)
        assert opens.astimezone(zone).time() == QUIET.end
        assert opens_at(opens, QUIET, zone) is None


@given(ANY, LIVES, st.sampled_from(ZONES))
def test_every_send_of_every_visit_has_its_own_id(journey: Journey, life: Any, zone: ZoneInfo) -> None:
    sends: list[bytes] = []
    last = new(journey)
    for _, _, _, after, effects in lived(journey, life, zone):
        sends += [effect.send_id for effect in effects if isinstance(effect, PlanSend)]
        last = after
    visits = sum(last.visits.get(step.id, 0) for step in journey.steps.values() if isinstance(step, SendLine))
    assert len(sends) == len(set(sends)) == visits


@given(ANY, LIVES, st.sampled_from(ZONES))
def test_an_enrolment_only_moves_forward_in_time(journey: Journey, life: Any, zone: ZoneInfo) -> None:
    for before, _, _, after, effects in lived(journey, life, zone):
        assert after.reached_at >= before.reached_at
        assert after.due_at is None or after.due_at > after.reached_at
        times = [effect.at for effect in effects if not after.reason]
        assert times == sorted(times)


def settled(journey: Journey, moved: Moved, now: datetime, zone: ZoneInfo) -> Moved:
    """Answer questions as they are asked: by the step and its visit alone."""
    enrolment, effects = moved
    while enrolment.state in {State.ACTIVE, State.WAITING_HISTORY}:
        lucky = (enrolment.visits[enrolment.step] + len(enrolment.step)) % 2 == 0
        answer: Happening = ConditionKnown(enrolment.step, lucky)
        if enrolment.state is State.ACTIVE:
            test = isinstance(journey.steps[enrolment.step], AbTest)
            answer = CouponKnown(enrolment.step, "AB12" if lucky else None)
            answer = ArmKnown(enrolment.step, "b" if lucky else None) if test else answer
        enrolment, more = advance(journey, enrolment, answer, now, zone)
        effects = (*effects, *more)
    return enrolment, effects


def told(journey: Journey, life: Sequence[tuple[datetime, Happening]], zone: ZoneInfo) -> Moved:
    enrolment = new(journey)
    effects: tuple[Effect, ...] = ()
    for now, happened in [(START, Entered()), *life]:
        more: tuple[Effect, ...] | None = None
        while more is None or (more and isinstance(happened, TimerDue)):  # a question stops a row of timers
            enrolment, more = settled(journey, advance(journey, enrolment, happened, now, zone), now, zone)
            effects = (*effects, *more)
    return enrolment, tuple(
        effect for effect in effects if not isinstance(effect, AskCondition | IssueCoupon | AskArm)
    )


def in_time(happened: Sequence[EventSeen]) -> list[tuple[datetime, Happening]]:
    """Every event as it happens, and a look at the timers every hour."""
    ticks = [START + timedelta(hours=number) for number in range(DAYS * 24 + 2)]
    ordered = [(event.at, 0, event) for event in happened] + [(tick, 1, TimerDue()) for tick in ticks]
    return [(max(at, START), what) for at, _, what in sorted(ordered, key=lambda item: item[:2])]


@pytest.mark.parametrize(
    "kinds",
    [pytest.param((*WAITS, *DEEDS), id="exits"), pytest.param((*WAITS, *ASKS, *DEEDS), id="questions")],
)
@settings(deadline=None)
@given(st.data(), st.lists(events(), max_size=8), st.sampled_from(ZONES))
def test_it_does_not_matter_how_late_the_timers_are(
    kinds: Sequence[str], data: st.DataObject, happened: list[EventSeen], zone: ZoneInfo
) -> None:
    """As long as each event is known before a timer that is due at the same time or later."""
    journey = data.draw(journeys(kinds))
    if "condition" in kinds:  # an exit ends an open question at once, so it must not meet one
        happened = [event for event in happened if event.name != "Order Completed"]
    happened = sorted(happened, key=lambda event: event.at)
    prompt = in_time(happened)
    final = prompt[-1]
    kept = data.draw(st.sets(st.integers(0, len(prompt) - 1), max_size=10))
    late = [item for index, item in enumerate(prompt) if index in kept or isinstance(item[1], EventSeen)]
    never = [item for item in prompt if isinstance(item[1], EventSeen)]
    expected = told(journey, prompt, zone)
    assert told(journey, [*late, final], zone) == expected
    assert told(journey, [*never, final], zone) == expected
