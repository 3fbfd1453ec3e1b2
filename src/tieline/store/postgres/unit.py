"""One connection, one transaction at a time: what the adapters of one loop share."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self, cast

from psycopg import AsyncConnection

from tieline.store.postgres import engine


class PostgresUnit:
    """Transaction. Adapters are built around `connection`; none of them commits.

    When the server goes away the transaction of the moment fails, and the next one connects anew.

    Attributes:
        connection: Stands for the connection of the moment.
    """

    _autocommit = False

    def __init__(self, url: str, live: AsyncConnection) -> None:
        self._url = url
        self._live = live
        self.connection = cast("AsyncConnection", _Standing(self))

    @classmethod
    async def open(cls, url: str) -> Self:
        """Connect."""
        return cls(url, await engine.connect(url, autocommit=cls._autocommit))

    @property
    def live(self) -> AsyncConnection:
        """The connection of the moment."""
        return self._live

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """Commit what happens inside, or roll it back as a whole."""
        await self._connected()
        async with self._live.transaction():
            yield

    async def _connected(self) -> None:
        if self._live.closed:
            self._live = await engine.connect(self._url, autocommit=self._autocommit)

    async def close(self) -> None:
        """Give the connection back."""
        await self._live.close()


class PostgresStatement(PostgresUnit):
    """Transaction of one statement, which is a transaction by itself: one trip to the server where `PostgresUnit` takes three."""

    _autocommit = True

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """Let one statement happen inside; a second one would be a transaction of its own."""
        await self._connected()
        yield


class _Standing:
    """Passes everything on to the connection of the moment, so that adapters outlive a reconnection."""

    def __init__(self, unit: PostgresUnit) -> None:
        self._unit = unit

    def __getattr__(self, name: str) -> Any:
        return getattr(self._unit.live, name)
