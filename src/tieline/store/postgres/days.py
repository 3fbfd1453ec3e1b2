"""Our ledger of a day beside LINE's counters, in PostgreSQL."""

from datetime import date, datetime, timedelta

from psycopg import AsyncConnection

from tieline.ports.cost import LineDay, OwnDay


class PostgresDays:
    """DayStore."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def unchecked(
        self, account: tuple[int, str], first: date, last: date, before: datetime
    ) -> list[date]:
        """Return the days that LINE has not counted for us yet and that were not asked for since `before`."""
        cursor = await self._connection.execute(
            """
            select asked.at::date from generate_series(%s::date, %s::date, interval '1 day') as asked (at)
            where asked.at::date >= (select (created_at at time zone 'Asia/Tokyo')::date from line_account
                                where workspace_id = %s and key = %s)
              and not exists (
                select from line_day known
                where known.workspace_id = %s and known.account = %s and known.day = asked.at::date
                  and (known.checked_at > %s or (known.line_push is not null and known.line_multicast is not null
                       and known.line_reply is not null and known.line_broadcast is not null
                       and known.line_narrowcast is not null)))
            order by 1
            """,
            (first, last, *account, *account, before),
        )
        return [day for (day,) in await cursor.fetchall()]

    async def own(self, account: tuple[int, str], day: date) -> OwnDay:
        """Return what we sent on a day."""
        cursor = await self._connection.execute(
            """
            with day as (select %(day)s::date::timestamp at time zone 'Asia/Tokyo' as began,
                                %(after)s::date::timestamp at time zone 'Asia/Tokyo' as ended)
            select coalesce(sum(billed) filter (where chunk_id is null), 0)::bigint,
                   coalesce(sum(billed) filter (where chunk_id is not null), 0)::bigint,
                   (select count(*) from reply, day where workspace_id = %(workspace)s and account = %(account)s
                      and state = 'accepted' and settled_at >= began and settled_at < ended),
                   (select coalesce(sum(billed), 0)::bigint from narrowcast, day where workspace_id = %(workspace)s
                      and account = %(account)s and billed > 0 and settled_at >= began and settled_at < ended)
            from send, day
            where workspace_id = %(workspace)s and account = %(account)s and billed > 0
              and settled_at >= began and settled_at < ended
            """,
            {"day": day, "after": day + timedelta(days=1), "workspace": account[0], "account": account[1]},
        )
        row = await cursor.fetchone()
        return OwnDay(*row) if row else OwnDay(0, 0, 0)

    async def save(
        self, account: tuple[int, str], day: date, own: OwnDay, line: LineDay, at: datetime
    ) -> None:
        """Keep both counts."""
        await self._connection.execute(
            """
            insert into line_day (workspace_id, account, day, own_push, own_multicast, own_reply, own_narrowcast,
                                  line_push, line_multicast, line_reply, line_broadcast, line_narrowcast, friends, reachable,
                                  blocks, checked_at)
            values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
            on conflict (workspace_id, account, day) do update set
                own_push = excluded.own_push, own_multicast = excluded.own_multicast, own_reply = excluded.own_reply,
                own_narrowcast = excluded.own_narrowcast,
                line_push = coalesce(excluded.line_push, line_day.line_push),
                line_multicast = coalesce(excluded.line_multicast, line_day.line_multicast),
                line_reply = coalesce(excluded.line_reply, line_day.line_reply),
                line_broadcast = coalesce(excluded.line_broadcast, line_day.line_broadcast),
                line_narrowcast = coalesce(excluded.line_narrowcast, line_day.line_narrowcast),
                friends = coalesce(excluded.friends, line_day.friends),
                reachable = coalesce(excluded.reachable, line_day.reachable),
                blocks = coalesce(excluded.blocks, line_day.blocks), checked_at = excluded.checked_at
            """,
            (*account, day, *own, *line, at),
        )
