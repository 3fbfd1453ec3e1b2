"""Group commit: requests that arrive together share one transaction, and each is answered after it."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import psycopg

from tieline.errors import UnavailableError
from tieline.model.event import NewLogRow
from tieline.ports import LogStore, Transaction

WAITING_BYTES_MAX = 64 * 1024 * 1024


class GroupCommit:
    """Appends rows to the log; `append` returns when they are durable.

    While one commit is under way the next group gathers, so the group grows with the load.

    Args:
        wait_seconds: How long the first of a group waits for others.
    """

    def __init__(self, unit: Transaction, log: LogStore, wait_seconds: float) -> None:
        self._unit = unit
        self._log = log
        self._wait_seconds = wait_seconds
        self._waiting: list[tuple[Sequence[NewLogRow], asyncio.Future[int]]] = []
        self._waiting_bytes = 0
        self._arrived = asyncio.Event()

    async def append(self, rows: Sequence[NewLogRow]) -> int:
        """Store `rows` durably and return the last offset of their group.

        Raises:
            UnavailableError: The database does not answer, or too much waits for it.
        """
        size = sum(len(row.body) for row in rows)
        if self._waiting_bytes + size > WAITING_BYTES_MAX:
            raise UnavailableError("More is arriving than can be stored.", way_out="Send again in a moment.")
        done: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._waiting.append((rows, done))
        self._waiting_bytes += size
        self._arrived.set()
        return await done

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
        except (psycopg.Error, OSError) as error:
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
