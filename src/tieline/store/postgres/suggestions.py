"""Suggestions of who may be one person, in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from psycopg import AsyncConnection
from psycopg.types.json import Jsonb

OPEN_MAX = 200


class Suggestion(NamedTuple):
    """Two profiles, by the nodes that name them, and why they may be one."""

    suggestion_id: int
    a: bytes
    b: bytes
    band: str
    score: float
    evidence: list[dict[str, Any]]
    state: str
    made_at: datetime


class PostgresSuggestions:
    """What was suggested, and what people decided."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def profiles(self, workspace_id: int, profiles_max: int) -> list[bytes]:
        """Return the profiles of a workspace, sorted; one more than may be compared at most."""
        cursor = await self._connection.execute(
            "select distinct profile_id from node where workspace_id = %s order by 1 limit %s",
            (workspace_id, profiles_max + 1),
        )
        return [bytes(row[0]) for row in await cursor.fetchall()]

    async def apart(self, workspace_id: int) -> set[tuple[bytes, bytes]]:
        """Return the pairs of profiles that a decision keeps apart, or whose suggestion was refused; smaller first."""
        cursor = await self._connection.execute(
            """
            select least(one.profile_id, other.profile_id), greatest(one.profile_id, other.profile_id)
            from (
                select a, b from assertion where workspace_id = %(w)s and kind = 'cut' and revoked_at is null
                union all
                select a, b from suggestion where workspace_id = %(w)s and state = 'refused'
            ) as kept
            join node as one on one.workspace_id = %(w)s and one.node_id = kept.a
            join node as other on other.workspace_id = %(w)s and other.node_id = kept.b
            """,
            {"w": workspace_id},
        )
        return {(bytes(a), bytes(b)) for a, b in await cursor.fetchall()}

    async def replace_open(
        self,
        workspace_id: int,
        found: Sequence[tuple[bytes, bytes, str, float, Any]],
        plan: str,
        at: datetime,
    ) -> int:
        """Put newly found pairs (a, b, band, score, evidence) in the place of the open ones; return how many are open.

        A pair that was decided before keeps its decision.
        """
        await self._connection.execute(
            "delete from suggestion where workspace_id = %s and state = 'open'", (workspace_id,)
        )
        cursor = await self._connection.execute(
            """
            insert into suggestion (workspace_id, a, b, band, score, evidence, plan, made_at)
            select %s, a, b, band, score, evidence, %s, %s
            from unnest(%s::bytea[], %s::bytea[], %s::text[], %s::float8[], %s::jsonb[]) as new (a, b, band, score, evidence)
            on conflict (workspace_id, a, b) do nothing
            """,
            (
                workspace_id,
                plan,
                at,
                [one[0] for one in found],
                [one[1] for one in found],
                [one[2] for one in found],
                [one[3] for one in found],
                [Jsonb(one[4]) for one in found],
            ),
        )
        return cursor.rowcount

    async def listed(self, workspace_id: int) -> list[Suggestion]:
        """Return the open suggestions whose profiles are still two, the surest first."""
        cursor = await self._connection.execute(
            """
            select s.suggestion_id, one.profile_id, other.profile_id, s.band, s.score, s.evidence, s.state, s.made_at
            from suggestion as s
            join node as one on one.workspace_id = s.workspace_id and one.node_id = s.a
            join node as other on other.workspace_id = s.workspace_id and other.node_id = s.b
            where s.workspace_id = %s and s.state = 'open' and one.profile_id <> other.profile_id
            order by s.score desc, s.suggestion_id limit %s
            """,
            (workspace_id, OPEN_MAX),
        )
        return [Suggestion(row[0], bytes(row[1]), bytes(row[2]), *row[3:]) for row in await cursor.fetchall()]

    async def open_pair(
        self, workspace_id: int, suggestion_id: int
    ) -> tuple[dict[str, str], dict[str, str]] | None:
        """Return the two identifiers of an open suggestion, None if there is none."""
        cursor = await self._connection.execute(
            """
            select one.namespace, one.value, other.namespace, other.value from suggestion as s
            join node as one on one.workspace_id = s.workspace_id and one.node_id = s.a
            join node as other on other.workspace_id = s.workspace_id and other.node_id = s.b
            where s.workspace_id = %s and s.suggestion_id = %s and s.state = 'open'
            """,
            (workspace_id, suggestion_id),
        )
        row = await cursor.fetchone()
        if row is None:
            return None
        return {"namespace": row[0], "value": row[1]}, {"namespace": row[2], "value": row[3]}

    async def decided(
        self, workspace_id: int, suggestion_id: int, state: str, author: str, at: datetime
    ) -> None:
        """Note what a person decided."""
        await self._connection.execute(
            """
            update suggestion set state = %s, decided_by = %s, decided_at = %s
            where workspace_id = %s and suggestion_id = %s and state = 'open'
            """,
            (state, author, at, workspace_id, suggestion_id),
        )
