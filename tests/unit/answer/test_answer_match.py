"""Which rule answers what."""

from datetime import UTC, datetime, time
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieline.answer.match import BUBBLES_MAX, answering, fits, within
from tieline.answer.rule import Heard, Hours, Keyword, Match, OnFollow, OnMessage, OnPostback, Rule
from tieline.model.spelling import spelled

MONDAY_NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
TEXT = {"type": "text", "text": "好"}
EVERY_DAY = frozenset(range(7))


def wrote(text: str, *, account: str = "main", bound: bool = False) -> Heard:
    return Heard(account, "line_message_received", text, "", returning=False, bound=bound)


def rule(key: str, on: OnMessage | OnPostback | OnFollow, **more: Any) -> Rule:
    return Rule(key, on, (TEXT,), **more)


def on(match: Match, text: str) -> OnMessage:
    return OnMessage((Keyword(match, spelled(text)),))


@pytest.mark.parametrize(
    ("match", "keyword", "text", "answered"),
    [
        ("exact", "營業時間", "　營業時間 ", True),
        ("exact", "營業時間", "營業時間？", False),
        ("exact", "VIP", "ｖｉｐ", True),
        ("contains", "退貨", "我想要退貨可以嗎", True),
        ("starts", "查詢", "查詢訂單", True),
        ("starts", "查詢", "我要查詢", False),
        ("words", "門市 台北", "台北有門市嗎", True),
        ("words", "門市 台北", "高雄有門市嗎", False),
    ],
)
def test_a_keyword_is_compared_without_width_case_and_spaces(
    match: Match, keyword: str, text: str, *, answered: bool
) -> None:
    assert bool(answering([rule("k", on(match, keyword))], wrote(text), MONDAY_NOON)) is answered


def test_a_fallback_answers_only_what_no_keyword_of_its_rank_answers() -> None:
    rules = [rule("any", OnMessage()), rule("hours", on("contains", "營業"))]

    assert [one.key for one in answering(rules, wrote("營業到幾點"), MONDAY_NOON)] == ["hours"]
    assert [one.key for one in answering(rules, wrote("嗨"), MONDAY_NOON)] == ["any"]


def test_a_sticker_meets_the_fallback_and_no_keyword() -> None:
    rules = [rule("any", OnMessage()), rule("hours", on("contains", "x"))]

    assert [one.key for one in answering(rules, wrote(""), MONDAY_NOON)] == ["any"]


def test_a_lower_rank_is_asked_first() -> None:
    rules = [rule("late", on("contains", "a"), rank=20), rule("early", OnMessage(), rank=10)]

    assert [one.key for one in answering(rules, wrote("a"), MONDAY_NOON)] == ["early"]


def test_rules_that_go_on_share_one_reply_of_five_messages() -> None:
    two = Rule("two", on("contains", "a"), (TEXT, TEXT), rank=1, goes_on=True)
    four = Rule("four", on("contains", "a"), (TEXT,) * 4, rank=2, goes_on=True)
    three = Rule("three", on("contains", "a"), (TEXT,) * 3, rank=3)

    assert [one.key for one in answering([three, four, two], wrote("a"), MONDAY_NOON)] == ["two", "three"]


def test_a_rule_for_the_bound_is_silent_for_others() -> None:
    bound, unbound = rule("b", OnMessage(), bound=True), rule("u", OnMessage(), bound=False)

    assert [one.key for one in answering([bound, unbound], wrote("a", bound=True), MONDAY_NOON)] == ["b"]
    assert [one.key for one in answering([bound, unbound], wrote("a"), MONDAY_NOON)] == ["u"]


def test_a_rule_of_one_account_is_silent_in_another() -> None:
    assert not answering([rule("m", OnMessage(), account="osaka")], wrote("a"), MONDAY_NOON)


def test_new_and_returning_friends_get_their_own_greeting() -> None:
    new, back = rule("new", OnFollow(returning=False)), rule("back", OnFollow(returning=True))
    followed = Heard("main", "line_followed", "", "", returning=True, bound=False)

    assert [one.key for one in answering([new, back], followed, MONDAY_NOON)] == ["back"]


def test_a_postback_is_answered_by_its_exact_data() -> None:
    tapped = Heard("main", "line_postback_received", "", "menu=1", returning=False, bound=False)

    assert fits(rule("p", OnPostback("menu=1")), tapped, MONDAY_NOON)
    assert not fits(rule("p", OnPostback("menu=10")), tapped, MONDAY_NOON)


@pytest.mark.parametrize(
    ("local", "open_"),
    [
        (datetime(2026, 11, 23, 22, 30, tzinfo=UTC), True),
        (datetime(2026, 11, 24, 1, 59, tzinfo=UTC), True),
        (datetime(2026, 11, 24, 2, 0, tzinfo=UTC), False),
        (datetime(2026, 11, 23, 1, 0, tzinfo=UTC), False),
    ],
)
def test_hours_past_midnight_belong_to_the_day_they_began(local: datetime, *, open_: bool) -> None:
    assert within(Hours(frozenset({0}), time(22), time(2)), local) is open_


@given(
    begin=st.times(),
    end=st.times(),
    days=st.frozensets(st.integers(0, 6)),
    local=st.datetimes(timezones=st.just(UTC)),
)
def test_outside_answers_exactly_when_inside_does_not(
    begin: time, end: time, days: frozenset[int], local: datetime
) -> None:
    inside = rule("i", OnMessage(), hours=Hours(days, begin, end))
    outside = rule("o", OnMessage(), hours=Hours(days, begin, end, outside=True))

    assert len(answering([inside, outside], wrote("a"), local)) == 1


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 5), st.booleans()), max_size=8), st.randoms())
def test_a_reply_never_holds_more_than_line_takes_whatever_the_order_of_rules(
    made: list[tuple[int, int, bool]], chance: Random
) -> None:
    rules = [
        Rule(f"r{index}", OnMessage(), (TEXT,) * bubbles, rank=rank, goes_on=goes_on)
        for index, (rank, bubbles, goes_on) in enumerate(made)
    ]
    chosen = answering(rules, wrote("a"), MONDAY_NOON)
    chance.shuffle(rules)

    assert sum(len(one.messages) for one in chosen) <= BUBBLES_MAX
    assert answering(rules, wrote("a"), MONDAY_NOON) == chosen
    assert bool(chosen) is bool(rules)
