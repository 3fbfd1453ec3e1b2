"""Wait for something that will be true soon."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from tieline.clock import monotonic
from tieline.errors import UnavailableError

Answer = TypeVar("Answer")
PAUSE_SECONDS = 0.1


async def until(ask: Callable[[], Awaitable[Answer | None]], what: str, seconds: float) -> Answer:
    """Ask again until there is an answer that is not None.

    Args:
        ask: Returns the answer, or None while it is not there yet.
        what: Is waited for, for the error.
        seconds: How long, in real time.

    Raises:
        UnavailableError: There was no answer in time.
    """
    deadline = monotonic() + seconds
    while True:
        answer = await ask()
        if answer is not None:
            return answer
        if monotonic() > deadline:
            raise UnavailableError(f"Waited {seconds:g} s for {what} in vain.")
        await asyncio.sleep(PAUSE_SECONDS)
