"""What caps and budgets ask of the outbox in PostgreSQL."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from psycopg import AsyncConnection

from tieline.model.cost import Reserved
from tieline.model.limits import Cap, Quiet, Restraint
from tieline.model.send import Claimed, Recent

ROOM_LOCK = 7_302_184


def quiet_text(quiet: Quiet | None) -> str:
    """Return quiet hours as they are stored: "22:00-09:00", or ""."""
    return f"{quiet.start:%H:%M}-{quiet.end:%H:%M}" if quiet else ""


def restraint(quiet: str, messages: int | None, days: int | None, priority: int) -> Restraint:
    """Return the restraint that four columns say."""
    start, _, end = quiet.partition("-")
    return Restraint(
        quiet=Quiet(time.fromisoformat(start), time.fromisoformat(end)) if end else None,
        cap=Cap(messages, days) if messages is not None and days is not None else None,
        priority=priority,
    )


LEAVING = (
    "{0}.workspace_id, {0}.account, {0}.origin, {0}.step, {0}.purpose, {0}.messages, {0}.first_attempt_at,"
    " {0}.attempts + {1}, {0}.fence + {2}, {0}.expires_at, {0}.quiet, {0}.cap_messages, {0}.cap_days, {0}.priority,"
    " {0}.unit, {0}.reserved, {0}.reserved_in"
)
"""Columns of what is about to leave, for `leaving`: of {0}, with what is to be added to attempts and fence."""


def leaving(row: Sequence[Any]) -> list[Any]:
    """Return a row that begins with `LEAVING` as the fields of a Claimed or a Chunk."""
    money, month = row[15:17]
    reserved = None if money is None else Reserved(money, month)
    return [*row[:10], restraint(*row[10:14]), row[14], reserved, *row[17:]]


async def lock_room(connection: AsyncConnection, workspace_id: int) -> None:
    """Let nobody else look for room: two loops plan messages, and both would take the last place."""
    await connection.execute("select pg_advisory_xact_lock(%s, %s)", (ROOM_LOCK, workspace_id))


async def recent(
    connection: AsyncConnection, workspace_id: int, node_ids: Sequence[bytes], since: datetime
) -> dict[bytes, list[Recent]]:
    """Return the marketing messages of the person behind each node: open ones, and accepted ones since then."""
    await lock_room(connection, workspace_id)
    cursor = await connection.execute(
        """
        select asked.node_id, send_id, asked.profile_id, priority, settled_at, state = 'planned' and attempts = 0
        from node as asked
        join node as mine on mine.workspace_id = asked.workspace_id and mine.profile_id = asked.profile_id
        join send on send.workspace_id = mine.workspace_id and send.person = mine.node_id
        where asked.workspace_id = %s and asked.node_id = any(%s) and purpose <> 'transactional'
          and (state in ('planned', 'grouped', 'prepared', 'unknown') or (state = 'accepted' and settled_at > %s))
        union all
        select asked.node_id, other.send_id, asked.profile_id, 9, other.settled_at, false
        from node as asked
        join node as mine on mine.workspace_id = asked.workspace_id and mine.profile_id = asked.profile_id
        join channel_send as other on other.workspace_id = mine.workspace_id and other.person = mine.node_id
        where asked.workspace_id = %s and asked.node_id = any(%s) and other.purpose <> 'transactional'
          and (other.state in ('planned', 'prepared', 'parked') or (other.state = 'accepted' and other.settled_at > %s))
        """,
        (workspace_id, list(node_ids), since) * 2,
        binary=True,
    )
    found: defaultdict[bytes, list[Recent]] = defaultdict(list)
    for node_id, *rest in await cursor.fetchall():
        found[node_id].append(Recent(*rest))
    return dict(found)


async def withdraw(
    connection: AsyncConnection, workspace_id: int, send_ids: Sequence[bytes], reason: str, at: datetime
) -> None:
    """Suppress planned sends for which no call was made."""
    await connection.execute(
        """
        update send set state = 'suppressed', reason = %s, settled_at = %s
        where workspace_id = %s and send_id = any(%s) and state = 'planned' and attempts = 0
        """,
        (reason, at, workspace_id, list(send_ids)),
    )


async def had(
    connection: AsyncConnection, sends: Sequence[Claimed], now: datetime
) -> dict[tuple[int, bytes], int]:
    """Return how many marketing messages the person of each capped send has had, on every channel, in its cap's days."""
    capped = [(send, send.restraint.cap.days) for send in sends if send.restraint.cap is not None]
    if not capped:
        return {}
    cursor = await connection.execute(
        """
        with mine as materialized (
            select asked.workspace_id, asked.send_id, mine.node_id, %(now)s::timestamptz - make_interval(days => days) as since
            from unnest(%(workspaces)s::int[], %(sends)s::bytea[], %(people)s::bytea[], %(days)s::int[])
                 as asked (workspace_id, send_id, person, days)
            join node as own on own.workspace_id = asked.workspace_id and own.node_id = asked.person
            join node as mine on mine.workspace_id = own.workspace_id and mine.profile_id = own.profile_id
        )
        select workspace_id, send_id, count(*) from (
        select mine.workspace_id, mine.send_id from mine
        join send as past on past.workspace_id = mine.workspace_id and past.person = mine.node_id
        left join multicast as taken on past.state = 'grouped' and taken.state = 'accepted'
                                     and taken.workspace_id = past.workspace_id and taken.chunk_id = past.chunk_id
        where (past.state = 'accepted' or taken.state = 'accepted') and past.purpose <> 'transactional'
          and coalesce(taken.settled_at, past.settled_at) > mine.since
        union all
        select mine.workspace_id, mine.send_id from mine
        join channel_send as other on other.workspace_id = mine.workspace_id and other.person = mine.node_id
        where other.state = 'accepted' and other.purpose <> 'transactional' and other.settled_at > mine.since
        ) as counted group by 1, 2
        """,
        {
            "workspaces": [send.workspace_id for send, _ in capped],
            "sends": [send.send_id for send, _ in capped],
            "people": [send.person for send, _ in capped],
            "days": [days for _, days in capped],
            "now": now,
        },
        binary=True,
    )
    return {(workspace_id, bytes(send_id)): count for workspace_id, send_id, count in await cursor.fetchall()}
