"""Reading a rule: whole, or refused with its place."""

from datetime import time
from typing import Any

import pytest

from tieline.answer.parse import parse
from tieline.answer.rule import Hours, Keyword, OnMessage, Rule
from tieline.errors import InvalidConditionError

WHOLE: dict[str, Any] = {
    "key": "hours",
    "name": "營業時間",
    "account": "main",
    "on": {"kind": "message", "keywords": [{"match": "contains", "text": "營業　時間"}]},
    "bound": True,
    "hours": {"days": ["mon", "sun"], "from": "10:00", "until": "21:30", "outside": True},
    "messages": [{"type": "text", "text": "十點到九點半"}],
    "tags": ["問過營業時間"],
    "rank": 5,
    "goes_on": True,
}


def test_a_whole_rule_is_read() -> None:
    assert parse(WHOLE) == Rule(
        key="hours",
        name="營業時間",
        account="main",
        on=OnMessage((Keyword("contains", "營業 時間"),)),
        bound=True,
        hours=Hours(frozenset({0, 6}), time(10), time(21, 30), outside=True),
        messages=({"type": "text", "text": "十點到九點半"},),
        tags=("問過營業時間",),
        rank=5,
        goes_on=True,
    )


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"on": {"kind": "massage"}}, "/on/kind"),
        ({"on": {}}, "/on"),
        ({"on": {"kind": "message", "keywords": []}}, "/on/keywords"),
        ({"on": {"kind": "message", "keywords": [{"match": "exact", "text": "　"}]}}, "/on/keywords/0/text"),
        ({"on": {"kind": "message", "keywords": [{"match": "like", "text": "a"}]}}, "/on/keywords/0/match"),
        ({"on": {"kind": "postback", "data": ""}}, "/on/data"),
        ({"on": {"kind": "follow", "returning": "yes"}}, "/on/returning"),
        ({"messages": []}, "/messages"),
        ({"messages": [{"type": "text", "text": "a"}] * 6}, "/messages"),
        ({"messages": [{"text": "a"}]}, "/messages/0"),
        ({"hours": {"days": ["mon"], "from": "9:00", "until": "21:00"}}, "/hours/from"),
        ({"hours": {"days": [], "from": "09:00", "until": "21:00"}}, "/hours/days"),
        ({"rank": True}, "/rank"),
        ({"rank": -1}, "/rank"),
        ({"bound": 1}, "/bound"),
        ({"key": "Hours"}, "/key"),
        ({"whatever": 1}, "/whatever"),
        ({"act": "erase"}, "/act"),
        ({"act": ""}, "/act"),
        ({"act": "unbind", "messages": [{"type": "text", "text": "a"}] * 5}, "/messages"),
        ({"act": "unbind", "messages": ""}, "/messages"),
    ],
)
def test_what_is_not_whole_is_refused_with_its_place(change: dict[str, Any], pointer: str) -> None:
    with pytest.raises(InvalidConditionError) as refused:
        parse({**WHOLE, **change})

    assert refused.value.field == pointer


def test_a_rule_that_asks_needs_no_words_of_its_own() -> None:
    rule = parse(
        {"key": "leave", "on": {"kind": "postback", "data": "leave"}, "act": "unbind", "messages": []}
    )
    assert (rule.act, rule.messages, rule.bubbles) == ("unbind", (), 1)
    assert parse({**WHOLE, "act": "unbind"}).bubbles == 2


def test_a_rule_that_only_answers_needs_words() -> None:
    with pytest.raises(InvalidConditionError, match="messages"):
        parse({"key": "silent", "on": {"kind": "message"}})
