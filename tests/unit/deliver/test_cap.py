"""A person never has more marketing messages accepted or open than the cap allows."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tieline.deliver.cap import place
from tieline.deliver.room import Room
from tieline.model.limits import Cap, Restraint
from tieline.model.send import Recent
from tieline.model.signal import SendRequest

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ANN = b"ann".ljust(16, b".")


def recent(number: int, days: float | None = None, priority: int = 5, *, free: bool = True) -> Recent:
    settled_at = None if days is None else NOON - timedelta(days=days)
    return Recent(number.to_bytes(16, "big"), ANN, priority, settled_at, free)


def wish(number: int, priority: int = 5, cap: Cap | None = None) -> SendRequest:
    return SendRequest(
        1,
        number.to_bytes(16, "big"),
        "main",
        "journey:a",
        "s",
        ANN,
        "marketing",
        (),
        {},
        NOON,
        None,
        Restraint(None, cap, priority),
    )


def test_what_was_accepted_longer_ago_leaves_room() -> None:
    twice = Restraint(cap=Cap(2, 7))
    assert place(twice, [recent(1, 1), recent(2, 7.1)], NOON).free
    assert not place(twice, [recent(1, 1), recent(2, 6.9)], NOON).free


def test_what_is_still_open_takes_its_place() -> None:
    assert not place(Restraint(cap=Cap(1, 7)), [recent(1, free=False)], NOON).free


def test_a_higher_priority_takes_the_place_of_a_lower_that_was_not_called() -> None:
    urgent = Restraint(cap=Cap(1, 7), priority=9)
    assert place(urgent, [recent(1)], NOON).taken_from == recent(1).send_id
    assert not place(urgent, [recent(1, free=False)], NOON).free
    assert not place(Restraint(cap=Cap(1, 7)), [recent(1)], NOON).free


def test_without_a_cap_there_is_always_room() -> None:
    assert place(Restraint(), [recent(number, 0) for number in range(50)], NOON).free


@given(st.lists(st.integers(1, 9), max_size=12), st.integers(1, 3), st.integers(0, 4))
def test_a_batch_never_passes_the_cap_and_the_highest_go(priorities: list[int], most: int, had: int) -> None:
    room = Room({ANN: [recent(1000 + number, 1) for number in range(had)]})
    wishes = [wish(number, priority, Cap(most, 7)) for number, priority in enumerate(priorities)]
    wishes.sort(key=lambda one: -one.restraint.priority)
    going = [one for one in wishes if room.refusal(one) is None and one.send_id not in room.outranked]
    left = max(0, most - had)
    assert len(going) == min(left, len(wishes))
    assert [one.restraint.priority for one in going] == sorted(priorities, reverse=True)[:left]
