from datetime import UTC, datetime, timedelta

from tieline.api.keys import RateWindow

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_a_key_is_admitted_as_often_as_it_may_in_each_second() -> None:
    window = RateWindow(3)
    assert [window.admits("a", NOON) for _ in range(4)] == [True, True, True, False]
    assert window.admits("a", NOON + timedelta(seconds=1))


def test_one_key_does_not_use_up_the_rate_of_another() -> None:
    window = RateWindow(1)
    assert window.admits("a", NOON)
    assert window.admits("b", NOON)
    assert not window.admits("a", NOON + timedelta(milliseconds=999))


def test_a_clock_that_was_set_back_locks_nobody_out() -> None:
    window = RateWindow(1)
    assert window.admits("a", NOON)
    assert window.admits("a", NOON - timedelta(hours=1))
