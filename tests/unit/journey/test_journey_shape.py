from typing import Any

import pytest

from tieline.errors import InvalidJourneyError
from tieline.journey.parse import parse


def definition(*steps: dict[str, Any], **changes: Any) -> dict[str, Any]:
    trigger = {"kind": "event", "event": "Product Added"}
    journey = {"key": "j", "name": "j", "trigger": trigger, "start": steps[0]["id"], "steps": list(steps)}
    return {**journey, **changes}


def refused(data: Any) -> InvalidJourneyError:
    with pytest.raises(InvalidJourneyError) as caught:
        parse(data)
    assert caught.value.way_out, "an error names the way out"
    return caught.value


def wait(id_: str = "pause", **changes: Any) -> dict[str, Any]:
    return {"id": id_, "kind": "wait", "for": "P1D", **changes}


def tag(id_: str = "mark", **changes: Any) -> dict[str, Any]:
    return {"id": id_, "kind": "tag", "add": ["a"], **changes}


def test_two_steps_of_one_id_are_refused() -> None:
    error = refused(definition(wait(next="b"), wait("b"), wait("b")))
    assert error.field == "/steps/2/id"
    assert error.message == 'Step "b": Another step has the same id.'


def test_a_step_that_no_way_leads_to_is_refused() -> None:
    error = refused(definition(wait(), tag("lost")))
    assert (error.field, error.message) == ("/steps/1", 'Step "lost": No way leads here.')


def test_steps_that_only_lead_to_each_other_are_not_reached() -> None:
    assert refused(definition(wait(), wait("b", next="c"), wait("c", next="b"))).field == "/steps/1"


def test_a_loop_without_a_wait_is_refused() -> None:
    error = refused(definition(wait(next="a"), tag("a", next="b"), tag("b", next="a")))
    assert error.field == "/steps/1"
    assert "without a wait" in error.message


def test_a_step_behind_a_loop_is_not_blamed_for_it() -> None:
    split = {"id": "c", "kind": "condition", "if": {"tag": "x"}, "then": "b", "else": "end"}
    error = refused(definition(tag("a", next="b"), tag("b", next="c"), split, tag("end")))
    assert error.field == "/steps/1"


def test_a_loop_past_a_missed_date_is_refused() -> None:
    date = {"id": "d", "kind": "wait_until_date", "date": "trigger.day", "time": "10:00", "on_missed": "d"}
    assert "without a wait" in refused(definition(date)).message


@pytest.mark.parametrize(
    "pause",
    [
        wait(next="mark"),
        {"id": "pause", "kind": "wait_until_time", "time": "10:00", "next": "mark"},
        {
            "id": "pause",
            "kind": "wait_for_event",
            "event": "x",
            "timeout": "P1D",
            "next": "mark",
            "on_timeout": "mark",
        },
        {"id": "pause", "kind": "wait_until_date", "date": "trigger.day", "time": "10:00", "next": "mark"},
    ],
)
def test_a_loop_with_a_wait_is_accepted(pause: dict[str, Any]) -> None:
    assert len(parse(definition(pause, tag(next="pause"))).steps) == 2


def test_fifty_steps_are_accepted_and_fifty_one_refused() -> None:
    chain = [tag(f"s{number}", next=f"s{number + 1}") for number in range(51)]
    assert refused(definition(*chain)).field == "/steps"
    assert len(parse(definition(*chain[:49], tag("s49"))).steps) == 50


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"reentry": {"mode": "always", "key": "cart_id"}}, "/reentry/key"),
        ({"goal": {"event": "x", "where": {"property": "a", "op": "eq", "ref": "trigger.a"}}}, "/goal/where"),
        (
            {
                "exit_on": [
                    {"event": "x", "where": {"not": {"property": "a", "op": "eq", "ref": "trigger.a"}}}
                ]
            },
            "/exit_on/0/where",
        ),
    ],
)
def test_a_segment_trigger_has_no_properties_to_refer_to(change: dict[str, Any], field: str) -> None:
    trigger = {"kind": "segment_entered", "segment": "vip"}
    assert refused(definition(wait(), trigger=trigger, **change)).field == field


def test_a_step_may_not_refer_to_a_segment_either() -> None:
    trigger = {"kind": "segment_exited", "segment": "vip"}
    where = {"property": "a", "op": "eq", "ref": "trigger.a"}
    waiting = {"id": "a", "kind": "wait_for_event", "event": "x", "where": where, "timeout": "P1D"}
    assert refused(definition(waiting, trigger=trigger)).field == "/steps/0/where"
    dated = {"id": "a", "kind": "wait_until_date", "date": "trigger.day", "time": "10:00"}
    assert refused(definition(dated, trigger=trigger)).field == "/steps/0/date"
