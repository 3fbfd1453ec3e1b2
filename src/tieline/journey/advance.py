"""Move one enrolment. Pure: the same arguments always give the same answer.

What happened decides, not when it was processed. A timer that fires late still counts from when it was due, and an
event first lets every earlier timer fire. So it makes no difference how late the worker is, as long as an event is
known before a timer that is due at the same time or later. An event that belongs to both wins: who orders at minute 30
of a wait of 30 minutes is not reminded.
"""

from collections.abc import Iterable
from datetime import datetime, tzinfo
from typing import NamedTuple, TypeAlias

from msgspec.structs import replace

from tieline.journey import draw, timers
from tieline.journey import enrolment as ask
from tieline.journey.deeds import deeds
from tieline.journey.definition import (
    AbTest,
    Condition,
    Coupon,
    Exit,
    Goal,
    Holdout,
    Journey,
    RandomSplit,
    Reach,
    SendLine,
    SplitByButton,
    Step,
    Wait,
    WaitForEvent,
    WaitUntilDate,
    WaitUntilTime,
    ways,
)
from tieline.journey.enrolment import (
    TIMED,
    ArmKnown,
    ConditionKnown,
    CouponKnown,
    Effect,
    Enrolment,
    Entered,
    EventSeen,
    Finished,
    Happening,
    Left,
    Merged,
    ReachedGoal,
    Resumed,
    State,
    TimerDue,
)
from tieline.journey.hearing import fits, follows_entry, hold, noted
from tieline.journey.where import referred
from tieline.model.event import LINE_POSTBACK_RECEIVED
from tieline.model.limits import Quiet, opens_at

VISITS_MAX = 1_000
"""Of one step by one enrolment; a loop that goes further is cut."""
TIMERS_PER_CALL = 50
"""Timers fired by one call; a longer backlog continues at the next."""

Moved: TypeAlias = tuple[Enrolment, tuple[Effect, ...]]


class _Course(NamedTuple):
    """What stays the same during one call."""

    journey: Journey
    zone: tzinfo
    quiet: Quiet | None


class _Done(NamedTuple):
    """What a step did: its effects, then where it leads, or the enrolment that stays there.

    Attributes:
        goes: The enrolment as it goes on, if the step noted something on it.
    """

    effects: tuple[Effect, ...] = ()
    onward: str | None = None
    stays: Enrolment | None = None
    goes: Enrolment | None = None


def advance(  # noqa: PLR0911 - one answer per kind of happening
    journey: Journey,
    enrolment: Enrolment,
    happened: Happening,
    now: datetime,
    zone: tzinfo,
    quiet: Quiet | None = None,
) -> Moved:
    """Move `enrolment` by what happened.

    Args:
        journey: The version that the enrolment follows.
        enrolment: Where the person stands.
        happened: One thing; the same again changes nothing.
        now: The present moment; nothing is believed to have happened after it.
        zone: The workspace's time zone.
        quiet: Hours in which no marketing is asked for; a step that would waits until they end.

    Returns:
        Where the person stands then, and what to do, in order.
    """
    if (journey.key, journey.version) != (enrolment.journey_key, enrolment.version):
        raise ValueError(
            f"enrolment of {enrolment.journey_key} {enrolment.version} met {journey.key} {journey.version}"
        )
    course = _Course(journey, zone, quiet)
    if enrolment.over:
        return enrolment, ()
    match happened:
        case Entered():
            begun = bool(enrolment.step)
            return (enrolment, ()) if begun else _walk(course, enrolment, journey.start, enrolment.entered_at)
        case TimerDue():
            return _fire(course, enrolment, now, until_included=True)
        case Resumed():
            return _resume(course, enrolment, now)
        case EventSeen():
            # Not later than now, but a clock that was set back does not make it earlier than where the person stands.
            return _see(
                course, enrolment, replace(happened, at=min(happened.at, max(now, enrolment.reached_at)))
            )
        case ConditionKnown() | CouponKnown() | ArmKnown():
            return _answer(course, enrolment, happened)
        case Left(reason, at):
            return _finish(enrolment, State.EXITED, reason, at)
        case Merged(at):
            return _finish(enrolment, State.EXITED, "merged", at)


def _walk(course: _Course, enrolment: Enrolment, onward: str | None, at: datetime) -> Moved:
    """Carry out steps until one must wait. A definition without a wait in a loop is refused, so this ends."""
    effects: list[Effect] = []
    while onward is not None:
        enrolment = _reach(enrolment, onward, at)
        if enrolment.visits[onward] > VISITS_MAX:
            return _finish(enrolment, State.EXPIRED, "too_many_visits", at, effects)
        step = course.journey.steps[onward]
        done = _carry_out(course, enrolment, step)
        effects += done.effects
        if done.stays is not None:
            return done.stays, tuple(effects)
        enrolment = done.goes or enrolment
        onward = done.onward
    return _finish(enrolment, State.DONE, "end", at, effects)


def _reach(enrolment: Enrolment, step: str, at: datetime) -> Enrolment:
    visits = {**enrolment.visits, step: enrolment.visits.get(step, 0) + 1}
    return replace(enrolment, state=State.ACTIVE, step=step, due_at=None, reached_at=at, visits=visits)


def _finish(
    enrolment: Enrolment, state: State, reason: str, at: datetime, before: Iterable[Effect] = ()
) -> Moved:
    over = replace(enrolment, state=state, due_at=None, held=(), reason=reason)
    return over, (*before, Finished(reason, at))


def _carry_out(course: _Course, enrolment: Enrolment, step: Step) -> _Done:  # noqa: C901, PLR0911 - one answer per kind of step
    at = enrolment.reached_at
    match step:
        case Wait() | WaitUntilTime() | WaitUntilDate():
            return _wait(course, enrolment, step)
        case WaitForEvent() | SplitByButton():
            return _Done(stays=replace(enrolment, state=State.WAITING_EVENT, due_at=at + step.timeout))
        case Condition():
            asked = ask.AskCondition(step.id, at)
            return _Done((asked,), stays=replace(enrolment, state=State.WAITING_HISTORY))
        case Coupon():
            wanted = ask.IssueCoupon(step.id, step.pool, enrolment.effect_id(), at)
            return _Done((wanted,), stays=enrolment)
        case SendLine() | Reach():
            return _send(course, enrolment, step)
        case Holdout():
            return _hold_out(enrolment, step)
        case RandomSplit():
            drawn = draw.lot(enrolment.id, step.id, str(enrolment.visits[step.id]))
            chosen = draw.shared(step.branches, drawn)
            return _Done(onward=chosen.next, goes=noted(enrolment, "arms", step.id, chosen.name))
        case AbTest():
            return _Done((ask.AskArm(step.id, at),), stays=enrolment)
        case Goal():
            over, effects = _finish(enrolment, State.EXITED, "goal", at, (ReachedGoal(step.id, at),))
            return _Done(effects, stays=over)
        case Exit():
            return _Done()
        case _:
            return _Done(deeds(enrolment, step, at), onward=step.next)


def _send(course: _Course, enrolment: Enrolment, step: SendLine | Reach) -> _Done:
    """Ask for the message: outside the quiet hours, and of whom it is still meant for."""
    at = enrolment.reached_at
    opens = None if step.purpose == "transactional" else opens_at(at, course.quiet, course.zone)
    if opens is not None:
        return _Done(stays=replace(enrolment, state=State.WAITING_TIME, due_at=opens))
    if course.journey.settings is not None and course.journey.settings.only_while is not None:
        asked = ask.AskCondition(step.id, at)
        return _Done((asked,), stays=replace(enrolment, state=State.WAITING_HISTORY, due_at=None))
    return _Done(deeds(enrolment, step, at), onward=step.next)


def _hold_out(enrolment: Enrolment, step: Holdout) -> _Done:
    """Keep out, or let go on; the person decides it, so that whoever comes again is on the same side."""
    at = enrolment.reached_at
    held = draw.lot(enrolment.person, enrolment.journey_key, step.id) * draw.PERCENT < step.share
    arm = draw.HELD_OUT if held else draw.TREATED
    told = (ask.Assigned(step.id, arm, at),)
    sided = noted(enrolment, "arms", step.id, arm)
    if not held:
        return _Done(told, onward=step.next, goes=sided)
    return _Done(told, stays=replace(sided, state=State.WAITING_TIME, due_at=at + step.observe))


def _wait(course: _Course, enrolment: Enrolment, step: Wait | WaitUntilTime | WaitUntilDate) -> _Done:
    at = enrolment.reached_at
    due_at: datetime | None
    match step:
        case Wait():
            due_at = at + step.duration
        case WaitUntilTime():
            due_at = timers.next_local_time(at, step.time, step.weekdays, course.zone)
        case WaitUntilDate():
            named = referred(enrolment.trigger, step.date)
            due_at = timers.day_moment(named, step.days, step.time, course.zone)
            if due_at is None or due_at <= at:
                return _Done(onward=step.on_missed)
    return _Done(stays=replace(enrolment, state=State.WAITING_TIME, due_at=due_at))


def _resume(course: _Course, enrolment: Enrolment, now: datetime) -> Moved:
    """Take up what an error interrupted; then let timers fire."""
    effects: tuple[Effect, ...] = ()
    if enrolment.state is State.ACTIVE:
        if not enrolment.step:
            return _walk(course, enrolment, course.journey.start, enrolment.entered_at)
        return _again(course, enrolment, course.journey.steps[enrolment.step])
    if enrolment.held and enrolment.state in TIMED:
        held = sorted(enrolment.held, key=lambda event: event.at)
        enrolment = replace(enrolment, held=())
        for event in held:
            if not enrolment.over:
                enrolment, more = _see(course, enrolment, event)
                effects = (*effects, *more)
    enrolment, more = _fire(course, enrolment, now, until_included=True)
    return enrolment, (*effects, *more)


def _again(course: _Course, enrolment: Enrolment, step: Step) -> Moved:
    """Carry out the present visit of a step once more: its effects have the names they had before."""
    done = _carry_out(course, enrolment, step)
    if done.stays is not None:
        return done.stays, done.effects
    moved, more = _walk(course, done.goes or enrolment, done.onward, enrolment.reached_at)
    return moved, (*done.effects, *more)


def _fire(course: _Course, enrolment: Enrolment, until: datetime, *, until_included: bool) -> Moved:
    """Let timers fire that were due before `until`, each at its own time."""
    effects: list[Effect] = []
    for _ in range(TIMERS_PER_CALL):
        due_at = enrolment.due_at
        if enrolment.state not in TIMED or due_at is None or due_at > until:
            break
        if due_at == until and not until_included:
            break
        enrolment, more = _ring(course, enrolment, due_at)
        effects += more
    return enrolment, tuple(effects)


def _ring(course: _Course, enrolment: Enrolment, at: datetime) -> Moved:
    """Let one timer fire."""
    step = course.journey.steps[enrolment.step]
    if isinstance(step, SendLine | Reach):
        # The quiet hours are over: the same visit of the step, later.
        waking = replace(enrolment, state=State.ACTIVE, due_at=None, reached_at=at)
        return _again(course, waking, step)
    if isinstance(step, Holdout):
        return _finish(enrolment, State.EXITED, draw.HELD_OUT, at)
    onward = ways(step)["on_timeout" if isinstance(step, WaitForEvent | SplitByButton) else "next"]
    return _walk(course, enrolment, onward, at)


def _see(course: _Course, enrolment: Enrolment, event: EventSeen) -> Moved:
    if not enrolment.step:
        return enrolment, ()
    enrolment, effects = _fire(course, enrolment, event.at, until_included=False)
    if enrolment.over:
        return enrolment, effects
    enrolment, more = _leave(course, enrolment, event)
    if enrolment.over:
        return enrolment, (*effects, *more)
    enrolment, more = _hear(course, enrolment, event)
    return enrolment, (*effects, *more)


def _leave(course: _Course, enrolment: Enrolment, event: EventSeen) -> Moved:
    """End the enrolment if the event is its goal or one it exits on."""
    journey = course.journey
    if not follows_entry(journey, enrolment, event):
        return enrolment, ()
    if journey.goal is not None and fits(journey.goal, enrolment, event):
        reached = ReachedGoal(event.name, event.at)
        return _finish(enrolment, State.EXITED, "goal", event.at, (reached,))
    if any(fits(pattern, enrolment, event) for pattern in journey.exit_on):
        return _finish(enrolment, State.EXITED, "exit_event", event.at)
    return enrolment, ()


def _hear(course: _Course, enrolment: Enrolment, event: EventSeen) -> Moved:
    """Go on if the event is the one that is waited for; keep it if it may be, once an answer is there."""
    # Strictly later than the step was reached: what led here cannot be what is waited for here or later.
    if event.at <= enrolment.reached_at:
        return enrolment, ()
    if enrolment.state in {State.ACTIVE, State.WAITING_HISTORY}:
        return hold(course.journey, enrolment, event), ()
    step = course.journey.steps[enrolment.step]
    if isinstance(step, SplitByButton):
        return _press(course, enrolment, step, event)
    if not isinstance(step, WaitForEvent):
        return enrolment, ()
    if not fits(step.awaited, enrolment, event):
        return enrolment, ()
    return _walk(course, enrolment, step.next, event.at)


def _press(course: _Course, enrolment: Enrolment, step: SplitByButton, event: EventSeen) -> Moved:
    """Go the way of a button that was pressed."""
    pressed = event.properties.get("data") if event.name == LINE_POSTBACK_RECEIVED else None
    chosen = next((one for one in step.buttons if one.data == pressed), None)
    if chosen is None:
        return enrolment, ()
    return _walk(course, noted(enrolment, "buttons", step.id, chosen.name), chosen.next, event.at)


def _answer(course: _Course, enrolment: Enrolment, known: ConditionKnown | CouponKnown | ArmKnown) -> Moved:
    if not enrolment.step or known.step != enrolment.step:
        return enrolment, ()
    done = _known(enrolment, course.journey.steps[known.step], known)
    if done is None:
        return enrolment, ()
    if done.stays is not None:
        return done.stays, done.effects
    held = sorted(enrolment.held, key=lambda event: event.at)
    going = replace(done.goes or enrolment, held=())
    enrolment, effects = _walk(course, going, done.onward, enrolment.reached_at)
    effects = (*done.effects, *effects)
    for event in held:
        if not enrolment.over:
            enrolment, more = _see(course, enrolment, event)
            effects = (*effects, *more)
    return enrolment, effects


def _known(enrolment: Enrolment, step: Step, known: ConditionKnown | CouponKnown | ArmKnown) -> _Done | None:  # noqa: PLR0911 - one answer per kind of question
    """Return what an answer leads to, None if it answers nothing that was asked."""
    at = enrolment.reached_at
    match known, step:
        case ConditionKnown(_, result), Condition():
            going = noted(enrolment, "conditions", step.id, result)
            return _Done(onward=step.then if result else step.otherwise, goes=going)
        case ConditionKnown(_, result), SendLine() | Reach():
            if result:
                return _Done(deeds(enrolment, step, at), onward=step.next)
            over, effects = _finish(enrolment, State.EXITED, "no_longer_meant", at)
            return _Done(effects, stays=over)
        case CouponKnown(_, None), Coupon():
            return _Done(onward=step.on_empty)
        case CouponKnown(_, code), Coupon():
            return _Done(onward=step.next, goes=noted(enrolment, "coupons", step.pool, code))
        case ArmKnown(_, winner), AbTest():
            chosen = next((one for one in step.branches if one.name == winner), None)
            if chosen is None:
                chosen = draw.evenly(step.branches, draw.lot(enrolment.id, step.id))
            told = () if winner else (ask.Assigned(step.id, chosen.name, at),)
            return _Done(told, onward=chosen.next, goes=noted(enrolment, "arms", step.id, chosen.name))
    return None
