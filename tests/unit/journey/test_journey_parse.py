import copy
from datetime import timedelta
from typing import Any

import pytest

from tieline.errors import InvalidJourneyError
from tieline.journey.definition import (
    Coupon,
    Reentry,
    SendLine,
    Wait,
    WaitForEvent,
    subscriptions,
)
from tieline.journey.parse import parse
from tieline.journey.pattern import EventPattern
from tieline.journey.reference import STEP_KINDS
from tieline.journey.trigger import LineFollowed

TEXT = [{"type": "text", "text": "{{ trigger.name | default: '商品' }} 還在購物車裡。"}]


def definition(**changes: Any) -> dict[str, Any]:
    cart: dict[str, Any] = {
        "key": "cart-30m",
        "name": "購物車未結 30 分鐘",
        "trigger": {"kind": "event", "event": "Product Added"},
        "start": "wait-30",
        "steps": [
            {"id": "wait-30", "kind": "wait", "for": "PT30M", "next": "remind"},
            {
                "id": "remind",
                "kind": "send_line",
                "account": "main",
                "purpose": "marketing",
                "messages": TEXT,
            },
        ],
    }
    return {**copy.deepcopy(cart), **changes}


def steps(*items: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return definition(start=items[0]["id"], steps=list(items), **changes)


def refused(data: Any) -> InvalidJourneyError:
    with pytest.raises(InvalidJourneyError) as caught:
        parse(data)
    assert caught.value.way_out, "an error names the way out"
    return caught.value


def wait(id_: str = "pause", /, **changes: Any) -> dict[str, Any]:
    return {"id": id_, "kind": "wait", "for": "P1D", **changes}


def tag(id_: str = "mark", **changes: Any) -> dict[str, Any]:
    return {"id": id_, "kind": "tag", "add": ["a"], **changes}


def test_a_definition_becomes_typed_steps() -> None:
    journey = parse(definition(), version=3)
    assert journey.version == 3
    assert journey.steps["wait-30"] == Wait("wait-30", timedelta(minutes=30), "remind")
    remind = journey.steps["remind"]
    assert isinstance(remind, SendLine)
    assert remind.expires_after == timedelta(days=1)
    assert remind.next is None
    assert journey.reentry == Reentry("once")


@pytest.mark.parametrize("kind", STEP_KINDS)
def test_the_example_of_each_kind_is_accepted_with_every_field(kind: str) -> None:
    step = copy.deepcopy(STEP_KINDS[kind].example)
    ways = {field.key for field in STEP_KINDS[kind].fields if field.shape == "id of a step"}
    step.update(dict.fromkeys(ways, "stop"))
    others = [{"id": "stop", "kind": "exit"}] if ways else []
    parsed = parse(steps(step, *others))
    assert parsed.steps[step["id"]].id == step["id"]


@pytest.mark.parametrize("kind", STEP_KINDS)
def test_each_required_field_of_each_kind_is_missed(kind: str) -> None:
    for field in STEP_KINDS[kind].fields:
        if field.required:
            step = copy.deepcopy(STEP_KINDS[kind].example)
            del step[field.key]
            error = refused(steps(step))
            assert error.field == "/steps/0"
            assert f'Step "{step["id"]}": The key "{field.key}" is missing.' == error.message


@pytest.mark.parametrize("kind", STEP_KINDS)
def test_an_unknown_key_of_a_step_is_refused(kind: str) -> None:
    error = refused(steps({**STEP_KINDS[kind].example, "nxet": "x"}))
    assert error.field == "/steps/0/nxet"
    assert '"nxet"' in error.message


@pytest.mark.parametrize(
    ("step", "field", "said"),
    [
        (wait(**{"for": "30 minutes"}), "for", '"30 minutes" is not a duration'),
        (wait(**{"for": "PT0S"}), "for", "out of range"),
        (wait(**{"for": "PT59S"}), "for", "out of range"),
        (wait(**{"for": "P367D"}), "for", "out of range"),
        (wait("pause", **{"for": 30}), "for", "30 is not a duration"),
        (wait("Pause"), "id", '"Pause" is not a key'),
        (wait(kind="wait_a_bit"), "kind", '"wait_a_bit" is not known'),
        (wait(next="nowhere"), "next", '"next" leads to "nowhere", which is no step'),
        ({"id": "a", "kind": "wait_until_time", "time": "24:00"}, "time", '"24:00" is not a time of day'),
        ({"id": "a", "kind": "wait_until_time", "time": "10:00", "weekdays": []}, "weekdays", "empty"),
        ({"id": "a", "kind": "wait_until_time", "time": "10:00", "weekdays": ["Mo"]}, "weekdays/0", '"Mo"'),
        ({"id": "a", "kind": "wait_until_date", "date": "check_in", "time": "10:00"}, "date", '"check_in"'),
        (
            {"id": "a", "kind": "wait_until_date", "date": "trigger.d", "time": "10:00", "days": 1.5},
            "days",
            "1.5",
        ),
        (
            {"id": "a", "kind": "wait_for_event", "event": "x", "where": {}, "timeout": "P1D"},
            "where",
            "empty",
        ),
        ({"id": "a", "kind": "wait_for_event", "event": " x", "timeout": "P1D"}, "event", "space"),
        ({"id": "a", "kind": "condition", "if": {}}, "if", "empty"),
        ({"id": "a", "kind": "condition", "if": {"evnt": "x"}}, "if/evnt", '"evnt"'),
        ({"id": "a", "kind": "tag"}, "", "changes no tag"),
        (tag(remove=["a"]), "", '"a" is both put on and taken off'),
        ({"id": "a", "kind": "set_trait", "name": "x", "value": "{{ y"}, "value", "does not compile"),
        (
            {"id": "a", "kind": "webhook", "url": "http://shop.example.com", "body": 1},
            "url",
            "not a safe address",
        ),
        (
            {"id": "a", "kind": "webhook", "url": "https://u:p@shop.example.com", "body": 1},
            "url",
            "not a safe",
        ),
        (
            {"id": "a", "kind": "webhook", "url": "https://x.example.com/{{ p }}", "body": 1},
            "url",
            "not a safe",
        ),
        ({"id": "a", "kind": "webhook", "url": "https://[x", "body": 1}, "url", "not a safe"),
        (
            {"id": "a", "kind": "webhook", "url": "https://x.example.com", "body": {"p": ["{% if"]}},
            "body/p/0",
            "compile",
        ),
    ],
)
def test_a_bad_value_is_named_with_its_step(step: dict[str, Any], field: str, said: str) -> None:
    error = refused(steps(step))
    assert error.field == f"/steps/0/{field}".rstrip("/")
    assert said in error.message
    assert error.message.startswith(f'Step "{step["id"]}": ')


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"messages": []}, "messages"),
        ({"messages": [{"type": "text", "text": "x"}] * 6}, "messages"),
        ({"messages": [{"text": "x"}]}, "messages/0"),
        ({"messages": [{"type": "text", "text": "{{ name"}]}, "messages/0/text"),
        ({"messages": [{"type": "text", "text": "{% include 'x' %}"}]}, "messages/0/text"),
        (
            {"messages": [{"type": "flex", "contents": {"body": [{"text": "{% for x in y %}"}]}}]},
            "messages/0/contents/body/0/text",
        ),
        ({"account": ""}, "account"),
        ({"purpose": "ads"}, "purpose"),
        ({"expires_after": "soon"}, "expires_after"),
        ({"lookup": {"item": {"catalog": "product"}}}, "lookup/item"),
        ({"lookup": {"item": {"catalog": "product", "key": "{{ x"}}}, "lookup/item/key"),
    ],
)
def test_a_message_that_could_not_be_sent_is_refused(change: dict[str, Any], field: str) -> None:
    data = definition()
    data["steps"][1].update(change)
    assert refused(data).field == f"/steps/1/{field}"


def test_a_message_without_account_is_refused() -> None:
    data = definition()
    del data["steps"][1]["account"]
    assert refused(data).message == 'Step "remind": The key "account" is missing.'


def test_a_message_nested_without_end_is_refused() -> None:
    deep: Any = "x"
    for _ in range(500):
        deep = [deep]
    data = definition()
    data["steps"][1]["messages"] = [{"type": "flex", "contents": deep}]
    assert "nested" in refused(data).message


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"colour": "red"}, "/colour"),
        ({"key": "Cart 30"}, "/key"),
        ({"name": ""}, "/name"),
        ({"start": "nowhere"}, "/start"),
        ({"steps": []}, "/steps"),
        ({"steps": {}}, "/steps"),
        ({"steps": ["wait"]}, "/steps/0"),
        ({"steps": [{}]}, "/steps/0"),
        ({"trigger": {}}, "/trigger"),
        ({"trigger": {"kind": "birthday"}}, "/trigger/kind"),
        ({"trigger": {"kind": "event", "event": "x", "where": {}}}, "/trigger/where"),
        ({"trigger": {"kind": "event", "event": "x", "where": {"all": []}}}, "/trigger/where/all"),
        (
            {
                "trigger": {
                    "kind": "event",
                    "event": "x",
                    "where": {"property": "a", "op": "eq", "ref": "trigger.a"},
                }
            },
            "/trigger/where/ref",
        ),
        ({"trigger": {"kind": "segment_entered"}}, "/trigger"),
        ({"trigger": {"kind": "line_followed", "event": "x"}}, "/trigger/event"),
        ({"reentry": {}}, "/reentry"),
        ({"reentry": {"mode": "twice"}}, "/reentry/mode"),
        ({"reentry": {"mode": "after"}}, "/reentry"),
        ({"reentry": {"mode": "after", "after": "7 days"}}, "/reentry/after"),
        ({"reentry": {"mode": "always", "after": "P7D"}}, "/reentry/after"),
        ({"reentry": {"mode": "once", "key": "cart_id"}}, "/reentry/key"),
        ({"exit_on": []}, "/exit_on"),
        ({"exit_on": [{"event": "x", "where": {}}]}, "/exit_on/0/where"),
        (
            {"exit_on": [{"event": "x", "where": {"property": "a", "op": "eq", "ref": "cart_id"}}]},
            "/exit_on/0/where/ref",
        ),
        (
            {
                "exit_on": [
                    {"event": "x", "where": {"property": "a", "op": "eq", "ref": "trigger.a", "value": 1}}
                ]
            },
            "/exit_on/0/where",
        ),
        (
            {"exit_on": [{"event": "x", "where": {"property": "a", "op": "eqq", "ref": "trigger.a"}}]},
            "/exit_on/0/where/op",
        ),
        ({"goal": {"where": {"property": "a", "op": "exists"}}}, "/goal"),
    ],
)
def test_a_half_written_journey_is_refused(change: dict[str, Any], field: str) -> None:
    assert refused(definition(**change)).field == field


@pytest.mark.parametrize("data", [None, [], "journey", 1, {}])
def test_what_is_no_journey_at_all_is_refused(data: Any) -> None:
    assert refused(data).field == ""


@pytest.mark.parametrize(
    "op", ["eq", "ne", "gt", "gte", "lt", "lte", "in", "not_in", "contains", "starts_with"]
)
def test_every_operator_with_a_value_may_refer_to_the_trigger(op: str) -> None:
    where = {
        "any": [{"property": "a", "op": op, "ref": "trigger.cart.total"}, {"property": "b", "op": "exists"}]
    }
    pattern = parse(definition(exit_on=[{"event": "x", "where": where}])).exit_on[0]
    assert pattern.where is not None
    assert pattern.where.data == where


def test_an_operator_without_a_value_may_not_refer_to_the_trigger() -> None:
    where = {"property": "a", "op": "exists", "ref": "trigger.a"}
    refused(definition(exit_on=[{"event": "x", "where": where}]))


def test_triggers_and_reentry_are_typed() -> None:
    assert parse(definition(trigger={"kind": "line_followed"})).trigger == LineFollowed("")
    assert parse(definition(trigger={"kind": "line_followed", "account": "main"})).trigger == LineFollowed(
        "main"
    )
    week = parse(definition(reentry={"mode": "after", "after": "P1W", "key": "cart_id"})).reentry
    assert week == Reentry("after", timedelta(days=7), "cart_id")


def test_a_webhook_may_be_on_this_machine() -> None:
    hook = {"id": "a", "kind": "webhook", "url": "http://127.0.0.1:9000/hook", "body": {}}
    assert parse(steps(hook)).steps["a"].id == "a"


def test_a_coupon_may_go_elsewhere_when_the_pool_is_empty() -> None:
    gift = {"id": "gift", "kind": "coupon", "pool": "free-shipping", "on_empty": "mark"}
    assert parse(steps(gift, tag())).steps["gift"] == Coupon("gift", "free-shipping", None, "mark")


def test_a_journey_subscribes_to_every_event_it_can_react_to() -> None:
    waiting = {"id": "w", "kind": "wait_for_event", "event": "Clicked", "timeout": "P1D"}
    data = steps(waiting, exit_on=[{"event": "Left"}], goal={"event": "Order Completed"})
    assert subscriptions(parse(data)) == {"Product Added", "Clicked", "Left", "Order Completed"}
    assert subscriptions(parse(definition(trigger={"kind": "line_followed"}))) == {"line_followed"}
    assert subscriptions(parse(definition(trigger={"kind": "segment_entered", "segment": "vip"}))) == set()


def test_an_awaited_event_keeps_its_filter() -> None:
    step = parse(steps(STEP_KINDS["wait_for_event"].example | {"on_timeout": "mark"}, tag())).steps["bought"]
    assert isinstance(step, WaitForEvent)
    assert isinstance(step.awaited, EventPattern)
    assert step.awaited.event == "Order Completed"
    assert step.awaited.where is not None
