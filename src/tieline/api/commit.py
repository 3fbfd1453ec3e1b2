"""Group commit: requests that arrive together share one transaction, and each is answered after it."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import psycopg

from tieline.errors import TielineError, UnavailableError
from tieline.model.event import NewLogRow
from tieline.ports import LogStore, Transaction

WAITING_BYTES_MAX = 64 * 1024 * 1024
ANSWER_SECONDS = 5.0


class GroupCommit:
    """Appends rows to the log; `append` returns when they are durable.

    While one commit is under way the next group gathers, so the group grows with the load.

    Args:
        wait_seconds: How long the first of a group waits for others.
        answer_seconds: How long a request waits for its group; a database that is slower than this is away.
    """

    def __init__(
        self, unit: Transaction, log: LogStore, wait_seconds: float, answer_seconds: float = ANSWER_SECONDS
    ) -> None:
        self._unit = unit
        self._log = log
        self._wait_seconds = wait_seconds
        self._answer_seconds = answer_seconds
        self._waiting: list[tuple[Sequence[NewLogRow], asyncio.Future[int]]] = []
        self._waiting_bytes = 0
        self._arrived = asyncio.Event()

    async def append(self, rows: Sequence[NewLogRow]) -> int:
        """Store `rows` durably and return the last offset of their group.

        Raises:
            UnavailableError: The database does not answer in time, or too much waits for it.
        """
        size = sum(len(row.body) for row in rows)
        if self._waiting_bytes + size > WAITING_BYTES_MAX:
            raise UnavailableError("More is arriving than can be stored.", way_out="Send again in a moment.")
        done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting.append((rows, done))
        self._waiting_bytes += size
        self._arrived.set()
        late = asyncio.get_running_loop().call_later(self._answer_seconds, _give_up, done)
        try:
            return await done
        finally:
            late.cancel()

    async def run(self) -> None:
        """Commit groups until cancelled."""
        while True:
            await self._arrived.wait()
            await asyncio.sleep(self._wait_seconds)
            group, self._waiting = self._waiting, []
            self._waiting_bytes = 0
            self._arrived.clear()
            await self._commit(group)

    async def _commit(self, group: Sequence[tuple[Sequence[NewLogRow], asyncio.Future[int]]]) -> None:
        try:
            async with self._unit.transaction():
                offset = await self._log.append([row for rows, _ in group for row in rows])
        except (psycopg.Error, OSError, TielineError) as error:  # the last: nobody answers a new connection
            for _, done in group:
                with suppress(asyncio.InvalidStateError):
                    done.set_exception(
                        UnavailableError(
                            f"The log cannot be written ({type(error).__name__}); nothing was stored."
                        )
                    )
            return
        for _, done in group:
            with suppress(asyncio.InvalidStateError):
                done.set_result(offset)


def _give_up(done: asyncio.Future[int]) -> None:
    """End the wait for a log that is too slow. The rows may still be stored: sent again, they have no second effect."""
    if not done.done():
        done.set_exception(UnavailableError("The log does not answer.", way_out="Send again in a moment."))
