"""Join sources in PostgreSQL: their links, and to which of them a friend is credited."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from tieline.errors import NotFoundError
from tieline.ports.joins import Credit

NEW_FOR = timedelta(hours=24)
_COLUMNS = "account, key, code, name, store, staff, tags, messages, messages_again, created_at, archived_at"


class JoinSource(NamedTuple):
    """One way in: a link or a printed code."""

    account: str
    key: str
    code: str
    name: str
    store: str
    staff: str
    tags: Sequence[str]
    messages: Sequence[Mapping[str, Any]] | None
    messages_again: Sequence[Mapping[str, Any]] | None
    created_at: datetime
    archived_at: datetime | None = None


class PostgresJoins:
    """Keeps join sources and credits friends to them."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, workspace_id: int, source: JoinSource) -> str:
        """Keep a source and return its code: that of the first time, because it is printed."""
        cursor = await self._connection.execute(
            """
            insert into join_source (workspace_id, account, key, code, name, store, staff, tags, messages, messages_again,
                                     created_at)
            values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
            on conflict (workspace_id, account, key) do update set
                name = excluded.name, store = excluded.store, staff = excluded.staff, tags = excluded.tags,
                messages = excluded.messages, messages_again = excluded.messages_again, archived_at = null
            returning code
            """,
            (
                workspace_id, source.account, source.key, source.code, source.name, source.store, source.staff,
                list(source.tags), _json(source.messages), _json(source.messages_again), source.created_at,
            ),
        )  # fmt: skip
        row = await cursor.fetchone()
        return str(row[0]) if row else source.code

    async def of(self, workspace_id: int, account: str) -> list[JoinSource]:
        """Return the sources of an account, newest first."""
        cursor = await self._connection.execute(
            f"""
            select {_COLUMNS} from join_source where workspace_id = %s and account = %s
            order by created_at desc, key
            """,  # sql: own names
            (workspace_id, account),
        )
        return [JoinSource(*row) for row in await cursor.fetchall()]

    async def find(self, workspace_id: int, account: str, key: str) -> JoinSource:
        """Return one source.

        Raises:
            NotFoundError: There is none of this key.
        """
        for source in await self.of(workspace_id, account):
            if source.key == key:
                return source
        raise NotFoundError(f"There is no join source {key}.")

    async def by_code(self, code: str) -> tuple[int, JoinSource] | None:
        """Return the workspace and the source that a link names."""
        cursor = await self._connection.execute(
            f"select workspace_id, {_COLUMNS} from join_source where code = %s and archived_at is null",  # sql: own names
            (code,),
        )
        row = await cursor.fetchone()
        return (int(row[0]), JoinSource(*row[1:])) if row else None

    async def archive(self, workspace_id: int, account: str, key: str, at: datetime) -> None:
        """Switch a source off; who came by it stays credited."""
        await self._connection.execute(
            "update join_source set archived_at = %s where workspace_id = %s and account = %s and key = %s",
            (at, workspace_id, account, key),
        )

    async def followed(self, workspace_id: int, account: str, line_user: str, at: datetime) -> None:
        """Note that somebody became a friend; older news changes nothing."""
        await self._connection.execute(
            """
            insert into line_follow values (%s, %s, %s, %s)
            on conflict (workspace_id, account, line_user) do update
            set last_at = greatest(line_follow.last_at, excluded.last_at)
            """,
            (workspace_id, account, line_user, at),
        )

    async def credit(
        self,
        workspace_id: int,
        account: str,
        code: str,
        line_user: str,
        at: datetime,
        *,
        is_new: bool = False,
    ) -> Credit | None:
        """Credit somebody to the source of `code`; who is credited already keeps their first source.

        Args:
            workspace_id: The brand.
            account: The account they came to.
            code: What stands in the link.
            line_user: Who came.
            at: When.
            is_new: Whether LINE said that they became a friend by it; else the follow of the last day tells.
        """
        cursor = await self._connection.execute(
            """
            select key, store, staff, tags,
                   %s or exists (select from line_follow followed
                                 where followed.workspace_id = join_source.workspace_id and followed.account = join_source.account
                                   and followed.line_user = %s and followed.last_at >= %s)
            from join_source where workspace_id = %s and account = %s and code = %s and archived_at is null
            """,
            (is_new, line_user, at - NEW_FOR, workspace_id, account, code),
        )
        row = await cursor.fetchone()
        if row is None:
            return None
        cursor = await self._connection.execute(
            "insert into join_credit values (%s, %s, %s, %s, %s, %s) on conflict do nothing",
            (workspace_id, account, line_user, row[0], row[4], at),
        )
        return Credit(
            str(row[0]), str(row[1]), str(row[2]), tuple(row[3]), bool(row[4]), bool(cursor.rowcount)
        )

    async def counts(self, workspace_id: int, account: str) -> dict[str, tuple[int, int]]:
        """Return how many people each source brought, and how many of them were new."""
        cursor = await self._connection.execute(
            """
            select source, count(*), count(*) filter (where is_new) from join_credit
            where workspace_id = %s and account = %s group by 1
            """,
            (workspace_id, account),
        )
        return {str(source): (int(people), int(new)) for source, people, new in await cursor.fetchall()}


def _json(messages: Sequence[Mapping[str, Any]] | None) -> Jsonb | None:
    return None if messages is None else Jsonb(messages)
