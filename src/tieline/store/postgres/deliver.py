"""The outbox in PostgreSQL."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection

from tieline.model.send import Claimed, Held, Prepared, Recent, Send, Settled, Standing, TrackedLink
from tieline.store.postgres import restrained, shown
from tieline.store.postgres.standing import STANDING

# The frozen group of a send that is due must come with it; whoever locks only a part of it leaves it alone.
_DUE = """
    select workspace_id, send_id, chunk_id, origin
    from send
    where state in ('planned', 'unknown', 'prepared') and not_before <= %s
      and (workspace_id, account) not in (select * from unnest(%s::int[], %s::text[]))
    order by not_before limit %s
    for update skip locked
"""
_GROUPS = """
    with wanted as (select distinct * from unnest(%s::int[], %s::bytea[], %s::text[]) as w (workspace_id, chunk_id, origin)),
    members as materialized (
        select send.workspace_id, send.send_id, send.chunk_id
        from send join wanted using (workspace_id, chunk_id, origin)
        where send.state in ('planned', 'unknown', 'prepared')
    ),
    locked as materialized (
        select workspace_id, send_id, chunk_id from send
        where (workspace_id, send_id) in (select workspace_id, send_id from members)
        for update skip locked
    )
    select workspace_id, send_id from locked
    where (workspace_id, chunk_id) not in (
        select workspace_id, chunk_id from members
        where (workspace_id, send_id) not in (select workspace_id, send_id from locked)
    )
"""
_CLAIMED = f"""
    select {restrained.LEAVING.format("send", 0, 1)}, send.send_id, person, coalesce(node.namespace, ''),
           coalesce(node.value, ''), line_user, body_hash, chunk_id
    from unnest(%s::int[], %s::bytea[]) with ordinality as asked (workspace_id, send_id, place)
    join send using (workspace_id, send_id)
    left join node on node.workspace_id = send.workspace_id and node.node_id = send.person
    order by place
"""
# Not `=`: a table that was looked at while nothing was prepared seems to hold nothing of that state, and the index of what is
# due would be read from end to end for it.
_SETTLE = """
    update send
    set state = said.state, reason = said.reason, chunk_id = said.chunk_id,
        attempts = attempts - (not called)::int,
        first_attempt_at = case when attempts - (not called)::int > 0 then first_attempt_at end,
        not_before = said.not_before, lease_until = null, request_id = coalesce(nullif(said.request_id, ''), send.request_id),
        billed = said.billed,
        settled_at = case when said.state in ('planned', 'unknown', 'prepared') then null else %s::timestamptz end
    from unnest(%s::int[], %s::bytea[], %s::bigint[], %s::text[], %s::bool[], %s::bytea[], %s::timestamptz[], %s::text[],
                %s::text[], %s::int[])
         as said (workspace_id, send_id, fence, state, called, chunk_id, not_before, reason, request_id, billed)
    where send.workspace_id = said.workspace_id and send.send_id = said.send_id and send.fence = said.fence
      and send.state is not distinct from 'prepared'
    returning send.workspace_id, send.send_id
"""
_TRAITS = f"""
    select distinct on (asked.node_id, fact.name) asked.node_id, fact.name, fact.value
    from node as asked
    join node as mine on mine.workspace_id = asked.workspace_id and mine.profile_id = asked.profile_id and mine.core
    join fact on fact.workspace_id = mine.workspace_id and fact.node_id = mine.node_id and fact.kind = 1
    {shown.SOURCES}
    where asked.workspace_id = %s and asked.node_id = any(%s)
    order by asked.node_id, fact.name, {shown.FIRST}
"""


class PostgresSends:
    """SendStore."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def take_over(self, now: datetime) -> None:
        """Make due at once what another worker had claimed; only for whoever knows that it is gone.

        Fence and retry key stay, so that the same call is repeated and not a second message sent.
        """
        await self._connection.execute("update send set not_before = %s where state = 'prepared'", (now,))

    async def standing(self, workspace_id: int, node_ids: Sequence[bytes]) -> dict[bytes, Standing]:
        """Return where the person behind each node may be written to now."""
        cursor = await self._connection.execute(
            STANDING, {"workspace": workspace_id, "nodes": list(node_ids)}, binary=True
        )
        standings: dict[bytes, Standing] = {}
        for node_id, namespace, value, on_line, accounts, users, granted in await cursor.fetchall():
            friends: defaultdict[str, list[str]] = defaultdict(list)
            for account, user in zip(accounts or (), users or (), strict=True):
                friends[account].append(user)
            standings[node_id] = Standing(
                namespace=namespace,
                value=value,
                on_line=on_line,
                friends={account: tuple(names) for account, names in friends.items()},
                consents=frozenset(granted or ()),
            )
        return standings

    async def traits(self, workspace_id: int, node_ids: Sequence[bytes]) -> dict[bytes, dict[str, Any]]:
        """Return the value of every trait of the person behind each node that a message shows."""
        cursor = await self._connection.execute(
            _TRAITS,
            (workspace_id, list(node_ids)),
            binary=True,
        )
        traits: defaultdict[bytes, dict[str, Any]] = defaultdict(dict)
        for node_id, name, value in await cursor.fetchall():
            if value is not None:
                traits[node_id][name] = value
        return dict(traits)

    async def add(self, sends: Sequence[Send], links: Sequence[TrackedLink]) -> set[bytes]:
        """Keep sends that are not there yet, with their links."""
        if not sends:
            return set()
        cursor = await self._connection.execute(
            """
            insert into send (workspace_id, send_id, account, origin, step, person, line_user, purpose, messages, body_hash,
                              state, reason, not_before, expires_at, created_at, quiet, cap_messages, cap_days, priority, unit,
                              settled_at)
            select *, case when state <> 'planned' then created_at end
            from unnest(%s::int[], %s::bytea[], %s::text[], %s::text[], %s::text[], %s::bytea[], %s::text[], %s::text[],
                        %s::bytea[], %s::bytea[], %s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[],
                        %s::timestamptz[], %s::text[], %s::int[], %s::int[], %s::smallint[], %s::text[])
                 as wanted (workspace_id, send_id, account, origin, step, person, line_user, purpose, messages, body_hash,
                            state, reason, not_before, expires_at, created_at, quiet, cap_messages, cap_days, priority, unit)
            on conflict (workspace_id, send_id) do nothing
            returning send_id
            """,
            (
                [send.workspace_id for send in sends],
                [send.send_id for send in sends],
                [send.account for send in sends],
                [send.origin for send in sends],
                [send.step for send in sends],
                [send.person for send in sends],
                [send.line_user for send in sends],
                [send.purpose for send in sends],
                [send.messages for send in sends],
                [send.body_hash for send in sends],
                [str(send.state) for send in sends],
                [str(send.reason) for send in sends],
                [send.due_at for send in sends],
                [send.expires_at for send in sends],
                [send.created_at for send in sends],
                [restrained.quiet_text(send.restraint.quiet) for send in sends],
                [send.restraint.cap.messages if send.restraint.cap else None for send in sends],
                [send.restraint.cap.days if send.restraint.cap else None for send in sends],
                [send.restraint.priority for send in sends],
                [send.unit for send in sends],
            ),
        )
        new = {bytes(send_id) for (send_id,) in await cursor.fetchall()}
        await self._add_links([link for link in links if link.send_id in new])
        return new

    async def claim(
        self, now: datetime, sends_max: int, resting: Collection[tuple[int, str]]
    ) -> list[Claimed]:
        """Lock sends that are due, earliest first, and leave out what others hold."""
        workspaces, accounts = [one for one, _ in resting], [one for _, one in resting]
        cursor = await self._connection.execute(_DUE, (now, workspaces, accounts, sends_max))
        due = await cursor.fetchall()
        names = [(workspace_id, send_id) for workspace_id, send_id, chunk_id, _ in due if chunk_id is None]
        groups = [row for row in due if row[2] is not None]
        if groups:
            cursor = await self._connection.execute(
                _GROUPS, ([row[0] for row in groups], [row[2] for row in groups], [row[3] for row in groups])
            )
            names += await cursor.fetchall()
        if not names:
            return []
        cursor = await self._connection.execute(
            _CLAIMED, ([name[0] for name in names], [name[1] for name in names]), binary=True
        )
        return [Claimed(*restrained.leaving(row)) for row in await cursor.fetchall()]

    async def prepare(self, prepared: Sequence[Prepared], now: datetime, lease_until: datetime) -> None:
        """Note key, group, first attempt, fence and lease of claimed sends."""
        if not prepared:
            return
        # Until its lease ends a send is not due: one index serves what is new, what is doubtful and what was orphaned.
        await self._connection.execute(
            """
            update send
            set state = 'prepared', retry_key = held.retry_key, chunk_id = held.chunk_id, fence = held.fence,
                attempts = attempts + 1, first_attempt_at = coalesce(first_attempt_at, %s),
                lease_until = %s, not_before = %s
            from unnest(%s::int[], %s::bytea[], %s::uuid[], %s::bytea[], %s::bigint[])
                 as held (workspace_id, send_id, retry_key, chunk_id, fence)
            where send.workspace_id = held.workspace_id and send.send_id = held.send_id
            """,
            (
                now,
                lease_until,
                lease_until,
                [one.workspace_id for one in prepared],
                [one.send_id for one in prepared],
                [one.retry_key for one in prepared],
                [one.chunk_id for one in prepared],
                [one.fence for one in prepared],
            ),
        )

    async def recent(
        self, workspace_id: int, node_ids: Sequence[bytes], since: datetime
    ) -> dict[bytes, list[Recent]]:
        """Return the marketing messages of the person behind each node: open ones, and accepted ones since then."""
        return await restrained.recent(self._connection, workspace_id, node_ids, since)

    async def withdraw(self, workspace_id: int, send_ids: Sequence[bytes], reason: str, at: datetime) -> None:
        """Suppress planned sends for which no call was made."""
        await restrained.withdraw(self._connection, workspace_id, send_ids, reason, at)

    async def gate(self, sends: Sequence[Claimed], now: datetime) -> dict[tuple[int, bytes], Held]:
        """Read what stands now; consent last, because it must be the newest."""
        cursor = await self._connection.execute(
            """
            select send.workspace_id, send.send_id, fence, line_account.state is not distinct from 'live',
                   exists (select from origin_halt as halt
                           where halt.workspace_id = send.workspace_id and halt.origin in (send.origin, '*'))
            from unnest(%s::int[], %s::bytea[]) as asked (workspace_id, send_id)
            join send using (workspace_id, send_id)
            left join line_account on line_account.workspace_id = send.workspace_id and line_account.key = send.account
            """,
            ([send.workspace_id for send in sends], [send.send_id for send in sends]),
            binary=True,
        )
        held = {(row[0], row[1]): row[2:] for row in await cursor.fetchall()}
        had = await restrained.had(self._connection, sends, now)
        people: defaultdict[int, list[bytes]] = defaultdict(list)
        for send in sends:
            people[send.workspace_id].append(send.person)
        standings = {
            workspace_id: await self.standing(workspace_id, nodes) for workspace_id, nodes in people.items()
        }
        return {
            name: Held(
                fence=held[name][0],
                account_live=held[name][1],
                standing=standings[send.workspace_id].get(send.person),
                halted=held[name][2],
                had=had.get(name, 0),
            )
            for send in sends
            if (name := (send.workspace_id, send.send_id)) in held
        }

    async def settle(self, settled: Sequence[Settled], at: datetime) -> set[tuple[int, bytes]]:
        """Write down what became of attempts; return those whose fence still held."""
        if not settled:
            return set()
        cursor = await self._connection.execute(
            _SETTLE,
            (
                at,
                [one.workspace_id for one in settled],
                [one.send_id for one in settled],
                [one.fence for one in settled],
                [str(one.state) for one in settled],
                [one.called for one in settled],
                [one.chunk_id for one in settled],
                [one.due_at for one in settled],
                [one.reason for one in settled],
                [one.request_id for one in settled],
                [one.billed for one in settled],
            ),
        )
        return {(workspace_id, bytes(send_id)) for workspace_id, send_id in await cursor.fetchall()}

    async def accepted_since(self, workspace_id: int, account: str, since: datetime) -> int:
        """Return how many messages of an account LINE has accepted, and counts, since then."""
        cursor = await self._connection.execute(
            """
            select coalesce(sum(billed), 0)::bigint
                 + (select coalesce(sum(members), 0)::bigint from multicast
                    where state = 'accepted' and workspace_id = %(workspace)s and account = %(account)s
                      and settled_at >= %(since)s)
                 + (select coalesce(sum(messages), 0)::bigint from proxied_send
                    where workspace_id = %(workspace)s and account = %(account)s and called_at >= %(since)s)
                 + (select coalesce(sum(billed), 0)::bigint from narrowcast
                    where workspace_id = %(workspace)s and account = %(account)s and billed > 0 and settled_at >= %(since)s)
            from send
            where workspace_id = %(workspace)s and account = %(account)s and billed > 0 and settled_at >= %(since)s
            """,
            {"workspace": workspace_id, "account": account, "since": since},
        )
        row = await cursor.fetchone()
        return int(row[0]) if row else 0

    async def resume(self, workspace_id: int, origin: str, reason: str, at: datetime) -> int:
        """Plan again what was parked for `reason` and is certain not to have left; return how many."""
        cursor = await self._connection.execute(
            """
            update send set state = 'planned', reason = '', not_before = %s, chunk_id = null, settled_at = null
            where workspace_id = %s and origin = %s and state = 'parked' and reason = %s and attempts = 0
            """,
            (at, workspace_id, origin, reason),
        )
        return cursor.rowcount

    async def _add_links(self, links: Sequence[TrackedLink]) -> None:
        if links:
            await self._connection.execute(
                """
                insert into tracked_link (token, workspace_id, send_id, url)
                select * from unnest(%s::text[], %s::int[], %s::bytea[], %s::text[])
                """,
                (
                    [link.token for link in links],
                    [link.workspace_id for link in links],
                    [link.send_id for link in links],
                    [link.url for link in links],
                ),
            )
