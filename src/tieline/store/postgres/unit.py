"""One connection, one transaction at a time: what the adapters of one loop share."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from psycopg import AsyncConnection

from tieline.store.postgres import engine


class PostgresUnit:
    """Transaction. Adapters are built around `connection`; none of them commits."""

    def __init__(self, url: str, connection: AsyncConnection) -> None:
        self._url = url
        self.connection = connection

    @classmethod
    async def open(cls, url: str) -> "PostgresUnit":
        """Connect."""
        return cls(url, await engine.connect(url))

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """Commit what happens inside, or roll it back as a whole."""
        async with self.connection.transaction():
            yield

    async def close(self) -> None:
        """Give the connection back."""
        await self.connection.close()
