from datetime import UTC, datetime, timedelta

import pytest

from tieline.api.keys import Keys, RateWindow
from tieline.errors import UnknownKeyError
from tieline.testing.build import SHOP

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


class Store:
    """Write keys that change."""

    def __init__(self) -> None:
        self.keys = {"old": SHOP}
        self.asked = 0

    async def write_keys(self):
        self.asked += 1
        return dict(self.keys)


async def test_a_key_counts_as_soon_as_it_is_made() -> None:
    store = Store()
    keys = Keys(store, 100)
    assert await keys.source("old", NOON) == SHOP

    store.keys["new"] = SHOP
    keys.forget()

    assert await keys.source("new", NOON) == SHOP


async def test_a_key_that_was_made_elsewhere_counts_within_a_moment_and_guesses_load_nothing() -> None:
    store = Store()
    keys = Keys(store, 100)
    await keys.source("old", NOON)
    store.keys["new"] = SHOP

    for milliseconds in range(0, 200, 20):
        with pytest.raises(UnknownKeyError):
            await keys.source("guess", NOON + timedelta(milliseconds=milliseconds))

    assert store.asked == 1
    assert await keys.source("new", NOON + timedelta(milliseconds=201)) == SHOP
