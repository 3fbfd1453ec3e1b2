"""What binds friends to members, in PostgreSQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from psycopg import AsyncConnection

from tieline.store.postgres.login import TOKEN_LIFE, VISIT_LIFE


class PostgresBonds:
    """Bonds: for the page of unbinding, and for who unbinds in the chat."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def others(
        self, workspace_id: int, node_ids: Sequence[bytes]
    ) -> Mapping[bytes, Sequence[tuple[str, str]]]:
        """Return the member numbers, telephones and addresses of each one's person, sorted; nobody who has none."""
        cursor = await self._connection.execute(
            """
            select own.node_id, member.namespace, member.value from node as own
            cross join lateral (  -- person by person, by their index: a plan made while the table was empty reads all of it
                select m.namespace, m.value from node m
                where m.workspace_id = own.workspace_id and m.profile_id = own.profile_id
                  and m.namespace in ('member_id', 'phone', 'email')
                offset 0) as member
            where own.workspace_id = %s and own.node_id = any(%s)
            order by own.node_id, member.namespace, member.value
            """,
            (workspace_id, list(node_ids)),
            binary=True,
        )
        found: dict[bytes, list[tuple[str, str]]] = {}
        for node_id, namespace, value in await cursor.fetchall():
            found.setdefault(bytes(node_id), []).append((str(namespace), str(value)))
        return found

    async def left(self, workspace_id: int, account: str, line_user: str, now: datetime) -> None:
        """Note that LINE has to be told, where somebody had logged in by it and the log-in can still say so.

        Every visit of theirs is over, and its token with it: LINE takes no token back twice.
        """
        await self._connection.execute(
            """
            with visits as (
                update login_visit mine set user_token = '', used_at = coalesce(mine.used_at, %(now)s)
                from login_visit as it where it.visit_hash = mine.visit_hash
                  and mine.workspace_id = %(workspace_id)s and mine.account = %(account)s
                  and mine.line_user = %(line_user)s and mine.user_token <> ''
                returning it.user_token, it.expires_at)
            insert into deauthorization (workspace_id, account, line_user, user_token, attempts, not_before, expires_at)
            select %(workspace_id)s, %(account)s, %(line_user)s, user_token, 0, %(now)s, expires_at + %(rest)s from visits
            where expires_at + %(rest)s > %(now)s
            order by expires_at desc limit 1
            on conflict (workspace_id, account, line_user) do update
            set user_token = excluded.user_token, attempts = 0, not_before = excluded.not_before,
                expires_at = excluded.expires_at
            """,
            {
                "workspace_id": workspace_id,
                "account": account,
                "line_user": line_user,
                "now": now,
                "rest": TOKEN_LIFE - VISIT_LIFE,
            },
        )
