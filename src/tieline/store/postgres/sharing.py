"""Webhooks on their way to other tools, and calls of theirs that came through us, in PostgreSQL."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection

from tieline.model.event import LogKind
from tieline.model.sharing import Delivery, Forward

Without = Callable[[bytes, frozenset[str]], bytes | None]


class PostgresForwards:
    """ForwardStore, and what the console does with it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, forward: Forward, at: datetime) -> None:
        """Let a tool have webhooks, from now on."""
        await self._connection.execute(
            """
            insert into webhook_forward
            select %s, %s, %s, %s, coalesce((select max(log_offset) from log), 0), %s
            on conflict (workspace_id, account, key) do update set url = excluded.url
            """,
            (*forward[:4], at),
        )

    async def of(self, workspace_id: int, account: str) -> list[dict[str, Any]]:
        """Return the tools of an account with what waits for each and what is dead."""
        cursor = await self._connection.execute(
            """
            select key, url, f.created_at,
                   count(delivery_id) filter (where state = 'planned') as waiting,
                   count(delivery_id) filter (where state = 'dead') as dead
            from webhook_forward f
            left join webhook_delivery d on d.workspace_id = f.workspace_id and d.account = f.account and d.forward = f.key
            where f.workspace_id = %s and f.account = %s group by 1, 2, 3 order by key
            """,
            (workspace_id, account),
        )
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in await cursor.fetchall()]

    async def dead(self, workspace_id: int, account: str, most: int) -> list[dict[str, Any]]:
        """Return deliveries that were given up, newest first; what they hold is not shown."""
        cursor = await self._connection.execute(
            """
            select delivery_id, forward, attempts, reason, created_at from webhook_delivery
            where workspace_id = %s and account = %s and state = 'dead' order by delivery_id desc limit %s
            """,
            (workspace_id, account, most),
        )
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in await cursor.fetchall()]

    async def replay(self, workspace_id: int, account: str, key: str, at: datetime) -> int:
        """Try dead deliveries of a tool again; return how many."""
        cursor = await self._connection.execute(
            """
            update webhook_delivery set state = 'planned', attempts = 0, not_before = %s, reason = ''
            where workspace_id = %s and account = %s and forward = %s and state = 'dead'
            """,
            (at, workspace_id, account, key),
        )
        return cursor.rowcount

    async def drop(self, workspace_id: int, account: str, key: str) -> bool:
        """Let a tool have no more webhooks, nor those that wait."""
        await self._connection.execute(
            "delete from webhook_delivery where workspace_id = %s and account = %s and forward = %s",
            (workspace_id, account, key),
        )
        cursor = await self._connection.execute(
            "delete from webhook_forward where workspace_id = %s and account = %s and key = %s",
            (workspace_id, account, key),
        )
        return bool(cursor.rowcount)

    async def enqueue(self, most: int, at: datetime) -> int:
        """Copy webhooks that came since for every tool, and move its place in the log; return how many."""
        cursor = await self._connection.execute(
            """
            select f.workspace_id, f.account, f.key, f.log_offset, a.source_id
            from webhook_forward f join line_account a on a.workspace_id = f.workspace_id and a.key = f.account
            order by 1, 2, 3 for update of f skip locked
            """
        )
        copied = 0
        for workspace_id, account, key, after, source_id in await cursor.fetchall():
            cursor = await self._connection.execute(
                """
                with next as (
                    select log_offset, body from log
                    where log_offset > %s and source_id = %s and kind = %s order by log_offset limit %s
                ), copied as (
                    insert into webhook_delivery (workspace_id, account, forward, log_offset, body, state, not_before, created_at)
                    select %s, %s, %s, log_offset, body, 'planned', %s, %s from next on conflict do nothing returning 1
                )
                update webhook_forward set log_offset = (select max(log_offset) from next)
                where workspace_id = %s and account = %s and key = %s and exists (select from next)
                returning (select count(*) from copied)
                """,
                (
                    after, source_id, int(LogKind.LINE_WEBHOOK), most, workspace_id, account, key, at, at,
                    workspace_id, account, key,
                ),
            )  # fmt: skip
            row = await cursor.fetchone()
            copied += int(row[0]) if row else 0
        return copied

    async def due(self, now: datetime, most: int, lease_until: datetime) -> list[Delivery]:
        """Hand out deliveries that are due, put off so that nobody else takes them meanwhile."""
        cursor = await self._connection.execute(
            """
            with due as (
                select workspace_id, delivery_id from webhook_delivery
                where state = 'planned' and not_before <= %s order by not_before, delivery_id limit %s for update skip locked
            )
            update webhook_delivery d set not_before = %s from due, webhook_forward f
            where d.workspace_id = due.workspace_id and d.delivery_id = due.delivery_id
              and f.workspace_id = d.workspace_id and f.account = d.account and f.key = d.forward
            returning d.workspace_id, d.delivery_id, d.account, d.forward, f.url, d.body, d.attempts
            """,
            (now, most, lease_until),
        )
        found = [Delivery(*row) for row in await cursor.fetchall()]
        return sorted(found, key=lambda one: one.delivery_id)

    async def delivered(self, delivery: Delivery) -> None:
        """Forget a delivery: the tool has it."""
        await self._connection.execute(
            "delete from webhook_delivery where workspace_id = %s and delivery_id = %s",
            (delivery.workspace_id, delivery.delivery_id),
        )

    async def failed(self, delivery: Delivery, reason: str, again_at: datetime | None) -> None:
        """Try again at a moment; None is never again."""
        await self._connection.execute(
            """
            update webhook_delivery set attempts = attempts + 1, reason = %s, state = %s, not_before = coalesce(%s, not_before)
            where workspace_id = %s and delivery_id = %s
            """,
            (
                reason, "planned" if again_at else "dead", again_at, delivery.workspace_id, delivery.delivery_id,
            ),
        )  # fmt: skip


class PostgresRawWebhooks:
    """RawWebhooks.

    Args:
        connection: The connection of the caller's transactions.
        without: Returns a body without the texts of some messages, or None if none is in it.
    """

    def __init__(self, connection: AsyncConnection, without: Without) -> None:
        self._connection = connection
        self._without = without

    async def unredacted(self, most: int) -> list[tuple[int, bytes]]:
        """Return the next webhooks by log offset, absorbed and copied for every tool, with their bodies."""
        cursor = await self._connection.execute(
            """
            select log_offset, body from log
            where kind = %s and log_offset > (select log_offset from position where consumer = 'redact')
              and log_offset <= (select log_offset from position where consumer = 'stream')
              and log_offset <= coalesce((
                  select min(f.log_offset) from webhook_forward f
                  join line_account a on a.workspace_id = f.workspace_id and a.key = f.account
                  where exists (select from log later where later.source_id = a.source_id and later.kind = %s
                                  and later.log_offset > f.log_offset)), 9223372036854775807)
            order by log_offset limit %s
            """,
            (int(LogKind.LINE_WEBHOOK), int(LogKind.LINE_WEBHOOK), most),
        )
        return [(int(offset), bytes(body)) for offset, body in await cursor.fetchall()]

    async def redact(self, rows: list[tuple[int, bytes]], through: int, at: datetime) -> None:
        """Write bodies back without what is not kept, and note how far that went."""
        if rows:
            await self._connection.execute(
                """
                update log set body = said.body from unnest(%s::bigint[], %s::bytea[]) as said (log_offset, body)
                where log.log_offset = said.log_offset
                """,
                ([offset for offset, _ in rows], [body for _, body in rows]),
            )
        await self._connection.execute(
            "update position set log_offset = %s, at = %s where consumer = 'redact'", (through, at)
        )

    async def unsent(self, message_ids: list[str]) -> None:
        """Take what people took back out of deliveries that still wait."""
        cursor = await self._connection.execute(
            """
            select workspace_id, delivery_id, body from webhook_delivery
            where exists (select from unnest(%s::bytea[]) as id where position(id in body) > 0) for update
            """,
            ([message_id.encode() for message_id in message_ids],),
        )
        for workspace_id, delivery_id, body in await cursor.fetchall():
            changed = self._without(bytes(body), frozenset(message_ids))
            if changed is not None:
                await self._connection.execute(
                    "update webhook_delivery set body = %s where workspace_id = %s and delivery_id = %s",
                    (changed, workspace_id, delivery_id),
                )


class PostgresProxy:
    """Keys of other tools, and what they sent through us."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put_key(
        self, workspace_id: int, account: str, name: str, key_hash: bytes, at: datetime
    ) -> None:
        """Give a tool a key; its former one is dead."""
        await self._connection.execute(
            """
            insert into proxy_key values (%s, %s, %s, %s, %s)
            on conflict (workspace_id, account, name) do update
            set key_hash = excluded.key_hash, created_at = excluded.created_at, revoked_at = null
            """,
            (workspace_id, account, name, key_hash, at),
        )

    async def revoke(self, workspace_id: int, account: str, name: str, at: datetime) -> bool:
        """Let a key open nothing any more."""
        cursor = await self._connection.execute(
            "update proxy_key set revoked_at = %s where workspace_id = %s and account = %s and name = %s and revoked_at is null",
            (at, workspace_id, account, name),
        )
        return bool(cursor.rowcount)

    async def owner(self, key_hash: bytes) -> tuple[int, str, str] | None:
        """Return workspace, account and tool of a key."""
        cursor = await self._connection.execute(
            "select workspace_id, account, name from proxy_key where key_hash = %s and revoked_at is null",
            (key_hash,),
        )
        row = await cursor.fetchone()
        return (int(row[0]), str(row[1]), str(row[2])) if row else None

    async def called(
        self, workspace_id: int, account: str, tool: str, kind: str, messages: int, at: datetime
    ) -> int:
        """Note a call before it is made: what is in doubt counts."""
        cursor = await self._connection.execute(
            """
            insert into proxied_send (workspace_id, account, tool, kind, messages, state, called_at)
            values (%s, %s, %s, %s, %s, 'called', %s) returning proxied_id
            """,
            (workspace_id, account, tool, kind, messages, at),
        )
        row = await cursor.fetchone()
        return int(row[0]) if row else 0

    async def settled(
        self, workspace_id: int, proxied_id: int, state: str, messages: int, request_id: str, at: datetime
    ) -> None:
        """Note what became of a call."""
        await self._connection.execute(
            """
            update proxied_send set state = %s, messages = %s, request_id = %s, settled_at = %s
            where workspace_id = %s and proxied_id = %s
            """,
            (state, messages, request_id, at, workspace_id, proxied_id),
        )
