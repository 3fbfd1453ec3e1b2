"""Aggregation units in PostgreSQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from tieline.model.unit import BETWEEN_QUESTIONS, NAMES_MAX, Unit, name_of

_LINE_TIME = ZoneInfo("Asia/Tokyo")
_UNIT_LOCK = 7_302_185


class PostgresUnits:
    """UnitStore."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def named(self, workspace_id: int, account: str, origin: str, step: str, at: datetime) -> str:
        """Return the unit of a step, or "" where the month has no name left for it."""
        name, month = name_of(workspace_id, origin, step), at.astimezone(_LINE_TIME).strftime("%Y%m")
        # Two loops plan messages, and both would take the last name.
        await self._connection.execute("select pg_advisory_xact_lock(%s, %s)", (_UNIT_LOCK, workspace_id))
        cursor = await self._connection.execute(
            """
            insert into aggregation_unit (workspace_id, account, name, origin, step, month, first_at, last_at, ask_at)
            select %(workspace)s, %(account)s, %(name)s, %(origin)s, %(step)s, %(month)s, %(at)s, %(at)s,
                   %(at)s::timestamptz + interval '1 hour'
            where exists (select from aggregation_unit where workspace_id = %(workspace)s and account = %(account)s
                                                         and name = %(name)s and month = %(month)s)
               or (select count(*) from aggregation_unit
                   where workspace_id = %(workspace)s and account = %(account)s and month = %(month)s) < %(most)s
            on conflict (workspace_id, account, name) do update
            set month = excluded.month, last_at = excluded.last_at,
                ask_at = least(aggregation_unit.ask_at, excluded.ask_at)
            returning 1
            """,
            {
                "workspace": workspace_id,
                "account": account,
                "name": name,
                "origin": origin,
                "step": step,
                "month": month,
                "at": at,
                "most": NAMES_MAX,
            },
        )
        return name if await cursor.fetchone() else ""

    async def taken(
        self, workspace_id: int, account: str, names: Sequence[str], tool: str, at: datetime
    ) -> None:
        """Count names that another tool used: LINE drops the thousand and first of a month, whoever uses it."""
        await self._connection.execute(
            """
            insert into aggregation_unit (workspace_id, account, name, origin, step, month, first_at, last_at)
            select %s, %s, name, %s, '', %s, %s, %s from unnest(%s::text[]) as name
            on conflict (workspace_id, account, name) do update set month = excluded.month
            """,
            (
                workspace_id,
                account,
                f"tool:{tool}",
                at.astimezone(_LINE_TIME).strftime("%Y%m"),
                at,
                at,
                list(names),
            ),
        )

    async def due(self, now: datetime) -> list[Unit]:
        """Return the unit of each account that has waited longest, where LINE may be asked again."""
        cursor = await self._connection.execute(
            """
            select distinct on (workspace_id, account) workspace_id, account, name, first_at, last_at
            from aggregation_unit u
            where ask_at <= %(now)s and not exists (
                select from aggregation_unit o
                where o.workspace_id = u.workspace_id and o.account = u.account and o.asked_at > %(since)s)
            order by workspace_id, account, ask_at
            """,
            {"now": now, "since": now - BETWEEN_QUESTIONS},
        )
        return [Unit(*row) for row in await cursor.fetchall()]

    async def said(
        self,
        unit: Unit,
        span: tuple[str, str],
        answer: Mapping[str, Any] | None,
        now: datetime,
        ask_at: datetime | None,
    ) -> None:
        """Keep what LINE said of a span of days; None keeps what was said before."""
        await self._connection.execute(
            """
            update aggregation_unit
            set asked_at = %s, ask_at = %s, said = coalesce(%s, said), said_from = case when %s then %s else said_from end,
                said_to = case when %s then %s else said_to end
            where workspace_id = %s and account = %s and name = %s
            """,
            (
                now,
                ask_at,
                None if answer is None else Jsonb(answer),
                answer is not None,
                span[0],
                answer is not None,
                span[1],
                unit.workspace_id,
                unit.account,
                unit.name,
            ),
        )

    async def of(self, workspace_id: int, origin: str) -> dict[str, dict[str, Any]]:
        """Return what LINE said of each step of an origin."""
        cursor = await self._connection.execute(
            """
            select step, name, said, said_from, said_to, asked_at, ask_at from aggregation_unit
            where workspace_id = %s and origin = %s
            """,
            (workspace_id, origin),
        )
        return {
            step: {"unit": name, "said": said, "from": first, "to": last, "asked_at": asked, "ask_at": ask}
            for step, name, said, first, last, asked, ask in await cursor.fetchall()
        }
