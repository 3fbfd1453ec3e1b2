"""Traits, tags, friendships and the consent ledger in PostgreSQL."""

from collections import defaultdict
from collections.abc import Sequence

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

from tieline.model.identity import Node
from tieline.model.profile import ConsentEvent, Fact, FactKind
from tieline.ports import ProfileFacts


class PostgresFacts:
    """FactStore."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def save_facts(self, workspace_id: int, facts: Sequence[Fact]) -> None:
        """Keep the latest word per node, name and source; of two at once the greater text, so that order does not matter."""
        if not facts:
            return
        await self._connection.execute(
            """
            insert into fact (workspace_id, node_id, kind, name, source, value, at)
            select distinct on (node_id, kind, name, source) %s::int, node_id, kind, name, source, value, at
            from unnest(%s::bytea[], %s::smallint[], %s::text[], %s::text[], %s::jsonb[], %s::timestamptz[])
                 as said (node_id, kind, name, source, value, at)
            order by node_id, kind, name, source, at desc, value::text collate "C" desc
            on conflict (workspace_id, node_id, kind, name, source) do update
            set value = excluded.value, at = excluded.at
            where (excluded.at, excluded.value::text collate "C") > (fact.at, fact.value::text collate "C")
            """,
            (
                workspace_id,
                [fact.node_id for fact in facts],
                [int(fact.kind) for fact in facts],
                [fact.name for fact in facts],
                [fact.source for fact in facts],
                [Jsonb(fact.value) for fact in facts],
                [fact.at for fact in facts],
            ),
        )

    async def save_consents(self, workspace_id: int, events: Sequence[ConsentEvent]) -> None:
        """Append to the consent ledger; the same event counts once."""
        if not events:
            return
        async with self._connection.cursor() as cursor:
            await cursor.executemany(
                """
                insert into consent_event (workspace_id, node_id, purpose, channel, granted, method, notice_version,
                                           evidence, source, event_key, at, received_at)
                values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
                on conflict (workspace_id, event_key, purpose, channel) do nothing
                """,
                [
                    (
                        workspace_id, e.node_id, e.purpose, e.channel, e.granted, e.method, e.notice_version,
                        Jsonb(dict(e.evidence)), e.source, e.event_key, e.at, e.received_at,
                    )
                    for e in events
                ],
            )  # fmt: skip

    async def load(self, workspace_id: int, profile_ids: Sequence[bytes]) -> ProfileFacts:
        """Load nodes, facts and consents of profiles as they stand now."""
        wanted = (workspace_id, list(profile_ids))
        nodes: defaultdict[bytes, list[Node]] = defaultdict(list)
        facts: defaultdict[bytes, list[Fact]] = defaultdict(list)
        consents: defaultdict[bytes, list[ConsentEvent]] = defaultdict(list)
        cursor = await self._connection.execute(
            """
            select profile_id, node_id, namespace, value, first_at
            from node where workspace_id = %s and profile_id = any(%s)
            """,
            wanted,
            binary=True,
        )
        profile_of: dict[bytes, bytes] = {}
        for profile_id, node_id, namespace, value, first_at in await cursor.fetchall():
            nodes[profile_id].append(Node(node_id, namespace, value, first_at))
            profile_of[node_id] = profile_id
        mine = (workspace_id, list(profile_of))
        cursor = await self._connection.execute(
            "select node_id, kind, name, source, value, at from fact where workspace_id = %s and node_id = any(%s)",
            mine,
            binary=True,
        )
        for node_id, kind, name, source, value, at in await cursor.fetchall():
            facts[profile_of[node_id]].append(Fact(node_id, FactKind(kind), name, source, value, at))
        cursor = await self._connection.execute(
            """
            select node_id, purpose, channel, granted, method, notice_version, evidence, source, event_key, at, received_at
            from consent_event where workspace_id = %s and node_id = any(%s)
            """,
            mine,
            binary=True,
        )
        for row in await cursor.fetchall():
            consents[profile_of[row[0]]].append(ConsentEvent(*row))
        return ProfileFacts(nodes, facts, consents)
