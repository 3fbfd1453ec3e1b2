"""A dry-run says what the real journey then does: the same people, the same messages, the same ends."""

from collections import Counter
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tieline.condition.match import HistoryEvent, Person
from tieline.journey.parse import parse
from tieline.journey.rehearsal import Past, Rehearsal, Stage
from tieline.model.limits import Cap, Habits

TAIPEI = ZoneInfo("Asia/Taipei")
TEN = datetime(2026, 3, 2, 10, tzinfo=TAIPEI)
END = TEN + timedelta(days=5)
SEND = {
    "kind": "send_line",
    "account": "main",
    "purpose": "marketing",
    "messages": [{"type": "text", "text": "hi"}],
}
CART = {
    "key": "cart",
    "name": "cart",
    "trigger": {"kind": "event", "event": "Added"},
    "reentry": {"mode": "always"},
    "goal": {"event": "Bought"},
    "start": "wait",
    "steps": [
        {"id": "wait", "kind": "wait", "for": "PT1H", "next": "known"},
        {"id": "known", "kind": "condition", "if": {"event": "Seen"}, "then": "remind"},
        {"id": "remind", **SEND, "next": "later"},
        {"id": "later", "kind": "wait", "for": "P1D"},
    ],
    "settings": {"quiet_hours": "off"},
}


def at(hours: float) -> datetime:
    return TEN + timedelta(hours=hours)


def past(*events: tuple[str, float], friend: bool = True, consent: bool = True, number: int = 1) -> Past:
    said = tuple(HistoryEvent(name, at(hours)) for name, hours in events)
    person = Person(
        friends=frozenset({"main"} if friend else ()),
        consents=frozenset({"marketing:line"} if consent else ()),
        events=said,
    )
    return Past(bytes([number]) * 16, person)


def rehearse(*people: Past, habits: Habits | None = None) -> Rehearsal:
    stage = Stage(parse(CART), TEN, END, "Asia/Taipei", habits or Habits(), {})
    stage.play(people)
    return stage.found


def test_a_condition_is_answered_by_what_was_known_then() -> None:
    knew = rehearse(past(("Seen", 0.5), ("Added", 1)))
    too_late = rehearse(past(("Added", 1), ("Seen", 3)))

    assert (knew.messages, knew.ends) == (Counter(remind=1), Counter(end=1))
    assert (too_late.messages, too_late.ends) == (Counter(), Counter(end=1))


def test_who_bought_in_time_gets_nothing_and_counts_as_a_goal() -> None:
    found = rehearse(past(("Seen", 0), ("Added", 1), ("Bought", 1.5)))

    assert (found.entered, found.messages, found.goals[""]) == (1, Counter(), 1)


def test_what_would_not_leave_is_listed_with_its_reason() -> None:
    seen = (("Seen", 0), ("Added", 1))
    found = rehearse(past(*seen, friend=False), past(*seen, consent=False, number=2))

    assert found.suppressed == {("remind", "not_friend"): 1, ("remind", "no_consent"): 1}


def test_a_cap_holds_in_days_that_are_past_too() -> None:
    events = (("Seen", 0), ("Added", 1), ("Added", 30), ("Added", 60))
    found = rehearse(past(*events), habits=Habits(cap=Cap(2, 7)))

    assert (found.messages["remind"], found.suppressed["remind", "capped"]) == (2, 1)


def test_before_and_after_the_days_nobody_enters() -> None:
    assert rehearse(past(("Added", -1), ("Added", 24 * 6))).entered == 0


@pytest.mark.parametrize("times", [2])
def test_the_same_days_always_give_the_same_answer(times: int) -> None:
    people = [past(("Seen", 0), ("Added", number % 50), number=number) for number in range(1, 200)]
    found = [rehearse(*people) for _ in range(times)]

    assert found[0] == found[1]
    assert found[0].entered == 199
