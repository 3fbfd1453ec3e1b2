"""Leaving in the chat: what asks, what counts as yes, and what is told."""

from datetime import UTC, datetime, timedelta

import pytest

from tieline.answer.unbind import DATA, GOOD_FOR, SAYS, WORDS, Wish, answer, at_home, leaves, question, wish
from tieline.deliver.render import check
from tieline.model.event import LINE_FOLLOWED, LINE_MESSAGE_RECEIVED, LINE_POSTBACK_RECEIVED

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
ASKED = int(NOON.timestamp())


def tapped(data: str) -> Wish | None:
    return wish(LINE_POSTBACK_RECEIVED, "", data)


@pytest.mark.parametrize("language", sorted(SAYS))
def test_a_question_is_what_line_takes_and_its_buttons_are_understood(language: str) -> None:
    asked = question(language, NOON)
    check([asked], "/messages")
    yes, no = (tapped(button["data"]) for button in asked["template"]["actions"])
    assert yes == Wish("yes", language, ASKED)
    assert no == Wish("no", language, ASKED)


@pytest.mark.parametrize(
    ("written", "language"),
    [("解除綁定", "zh-TW"), ("　連携解除 ", "ja"), ("ＵＮＬＩＮＫ", "en"), ("unlink", "en")],
)
def test_the_words_alone_ask_in_their_language(written: str, language: str) -> None:
    assert wish(LINE_MESSAGE_RECEIVED, written, "") == Wish("ask", language, written=True)


@pytest.mark.parametrize("written", ["請問怎麼解除綁定", "", "unlink me", DATA, f"{DATA}:yes:en:{ASKED}"])
def test_other_words_ask_for_nothing_and_nobody_taps_by_writing(written: str) -> None:
    assert wish(LINE_MESSAGE_RECEIVED, written, "") is None


@pytest.mark.parametrize(
    "data",
    [
        "", "tieline", "tieline:", "tieline:unbinding", f"{DATA}:", f"{DATA}:yes", f"{DATA}:yes:de:1", f"{DATA}:maybe:en:1",
        "shop:unbind", f"x{DATA}",
    ],
)  # fmt: skip
def test_data_of_other_buttons_asks_for_nothing(data: str) -> None:
    assert tapped(data) is None


def test_a_button_asks_in_the_language_it_names_or_in_that_of_the_brand() -> None:
    assert tapped(DATA) == Wish("ask")
    assert tapped(f"{DATA}:ask:ja") == Wish("ask", "ja")
    assert [at_home(country) for country in ("TW", "JP", "TH", "")] == ["zh-TW", "ja", "en", "en"]


@pytest.mark.parametrize(
    ("asked", "good"),
    [
        (NOON, True),
        (NOON - GOOD_FOR, True),
        (NOON - GOOD_FOR - timedelta(seconds=1), False),
        (NOON + timedelta(seconds=1), False),
    ],
)
def test_yes_is_good_for_ten_minutes_and_then_asks_anew(asked: datetime, good: bool) -> None:
    said = Wish("yes", "en", int(asked.timestamp()))
    assert leaves(said, NOON) is good
    (told,) = answer(said, "zh-TW", NOON, bound=True)
    assert told == ({"type": "text", "text": SAYS["en"]["done"]} if good else question("en", NOON))


@pytest.mark.parametrize("asked", ["", "x", "-1", "9" * 40, "１２"])
def test_a_yes_of_no_moment_only_asks(asked: str) -> None:
    said = tapped(f"{DATA}:yes:en:{asked}")
    assert said is not None
    assert not leaves(said, NOON)


def test_no_keeps_what_is_bound_and_says_so() -> None:
    said = Wish("no", "ja", ASKED)
    assert not leaves(said, NOON)
    assert answer(said, "en", NOON, bound=True) == [{"type": "text", "text": SAYS["ja"]["kept"]}]


def test_who_is_not_bound_is_told_so_when_they_tapped_and_left_to_the_brand_when_they_wrote() -> None:
    assert answer(Wish("ask"), "zh-TW", NOON, bound=False) == [
        {"type": "text", "text": SAYS["zh-TW"]["none"]}
    ]
    assert answer(Wish("yes", "en", ASKED), "zh-TW", NOON, bound=False) == [
        {"type": "text", "text": SAYS["en"]["none"]}
    ]
    assert answer(Wish("ask", "en", written=True), "zh-TW", NOON, bound=False) == []


def test_following_never_leaves() -> None:
    assert wish(LINE_FOLLOWED, WORDS["en"], DATA) is None
