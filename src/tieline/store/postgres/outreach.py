"""Channels and their messages in PostgreSQL."""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from tieline.model.outreach import LINE_PHONE, NAMESPACE, Arrived, Carrying, Channel, Outgoing

TAG = re.compile(r"[0-9a-f]{32}")
"""The id of a message, as it names the message to LINE."""


class PostgresOutreach:
    """OutreachStore, and the definitions behind it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def put(self, channel: Channel, at: datetime) -> None:
        """Create a channel or change it; without a secret, the one it has stays."""
        await self._connection.execute(
            """
            insert into channel (workspace_id, key, kind, settings, secret, price, state, updated_at)
            values (%s, %s, %s, %s, %s, %s, %s, %s)
            on conflict (workspace_id, key) do update
            set kind = excluded.kind, settings = excluded.settings, price = excluded.price, state = excluded.state,
                secret = coalesce(excluded.secret, channel.secret), updated_at = excluded.updated_at
            """,
            (
                channel.workspace_id,
                channel.key,
                channel.kind,
                Jsonb(dict(channel.settings)),
                channel.secret,
                channel.price,
                "live" if channel.live else "paused",
                at,
            ),
        )

    async def channels(self, workspace_id: int) -> dict[str, Channel]:
        """Return the channels of a workspace by key."""
        cursor = await self._connection.execute(
            "select key, kind, settings, price, state, secret from channel where workspace_id = %s order by key",
            (workspace_id,),
        )
        return {
            key: Channel(workspace_id, key, kind, settings, price, state == "live", secret)
            for key, kind, settings, price, state, secret in await cursor.fetchall()
        }

    async def addresses(
        self, workspace_id: int, people: Sequence[bytes]
    ) -> dict[bytes, dict[str, tuple[str, ...]]]:
        """Return proven addresses of the person behind each node by kind, the newest first; bounced ones left out."""
        cursor = await self._connection.execute(
            """
            select asked.node_id, mine.namespace, mine.value,
                   array(select b.kind from channel_bounce b
                         where b.workspace_id = mine.workspace_id and b.address = mine.value)
            from node asked
            join node mine on mine.workspace_id = asked.workspace_id and mine.profile_id = asked.profile_id and mine.core
            where asked.workspace_id = %s and asked.node_id = any(%s) and mine.namespace = any(%s)
            order by mine.first_at desc, mine.node_id
            """,
            (workspace_id, list(people), sorted(set(NAMESPACE.values()))),
        )
        found: defaultdict[bytes, dict[str, tuple[str, ...]]] = defaultdict(dict)
        for node_id, namespace, value, bounced in await cursor.fetchall():
            mine = found[bytes(node_id)]
            for kind in (kind for kind, of in NAMESPACE.items() if of == namespace and kind not in bounced):
                mine[kind] = (*mine.get(kind, ()), value)
        return dict(found)

    async def add(self, wanted: Sequence[Outgoing]) -> set[bytes]:
        """Keep messages that are not there yet; return the ids of those that are new."""
        new: set[bytes] = set()
        for one in wanted:
            cursor = await self._connection.execute(
                """
                insert into channel_send (workspace_id, send_id, channel, kind, origin, step, person, address, purpose,
                                          content, unsubscribe, state, reason, cost, not_before, expires_at, created_at,
                                          settled_at)
                values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s,
                        case when %s <> 'planned' then %s::timestamptz end)
                on conflict do nothing
                """,
                (
                    one.workspace_id, one.send_id, one.channel, one.kind, one.origin, one.step, one.person,
                    one.address, one.purpose, Jsonb(dict(one.content)), one.unsubscribe, one.state, one.reason,
                    one.cost, one.at, one.expires_at, one.at, one.state, one.at,
                ),
            )  # fmt: skip
            if cursor.rowcount:
                new.add(one.send_id)
        return new

    async def claim(self, now: datetime, most: int, lease: timedelta) -> list[Carrying]:
        """Hold messages that are due, or whose holder died; what others hold is left out."""
        cursor = await self._connection.execute(
            """
            with due as materialized (
                select workspace_id, send_id, state = 'prepared' as doubtful from channel_send
                where (state = 'planned' and not_before <= %(now)s) or (state = 'prepared' and lease_until <= %(now)s)
                order by not_before limit %(most)s for update skip locked)
            update channel_send s
            set state = 'prepared', attempts = attempts + 1, fence = fence + 1, lease_until = %(until)s
            from due where s.workspace_id = due.workspace_id and s.send_id = due.send_id
            returning s.workspace_id, s.send_id, channel, kind, origin, step, person, address, purpose, content,
                      unsubscribe, expires_at, attempts, fence, doubtful
            """,
            {"now": now, "most": most, "until": now + lease},
        )
        return [
            Carrying(workspace_id, bytes(send_id), channel, kind, origin, step, bytes(person), *rest)
            for workspace_id, send_id, channel, kind, origin, step, person, *rest in await cursor.fetchall()
        ]

    async def halted(self, workspace_id: int, origin: str) -> bool:
        """Tell whether somebody stopped what messages of this origin come from."""
        cursor = await self._connection.execute(
            "select from origin_halt where workspace_id = %s and origin in (%s, '*')", (workspace_id, origin)
        )
        return await cursor.fetchone() is not None

    async def settle(
        self, held: Carrying, state: str, reason: str, now: datetime, again_at: datetime, reference: str
    ) -> bool:
        """Write down what became of a call; return whether the fence still held."""
        cursor = await self._connection.execute(
            """
            update channel_send
            set state = %(state)s, reason = %(reason)s, reference = %(reference)s, not_before = %(again)s,
                lease_until = null, settled_at = case when %(state)s = 'planned' then null else %(now)s::timestamptz end
            where workspace_id = %(workspace)s and send_id = %(send)s and fence = %(fence)s and state = 'prepared'
            """,
            {
                "state": state,
                "reason": reason,
                "reference": reference,
                "again": again_at,
                "now": now,
                "workspace": held.workspace_id,
                "send": held.send_id,
                "fence": held.fence,
            },
        )
        return bool(cursor.rowcount)

    async def delivered(self, workspace_id: int, account: str, tag: str, at: datetime) -> Arrived | None:
        """Note that the message of this delivery tag has arrived; return it if that ended a doubt, else None."""
        if not TAG.fullmatch(tag):
            return None
        cursor = await self._connection.execute(
            """
            with told as (
                update channel_send s
                set by_word = s.by_word or s.state <> 'accepted', state = 'accepted', reason = '', reference = 'delivered',
                    lease_until = null, settled_at = coalesce(settled_at, %(at)s)
                from channel c
                where s.workspace_id = %(workspace)s and s.send_id = %(send)s and s.kind = %(kind)s
                  and c.workspace_id = s.workspace_id and c.key = s.channel and c.settings->>'account' = %(account)s
                  and s.attempts > 0 and s.state in ('prepared', 'parked', 'accepted')
                returning s.*)
            select namespace, value, send_id, channel, kind, origin, step, purpose
            from told join node on node.workspace_id = told.workspace_id and node.node_id = told.person
            where by_word
            """,
            {
                "workspace": workspace_id,
                "account": account,
                "send": bytes.fromhex(tag),
                "kind": LINE_PHONE,
                "at": at,
            },
        )
        row = await cursor.fetchone()
        return None if row is None else Arrived(row[0], row[1], bytes(row[2]), *row[3:])

    async def bounced(self, workspace_id: int, kind: str, address: str, reason: str, at: datetime) -> None:
        """Write nothing to this address any more."""
        await self._connection.execute(
            """
            insert into channel_bounce (workspace_id, kind, address, reason, at) values (%s, %s, %s, %s, %s)
            on conflict do nothing
            """,
            (workspace_id, kind, address, reason, at),
        )

    async def spent(self, workspace_id: int, since: datetime) -> list[dict[str, Any]]:
        """Return what messages of each channel became since then, and what those that were accepted cost.

        By telephone number LINE takes money for what it has delivered, not for what it has accepted.
        """
        async with self._connection.cursor(row_factory=dict_row) as cursor:
            await cursor.execute(
                """
                select channel, kind, state, reason, count(*)::int as messages,
                       coalesce(sum(cost) filter (where state = 'accepted' and (kind <> %s or reference = 'delivered')), 0) as cost
                from channel_send where workspace_id = %s and created_at >= %s
                group by channel, kind, state, reason order by channel, state, reason
                """,
                (LINE_PHONE, workspace_id, since),
            )
            return await cursor.fetchall()

    async def leaving(self, token: str) -> tuple[int, str, str] | None:
        """Return workspace, address and purpose of the message whose link withdraws a consent."""
        cursor = await self._connection.execute(
            "select workspace_id, address, purpose from channel_send where unsubscribe = %s", (token,)
        )
        row = await cursor.fetchone()
        return (int(row[0]), str(row[1]), str(row[2])) if row else None


def shown(channel: Channel) -> Mapping[str, Any]:
    """Return a channel for people: whether it has a secret, never which."""
    price: Decimal = channel.price
    return {
        "key": channel.key,
        "kind": channel.kind,
        "settings": channel.settings,
        "price": str(price),
        "state": "live" if channel.live else "paused",
        "secret": channel.secret is not None,
    }
