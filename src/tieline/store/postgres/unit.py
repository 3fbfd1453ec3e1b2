"""One connection, one transaction at a time: what the adapters of one loop share."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

from psycopg import AsyncConnection

from tieline.store.postgres import engine


class PostgresUnit:
    """Transaction. Adapters are built around `connection`; none of them commits.

    When the server goes away the transaction of the moment fails, and the next one connects anew.

    Attributes:
        connection: Stands for the connection of the moment.
    """

    def __init__(self, url: str, live: AsyncConnection) -> None:
        self._url = url
        self._live = live
        self.connection = cast("AsyncConnection", _Standing(self))

    @classmethod
    async def open(cls, url: str) -> "PostgresUnit":
        """Connect."""
        return cls(url, await engine.connect(url))

    @property
    def live(self) -> AsyncConnection:
        """The connection of the moment."""
        return self._live

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """Commit what happens inside, or roll it back as a whole."""
        if self._live.closed:
            self._live = await engine.connect(self._url)
        async with self._live.transaction():
            yield

    async def close(self) -> None:
        """Give the connection back."""
        await self._live.close()


class _Standing:
    """Passes everything on to the connection of the moment, so that adapters outlive a reconnection."""

    def __init__(self, unit: PostgresUnit) -> None:
        self._unit = unit

    def __getattr__(self, name: str) -> Any:
        return getattr(self._unit.live, name)
