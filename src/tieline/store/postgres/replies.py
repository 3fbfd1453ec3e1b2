"""Auto-replies and answers in PostgreSQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from tieline.errors import NotFoundError
from tieline.model.reply import AutoReply, DueReply, RepliedTo, Reply
from tieline.model.send import TrackedLink

GIVEN_UP_AFTER = timedelta(minutes=5)


class PostgresAutoReplies:
    """AnswerStore, and the definitions behind it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(
        self,
        workspace_id: int,
        key: str,
        name: str,
        definition: Mapping[str, Any],
        *,
        live: bool,
        at: datetime,
    ) -> None:
        """Create a rule or replace it."""
        await self._connection.execute(
            """
            insert into auto_reply (workspace_id, key, name, definition, live, updated_at)
            values (%s, %s, %s, %s, %s, %s)
            on conflict (workspace_id, key) do update
            set name = excluded.name, definition = excluded.definition, live = excluded.live,
                updated_at = excluded.updated_at
            """,
            (workspace_id, key, name, Jsonb(definition), live, at),
        )

    async def drop(self, workspace_id: int, key: str) -> None:
        """Delete a rule.

        Raises:
            NotFoundError: There is none with this key.
        """
        cursor = await self._connection.execute(
            "delete from auto_reply where workspace_id = %s and key = %s", (workspace_id, key)
        )
        if not cursor.rowcount:
            raise NotFoundError(f"There is no auto-reply {key}.")

    async def of(self, workspace_id: int) -> list[tuple[AutoReply, bool, datetime]]:
        """Return every rule of a workspace, whether it is switched on, and when it was saved."""
        cursor = await self._connection.execute(
            """
            select workspace_id, key, definition, live, updated_at from auto_reply
            where workspace_id = %s order by key
            """,
            (workspace_id,),
        )
        return [(AutoReply(*row[:3]), bool(row[3]), row[4]) for row in await cursor.fetchall()]

    async def rules(self) -> list[AutoReply]:
        """Return the rules of all workspaces that are switched on."""
        cursor = await self._connection.execute(
            "select workspace_id, key, definition from auto_reply where live order by workspace_id, key"
        )
        return [AutoReply(*row) for row in await cursor.fetchall()]

    async def edition(self) -> str:
        """Return a text that is another one after any rule was saved or switched."""
        cursor = await self._connection.execute(
            "select count(*) || ' ' || coalesce(sum(xmin::text::numeric), 0) from auto_reply"
        )
        (found,) = await cursor.fetchone() or ("",)
        return str(found)

    async def bound(self, workspace_id: int, node_ids: Sequence[bytes]) -> set[bytes]:
        """Return those of `node_ids` whose person is known as a member."""
        cursor = await self._connection.execute(
            """
            select n.node_id from node n
            cross join lateral (  -- person by person, by their index: a plan made while the table was empty reads all of it
                select from node m
                where m.workspace_id = n.workspace_id and m.profile_id = n.profile_id and m.namespace = 'member_id'
                limit 1) as member
            where n.workspace_id = %s and n.node_id = any(%s)
            """,
            (workspace_id, list(node_ids)),
            binary=True,
        )
        return {bytes(node_id) for (node_id,) in await cursor.fetchall()}


class PostgresReplies:
    """ReplyStore."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def plan(self, replies: Sequence[Reply], links: Sequence[TrackedLink]) -> None:
        """Keep replies with their links, each once."""
        async with self._connection.cursor() as cursor:
            await cursor.executemany(
                """
                insert into reply (workspace_id, reply_id, account, origins, person, namespace, line_user, body, tags,
                                   token, state, reason, expires_at, created_at)
                values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) on conflict do nothing
                """,
                [
                    (
                        asked.workspace_id,
                        asked.reply_id,
                        asked.account,
                        list(asked.origins),
                        asked.person,
                        asked.namespace,
                        asked.user,
                        reply.body,
                        list(asked.tags),
                        asked.token,
                        str(reply.state),
                        str(reply.reason),
                        asked.expires_at,
                        reply.created_at,
                    )
                    for reply in replies
                    for asked in (reply.request,)
                ],
            )
            if links:
                await cursor.executemany(
                    """
                    insert into tracked_link (token, workspace_id, send_id, url) values (%s, %s, %s, %s)
                    on conflict do nothing
                    """,
                    [(link.token, link.workspace_id, link.send_id, link.url) for link in links],
                )

    async def claim(self, now: datetime, most: int) -> list[DueReply]:
        """Hand out planned replies, oldest first, as called; what is too late becomes expired, what is lost unknown."""
        await self._connection.execute(
            """
            update reply set token = '', settled_at = %(now)s,
                   state = case state when 'planned' then 'expired' else 'unknown' end,
                   reason = case state when 'planned' then 'expired' else 'abandoned' end
            where (state = 'planned' and expires_at <= %(now)s)
               or (state = 'called' and called_at <= %(given_up)s)
            """,
            {"now": now, "given_up": now - GIVEN_UP_AFTER},
        )
        cursor = await self._connection.execute(
            """
            with next as materialized (  -- once: joined in a loop, a limit would be taken anew for every row
                select workspace_id, reply_id from reply where state = 'planned'
                order by created_at, reply_id limit %s for update skip locked)
            update reply r set state = 'called', called_at = %s from next
            where r.workspace_id = next.workspace_id and r.reply_id = next.reply_id
            returning r.workspace_id, r.reply_id, r.account, r.origins, r.namespace, r.line_user, r.body, r.tags, r.token
            """,
            (most, now),
            binary=True,
        )
        return [
            DueReply(
                workspace_id, reply_id, account, tuple(origins), namespace, user, body, tuple(tags), token
            )
            for workspace_id, reply_id, account, origins, namespace, user, body, tags, token in await cursor.fetchall()
        ]

    async def settle(self, settled: Sequence[RepliedTo], at: datetime) -> None:
        """Write down what became of calls, and forget their tokens."""
        async with self._connection.cursor() as cursor:
            await cursor.executemany(
                """
                update reply set state = %s, reason = %s, settled_at = %s, token = ''
                where workspace_id = %s and reply_id = %s and state = 'called'
                """,
                [(str(one.state), one.reason, at, one.workspace_id, one.reply_id) for one in settled],
            )
