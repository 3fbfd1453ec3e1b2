"""LINE accounts in PostgreSQL; their secrets stay encrypted here."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from psycopg import AsyncConnection, sql

from tieline.errors import ConflictError, NotFoundError


class LineAccount(NamedTuple):
    """One LINE Official Account as stored."""

    workspace_id: int
    key: str
    account_id: int
    name: str
    provider_id: str
    channel_id: str
    channel_secret: bytes
    bot_user_id: str
    source_id: int
    price_plan: str
    state: str


_COLUMNS = (
    "workspace_id, key, account_id, name, provider_id, channel_id, channel_secret, bot_user_id, source_id,"
    " price_plan, state"
)


class PostgresAccounts:
    """Finds and keeps LINE accounts."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, account: LineAccount, at: datetime) -> None:
        """Store an account; `account_id` is given by the database.

        Raises:
            ConflictError: The key or the channel is taken.
        """
        cursor = await self._connection.execute(
            """
            insert into line_account (workspace_id, key, name, provider_id, channel_id, channel_secret, bot_user_id,
                                      source_id, price_plan, state, created_at)
            values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) on conflict do nothing returning account_id
            """,
            (
                account.workspace_id, account.key, account.name, account.provider_id, account.channel_id,
                account.channel_secret, account.bot_user_id, account.source_id, account.price_plan, account.state, at,
            ),
        )  # fmt: skip
        if await cursor.fetchone() is None:
            raise ConflictError(
                f"The LINE account {account.key} or its channel {account.channel_id} is connected already.",
                field="/key",
                way_out="Choose another key, or disconnect the other account first.",
            )

    async def change(self, key: str, new: Mapping[str, Any]) -> None:
        """Change columns of an account."""
        columns = sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(name)) for name in new)
        await self._connection.execute(
            sql.SQL("update line_account set {} where key = %s").format(columns), (*new.values(), key)
        )

    async def all(self) -> dict[str, LineAccount]:
        """Return every account by its key."""
        cursor = await self._connection.execute(f"select {_COLUMNS} from line_account order by account_id")
        return {str(row[1]): LineAccount(*row) for row in await cursor.fetchall()}

    async def find(self, key: str) -> LineAccount:
        """Return one account.

        Raises:
            NotFoundError: There is none with this key.
        """
        cursor = await self._connection.execute(f"select {_COLUMNS} from line_account where key = %s", (key,))
        row = await cursor.fetchone()
        if row is None:
            raise NotFoundError(
                f"There is no LINE account {key}.", way_out="Connect it under /api/line/accounts."
            )
        return LineAccount(*row)
