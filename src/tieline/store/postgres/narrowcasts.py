"""Narrowcasts on their way, in PostgreSQL."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec
from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from tieline.model.cost import Reserved
from tieline.model.narrowcast import Claimed, Ended, Gate, Known, Leaf, Narrowcast, NarrowcastState
from tieline.model.unit import BETWEEN_QUESTIONS
from tieline.ports.narrowcasts import Asked, Attempt
from tieline.store.postgres.narrowcast_known import known

BETWEEN_CALLS = timedelta(seconds=61)
"""LINE takes 60 narrowcasts an hour from an account."""
ALONE_FOR = timedelta(hours=1)
"""So long one that runs holds the next of its account back: LINE keeps messages of the month for it."""
_CLAIM = """
    with due as (
        select distinct on (workspace_id, account) workspace_id, key from narrowcast n
        where state in ('ready', 'prepared', 'unknown') and not_before <= %(now)s
          and (lease_until is null or lease_until <= %(now)s)
          and not exists (
            select from narrowcast o
            where o.workspace_id = n.workspace_id and o.account = n.account and o.key <> n.key
              and (o.called_at > %(before)s or o.lease_until > %(now)s or o.state in ('prepared', 'unknown')
                   or (o.state = 'sending' and o.accepted_at > %(alone)s)))
        order by workspace_id, account, not_before, key
    ), held as (
        select n.workspace_id, n.key from narrowcast n
        where n.not_before <= %(now)s and (n.lease_until is null or n.lease_until <= %(now)s)
          and (n.state = 'sending' or (n.state in ('ready', 'prepared', 'unknown')
                                       and (n.workspace_id, n.key) in (select workspace_id, key from due)))
        order by n.not_before, n.key limit %(most)s for update skip locked
    )
    update narrowcast set fence = fence + 1, lease_until = %(lease)s from held
    where narrowcast.workspace_id = held.workspace_id and narrowcast.key = held.key
    returning narrowcast.workspace_id, narrowcast.key, account, definition, most, state, attempts, fence, retry_key, body,
              first_attempt_at, reserved, reserved_in, request_id, accepted_at, looks
"""
_MINE = "where workspace_id = %(workspace)s and key = %(key)s and fence = %(fence)s"


class PostgresNarrowcasts:
    """NarrowcastStore."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def claim(self, now: datetime, lease_until: datetime, most: int) -> list[Claimed]:
        """Hold what is due, the earliest first, and leave out what others hold."""
        bound = {
            "now": now,
            "lease": lease_until,
            "most": most,
            "before": now - BETWEEN_CALLS,
            "alone": now - ALONE_FOR,
        }
        cursor = await self._connection.execute(_CLAIM, bound)
        return [_claimed(row) for row in await cursor.fetchall()]

    async def known(self, one: Claimed, now: datetime) -> Mapping[Leaf, Known]:
        """Return what is known now of the audiences and earlier narrowcasts that it names."""
        return await known(self._connection, one.workspace_id, one.account, one.said.recipient, now)

    async def prepare(self, one: Claimed, now: datetime) -> bool:
        """Note its key, body, first attempt and what budgets count, before the first byte leaves; False for an old fence."""
        money, month = one.reserved or (None, None)
        return await self._update(
            one,
            """state = 'prepared', attempts = attempts + 1, called_at = %(now)s, body = %(body)s, retry_key = %(retry_key)s,
               first_attempt_at = %(first)s, reserved = %(money)s, reserved_in = %(month)s, reason = '', said = '',
               updated_at = %(now)s""",
            now=now,
            body=one.body,
            retry_key=one.retry_key,
            first=one.first_attempt_at,
            money=money,
            month=month,
        )

    async def gate(self, one: Claimed, now: datetime) -> Gate | None:
        """Read what stands now, the last thing before the call; a stop waits until the transaction ends."""
        cursor = await self._connection.execute(
            """
            select fence, a.state = 'live', halted from narrowcast n
            join line_account a on a.workspace_id = n.workspace_id and a.key = n.account
            where n.workspace_id = %s and n.key = %s for update of n
            """,
            (one.workspace_id, one.key),
        )
        row = await cursor.fetchone()
        return Gate(row[0], row[1], row[2], await self.known(one, now)) if row else None

    async def settle(self, one: Claimed, attempt: Attempt, now: datetime) -> bool:
        """Write down what became of an attempt; return whether the fence still held."""
        return await self._update(
            one,
            """state = %(state)s, reason = %(reason)s, said = %(said)s, not_before = %(due)s, lease_until = null,
               attempts = %(attempts)s, body = case when %(attempts)s > 0 then body end,
               first_attempt_at = case when %(attempts)s > 0 then first_attempt_at end,
               reserved = case when %(back)s then null else reserved end,
               reserved_in = case when %(back)s then null else reserved_in end, updated_at = %(now)s""",
            state=str(attempt.state),
            reason=attempt.reason,
            said=attempt.said,
            due=attempt.due_at,
            attempts=one.attempts + attempt.called,
            back=attempt.given_back,
            now=now,
        )

    async def accepted(self, one: Claimed, request_id: str, look_at: datetime, now: datetime) -> bool:
        """Note that LINE took it, under LINE's name for the request; return whether the fence still held."""
        return await self._update(
            one,
            """state = 'sending', request_id = %(request)s, accepted_at = %(now)s, not_before = %(look)s,
               lease_until = null, reason = '', said = '', updated_at = %(now)s""",
            request=request_id,
            look=look_at,
            now=now,
        )

    async def looked(self, one: Claimed, look_at: datetime) -> None:
        """Ask LINE again at a moment how far it is."""
        await self._update(one, "looks = looks + 1, not_before = %(look)s, lease_until = null", look=look_at)

    async def ended(self, one: Claimed, ended: Ended, ask_at: datetime | None, now: datetime) -> bool:
        """Write down what LINE says became of it; return whether the fence still held."""
        return await self._update(
            one,
            """state = %(state)s, reason = %(reason)s, said = %(said)s, target = %(target)s, success = %(success)s,
               failure = %(failure)s, billed = %(billed)s, settled_at = %(now)s, ask_at = %(ask)s, lease_until = null,
               reserved = null, reserved_in = null, updated_at = %(now)s""",
            **{**ended._asdict(), "state": str(ended.state)},
            ask=ask_at,
            now=now,
        )

    async def to_ask(self, now: datetime) -> list[Asked]:
        """Return the one of each account that has waited longest for what came of it, where LINE may be asked again."""
        cursor = await self._connection.execute(
            """
            select distinct on (workspace_id, account) workspace_id, account, key, request_id, settled_at
            from narrowcast n
            where ask_at <= %(now)s and not exists (
                select from narrowcast o
                where o.workspace_id = n.workspace_id and o.account = n.account and o.asked_at > %(since)s)
            order by workspace_id, account, ask_at
            """,
            {"now": now, "since": now - BETWEEN_QUESTIONS},
        )
        return [Asked(*row) for row in await cursor.fetchall()]

    async def told(
        self, one: Asked, answer: Mapping[str, Any] | None, now: datetime, ask_at: datetime | None
    ) -> None:
        """Keep what LINE said came of it; None keeps what was said before."""
        await self._connection.execute(
            """
            update narrowcast set asked_at = %s, ask_at = %s, insight = coalesce(%s, insight)
            where workspace_id = %s and key = %s
            """,
            (now, ask_at, None if answer is None else Jsonb(answer), one.workspace_id, one.key),
        )

    async def take_over(self, now: datetime) -> None:
        """Let nobody's leases hold, where nobody else can work on these tables."""
        await self._connection.execute(
            "update narrowcast set lease_until = null where lease_until > %s", (now,)
        )

    async def _update(self, one: Claimed, change: str, **bound: Any) -> bool:
        cursor = await self._connection.execute(
            f"update narrowcast set {change} {_MINE}",  # sql: own names
            {**bound, "workspace": one.workspace_id, "key": one.key, "fence": one.fence},
        )
        return bool(cursor.rowcount)


def _claimed(row: tuple[Any, ...]) -> Claimed:
    workspace_id, key, account, definition, most, state, attempts, fence, retry_key, body = row[:10]
    first_attempt_at, money, month, request_id, accepted_at, looks = row[10:]
    return Claimed(
        workspace_id=workspace_id,
        key=key,
        account=account,
        said=msgspec.convert(definition, Narrowcast),
        most=most,
        state=NarrowcastState(state),
        attempts=attempts,
        fence=fence,
        retry_key=retry_key,
        body=bytes(body) if body is not None else None,
        first_attempt_at=first_attempt_at,
        reserved=None if money is None else Reserved(money, month),
        request_id=request_id,
        accepted_at=accepted_at,
        looks=looks,
    )
