"""Move one enrolment. Pure: the same arguments always give the same answer.

What happened decides, not when it was processed. A timer that fires late still counts from when it was due, and an
event first lets every earlier timer fire. So it makes no difference how late the worker is, as long as an event is
known before a timer that is due at the same time or later. An event that belongs to both wins: who orders at minute 30
of a wait of 30 minutes is not reminded.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from typing import Any, NamedTuple, TypeAlias

from msgspec.structs import replace

from tieline.journey import enrolment as ask
from tieline.journey import timers
from tieline.journey.definition import (
    Condition,
    Coupon,
    EventPattern,
    Exit,
    Journey,
    SendLine,
    SetTrait,
    Step,
    Tag,
    Wait,
    WaitForEvent,
    WaitUntilDate,
    WaitUntilTime,
    Webhook,
    ways,
)
from tieline.journey.enrolment import (
    TIMED,
    ConditionKnown,
    CouponKnown,
    Effect,
    Enrolment,
    Entered,
    EventSeen,
    Finished,
    Happening,
    Merged,
    ReachedGoal,
    State,
    TimerDue,
)
from tieline.journey.where import accepts, referred

VISITS_MAX = 1_000
"""Of one step by one enrolment; a loop that goes further is cut."""
TIMERS_PER_CALL = 50
"""Timers fired by one call; a longer backlog continues at the next."""
HELD_MAX = 20

Moved: TypeAlias = tuple[Enrolment, tuple[Effect, ...]]


class _Course(NamedTuple):
    """What stays the same during one call."""

    journey: Journey
    zone: tzinfo


class _Done(NamedTuple):
    """What a step did: its effects, then where it leads, or the enrolment that stays there."""

    effects: tuple[Effect, ...] = ()
    onward: str | None = None
    stays: Enrolment | None = None


def advance(
    journey: Journey, enrolment: Enrolment, happened: Happening, now: datetime, zone: tzinfo
) -> Moved:
    """Move `enrolment` by what happened.

    Args:
        journey: The version that the enrolment follows.
        enrolment: Where the person stands.
        happened: One thing; the same again changes nothing.
        now: The present moment; nothing is believed to have happened after it.
        zone: The workspace's time zone.

    Returns:
        Where the person stands then, and what to do, in order.
    """
    if (journey.key, journey.version) != (enrolment.journey_key, enrolment.version):
        raise ValueError(
            f"enrolment of {enrolment.journey_key} {enrolment.version} met {journey.key} {journey.version}"
        )
    course = _Course(journey, zone)
    if enrolment.over:
        return enrolment, ()
    match happened:
        case Entered():
            begun = bool(enrolment.step)
            return (enrolment, ()) if begun else _walk(course, enrolment, journey.start, enrolment.entered_at)
        case TimerDue():
            return _fire(course, enrolment, now, until_included=True)
        case EventSeen():
            # Not later than now, but a clock that was set back does not make it earlier than where the person stands.
            return _see(
                course, enrolment, replace(happened, at=min(happened.at, max(now, enrolment.reached_at)))
            )
        case ConditionKnown() | CouponKnown():
            return _answer(course, enrolment, happened)
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


def _carry_out(course: _Course, enrolment: Enrolment, step: Step) -> _Done:
    match step:
        case Wait() | WaitUntilTime() | WaitUntilDate():
            return _wait(course, enrolment, step)
        case WaitForEvent():
            due_at = enrolment.reached_at + step.timeout
            return _Done(stays=replace(enrolment, state=State.WAITING_EVENT, due_at=due_at))
        case Condition():
            asked = ask.AskCondition(step.id, enrolment.reached_at)
            return _Done((asked,), stays=replace(enrolment, state=State.WAITING_HISTORY))
        case Coupon():
            wanted = ask.IssueCoupon(step.id, step.pool, enrolment.effect_id(), enrolment.reached_at)
            return _Done((wanted,), stays=enrolment)
        case Exit():
            return _Done()
        case _:
            return _Done(_deeds(enrolment, step, enrolment.reached_at), onward=step.next)


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


def _deeds(
    enrolment: Enrolment, step: SendLine | Tag | SetTrait | Webhook, at: datetime
) -> tuple[Effect, ...]:
    match step:
        case SendLine():
            return (ask.PlanSend(step.id, enrolment.effect_id(), at, at + step.expires_after),)
        case Tag():
            added = [ask.AddTag(step.id, tag, at) for tag in step.add]
            return (*added, *(ask.RemoveTag(step.id, tag, at) for tag in step.remove))
        case SetTrait():
            return (ask.SetTrait(step.id, step.name, step.value, at),)
        case Webhook():
            return (ask.CallWebhook(step.id, enrolment.effect_id(), step.url, step.body, at),)


def _fire(course: _Course, enrolment: Enrolment, until: datetime, *, until_included: bool) -> Moved:
    """Let timers fire that were due before `until`, each at its own time."""
    effects: list[Effect] = []
    for _ in range(TIMERS_PER_CALL):
        due_at = enrolment.due_at
        if enrolment.state not in TIMED or due_at is None or due_at > until:
            break
        if due_at == until and not until_included:
            break
        step = course.journey.steps[enrolment.step]
        onward = ways(step)["on_timeout" if isinstance(step, WaitForEvent) else "next"]
        enrolment, more = _walk(course, enrolment, onward, due_at)
        effects += more
    return enrolment, tuple(effects)


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
    if not _follows_entry(journey, enrolment, event):
        return enrolment, ()
    if journey.goal is not None and _fits(journey.goal, enrolment, event):
        reached = ReachedGoal(event.name, event.at)
        return _finish(enrolment, State.EXITED, "goal", event.at, (reached,))
    if any(_fits(pattern, enrolment, event) for pattern in journey.exit_on):
        return _finish(enrolment, State.EXITED, "exit_event", event.at)
    return enrolment, ()


def _follows_entry(journey: Journey, enrolment: Enrolment, event: EventSeen) -> bool:
    """Earlier events never end an enrolment, nor does the very event that started it."""
    if event.at != enrolment.entered_at:
        return event.at > enrolment.entered_at
    return not isinstance(journey.trigger, EventPattern) or journey.trigger.event != event.name


def _hear(course: _Course, enrolment: Enrolment, event: EventSeen) -> Moved:
    """Go on if the event is the one that is waited for; keep it if it may be, once an answer is there."""
    # Strictly later than the step was reached: what led here cannot be what is waited for here or later.
    if event.at <= enrolment.reached_at:
        return enrolment, ()
    if enrolment.state in {State.ACTIVE, State.WAITING_HISTORY}:
        return _hold(course.journey, enrolment, event), ()
    step = course.journey.steps[enrolment.step]
    if not isinstance(step, WaitForEvent):
        return enrolment, ()
    if not _fits(step.awaited, enrolment, event):
        return enrolment, ()
    return _walk(course, enrolment, step.next, event.at)


def _hold(journey: Journey, enrolment: Enrolment, event: EventSeen) -> Enrolment:
    waits = (step for step in journey.steps.values() if isinstance(step, WaitForEvent))
    wanted = any(_fits(step.awaited, enrolment, event) for step in waits)
    if not wanted or event in enrolment.held or len(enrolment.held) >= HELD_MAX:
        return enrolment
    return replace(enrolment, held=(*enrolment.held, event))


def _fits(pattern: EventPattern, enrolment: Enrolment, event: EventSeen) -> bool:
    return pattern.event == event.name and accepts(pattern.where, event.properties, enrolment.trigger)


def _answer(course: _Course, enrolment: Enrolment, known: ConditionKnown | CouponKnown) -> Moved:
    if not enrolment.step or known.step != enrolment.step:
        return enrolment, ()
    step = course.journey.steps[known.step]
    onward: str | None
    if isinstance(known, ConditionKnown) and isinstance(step, Condition):
        enrolment = _noted(enrolment, "conditions", step.id, known.result)
        onward = step.then if known.result else step.otherwise
    elif isinstance(known, CouponKnown) and isinstance(step, Coupon):
        enrolment = enrolment if known.code is None else _noted(enrolment, "coupons", step.pool, known.code)
        onward = step.on_empty if known.code is None else step.next
    else:
        return enrolment, ()
    held = sorted(enrolment.held, key=lambda event: event.at)
    enrolment, effects = _walk(course, replace(enrolment, held=()), onward, enrolment.reached_at)
    for event in held:
        if not enrolment.over:
            enrolment, more = _see(course, enrolment, event)
            effects = (*effects, *more)
    return enrolment, effects


def _noted(enrolment: Enrolment, shelf: str, name: str, value: Any) -> Enrolment:
    known: Mapping[str, Any] = enrolment.data.get(shelf, {})
    return replace(enrolment, data={**enrolment.data, shelf: {**known, name: value}})
