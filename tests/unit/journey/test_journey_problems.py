"""Everything that is wrong with a draft, said at once."""

import copy
from datetime import time
from typing import Any

from tieline.journey.parse import parse, problems, step_at
from tieline.journey.restraint import NO_HABITS, restraint
from tieline.model.limits import QUIET_USUAL, Cap, Habits, Quiet

DRAFT: dict[str, Any] = {
    "key": "cart",
    "name": "cart",
    "trigger": {"kind": "event", "event": "Product Added"},
    "start": "wait",
    "steps": [
        {"id": "wait", "kind": "wait", "for": "PT30M", "next": "mark"},
        {"id": "mark", "kind": "tag", "add": ["a"]},
    ],
}


def said(**changes: Any) -> list[tuple[str, str]]:
    draft = {**copy.deepcopy(DRAFT), **changes}
    return sorted((step_at(draft, one.field), one.field) for one in problems(draft))


def test_a_whole_draft_has_none() -> None:
    assert said() == []


def test_problems_of_all_parts_come_together() -> None:
    steps = [
        {"id": "wait", "kind": "wait", "for": "half an hour", "next": "mark"},
        {"id": "mark", "kind": "tag", "next": "nowhere", "add": ["a"]},
        {"id": "menu", "kind": "dance"},
    ]
    assert said(trigger={"kind": "event"}, steps=steps, settings={"priority": 11}) == [
        ("", "/settings/priority"),
        ("", "/trigger"),
        ("menu", "/steps/2/kind"),
        ("wait", "/steps/0/for"),
    ]


def test_where_the_trigger_is_whole_the_ways_are_looked_at_too() -> None:
    steps = [
        {"id": "wait", "kind": "wait", "for": "half an hour", "next": "mark"},
        {"id": "mark", "kind": "tag", "next": "nowhere", "add": ["a"]},
    ]
    assert said(steps=steps) == [("mark", "/steps/1/next"), ("wait", "/steps/0/for")]


def test_a_step_twice_and_a_step_nobody_reaches_are_both_named() -> None:
    steps = [*DRAFT["steps"], {"id": "mark", "kind": "exit"}, {"id": "island", "kind": "exit"}]
    assert said(steps=steps) == [("island", "/steps/3"), ("mark", "/steps/2/id")]


def test_what_is_no_draft_at_all_has_problems_too() -> None:
    for draft in (None, [], "x", 1, {}, {"steps": {}}, {"steps": [None, 1]}):
        assert problems(draft), draft


def test_settings_that_say_nothing_follow_the_workspace_and_then_the_usual() -> None:
    journey = parse({**DRAFT, "settings": {}})
    assert restraint(journey, NO_HABITS).quiet == QUIET_USUAL
    assert restraint(journey, Habits(quiet="off")).quiet is None
    own = Quiet(time(20), time(8))
    assert restraint(journey, Habits(quiet=own, cap=Cap(2, 7))).cap == Cap(2, 7)
    assert restraint(journey, Habits(quiet=own)).quiet == own


def test_a_journey_without_settings_is_held_back_only_by_what_the_workspace_said() -> None:
    journey = parse(DRAFT)
    assert restraint(journey, NO_HABITS).quiet is None
    assert restraint(journey, Habits(cap=Cap(2, 7))).cap == Cap(2, 7)


def test_a_journey_may_decide_otherwise_than_its_workspace() -> None:
    journey = parse({**DRAFT, "settings": {"quiet_hours": "off", "frequency_cap": "off", "priority": 9}})
    found = restraint(journey, Habits(quiet=QUIET_USUAL, cap=Cap(1, 1)))
    assert (found.quiet, found.cap, found.priority) == (None, None, 9)
