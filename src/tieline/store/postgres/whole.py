"""All nodes and links of a workspace out of PostgreSQL at once, as columns."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import numpy as np
from psycopg import AsyncConnection

from tieline.ids import ID_BYTES
from tieline.model.columns import Ids, Ints, Kept, Links, Nodes, Whole
from tieline.model.identity import Assertion
from tieline.store.postgres.sorted_ids import SortedIds, order

PAGES_TOGETHER = 4_096
"""Pages of a table that are read by one question, in the order in which they lie: 32 MiB."""
Progress = Callable[[float], Awaitable[None]]
_NODE = np.dtype(
    [("id", "u1", ID_BYTES), ("zone", "u1", ID_BYTES), ("profile", "u1", ID_BYTES), ("proven", "u1", ID_BYTES),
     ("first_at", ">i8"), ("marks", ">i8"), ("namespace", ">i4"), ("flags", ">i2")]
)  # fmt: skip
_LINK = np.dtype(
    [("a", "u1", ID_BYTES), ("b", "u1", ID_BYTES), ("first_at", ">i8"), ("last_at", ">i8"), ("proof", ">i2")]
)
_BLOCKED, _ALLOWED, _CORE, _SHARED = 2, 4, 8, 16
_NODES = """
    select string_agg(node_id || zone_id || profile_id || case when proven_id = '' then profile_id else proven_id end
        || timestamptz_send(first_at) || int8send(coalesce(hashtextextended(marks::text, 0) | 1, 0)) || int4send(array_position(%(names)b::text[], namespace) - 1)
        || int2send((2 * (%(blocks)s and namespace || ' ' || value = any(%(blocked)b::text[]))::int
                     + 4 * (%(allows)s and namespace || ' ' || value = any(%(allowed)b::text[]))::int + 8 * core::int + 16 * shared)::int2),
        '')
    from node where workspace_id = %(workspace)s and ctid >= %(from)s::tid and ctid < %(to)s::tid
"""
_LINKS = """
    select string_agg(a || b || timestamptz_send(first_at) || timestamptz_send(last_at) || int2send(proof), '')
    from link where workspace_id = %(workspace)s and ctid >= %(from)s::tid and ctid < %(to)s::tid
"""


async def read(
    connection: AsyncConnection,
    workspace_id: int,
    blocked: Sequence[tuple[str, str]],
    allowed: Sequence[tuple[str, str]],
    progress: Progress,
) -> Whole:
    """Read a workspace; links with an end that is no node any more are left out.

    Args:
        connection: In a transaction that sees one moment.
        workspace_id: Whose.
        blocked: (namespace, value) that rules block.
        allowed: (namespace, value) that rules allow.
        progress: Hears the fraction that was read, up to 0.8.
    """
    cursor = await connection.execute(
        "select distinct namespace from node where workspace_id = %s order by 1", (workspace_id,)
    )
    names = [str(name) for (name,) in await cursor.fetchall()]
    asked = {
        "workspace": workspace_id,
        "names": names,
        "blocks": bool(
            blocked
        ),  # else a text would be put together of every node, to be compared with nothing
        "allows": bool(allowed),
        "blocked": [" ".join(one) for one in blocked],
        "allowed": [" ".join(one) for one in allowed],
    }
    rows = np.concatenate(
        [part async for part in _parts(connection, "node", _NODES, _NODE, asked, progress, 0.0)]
    )
    rows = rows[order(rows["id"])]
    flags = rows["flags"].astype(np.int64)
    nodes = Nodes(
        np.ascontiguousarray(rows["id"]),
        names,
        rows["namespace"].astype(np.int64),
        rows["first_at"].astype(np.int64),
        rows["marks"].astype(np.int64),
        (flags & _BLOCKED) > 0,
        (flags & _ALLOWED) > 0,
    )
    kept = Kept(
        np.ascontiguousarray(rows["zone"]),
        np.ascontiguousarray(rows["profile"]),
        np.ascontiguousarray(rows["proven"]),
        (flags & _CORE) > 0,
        (flags // _SHARED).astype(np.int8),
    )
    del rows, flags
    places = SortedIds(nodes.ids).places
    said = np.concatenate(
        [part async for part in _parts(connection, "link", _LINKS, _LINK, asked, progress, 0.4)]
    )
    return Whole(nodes, _links(said, places), kept, places)


def _links(rows: Any, places: Callable[[Ids], Ints]) -> Links:
    a, b = places(rows["a"]), places(rows["b"])
    known = (a >= 0) & (b >= 0)
    if not known.all():
        a, b, rows = a[known], b[known], rows[known]
    times = rows["first_at"].astype(np.int64), rows["last_at"].astype(np.int64)
    return Links(a, b, rows["proof"].astype(np.int8), *times)


async def _parts(
    connection: AsyncConnection,
    table: str,
    query: str,
    kind: np.dtype[Any],
    asked: dict[str, Any],
    progress: Progress,
    since: float,
) -> AsyncIterator[Any]:
    cursor = await connection.execute(
        "select pg_relation_size(%s::regclass) / current_setting('block_size')::int", (table,)
    )
    row = await cursor.fetchone()
    pages = int(row[0]) if row is not None else 0
    yield np.zeros(0, kind)
    for page in range(0, pages, PAGES_TOGETHER):
        bounds = {"from": f"({page},0)", "to": f"({page + PAGES_TOGETHER},0)"}
        cursor = await connection.execute(query, {**asked, **bounds}, binary=True)  # sql: own names
        row = await cursor.fetchone()
        yield np.frombuffer(row[0] if row is not None and row[0] is not None else b"", dtype=kind)
        await progress(since + 0.4 * min(1.0, (page + PAGES_TOGETHER) / pages))


async def assertions(connection: AsyncConnection, workspace_id: int) -> list[Assertion]:
    """Return every decision of a workspace."""
    cursor = await connection.execute(
        "select kind, a, b, at, assertion_id, author, reason, revoked_at from assertion where workspace_id = %s",
        (workspace_id,),
        binary=True,
    )
    return [Assertion(*row) for row in await cursor.fetchall()]
