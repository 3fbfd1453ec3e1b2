from itertools import pairwise
from typing import Any

import pytest

from tieline.condition.parse import parse as parse_condition
from tieline.deliver.render import check
from tieline.demo import cast, push
from tieline.demo.brands import clothing, gym, restaurant
from tieline.demo.people import Friends
from tieline.journey.definition import SendLine
from tieline.journey.parse import parse as parse_journey

BRANDS = {
    "clothing": (clothing.SEGMENTS, clothing.journeys()),
    "gym": (gym.SEGMENTS, gym.journeys()),
    "restaurant": (restaurant.segments(), restaurant.journeys()),
}


@pytest.mark.parametrize("name", BRANDS)
def test_segments_and_journeys_of_the_brands_are_accepted(name: str) -> None:
    segments, journeys = BRANDS[name]
    for _, condition in segments.values():
        parse_condition(condition)
    for definition in journeys:
        for step in parse_journey(definition).steps.values():
            if isinstance(step, SendLine):
                check(step.messages)


def test_tiers_leave_no_gap_and_do_not_overlap() -> None:
    bounds = [(least, below) for _, least, below in restaurant.TIERS.values()]
    for (_, below), (least, _) in pairwise(bounds):
        assert below == least
    assert bounds[-1][1] is None


def test_a_push_ends_by_what_is_known_about_each() -> None:
    friends = Friends(["a", "b", "c", "d"], {1: "a", 2: "b", 3: "c"}, frozenset({"b"}), frozenset({3}))
    expected: dict[str, Any] = {
        "accepted": 1,
        "suppressed:not_friend": 1,
        "suppressed:no_consent": 1,
        "suppressed:no_line_id": 2,
    }
    assert push.endings({1, 2, 3, 8, 9}, friends) == expected
    assert friends.writable() == {1: "a"}


def test_the_cast_is_the_same_in_every_run() -> None:
    people = list(range(100))
    assert cast.drawn(people, 10, "x") == cast.drawn(people[::-1], 10, "x")
    assert cast.drawn(people, 10, "x") != cast.drawn(people, 10, "y")
    assert len({one.contact.member_id for one in cast.newcomers()}) == len(cast.newcomers())
