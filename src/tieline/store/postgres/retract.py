"""What a whole source said, set aside and given back, in PostgreSQL."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from psycopg import AsyncConnection

from tieline.model.event import Proof
from tieline.model.identity import Link, Mark, Retraction, fold_marks
from tieline.ports import Aside

_RETRACTION = "source, until_at, author, reason, at, retraction_id, revoked_at"
_SHOWN = """
select r.retraction_id as id, r.source, r.until_at, r.author, r.reason, r.at, r.revoked_at, r.revoked_by, r.revoked_reason,
       (select count(*) from retracted_link l where l.workspace_id = r.workspace_id and l.retraction_id = r.retraction_id) as links
from retraction r where r.workspace_id = %s order by r.retraction_id desc limit %s
"""
_OF_PEOPLE = """
select l.a, l.b, l.proof, l.first_at, l.last_at, r.retraction_id, r.source, r.author, r.reason, r.at
from retracted_link l join retraction r using (workspace_id, retraction_id)
where l.workspace_id = %(workspace)s and (l.a = any(%(nodes)s) or l.b = any(%(nodes)s))
order by r.retraction_id, l.first_at, l.a, l.b
"""


class PostgresRetractions:
    """RetractStore."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def in_force(self) -> list[tuple[int, Retraction]]:
        """Return the retractions that hold, with their workspaces, those that reach least far first."""
        cursor = await self._connection.execute(
            f"""
            select workspace_id, {_RETRACTION} from retraction where revoked_at is null order by until_at, retraction_id
            """,  # sql: own names
            binary=True,
        )
        return [(workspace_id, Retraction(*row)) for workspace_id, *row in await cursor.fetchall()]

    async def find(self, workspace_id: int, retraction_id: int) -> Retraction | None:
        """Return a retraction, also one that was taken back."""
        cursor = await self._connection.execute(
            f"select {_RETRACTION} from retraction where workspace_id = %s and retraction_id = %s",  # sql: own names
            (workspace_id, retraction_id),
            binary=True,
        )
        row = await cursor.fetchone()
        return Retraction(*row) if row else None

    async def add(self, workspace_id: int, retraction: Retraction) -> int:
        """Keep a retraction; return its id."""
        cursor = await self._connection.execute(
            """
            insert into retraction (workspace_id, source, until_at, author, reason, at)
            values (%s, %s, %s, %s, %s, %s) returning retraction_id
            """,
            (
                workspace_id,
                retraction.source,
                retraction.until_at,
                retraction.author,
                retraction.reason,
                retraction.at,
            ),
        )
        row = await cursor.fetchone()
        return int(row[0]) if row else 0

    async def revoke(
        self, workspace_id: int, retraction_id: int, author: str, reason: str, at: datetime
    ) -> None:
        """Note that a retraction was taken back."""
        await self._connection.execute(
            """
            update retraction set revoked_at = %s, revoked_by = %s, revoked_reason = %s
            where workspace_id = %s and retraction_id = %s and revoked_at is null
            """,
            (at, author, reason, workspace_id, retraction_id),
        )

    async def take(self, workspace_id: int, source: str, retraction_id: int) -> set[bytes]:
        """Set aside all that `source` says; return the nodes it spoke of."""
        said = await self.said_by(workspace_id, source)
        await self._connection.execute(
            "delete from link where workspace_id = %s and source = %s", (workspace_id, source)
        )
        await self._connection.execute(
            """
            update node set marks = (
                select jsonb_agg(said order by place) from jsonb_array_elements(marks) with ordinality as kept (said, place)
                where said ->> 2 <> %(source)s)
            where workspace_id = %(workspace)s and node_id = any(%(nodes)s)
            """,
            {"workspace": workspace_id, "nodes": list(said.marks), "source": source},
        )
        await self.put(workspace_id, retraction_id, said)
        return {end for link in said.links for end in (link.a, link.b)} | said.marks.keys()

    async def put(self, workspace_id: int, retraction_id: int, aside: Aside) -> None:
        """Set aside what came late; of links keep the earliest first and latest last time."""
        links = sorted(aside.links, key=lambda link: (link.a, link.b, link.proof))
        await self._connection.execute(
            """
            insert into retracted_link as kept (workspace_id, retraction_id, a, b, proof, first_at, last_at)
            select %s::int, %s::bigint, * from unnest(%b::bytea[], %b::bytea[], %b::smallint[], %b::timestamptz[],
                                                      %b::timestamptz[])
            on conflict (workspace_id, a, b, retraction_id, proof) do update
            set first_at = least(kept.first_at, excluded.first_at), last_at = greatest(kept.last_at, excluded.last_at)
            """,
            (
                workspace_id,
                retraction_id,
                [link.a for link in links],
                [link.b for link in links],
                [int(link.proof) for link in links],
                [link.first_at for link in links],
                [link.last_at for link in links],
            ),
        )
        said = [(node_id, mark) for node_id, marks in sorted(aside.marks.items()) for mark in marks]
        if not said:
            return
        await self._connection.execute(
            """
            insert into retracted_mark (workspace_id, retraction_id, node_id, mark)
            select %s::int, %s::bigint, * from unnest(%b::bytea[], %s::jsonb[]) on conflict do nothing
            """,
            (
                workspace_id,
                retraction_id,
                [node_id for node_id, _ in said],
                [msgspec.json.encode(mark).decode() for _, mark in said],
            ),
        )

    async def aside(self, workspace_id: int, retraction_id: int) -> Aside:
        """Return what a retraction set aside."""
        cursor = await self._connection.execute(
            """
            select a, b, source, proof, first_at, last_at
            from retracted_link join retraction using (workspace_id, retraction_id)
            where workspace_id = %s and retraction_id = %s
            """,
            (workspace_id, retraction_id),
            binary=True,
        )
        links = [_link(row) for row in await cursor.fetchall()]
        cursor = await self._connection.execute(
            "select node_id, mark from retracted_mark where workspace_id = %s and retraction_id = %s",
            (workspace_id, retraction_id),
            binary=True,
        )
        return Aside(links, _marks(await cursor.fetchall()))

    async def clear(self, workspace_id: int, retraction_id: int) -> None:
        """Forget what a retraction set aside, after it was given back."""
        for table in ("retracted_link", "retracted_mark"):
            await self._connection.execute(
                f"delete from {table} where workspace_id = %s and retraction_id = %s",  # sql: own names
                (workspace_id, retraction_id),
            )

    async def said_by(self, workspace_id: int, source: str) -> Aside:
        """Return all that `source` says and that counts."""
        cursor = await self._connection.execute(
            "select a, b, source, proof, first_at, last_at from link where workspace_id = %s and source = %s",
            (workspace_id, source),
            binary=True,
        )
        links = [_link(row) for row in await cursor.fetchall()]
        cursor = await self._connection.execute(
            """
            select node_id, said from node, jsonb_array_elements(marks) as said
            where workspace_id = %s and marks is not null and said ->> 2 = %s
            """,
            (workspace_id, source),
            binary=True,
        )
        return Aside(links, _marks(await cursor.fetchall()))

    async def mark(self, workspace_id: int, marks: Mapping[bytes, Sequence[Mark]]) -> None:
        """Add marks to nodes that are there."""
        if not marks:
            return
        cursor = await self._connection.execute(
            "select node_id, marks from node where workspace_id = %s and node_id = any(%b)",
            (workspace_id, sorted(marks)),
            binary=True,
        )
        now = {
            bytes(node_id): fold_marks([*(_read(said) for said in held or ()), *marks[bytes(node_id)]])
            for node_id, held in await cursor.fetchall()
        }
        await self._connection.execute(
            """
            update node set marks = said.marks from unnest(%b::bytea[], %s::jsonb[]) as said (node_id, marks)
            where node.workspace_id = %s and node.node_id = said.node_id
            """,
            (list(now), [msgspec.json.encode(said).decode() for said in now.values()], workspace_id),
        )

    async def shown(self, workspace_id: int, most: int) -> list[dict[str, Any]]:
        """Return retractions as they are shown, newest first, each with how many links it keeps aside."""
        cursor = await self._connection.execute(_SHOWN, (workspace_id, most), binary=True)
        names = [column.name for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in await cursor.fetchall()]

    async def around(self, workspace_id: int, node_ids: Sequence[bytes]) -> list[dict[str, Any]]:
        """Return the links of some nodes that count for nothing since their source was retracted, and who did that."""
        bound = {"workspace": workspace_id, "nodes": list(node_ids)}
        cursor = await self._connection.execute(_OF_PEOPLE, bound, binary=True)
        names = [column.name for column in cursor.description or ()]
        found = [dict(zip(names, row, strict=True)) for row in await cursor.fetchall()]
        return [
            {**one, "a": one["a"].hex(), "b": one["b"].hex(), "proof": Proof(one["proof"]).name.lower()}
            for one in found
        ]


def _link(row: Sequence[Any]) -> Link:
    a, b, source, proof, first_at, last_at = row
    return Link(a, b, source, Proof(proof), first_at, last_at)


def _read(said: Any) -> Mark:
    return msgspec.convert(said, Mark)


def _marks(rows: Sequence[Any]) -> dict[bytes, list[Mark]]:
    found: defaultdict[bytes, list[Mark]] = defaultdict(list)
    for node_id, said in rows:
        found[bytes(node_id)].append(_read(said))
    return {node_id: sorted(marks) for node_id, marks in found.items()}
