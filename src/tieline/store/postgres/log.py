"""The log in PostgreSQL, with the positions of those who read it and the messages seen."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from psycopg import AsyncConnection

from tieline.model.event import LogKind, LogRow, NewLogRow, Parked, Source

# One lock for every append: offsets are given and committed in the same order, so that a reader which has seen
# offset n has seen all below it. Without it a slow writer's lower offset could appear behind the reader.
APPEND_LOCK = 7_105_001
REMEMBER = timedelta(days=8)
_APPEND = """
    with turn as materialized (select pg_advisory_xact_lock(%s)), stored as (
        insert into log (log_offset, workspace_id, source_id, kind, items, received_at, body)
        select nextval('log_offset'), row.*
        from turn, unnest(%s::int4[], %s::int4[], %s::int2[], %s::int4[], %s::timestamptz[], %s::bytea[]) as row
        returning log_offset)
    select max(log_offset) from stored
"""


class PostgresLog:
    """LogStore."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def append(self, rows: Sequence[NewLogRow]) -> int:
        """Store `rows` and return the last offset given; one statement, so that no busy process holds the turn between two."""
        columns = zip(
            *((r.workspace_id, r.source_id, int(r.kind), r.items, r.received_at, r.body) for r in rows),
            strict=True,
        )
        cursor = await self._connection.execute(_APPEND, (APPEND_LOCK, *map(list, columns)), binary=True)
        (last,) = await cursor.fetchone() or (0,)
        return int(last)

    async def read(self, after: int, items_max: int) -> list[LogRow]:
        """Return rows above `after` in order, up to `items_max` events but at least one row."""
        cursor = await self._connection.execute(
            """
            select log_offset, workspace_id, source_id, kind, items, received_at, body
            from (
                select *, sum(items) over (order by log_offset) - items as before
                from (select * from log where log_offset > %s order by log_offset limit %s) as next
            ) as sized
            where before < %s
            order by log_offset
            """,
            (after, items_max, items_max),
            binary=True,
        )
        return [
            LogRow(offset, workspace_id, source_id, LogKind(kind), items, received_at, body)
            for offset, workspace_id, source_id, kind, items, received_at, body in await cursor.fetchall()
        ]

    async def head(self) -> int:
        """Return the highest committed offset."""
        cursor = await self._connection.execute("select coalesce(max(log_offset), 0) from log")
        row = await cursor.fetchone()
        return int(row[0]) if row else 0

    async def position(self, consumer: str) -> int:
        """Return how far `consumer` has come, locked, so that two workers cannot read the same rows."""
        cursor = await self._connection.execute(
            "select log_offset from position where consumer = %s for update", (consumer,)
        )
        row = await cursor.fetchone()
        return int(row[0]) if row else 0

    async def save_position(self, consumer: str, log_offset: int, at: datetime) -> None:
        """Note how far `consumer` has come."""
        await self._connection.execute(
            """
            insert into position (consumer, log_offset, at) values (%s, %s, %s)
            on conflict (consumer) do update set log_offset = excluded.log_offset, at = excluded.at
            """,
            (consumer, log_offset, at),
        )


class PostgresMessages:
    """MessageStore."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def claim(self, keys: Mapping[int, Sequence[bytes]], on: date) -> set[tuple[int, bytes]]:
        """Remember message keys and return those that were seen before."""
        seen: set[tuple[int, bytes]] = set()
        for workspace_id, named in keys.items():
            unique = sorted(set(named))
            cursor = await self._connection.execute(
                """
                insert into message_seen (workspace_id, key, seen_on)
                select %s, unnest(%s::bytea[]), %s
                on conflict do nothing
                returning key
                """,
                (workspace_id, unique, on),
                binary=True,
            )
            new = {bytes(key) for (key,) in await cursor.fetchall()}
            seen |= {(workspace_id, key) for key in unique if key not in new}
        return seen

    async def forget_before(self, on: date) -> None:
        """Drop message keys that are older than any promise made about them."""
        await self._connection.execute("delete from message_seen where seen_on < %s", (on - REMEMBER,))

    async def park(self, items: Sequence[Parked], at: datetime) -> None:
        """Keep what could not be processed, with its reason."""
        if not items:
            return
        async with self._connection.cursor() as cursor:
            await cursor.executemany(
                """
                insert into dead_letter (workspace_id, log_offset, item, stage, reason, detail, at)
                values (%s, %s, %s, %s, %s, %s, %s) on conflict do nothing
                """,
                [(p.workspace_id, p.log_offset, p.item, p.stage, p.reason, p.detail, at) for p in items],
            )


class PostgresSources:
    """SourceStore."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def sources(self) -> dict[int, Source]:
        """Return every source by its id."""
        cursor = await self._connection.execute(
            """
            select s.workspace_id, s.source_id, s.key, s.kind, s.name,
                   coalesce(a.key, ''), coalesce(a.provider_id, ''),
                   coalesce(s.settings ->> 'user_id_namespace', 'member_id'),
                   coalesce((s.settings ->> 'consent_required')::boolean, false)
            from source s left join line_account a using (source_id)
            """
        )
        return {int(row[1]): Source(*row) for row in await cursor.fetchall()}
