"""An event loop in which time passes only while nobody can run, so that hours take milliseconds and runs repeat."""

import asyncio
import selectors
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, TypeVar

from tieline.clock import FakeClock

T = TypeVar("T")


class _Leap(selectors.SelectSelector):
    """Instead of waiting for sockets, lets the time pass that everybody waits for."""

    def __init__(self, clocks: tuple[FakeClock, ...]) -> None:
        super().__init__()
        self._clocks = clocks
        self.seconds = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Pass `timeout` seconds at once."""
        if timeout is None:
            raise RuntimeError("Everybody waits for somebody else.")
        if timeout > 0:
            self.seconds += timeout
            for clock in self._clocks:
                clock.advance(timedelta(seconds=timeout))
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """Runs tasks in an order that depends on nothing but themselves.

    Args:
        clocks: Advance with the loop; each may be set apart from it.
    """

    def __init__(self, *clocks: FakeClock) -> None:
        self._leap = _Leap(clocks)
        super().__init__(self._leap)

    def time(self) -> float:
        """Return the virtual seconds that have passed."""
        return self._leap.seconds


def run(main: Coroutine[Any, Any, T], *clocks: FakeClock) -> T:
    """Run `main` in virtual time, and cancel whatever it leaves behind."""
    loop = VirtualLoop(*clocks)
    try:
        return loop.run_until_complete(main)
    finally:
        loop.run_until_complete(_end(asyncio.all_tasks(loop)))
        loop.close()


async def _end(tasks: set[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
