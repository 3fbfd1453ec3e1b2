"""What a narrowcast says to LINE, whom it can reach, and who has agreed: the pure parts, read by LINE's own library too."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from linebot.v3.messaging import NarrowcastRequest

from tieline.condition.place import Place
from tieline.deliver.demographic import CHOICES, read_demographic
from tieline.deliver.narrowcast_words import LANGUAGES, words
from tieline.deliver.progress import FAILURES, LOOK_LONGEST_SECONDS, TOLD_FOR, ended, look_after
from tieline.deliver.recipient import agreed, at_most, body_of, hindrance, too_small
from tieline.errors import InvalidConditionError
from tieline.model.narrowcast import (
    Again,
    Both,
    Either,
    Found,
    Known,
    Leaf,
    Made,
    Narrowcast,
    NarrowcastState,
    Others,
    Tree,
)
from tieline.model.send import Answer

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TEXT = {"type": "text", "text": "春裝上市"}
VIP, GOLD, CLICKED, FIRST = Made("vip"), Made("gold"), Found(77, 300), Again("first")
KNOWN: dict[Leaf, Known] = {
    VIP: Known("11", 100, agreed=True),
    GOLD: Known("12", 250, agreed=True),
    CLICKED: Known("77", 300),
    FIRST: Known("req-1", 40),
}
FRIENDS = 1_000
FILTERS: dict[str, dict[str, Any]] = {
    "gender": {"type": "gender", "oneOf": ["male", "female"]},
    "age": {"type": "age", "gte": "age_20", "lt": "age_40"},
    "area": {"type": "area", "oneOf": ["tw_01", "jp_13"]},
    "phone": {"type": "appType", "oneOf": ["ios"]},
    "friends": {"type": "subscriptionPeriod", "gte": "day_30"},
    "joined": {
        "type": "operator",
        "and": [{"type": "age", "lt": "age_50"}, {"type": "gender", "oneOf": ["male"]}],
    },
    "left out": {"type": "operator", "not": {"type": "appType", "oneOf": ["android"]}},
}
TREES: dict[str, tuple[Tree | None, int, bool]] = {
    "one": (VIP, 100, True),
    "either": (Either((VIP, GOLD)), 350, True),
    "either, one unknown": (Either((VIP, CLICKED)), 400, False),
    "both": (Both((VIP, GOLD)), 100, True),
    "both, one unknown": (Both((CLICKED, VIP)), 100, True),
    "without": (Both((GOLD, Others(VIP))), 250, True),
    "without unknown people": (Both((VIP, Others(CLICKED))), 100, True),
    "all but": (Others(VIP), FRIENDS, False),
    "everybody": (None, FRIENDS, False),
    "at LINE": (CLICKED, 300, False),
    "again": (FIRST, 40, False),
    "again, of those who agreed": (Both((FIRST, VIP)), 40, True),
}


@pytest.mark.parametrize("name", TREES)
def test_a_tree_has_so_many_people_at_most_and_is_agreed_or_not(name: str) -> None:
    tree, most, consented = TREES[name]

    assert at_most(tree, KNOWN, FRIENDS) == most
    assert agreed(tree, KNOWN) is consented


def test_nobody_but_friends_is_counted() -> None:
    assert at_most(Either((VIP, GOLD)), KNOWN, 120) == 120


def test_one_withdrawal_takes_the_agreement_away_where_all_of_them_are_meant() -> None:
    fallen = {**KNOWN, VIP: KNOWN[VIP]._replace(withdrawn=1)}

    assert not agreed(Either((VIP, GOLD)), fallen)
    assert agreed(Both((VIP, GOLD)), fallen)
    assert agreed(Both((GOLD, Others(VIP))), fallen)
    assert hindrance(Narrowcast("main", (TEXT,), VIP), fallen) == "withdrawn"
    assert hindrance(Narrowcast("main", (TEXT,), CLICKED), fallen) == "no_consent"


def test_a_word_opens_what_is_not_agreed_but_no_audience_that_cannot_be_used() -> None:
    said = Narrowcast("main", (TEXT,), CLICKED, without_consent="the law asks for it")

    assert hindrance(said, KNOWN) == ""
    assert hindrance(said, {CLICKED: Known("77", 300, "audience_expired")}) == "audience_expired"


def test_an_audience_of_fewer_than_fifty_that_line_built_is_found() -> None:
    assert too_small(Either((VIP, FIRST)), KNOWN) == FIRST
    assert too_small(Either((VIP, CLICKED)), KNOWN) is None
    assert too_small(VIP, {VIP: Known("11", 3, agreed=True)}) is None


@pytest.mark.parametrize("tree", TREES)
@pytest.mark.parametrize("demographic", [None, *FILTERS])
def test_lines_own_library_reads_every_request_as_we_send_it(tree: str, demographic: str | None) -> None:
    said = Narrowcast(
        "main",
        (TEXT,),
        TREES[tree][0],
        FILTERS[demographic] if demographic else None,
        up_to_quota=True,
        silent=True,
    )
    body = msgspec.json.decode(msgspec.json.encode(body_of(said, KNOWN, 99)))

    read = NarrowcastRequest.from_dict(body).to_dict()

    assert read["limit"].pop("forbidPartialDelivery") is False  # what the library adds
    assert without_nothing(read) == body


def without_nothing(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_nothing(item) for name, item in value.items() if item is not None}
    return [without_nothing(item) for item in value] if isinstance(value, list) else value


def test_a_request_always_names_a_maximum() -> None:
    assert body_of(Narrowcast("main", (TEXT,), VIP), KNOWN, 100) == {
        "messages": [TEXT],
        "limit": {"max": 100},
        "recipient": {"type": "audience", "audienceGroupId": 11},
    }


@pytest.mark.parametrize("name", FILTERS)
def test_every_filter_of_lines_is_taken_as_it_is(name: str) -> None:
    assert read_demographic(Place(FILTERS[name])) == FILTERS[name]


@pytest.mark.parametrize(
    ("wrong", "at"),
    [
        ({}, ""),
        ({"type": "shoe_size"}, "/type"),
        ({"type": "gender", "oneOf": []}, "/oneOf"),
        ({"type": "gender"}, ""),
        ({"type": "area", "oneOf": ["tw_23"]}, "/oneOf/0"),
        ({"type": "age"}, ""),
        ({"type": "age", "gte": 20}, "/gte"),
        ({"type": "age", "gte": "age_40", "lt": "age_20"}, ""),
        ({"type": "age", "gte": "day_7"}, "/gte"),
        ({"type": "operator"}, ""),
        ({"type": "operator", "and": []}, "/and"),
        ({"type": "operator", "or": [FILTERS["age"]], "not": FILTERS["age"]}, ""),
        ({"type": "operator", "and": [FILTERS["age"], {"type": "gender"}]}, "/and/1"),
        ({"type": "operator", "not": []}, "/not"),
        ("everybody", ""),
    ],
)
def test_a_filter_that_is_half_written_is_refused_at_its_place(wrong: Any, at: str) -> None:
    with pytest.raises(InvalidConditionError) as refused:
        read_demographic(Place(wrong))
    assert refused.value.field == at


def test_line_takes_ten_filters_and_no_more() -> None:
    ten = {"type": "operator", "or": [FILTERS["age"]] * 10}
    assert read_demographic(Place(ten)) == ten
    with pytest.raises(InvalidConditionError):
        read_demographic(Place({"type": "operator", "and": [ten, FILTERS["gender"]]}))


def test_every_region_of_three_countries_is_known() -> None:
    assert len(CHOICES["area"]) == 47 + 22 + 8


def test_line_is_asked_more_and_more_rarely() -> None:
    waits = [look_after(looks).total_seconds() for looks in range(40)]
    assert waits[:3] == [5, 10, 20]
    assert waits == sorted(waits)
    assert waits[-1] == LOOK_LONGEST_SECONDS


def told(**said: Any) -> Answer:
    return Answer(200, msgspec.json.encode(said))


@pytest.mark.parametrize(
    "answer",
    [
        told(phase="waiting"),
        told(phase="sending", successCount=3),
        Answer(500),
        Answer(404),
        Answer(200, b"<html>"),
    ],
)
def test_what_does_not_say_the_end_is_asked_again_until_line_forgets(answer: Answer) -> None:
    assert ended(answer, 60, NOON, NOON + timedelta(hours=3)) is None
    lost = ended(answer, 60, NOON, NOON + TOLD_FOR + timedelta(minutes=1))
    assert lost is not None
    assert (lost.state, lost.reason, lost.billed) == (NarrowcastState.PARKED, "progress_lost", 60)


@pytest.mark.parametrize("code", [*FAILURES, 99, None])
def test_every_failure_of_lines_has_a_sentence_in_each_language(code: int | None) -> None:
    over = ended(
        told(phase="failed", errorCode=code, failedDescription="why", failureCount=9), 60, NOON, NOON
    )

    assert over is not None
    assert (over.state, over.said, over.failure, over.billed) == (NarrowcastState.FAILED, "why", 9, 0)
    sentences = words(over.reason)
    assert set(sentences) == set(LANGUAGES)
    assert over.reason not in sentences.values()


def test_a_success_counts_what_left() -> None:
    over = ended(told(phase="succeeded", successCount=58, failureCount=2, targetCount=60), 60, NOON, NOON)

    assert over is not None
    assert (over.state, over.target, over.success, over.billed) == (NarrowcastState.SUCCEEDED, 60, 58, 58)
