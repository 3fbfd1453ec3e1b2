"""What the routes need, opened once by the process that serves them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import pyarrow as pa
from psycopg_pool import AsyncConnectionPool

from tieline.api.callers import Callers
from tieline.api.commit import GroupCommit
from tieline.api.keys import Keys
from tieline.clock import Clock
from tieline.ids import Ids
from tieline.model.send import Answer
from tieline.settings import Settings
from tieline.store.postgres.accounts import LineAccount


class LineCalls(Protocol):
    """What the routes ask of LINE."""

    async def validate(self, workspace_id: int, account: str, kind: str, body: bytes) -> Answer:
        """Return whether LINE would take messages for a kind of sending."""
        ...

    async def quota(self, workspace_id: int, account: str) -> Answer:
        """Return how many messages this month may have."""
        ...

    async def consumption(self, workspace_id: int, account: str) -> Answer:
        """Return about how many messages this month has had."""
        ...

    async def pass_on(
        self,
        workspace_id: int,
        account: str,
        method: str,
        path: str,
        body: bytes | None,
        headers: Mapping[str, str],
    ) -> Answer:
        """Make a call for another tool."""
        ...

    async def bot_info(self, workspace_id: int, account: str) -> Answer:
        """Return who the account is at LINE."""
        ...

    async def link_token(self, workspace_id: int, account: str, user_id: str) -> Answer:
        """Return a token that starts an account link."""
        ...


class HistoryQuestions(Protocol):
    """Questions to history, from whichever process owns it."""

    async def query(self, sql: str, parameters: Mapping[str, Any]) -> pa.Table:
        """Run one statement with bound parameters."""
        ...


@dataclass(frozen=True)
class Doors:
    """The open connections of a process that answers HTTP.

    Attributes:
        reserve: Connections of the doors that must open whatever the console is busy with: events, webhooks, withdrawals.
    """

    settings: Settings
    pool: AsyncConnectionPool
    history: HistoryQuestions
    commit: GroupCommit
    keys: Keys
    clock: Clock
    ids: Ids
    line: LineCalls
    accounts: dict[tuple[int, str], LineAccount]
    callers: Callers
    reserve: AsyncConnectionPool


def rows(table: pa.Table) -> Sequence[Mapping[str, Any]]:
    """Return an Arrow table as plain rows."""
    found: Sequence[Mapping[str, Any]] = table.to_pylist()
    return found
