"""The only source of time."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """What time it is, and a way to let it pass."""

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after `seconds` of this clock's time."""
        ...


class SystemClock:
    """Wall-clock time, or a faster one for demonstrations.

    Args:
        speed: Seconds of this clock per real second.
        origin: Where this clock stood at `epoch`; both are given together, so that several processes agree.
        epoch: Real moment at which the clock showed `origin`.
    """

    def __init__(
        self, speed: float = 1.0, origin: datetime | None = None, epoch: datetime | None = None
    ) -> None:
        self._speed = speed
        self._epoch = epoch or datetime.now(UTC)
        self._origin = origin or self._epoch

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        real = datetime.now(UTC)
        if self._speed == 1.0 and self._origin == self._epoch:
            return real
        return self._origin + (real - self._epoch) * self._speed

    async def sleep(self, seconds: float) -> None:
        """Sleep for `seconds` of this clock's time."""
        await asyncio.sleep(seconds / self._speed)


class FakeClock:
    """A clock that moves only when told to."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def now(self) -> datetime:
        """Return the moment this clock was last set to."""
        return self._at

    def advance(self, by: timedelta) -> None:
        """Move the clock; a negative `by` is a clock that jumps back."""
        self._at += by

    async def sleep(self, seconds: float) -> None:
        """Let `seconds` pass at once."""
        self._at += timedelta(seconds=seconds)
        await asyncio.sleep(0)


def monotonic() -> float:
    """Return seconds that never jump, for measuring how long something took."""
    return time.perf_counter()
