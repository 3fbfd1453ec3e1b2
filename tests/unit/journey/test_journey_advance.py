from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from tieline.journey import advance as module
from tieline.journey.advance import Moved, advance
from tieline.journey.definition import Journey
from tieline.journey.enrolment import (
    AddTag,
    AskCondition,
    CallWebhook,
    ConditionKnown,
    CouponKnown,
    Enrolment,
    Entered,
    EventSeen,
    Finished,
    Happening,
    IssueCoupon,
    PlanSend,
    ReachedGoal,
    RemoveTag,
    SetTrait,
    State,
    TimerDue,
)
from tieline.journey.entry import enrol
from tieline.journey.hearing import HELD_MAX
from tieline.journey.parse import parse

TAIPEI = ZoneInfo("Asia/Taipei")
NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
PERSON = b"p" * 16

SEND = {
    "kind": "send_line",
    "account": "main",
    "purpose": "marketing",
    "messages": [{"type": "text", "text": "x"}],
}
CLICKED = {"kind": "wait_for_event", "event": "Clicked", "timeout": "P1D"}


def journey(*steps: dict[str, Any], **changes: Any) -> Journey:
    trigger = {"kind": "event", "event": "Product Added"}
    return parse(
        {
            "key": "j",
            "name": "j",
            "trigger": trigger,
            "start": steps[0]["id"],
            "steps": list(steps),
            **changes,
        }
    )


def go(to: Journey, enrolment: Enrolment, happened: Happening, now: datetime = NOON) -> Moved:
    return advance(to, enrolment, happened, now, TAIPEI)


def begun(to: Journey, trigger: dict[str, Any] | None = None) -> Moved:
    return go(to, enrol(to, PERSON, trigger or {}, NOON, NOON), Entered())


def seen(name: str, after: timedelta, **properties: Any) -> EventSeen:
    return EventSeen(name, properties, NOON + after)


def test_steps_run_until_one_must_wait() -> None:
    to = journey(
        {"id": "a", "kind": "tag", "add": ["x"], "remove": ["y"], "next": "b"},
        {"id": "b", "kind": "set_trait", "name": "level", "value": "{{ trigger.level }}", "next": "c"},
        {"id": "c", "kind": "webhook", "url": "https://crm.example.com", "body": {"a": 1}, "next": "d"},
        {"id": "d", "kind": "wait", "for": "P1D", "next": "e"},
        {"id": "e", "kind": "exit"},
    )
    enrolment, effects = begun(to)
    assert (enrolment.state, enrolment.step, enrolment.due_at) == (State.WAITING_TIME, "d", NOON + DAY)
    assert effects[:3] == (
        AddTag("a", "x", NOON),
        RemoveTag("a", "y", NOON),
        SetTrait("b", "level", "{{ trigger.level }}", NOON),
    )
    call = effects[3]
    assert isinstance(call, CallWebhook)
    assert (call.url, call.body, len(call.call_id)) == ("https://crm.example.com", {"a": 1}, 16)
    over, effects = go(to, enrolment, TimerDue(), NOON + DAY)
    assert (over.state, over.step, over.due_at, effects) == (
        State.DONE,
        "e",
        None,
        (Finished("end", NOON + DAY),),
    )


def test_a_timer_that_is_not_due_moves_nothing() -> None:
    to = journey({"id": "a", "kind": "wait", "for": "PT30M"})
    enrolment, _ = begun(to)
    assert go(to, enrolment, TimerDue(), NOON + 30 * MINUTE - timedelta(microseconds=1)) == (enrolment, ())


def test_a_late_timer_counts_from_when_it_was_due() -> None:
    to = journey(
        {"id": "a", "kind": "wait", "for": "PT30M", "next": "b"}, {"id": "b", "kind": "wait", "for": "P1D"}
    )
    enrolment, _ = begun(to)
    moved, _ = go(to, enrolment, TimerDue(), NOON + 5 * 60 * MINUTE)
    assert moved.due_at == NOON + 30 * MINUTE + DAY
    assert moved.reached_at == NOON + 30 * MINUTE


def test_timers_that_are_all_over_fire_one_after_the_other() -> None:
    to = journey(
        {"id": "a", "kind": "wait", "for": "PT30M", "next": "b"}, {"id": "b", "kind": "wait", "for": "P1D"}
    )
    enrolment, _ = begun(to)
    over, effects = go(to, enrolment, TimerDue(), NOON + 9 * DAY)
    assert over.state is State.DONE
    assert effects == (Finished("end", NOON + 30 * MINUTE + DAY),)


def test_a_backlog_of_timers_is_worked_off_in_portions() -> None:
    to = journey({"id": "a", "kind": "wait", "for": "PT1M", "next": "a"})
    enrolment, _ = begun(to)
    moved, _ = go(to, enrolment, TimerDue(), NOON + 200 * MINUTE)
    assert moved.due_at == NOON + (module.TIMERS_PER_CALL + 1) * MINUTE
    moved, _ = go(to, moved, TimerDue(), NOON + 200 * MINUTE)
    assert moved.due_at == NOON + (2 * module.TIMERS_PER_CALL + 1) * MINUTE


def test_a_message_expires_counted_from_its_step() -> None:
    to = journey(
        {"id": "a", "kind": "wait", "for": "PT30M", "next": "b"}, {"id": "b", "expires_after": "PT6H", **SEND}
    )
    enrolment, _ = begun(to)
    _, effects = go(to, enrolment, TimerDue(), NOON + 9 * DAY)
    plan = effects[0]
    assert isinstance(plan, PlanSend)
    assert plan.at == NOON + 30 * MINUTE
    assert plan.expires_at == plan.at + timedelta(hours=6)


def test_each_visit_of_a_send_has_an_id_of_its_own() -> None:
    to = journey({"id": "a", "next": "b", **SEND}, {"id": "b", "kind": "wait", "for": "P1D", "next": "a"})
    enrolment, effects = begun(to)
    _, again = begun(to)
    assert effects == again
    _, more = go(to, enrolment, TimerDue(), NOON + DAY)
    sends = [effect.send_id for effect in (*effects, *more) if isinstance(effect, PlanSend)]
    assert len(sends) == len(set(sends)) == 2


def test_a_loop_is_cut_at_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "VISITS_MAX", 3)
    to = journey({"id": "a", "next": "b", **SEND}, {"id": "b", "kind": "wait", "for": "P1D", "next": "a"})
    enrolment, effects = begun(to)
    moved, more = go(to, enrolment, TimerDue(), NOON + 30 * DAY)
    assert moved.state is State.EXPIRED
    assert moved.reason == "too_many_visits"
    assert sum(isinstance(effect, PlanSend) for effect in (*effects, *more)) == 3


def test_a_goal_ends_the_journey_and_is_told() -> None:
    to = journey(
        {"id": "a", "kind": "wait", "for": "P1D"},
        goal={"event": "Order Completed"},
        exit_on=[{"event": "Order Completed"}],
    )
    enrolment, _ = begun(to)
    over, effects = go(to, enrolment, seen("Order Completed", MINUTE), NOON + MINUTE)
    assert (over.state, over.reason) == (State.EXITED, "goal")
    assert effects == (ReachedGoal("Order Completed", NOON + MINUTE), Finished("goal", NOON + MINUTE))


def test_an_event_before_the_entry_never_exits() -> None:
    to = journey({"id": "a", "kind": "wait", "for": "P1D"}, exit_on=[{"event": "Order Completed"}])
    enrolment, _ = begun(to)
    early = seen("Order Completed", -timedelta(microseconds=1))
    assert go(to, enrolment, early, NOON + MINUTE) == (enrolment, ())


def test_an_order_in_the_second_of_the_entry_exits() -> None:
    to = journey({"id": "a", "kind": "wait", "for": "P1D"}, exit_on=[{"event": "Order Completed"}])
    enrolment, _ = begun(to)
    assert go(to, enrolment, seen("Order Completed", timedelta(0)), NOON)[0].state is State.EXITED


def test_the_event_that_started_it_does_not_end_it() -> None:
    to = journey({"id": "a", "kind": "wait", "for": "P1D"}, exit_on=[{"event": "Product Added"}])
    enrolment, _ = begun(to)
    assert go(to, enrolment, seen("Product Added", timedelta(0)), NOON) == (enrolment, ())
    assert go(to, enrolment, seen("Product Added", MINUTE), NOON + MINUTE)[0].state is State.EXITED


def test_a_clock_that_runs_ahead_fires_no_timer_early() -> None:
    to = journey({"id": "a", "kind": "wait", "for": "PT30M", "next": "b"}, {"id": "b", **SEND})
    enrolment, _ = begun(to)
    assert go(to, enrolment, seen("Clicked", 30 * DAY), NOON + MINUTE) == (enrolment, ())


def test_an_entry_of_a_clock_that_runs_ahead_can_still_be_left() -> None:
    to = journey({"id": "a", "kind": "wait", "for": "P1D"}, exit_on=[{"event": "Order Completed"}])
    enrolment, _ = go(to, enrol(to, PERSON, {}, NOON + DAY, NOON), Entered())
    assert go(to, enrolment, seen("Order Completed", MINUTE), NOON + MINUTE)[0].state is State.EXITED


def test_what_led_to_a_wait_is_not_what_is_waited_for() -> None:
    to = journey({"id": "a", "next": "b", **CLICKED}, {"id": "b", **CLICKED})
    enrolment, _ = begun(to)
    once, _ = go(to, enrolment, seen("Clicked", MINUTE), NOON + MINUTE)
    assert once.step == "b"
    assert go(to, once, seen("Clicked", MINUTE), NOON + MINUTE) == (once, ())
    assert go(to, once, seen("Clicked", 2 * MINUTE), NOON + 2 * MINUTE)[0].state is State.DONE


def test_an_event_lets_earlier_timers_fire_first() -> None:
    to = journey({"id": "a", "kind": "wait", "for": "PT30M", "next": "b"}, {"id": "b", **CLICKED})
    enrolment, _ = begun(to)
    over, _ = go(to, enrolment, seen("Clicked", 31 * MINUTE), NOON + 40 * MINUTE)
    assert over.state is State.DONE


def test_an_event_other_than_the_awaited_changes_nothing() -> None:
    where = {"property": "link", "op": "eq", "ref": "trigger.link"}
    to = journey({"id": "a", "where": where, **CLICKED})
    enrolment, _ = begun(to, {"link": "red"})
    assert go(to, enrolment, seen("Clicked", MINUTE, link="blue"), NOON + MINUTE) == (enrolment, ())
    assert go(to, enrolment, seen("Opened", MINUTE, link="red"), NOON + MINUTE) == (enrolment, ())
    assert go(to, enrolment, seen("Clicked", MINUTE, link="red"), NOON + MINUTE)[0].state is State.DONE


CONDITION = {"id": "c", "kind": "condition", "if": {"event": "Order Completed"}, "then": "yes", "else": "no"}
BRANCHES = (
    {"id": "yes", "kind": "tag", "add": ["yes"]},
    {"id": "no", "kind": "tag", "add": ["no"], "next": "click"},
    {"id": "click", **CLICKED},
)


@pytest.mark.parametrize(("result", "tag"), [(True, "yes"), (False, "no")])
def test_a_condition_is_asked_and_its_answer_decides(result: bool, tag: str) -> None:
    to = journey(CONDITION, *BRANCHES)
    enrolment, effects = begun(to)
    assert (enrolment.state, effects) == (State.WAITING_HISTORY, (AskCondition("c", NOON),))
    moved, effects = go(to, enrolment, ConditionKnown("c", result), NOON + MINUTE)
    assert effects[0] == AddTag(tag, tag, NOON)
    assert moved.data["conditions"] == {"c": result}


def test_an_answer_to_another_question_is_ignored() -> None:
    to = journey(CONDITION, *BRANCHES)
    enrolment, _ = begun(to)
    assert go(to, enrolment, ConditionKnown("yes", result=True)) == (enrolment, ())
    assert go(to, enrolment, CouponKnown("c", "X")) == (enrolment, ())
    assert go(to, enrolment, TimerDue(), NOON + 99 * DAY) == (enrolment, ())


def test_an_awaited_event_during_a_question_is_not_lost() -> None:
    to = journey(CONDITION, *BRANCHES)
    enrolment, _ = begun(to)
    held, effects = go(to, enrolment, seen("Clicked", MINUTE), NOON + MINUTE)
    assert (held.state, effects) == (State.WAITING_HISTORY, ())
    assert go(to, held, seen("Clicked", MINUTE), NOON + MINUTE) == (held, ())
    over, effects = go(to, held, ConditionKnown("c", result=False), NOON + 2 * MINUTE)
    assert (over.state, over.held) == (State.DONE, ())
    assert effects == (AddTag("no", "no", NOON), Finished("end", NOON + MINUTE))


def test_the_event_that_led_to_a_question_is_not_held_for_later() -> None:
    first = {"id": "first", "next": "c", **CLICKED}
    to = journey(first, CONDITION, *BRANCHES)
    enrolment, _ = begun(to)
    asked, _ = go(to, enrolment, seen("Clicked", MINUTE), NOON + MINUTE)
    assert asked.state is State.WAITING_HISTORY
    assert go(to, asked, seen("Clicked", MINUTE), NOON + MINUTE) == (asked, ())


def test_only_so_many_events_are_held() -> None:
    to = journey(CONDITION, *BRANCHES)
    enrolment, _ = begun(to)
    for minutes in range(1, 100):
        enrolment, _ = go(to, enrolment, seen("Clicked", minutes * MINUTE), NOON + DAY)
        enrolment, _ = go(to, enrolment, seen("Seen", minutes * MINUTE), NOON + DAY)
    assert len(enrolment.held) == HELD_MAX
    assert {event.name for event in enrolment.held} == {"Clicked"}


def test_an_exit_during_a_question_ends_it() -> None:
    to = journey(CONDITION, *BRANCHES, exit_on=[{"event": "Left"}])
    enrolment, _ = begun(to)
    over, _ = go(to, enrolment, seen("Left", MINUTE), NOON + MINUTE)
    assert over.state is State.EXITED
    assert go(to, over, ConditionKnown("c", result=True)) == (over, ())


GIFT = {"id": "gift", "kind": "coupon", "pool": "free-shipping", "next": "yes", "on_empty": "no"}


def test_a_coupon_is_kept_for_later_steps() -> None:
    to = journey(GIFT, *BRANCHES)
    enrolment, effects = begun(to)
    wanted = effects[0]
    assert isinstance(wanted, IssueCoupon)
    assert (wanted.pool, len(wanted.issue_key)) == ("free-shipping", 16)
    over, effects = go(to, enrolment, CouponKnown("gift", "AB12"))
    assert over.data["coupons"] == {"free-shipping": "AB12"}
    assert effects[0] == AddTag("yes", "yes", NOON)
    assert go(to, over, CouponKnown("gift", "AB12")) == (over, ())


def test_an_empty_pool_has_a_way_of_its_own() -> None:
    to = journey(GIFT, *BRANCHES)
    enrolment, _ = begun(to)
    moved, effects = go(to, enrolment, CouponKnown("gift", None))
    assert moved.data == {}
    assert effects == (AddTag("no", "no", NOON),)


def test_entering_twice_is_entering_once() -> None:
    to = journey({"id": "a", "next": "b", **SEND}, {"id": "b", "kind": "wait", "for": "P1D"})
    enrolment, _ = begun(to)
    assert go(to, enrolment, Entered()) == (enrolment, ())


def test_nothing_happens_to_an_enrolment_before_it_is_started() -> None:
    to = journey({"id": "a", **SEND}, exit_on=[{"event": "Left"}])
    new = enrol(to, PERSON, {}, NOON, NOON)
    assert go(to, new, seen("Left", MINUTE), NOON + DAY) == (new, ())
    assert go(to, new, TimerDue(), NOON + DAY) == (new, ())
    assert go(to, new, ConditionKnown("", result=True), NOON + DAY) == (new, ())


def test_an_enrolment_follows_its_own_version_only() -> None:
    to = journey({"id": "a", **SEND})
    new = enrol(to, PERSON, {}, NOON, NOON)
    with pytest.raises(ValueError, match="enrolment of j 1 met j 2"):
        go(msgspec.structs.replace(to, version=2), new, Entered())


def test_an_enrolment_survives_being_stored_as_json() -> None:
    to = journey(CONDITION, *BRANCHES)
    enrolment, _ = begun(to, {"cart": {"id": "c1", "total": 12.5}})
    enrolment, _ = go(to, enrolment, seen("Clicked", MINUTE, link="x"), NOON + MINUTE)
    assert enrolment.held
    assert msgspec.json.decode(msgspec.json.encode(enrolment), type=Enrolment) == enrolment
    assert msgspec.convert(msgspec.to_builtins(enrolment), Enrolment) == enrolment
