"""Who is who, in PostgreSQL."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from psycopg import AsyncConnection

from tieline.errors import NotFoundError
from tieline.model.event import Proof
from tieline.model.identity import Assertion, Link, Mark, Moved, Node, Placed
from tieline.ports import Turn, Zones
from tieline.store.postgres import copied

_PLACED = """
    select node_id, namespace, value, first_at, zone_id, profile_id, proven_id, core, shared, marks from node
"""


class PostgresIdentity:
    """IdentityStore.

    The row of a workspace's turn is the lock that stands before every change. Locking the rows of zones would cost a
    write per row and still let two writers insert the same new node.
    """

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def epochs(self) -> dict[int, datetime]:
        """Return up to when links have aged, by workspace."""
        cursor = await self._connection.execute("select workspace_id, at from identity_epoch", binary=True)
        return dict(await cursor.fetchall())

    async def age(self, workspace_id: int, to_at: datetime) -> None:
        """Note up to when links have aged."""
        await self._connection.execute(
            """
            insert into identity_epoch (workspace_id, at) values (%s, %s)
            on conflict (workspace_id) do update set at = excluded.at
            """,
            (workspace_id, to_at),
        )

    async def last_seen_between(
        self, workspace_id: int, since_at: datetime | None, before_at: datetime
    ) -> set[bytes]:
        """Return the ends of links that were seen last within these times."""
        cursor = await self._connection.execute(
            """
            select a, b from link
            where workspace_id = %s and last_at < %s and last_at >= coalesce(%s::timestamptz, '-infinity')
            """,
            (workspace_id, before_at, since_at),
            binary=True,
        )
        return {bytes(end) for pair in await cursor.fetchall() for end in pair}

    async def lock(self, workspace_id: int) -> Turn:
        """Be the only one who changes identities of this workspace until the transaction ends; take several in order."""
        cursor = await self._connection.execute(
            """
            insert into identity_turn as held (workspace_id, turn, last) values (%s, nextval('identity_turn_number'), 0)
            on conflict (workspace_id) do update set turn = excluded.turn, last = held.turn
            returning last, turn
            """,
            (workspace_id,),
            binary=True,
        )
        row = await cursor.fetchone()
        return Turn(*row) if row is not None else Turn(0, 0)

    async def zones(self, workspace_id: int, node_ids: Sequence[bytes]) -> Zones:
        """Load the whole zones of `node_ids`; unknown ids are left out, decisions about them are not."""
        # As an array, so that whole zones are looked up by their index whatever is known of the table.
        cursor = await self._connection.execute(
            f"""
            {_PLACED} where workspace_id = %(workspace)s and zone_id = any(array(
                select distinct zone_id from node where workspace_id = %(workspace)s and node_id = any(%(nodes)b)))
            """,  # sql: own names
            {"workspace": workspace_id, "nodes": list(node_ids)},
            binary=True,
        )
        placed = [_placed(row) for row in await cursor.fetchall()]
        about = {item.node.node_id for item in placed}.union(node_ids)
        some, epoch = await self._beside(workspace_id)
        return Zones(placed, await self._about(workspace_id, sorted(about)) if some else [], epoch)

    async def links(self, workspace_id: int, node_ids: Sequence[bytes]) -> list[Link]:
        """Load every link whose `a` is one of `node_ids`."""
        cursor = await self._connection.execute(
            "select a, b, source, proof, first_at, last_at from link where workspace_id = %s and a = any(%b)",
            (workspace_id, list(node_ids)),
            binary=True,
        )
        return [_link(row) for row in await cursor.fetchall()]

    async def touching(self, workspace_id: int, node_ids: Sequence[bytes]) -> list[Link]:
        """Load every link of which an end is one of `node_ids`."""
        cursor = await self._connection.execute(
            """
            select a, b, source, proof, first_at, last_at from link
            where workspace_id = %(workspace)s and a = any(%(nodes)b)
            union
            select a, b, source, proof, first_at, last_at from link
            where workspace_id = %(workspace)s and b = any(%(nodes)b)
            """,
            {"workspace": workspace_id, "nodes": list(node_ids)},
            binary=True,
        )
        return [_link(row) for row in await cursor.fetchall()]

    async def nodes(self, workspace_id: int, node_ids: Sequence[bytes]) -> list[Placed]:
        """Load nodes without their zones; unknown ids are left out."""
        cursor = await self._connection.execute(
            f"{_PLACED} where workspace_id = %s and node_id = any(%b)",  # sql: own names
            (workspace_id, list(node_ids)),
            binary=True,
        )
        return [_placed(row) for row in await cursor.fetchall()]

    async def add(self, workspace_id: int, placed: Sequence[Placed], links: Sequence[Link]) -> None:
        """Insert nodes that were not there, and links that end in one of them: under the lock nothing can be in their way."""
        if placed:
            await self._copy(f"node ({copied.NODE_COLUMNS})", copied.node_rows(workspace_id, placed))
        if links:
            await self._copy(f"link ({copied.LINK_COLUMNS})", copied.link_rows(workspace_id, links))

    async def save(self, workspace_id: int, placed: Sequence[Placed], links: Sequence[Link]) -> None:
        """Insert nodes or give them another place; of links keep the earliest first and latest last time."""
        if placed:
            await self._save_nodes(workspace_id, sorted(placed, key=lambda item: item.node.node_id))
        if links:
            await self._save_links(workspace_id, sorted(links, key=lambda link: (link.a, link.b)))

    async def touch(self, workspace_id: int, links: Sequence[Link]) -> None:
        """Move `last_at` of known links forward."""
        await self._connection.execute(
            """
            update link set last_at = seen.last_at
            from unnest(%b::bytea[], %b::bytea[], %b::text[], %b::smallint[], %b::timestamptz[])
                 as seen (a, b, source, proof, last_at)
            where link.workspace_id = %s and link.a = seen.a and link.b = seen.b and link.source = seen.source
              and link.proof = seen.proof and link.last_at < seen.last_at
            """,
            (
                [link.a for link in links],
                [link.b for link in links],
                [link.source for link in links],
                [int(link.proof) for link in links],
                [link.last_at for link in links],
                workspace_id,
            ),
        )

    async def record(self, moves: Sequence[Moved], cause: str, at: datetime) -> None:
        """Write changes of profile to the audit trail; arrivals of new nodes are left out."""
        moved = [move for move in moves if move.from_id]
        if not moved:
            return
        await self._connection.execute(
            """
            insert into identity_change (workspace_id, node_id, from_id, to_id, cause, at)
            select workspace_id, node_id, from_id, to_id, %s, %s
            from unnest(%b::int[], %b::bytea[], %b::bytea[], %b::bytea[]) as moved (workspace_id, node_id, from_id, to_id)
            """,
            (
                cause,
                at,
                [move.workspace_id for move in moved],
                [move.node_id for move in moved],
                [move.from_id for move in moved],
                [move.to_id for move in moved],
            ),
        )

    async def add_assertion(self, workspace_id: int, assertion: Assertion) -> int:
        """Store a decision and return its id."""
        cursor = await self._connection.execute(
            """
            insert into assertion (workspace_id, kind, a, b, author, reason, at)
            values (%s, %s, %s, %s, %s, %s, %s) returning assertion_id
            """,
            (
                workspace_id,
                assertion.kind,
                assertion.a,
                assertion.b,
                assertion.author,
                assertion.reason,
                assertion.at,
            ),
        )
        row = await cursor.fetchone()
        return int(row[0]) if row else 0

    async def revoke_assertion(
        self, workspace_id: int, assertion_id: int, author: str, at: datetime
    ) -> Assertion:
        """Take a decision back and return it; once is enough. Raises NotFoundError."""
        cursor = await self._connection.execute(
            """
            update assertion set revoked_at = coalesce(revoked_at, %s), revoked_by = coalesce(revoked_by, %s)
            where workspace_id = %s and assertion_id = %s
            returning kind, a, b, at, assertion_id, author, reason, revoked_at
            """,
            (at, author, workspace_id, assertion_id),
            binary=True,
        )
        row = await cursor.fetchone()
        if row is None:
            raise NotFoundError(f"There is no decision {assertion_id}.")
        return Assertion(*row)

    async def _copy(self, columns: str, pieces: Iterable[bytes]) -> None:
        statement = f"copy {columns} from stdin (format binary)"  # sql: own names
        async with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
            for piece in pieces:
                await copy.write(piece)

    async def _beside(self, workspace_id: int) -> tuple[bool, datetime | None]:
        """Say whether anything was decided, and up to when links have aged."""
        cursor = await self._connection.execute(
            """
            select exists (select from assertion where workspace_id = %(workspace)s),
                   (select at from identity_epoch where workspace_id = %(workspace)s)
            """,
            {"workspace": workspace_id},
            binary=True,
        )
        return await cursor.fetchone() or (False, None)

    async def assertions(self, workspace_id: int, node_ids: Sequence[bytes]) -> list[Assertion]:
        """Load every decision about any of `node_ids`."""
        some, _ = await self._beside(workspace_id)
        return await self._about(workspace_id, node_ids) if some else []

    async def _about(self, workspace_id: int, node_ids: Sequence[bytes]) -> list[Assertion]:
        cursor = await self._connection.execute(
            """
            select kind, a, b, at, assertion_id, author, reason, revoked_at
            from assertion where workspace_id = %s and (a = any(%b) or b = any(%b))
            """,
            (workspace_id, list(node_ids), list(node_ids)),
            binary=True,
        )
        return [Assertion(*row) for row in await cursor.fetchall()]

    async def _save_nodes(self, workspace_id: int, placed: Sequence[Placed]) -> None:
        await self._connection.execute(
            """
            insert into node (workspace_id, node_id, namespace, value, first_at, zone_id, profile_id, proven_id, core,
                              shared, marks)
            select %s::int, * from unnest(%b::bytea[], %b::text[], %b::text[], %b::timestamptz[], %b::bytea[], %b::bytea[],
                                          %b::bytea[], %b::bool[], %b::smallint[], %s::jsonb[])
            on conflict (workspace_id, node_id) do update
            set first_at = excluded.first_at, zone_id = excluded.zone_id, profile_id = excluded.profile_id,
                proven_id = excluded.proven_id, core = excluded.core, shared = excluded.shared, marks = excluded.marks
            """,
            (
                workspace_id,
                [item.node.node_id for item in placed],
                [item.node.namespace for item in placed],
                [item.node.value for item in placed],
                [item.node.first_at for item in placed],
                [item.zone_id for item in placed],
                [item.profile_id for item in placed],
                [item.proven_id for item in placed],
                [item.core for item in placed],
                [item.shared for item in placed],
                [_written(item.node.marks) for item in placed],
            ),
        )

    async def _save_links(self, workspace_id: int, links: Sequence[Link]) -> None:
        await self._connection.execute(
            """
            insert into link (workspace_id, a, b, source, proof, first_at, last_at)
            select %s::int, * from unnest(%b::bytea[], %b::bytea[], %b::text[], %b::smallint[], %b::timestamptz[],
                                          %b::timestamptz[])
            on conflict (workspace_id, a, b, source, proof) do update
            set first_at = least(link.first_at, excluded.first_at), last_at = greatest(link.last_at, excluded.last_at)
            where excluded.first_at < link.first_at or excluded.last_at > link.last_at
            """,
            (
                workspace_id,
                [link.a for link in links],
                [link.b for link in links],
                [link.source for link in links],
                [int(link.proof) for link in links],
                [link.first_at for link in links],
                [link.last_at for link in links],
            ),
        )


def _link(row: Sequence[Any]) -> Link:
    a, b, source, proof, first_at, last_at = row
    return Link(a, b, source, Proof(proof), first_at, last_at)


def _placed(row: Sequence[Any]) -> Placed:
    node_id, namespace, value, first_at, zone_id, profile_id, proven_id, core, shared, marks = row
    said = msgspec.convert(marks, tuple[Mark, ...]) if marks else ()
    return Placed(
        Node(node_id, namespace, value, first_at, said), zone_id, profile_id, proven_id, core, shared
    )


def _written(marks: Sequence[Mark]) -> str | None:
    return msgspec.json.encode(marks).decode() if marks else None
