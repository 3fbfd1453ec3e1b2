"""Run one step again and again: at once while there is work, with a rest when there is none, later after a failure."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

_BACKOFF_MAX_SECONDS = 10.0
_IDLE_ROUNDS = 50
_IDLE_FACTOR_MAX = 5
_log = structlog.get_logger()


class Wakeup:
    """Lets one loop tell another in the same process that there is work, so that it need not wait for its rest."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def call(self) -> None:
        """End the rest of whoever waits."""
        self._event.set()

    async def wait(self, seconds: float) -> None:
        """Rest until called, at most `seconds`."""
        try:
            await asyncio.wait_for(self._event.wait(), seconds)
        except TimeoutError:
            return
        finally:
            self._event.clear()


class Loop:
    """One named loop around a step that says how much it did.

    Attributes:
        name: Shown in logs, in /readyz and in metrics.
        failed_in_a_row: How many steps raised since the last that did not.

    Args:
        gather_seconds: Rest after a round that did one thing; after one that did n, an nth of it.
    """

    def __init__(
        self,
        name: str,
        step: Callable[[], Awaitable[int]],
        *,
        idle_seconds: float,
        wake: Wakeup | None = None,
        then: Callable[[], None] | None = None,
        recover: Callable[[], Awaitable[None]] | None = None,
        gather_seconds: float = 0.0,
    ) -> None:
        self.name = name
        self.failed_in_a_row = 0
        self._idle_rounds = 0
        self._step = step
        self._idle_seconds = idle_seconds
        self._wake = wake or Wakeup()
        self._then = then
        self._recover = recover
        self._gather_seconds = gather_seconds

    async def run(self) -> None:
        """Run until cancelled."""
        while True:
            try:
                done = await self._step()
            except Exception as error:  # noqa: BLE001 - a loop outlives every failure of its step
                await self._failed(error)
                continue
            self.failed_in_a_row = 0
            self._idle_rounds = 0 if done else self._idle_rounds + 1
            if done and self._then is not None:
                self._then()
            if done and self._gather_seconds:
                # Each round has a fixed price: with little in it, it pays to let more come together.
                await asyncio.sleep(self._gather_seconds / done)
            if not done:
                # At night nobody needs an answer within 20 ms, and looking costs.
                longer = min(_IDLE_FACTOR_MAX, 1 + self._idle_rounds // _IDLE_ROUNDS)
                await self._wake.wait(self._idle_seconds * longer)

    async def _failed(self, error: Exception) -> None:
        self.failed_in_a_row += 1
        rest = min(0.1 * 2 ** min(self.failed_in_a_row, 10), _BACKOFF_MAX_SECONDS)
        _log.error(
            "step failed", loop=self.name, error=type(error).__name__, again_in_seconds=rest, exc_info=error
        )
        await asyncio.sleep(rest)
        if self._recover is not None:
            try:
                await self._recover()
            except Exception as again:  # noqa: BLE001 - the next round tries once more
                _log.error("recovery failed", loop=self.name, error=type(again).__name__)
