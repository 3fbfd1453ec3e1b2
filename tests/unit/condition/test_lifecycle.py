"""Known models of customers: their classes fall where their thresholds say."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tieline.condition import lifecycle
from tieline.condition.computed import parse_definition
from tieline.condition.match import HistoryEvent, Person
from tieline.condition.valued import compiled, worth_of
from tieline.errors import InvalidInputError

NOW = datetime(2026, 3, 15, 4, tzinfo=UTC)


def bought(*days_ago: float, total: int = 100) -> Person:
    return Person(
        events=[
            HistoryEvent("Order Completed", NOW - timedelta(days=day), {"total": total}) for day in days_ago
        ]
    )


def label(model: str, person: Person, end: str = "", **thresholds: Any) -> Any:
    _, made = lifecycle.definitions(model, thresholds)
    definition = made[f"{model}{end}"]
    parse_definition(definition)
    return worth_of(compiled(definition), person, NOW, "Asia/Taipei")


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        (bought(3), "N"),
        (bought(40, 30, 20, 10), "E0"),  # every 10 days, 10 days ago: still within one cycle
        (bought(41, 31, 21, 11), "S1"),
        (bought(50, 40, 30, 20), "S1"),
        (bought(51, 41, 31, 21), "S2"),
        (bought(61, 51, 41, 31), "S3"),
        (bought(60), "S1"),  # no cycle of their own: everybody's, 45 days
        (bought(), None),
    ],
)
def test_nes_counts_in_cycles_of_the_person(person: Person, expected: str | None) -> None:
    assert label("nes", person, cycle_days=45) == expected


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        (bought(10), "N"),
        (bought(200, 150, 100, 50), "A"),
        (bought(300, 290, 280), "P"),
        (bought(500, 400), "L"),
        (bought(), None),
    ],
)
def test_napl_divides_at_three_cycles_and_twelve_months(person: Person, expected: str | None) -> None:
    assert label("napl", person) == expected


def test_rfm_gives_each_of_three_a_step_from_five_to_one() -> None:
    often = bought(*range(1, 40, 3), total=2000)
    assert [label("rfm", often, end) for end in ("_r", "_f", "_m")] == ["5", "5", "5"]
    once = bought(300, total=10)
    assert [label("rfm", once, end) for end in ("_r", "_f", "_m")] == ["1", "1", "1"]
    assert label("rfm", bought(400), "_r") is None


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("rfv", {}),
        ("nes", {"days": 3}),
        ("nes", {"active_cycles": 3, "drowsy_cycles": 2}),
        ("nes", {"cycle_days": 0}),
        ("rfm", {"recency_days": [90, 30, 14, 7]}),
        ("rfm", {"frequency": [1, 2]}),
        ("napl", {"event": ""}),
    ],
)
def test_thresholds_out_of_order_are_refused(model: str, said: dict[str, Any]) -> None:
    with pytest.raises(InvalidInputError):
        lifecycle.definitions(model, said)
