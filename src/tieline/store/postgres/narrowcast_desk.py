"""Narrowcasts as people handle them: saved, approved, started again, given up, looked at."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from psycopg import AsyncConnection
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from tieline.model.narrowcast import Narrowcast

_SHOWN = """
    key, name, account, most, state, reason, said, author, approved_by, approved_at, created_at, updated_at,
    not_before, first_attempt_at, accepted_at, settled_at, target, success, failure, billed, asked_at, ask_at, insight,
    definition, halted, request_id
"""
WAITS = ("approval", "ready", "held")
"""Nothing was called, and nobody is about to."""


class PostgresNarrowcastDesk:
    """What people do to narrowcasts."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(
        self,
        workspace_id: int,
        key: str,
        name: str,
        said: Narrowcast,
        most: int,
        state: str,
        author: str,
        at: datetime,
    ) -> bool:
        """Keep a new narrowcast; False if the key is taken."""
        cursor = await self._connection.execute(
            """
            insert into narrowcast (workspace_id, key, name, account, definition, most, state, author, created_at, updated_at,
                                    not_before)
            values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) on conflict do nothing
            """,
            (
                workspace_id, key, name, said.account, Jsonb(msgspec.to_builtins(said)), most, state, author, at, at,
                said.start_at or at,
            ),
        )  # fmt: skip
        return bool(cursor.rowcount)

    async def find(self, workspace_id: int, key: str) -> dict[str, Any] | None:
        """Return one narrowcast, None if there is none."""
        rows = await self._rows(
            f"select {_SHOWN} from narrowcast where workspace_id = %s and key = %s", (workspace_id, key)
        )
        return rows[0] if rows else None

    async def all(self, workspace_id: int, most: int) -> list[dict[str, Any]]:
        """Return narrowcasts, the newest first."""
        return await self._rows(
            f"select {_SHOWN} from narrowcast where workspace_id = %s order by created_at desc limit %s",
            (workspace_id, most),
        )

    async def start(self, workspace_id: int, key: str, at: datetime) -> None:
        """Let one that is held go on."""
        await self._connection.execute(
            """
            update narrowcast set state = 'ready', reason = '', said = '', halted = false,
                                  not_before = greatest(not_before, %s), updated_at = %s
            where workspace_id = %s and key = %s and state = 'held'
            """,
            (at, at, workspace_id, key),
        )

    async def approve(self, workspace_id: int, key: str, approver: str, at: datetime) -> bool:
        """Let a second person say yes; False unless it waits for that and the person is another."""
        cursor = await self._connection.execute(
            """
            update narrowcast set state = 'ready', approved_by = %s, approved_at = %s, updated_at = %s
            where workspace_id = %s and key = %s and state = 'approval' and author <> %s
            """,
            (approver, at, at, workspace_id, key, approver),
        )
        return bool(cursor.rowcount)

    async def stop(self, workspace_id: int, key: str, at: datetime) -> str:
        """Give one up that was not called; return the state it is in then, "" if LINE has it or it is over.

        One that a worker holds is stopped at its gate; if its call is being made, this waits until that is known.
        """
        cursor = await self._connection.execute(
            """
            update narrowcast
            set state = case when state = any(%(waits)s) and (lease_until is null or lease_until <= %(at)s)
                             then 'cancelled' else state end,
                halted = true, updated_at = %(at)s
            where workspace_id = %(workspace)s and key = %(key)s and state = any(%(open)s) returning state
            """,
            {
                "waits": list(WAITS), "open": [*WAITS, "prepared", "unknown"], "at": at, "workspace": workspace_id, "key": key,
            },
        )  # fmt: skip
        row = await cursor.fetchone()
        return str(row[0]) if row else ""

    async def _rows(self, statement: str, bound: Sequence[Any]) -> list[dict[str, Any]]:
        async with self._connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(statement, bound)
            return await cursor.fetchall()
