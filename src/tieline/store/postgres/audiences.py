"""Audiences at LINE, in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from psycopg import AsyncConnection

from tieline.ports.audiences import Audience
from tieline.store.postgres.cost import CONSENTING, FRIENDS

LIFE = timedelta(days=180)
_MEANT = f"""
    with friend as materialized ({FRIENDS}), consenting as materialized ({CONSENTING}),
    meant as materialized (
        select friend.line_user from membership join friend using (profile_id) join consenting using (profile_id)
        where membership.workspace_id = %(workspace)s and membership.segment = %(segment)s
          and friend.line_user ~ '^U[0-9a-f]{{32}}$'
    ),
    kept as materialized (
        select line_user from line_audience_member
        where workspace_id = %(workspace)s and account = %(account)s and audience = %(key)s
    )
"""
"""Who of a segment may be written to now, and who is in the audience."""
_TAKE_IN = f"""
    {_MEANT}
    insert into line_audience_member (workspace_id, account, audience, line_user, late)
    select %(workspace)s, %(account)s, %(key)s, line_user, %(late)s from meant
    on conflict do nothing
"""
# Who was erased is no longer among those kept, and is still at LINE: `people` counts them.
_CHANGED = f"""
    {_MEANT}
    select (select count(*) from meant where line_user not in (select line_user from kept)),
           people - (select count(*) from kept where line_user in (select line_user from meant))
    from line_audience where workspace_id = %(workspace)s and account = %(account)s and key = %(key)s
"""
_GONE = f"""
    with friend as materialized ({FRIENDS}), consenting as materialized ({CONSENTING})
    select count(*) from line_audience_member as kept
    where workspace_id = %(workspace)s and account = %(account)s and audience = %(key)s
      and line_user not in (select friend.line_user from friend join consenting using (profile_id))
"""


class PostgresAudiences:
    """AudienceStore, and what the console does with it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def snapshot(
        self,
        workspace_id: int,
        account: str,
        key: str,
        segment: str,
        purpose: str,
        at: datetime,
        *,
        in_step: bool = False,
    ) -> int:
        """Freeze who of a segment may be written to now as an audience of this key; return how many."""
        named = {
            "workspace": workspace_id,
            "account": account,
            "key": key,
            "segment": segment,
            "purpose": purpose,
            "late": False,
        }
        await self._connection.execute(
            "delete from line_audience_member where workspace_id = %(workspace)s and account = %(account)s and audience = %(key)s",
            named,
        )
        cursor = await self._connection.execute(_TAKE_IN, named)
        people = cursor.rowcount
        await self._connection.execute(
            """
            insert into line_audience (workspace_id, account, key, segment, purpose, description, state, people, snapshot_at,
                                       expires_at, not_before, in_step)
            values (%s, %s, %s, %s, %s, %s, 'new', %s, %s, %s, %s, %s)
            on conflict (workspace_id, account, key) do update set
                segment = excluded.segment, purpose = excluded.purpose, description = excluded.description,
                audience_id = null, state = 'new', people = excluded.people, filled_through = '', problem = '',
                snapshot_at = excluded.snapshot_at, expires_at = excluded.expires_at, not_before = excluded.not_before,
                in_step = excluded.in_step, outdated_id = coalesce(line_audience.audience_id, line_audience.outdated_id)
            """,
            (
                workspace_id, account, key, segment, purpose, f"{key} {at:%Y-%m-%d %H:%M:%S.%f}", people, at, at + LIFE, at,
                in_step,
            ),
        )  # fmt: skip
        return people

    async def withdrawn(self, workspace_id: int, account: str, key: str, purpose: str) -> int:
        """Return how many of an audience may not be written to any more."""
        cursor = await self._connection.execute(
            _GONE, {"workspace": workspace_id, "account": account, "key": key, "purpose": purpose}
        )
        row = await cursor.fetchone()
        return int(row[0]) if row else 0

    async def of(self, workspace_id: int, account: str) -> list[dict[str, Any]]:
        """Return the audiences of an account, newest first."""
        cursor = await self._connection.execute(
            """
            select key, segment, purpose, audience_id, state, people, problem, snapshot_at, expires_at, in_step
            from line_audience where workspace_id = %s and account = %s order by snapshot_at desc
            """,
            (workspace_id, account),
        )
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in await cursor.fetchall()]

    async def due(self, now: datetime, most: int) -> list[Audience]:
        """Return audiences that something is to be done about."""
        cursor = await self._connection.execute(
            """
            select workspace_id, account, key, description, audience_id, state, filled_through, expires_at, snapshot_at, in_step,
                   outdated_id
            from line_audience
            where not_before <= %s and state not in ('failed', 'expired') order by not_before limit %s
            """,
            (now, most),
        )
        return [Audience(*row) for row in await cursor.fetchall()]

    async def members(self, audience: Audience, most: int) -> Sequence[str]:
        """Return the next LINE user ids that LINE has not been given, in order."""
        cursor = await self._connection.execute(
            """
            select line_user from line_audience_member
            where workspace_id = %s and account = %s and audience = %s and line_user > %s order by line_user limit %s
            """,
            (*audience[:3], audience.filled_through, most),
        )
        return [str(user) for (user,) in await cursor.fetchall()]

    async def moved(
        self,
        audience: Audience,
        state: str,
        *,
        again_at: datetime,
        audience_id: int | None = None,
        through: str | None = None,
        problem: str = "",
    ) -> None:
        """Note how far an audience has come; None keeps what was known, and a newer snapshot is left alone."""
        await self._connection.execute(
            """
            update line_audience set state = %s, not_before = %s, audience_id = coalesce(%s, audience_id),
                                     filled_through = coalesce(%s, filled_through), problem = %s
            where workspace_id = %s and account = %s and key = %s and description = %s
            """,
            (state, again_at, audience_id, through, problem, *audience[:3], audience.description),
        )

    async def changed(self, audience: Audience) -> tuple[int, int]:
        """Return how many should be in it and are not, and how many are in it at LINE and should not."""
        cursor = await self._connection.execute(_CHANGED, await self._named(audience))
        came, left = await cursor.fetchone() or (0, 0)
        return int(came), int(left)

    async def admit(self, audience: Audience) -> None:
        """Take in who should be in it and is not; LINE has to be given them."""
        cursor = await self._connection.execute(_TAKE_IN, {**await self._named(audience), "late": True})
        await self._connection.execute(
            "update line_audience set people = people + %s where workspace_id = %s and account = %s and key = %s",
            (cursor.rowcount, *audience[:3]),
        )

    async def late(self, audience: Audience, most: int) -> Sequence[str]:
        """Return LINE user ids that were taken in late and that LINE has not been given, in order."""
        cursor = await self._connection.execute(
            """
            select line_user from line_audience_member
            where workspace_id = %s and account = %s and audience = %s and late order by line_user limit %s
            """,
            (*audience[:3], most),
        )
        return [str(user) for (user,) in await cursor.fetchall()]

    async def given(self, audience: Audience, users: Sequence[str]) -> None:
        """Note that LINE has been given these."""
        await self._connection.execute(
            """
            update line_audience_member set late = false
            where workspace_id = %s and account = %s and audience = %s and line_user = any(%s)
            """,
            (*audience[:3], list(users)),
        )

    async def remake(self, audience: Audience, at: datetime, least: int) -> bool:
        """Freeze the segment anew under the same key, unless fewer than `least` people are in it; say whether."""
        named = await self._named(audience)
        cursor = await self._connection.execute(f"{_MEANT} select count(*) from meant", named)
        (people,) = await cursor.fetchone() or (0,)
        if people < least:
            return False
        await self.snapshot(*audience[:3], named["segment"], named["purpose"], at, in_step=audience.in_step)
        return True

    async def dropped(self, audience: Audience) -> None:
        """Note that LINE does not keep the one before any more."""
        await self._connection.execute(
            "update line_audience set outdated_id = null where workspace_id = %s and account = %s and key = %s and outdated_id = %s",
            (*audience[:3], audience.outdated_id),
        )

    async def _named(self, audience: Audience) -> dict[str, Any]:
        cursor = await self._connection.execute(
            "select segment, purpose from line_audience where workspace_id = %s and account = %s and key = %s",
            audience[:3],
        )
        segment, purpose = await cursor.fetchone() or ("", "")
        names = dict(zip(("workspace", "account", "key"), audience[:3], strict=True))
        return {**names, "segment": segment, "purpose": purpose}
