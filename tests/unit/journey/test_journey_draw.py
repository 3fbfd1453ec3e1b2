from datetime import UTC, datetime, timedelta

import pytest

from tieline.journey.definition import AbTest, Branch, Winner
from tieline.journey.draw import evenly, lot, shared, winner
from tieline.ports import Tally

BEGAN = datetime(2026, 3, 2, tzinfo=UTC)
TEST = AbTest("tone", (Branch("warm"), Branch("short")), Winner("goal", timedelta(days=7), 100))
AFTER = BEGAN + timedelta(days=7)


def test_a_lot_is_always_the_same_and_between_0_and_1() -> None:
    drawn = [lot(b"p", "step", str(index)) for index in range(200)]
    assert drawn == [lot(b"p", "step", str(index)) for index in range(200)]
    assert all(0 <= one < 1 for one in drawn)
    assert len(set(drawn)) == 200


def test_shares_are_kept() -> None:
    branches = (Branch("a", 10), Branch("b", 60), Branch("c", 30))
    drawn = [shared(branches, index / 1000).name for index in range(1000)]
    assert [drawn.count(name) for name in "abc"] == [100, 600, 300]


def test_equal_parts_are_equal() -> None:
    branches = (Branch("a"), Branch("b"), Branch("c"))
    drawn = [evenly(branches, index / 900).name for index in range(900)]
    assert [drawn.count(name) for name in "abc"] == [300, 300, 300]


@pytest.mark.parametrize(
    ("now", "arms", "won"),
    [
        (AFTER, {"warm": Tally(100, 10), "short": Tally(200, 30)}, "short"),
        (AFTER, {"warm": Tally(100, 10), "short": Tally(200, 20)}, "warm"),
        (AFTER - timedelta(seconds=1), {"warm": Tally(100, 10), "short": Tally(200, 30)}, None),
        (AFTER, {"warm": Tally(99, 90), "short": Tally(200, 30)}, None),
        (AFTER, {"warm": Tally(100, 0), "short": Tally(100, 0)}, None),
        (AFTER, {"warm": Tally(100, 10)}, None),
    ],
)
def test_an_arm_wins_once_time_and_people_are_enough(
    now: datetime, arms: dict[str, Tally], won: str | None
) -> None:
    assert winner(TEST, arms, BEGAN, now) == won
