"""All nodes and links of a workspace out of PostgreSQL at once, as columns."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import numpy as np
from psycopg import AsyncConnection

from tieline.ids import ID_BYTES
from tieline.model.columns import Ids, Ints, Kept, Links, Nodes, Whole
from tieline.model.identity import Assertion
from tieline.store.postgres.sorted_ids import SortedIds, order

PAGES_TOGETHER = 1_024
"""Pages of a table that are read by one question, in the order in which they lie: 8 MiB."""
ROWS_TOGETHER = 20_000
Progress = Callable[[float], Awaitable[None]]
_NODE = np.dtype(
    [("id", "u1", ID_BYTES), ("zone", "u1", ID_BYTES), ("profile", "u1", ID_BYTES), ("proven", "u1", ID_BYTES),
     ("first_at", ">i8"), ("marks", ">i8"), ("namespace", ">i4"), ("flags", ">i2")]
)  # fmt: skip
_LINK = np.dtype(
    [("a", "u1", ID_BYTES), ("b", "u1", ID_BYTES), ("first_at", ">i8"), ("last_at", ">i8"), ("proof", ">i2")]
)
_BLOCKED, _ALLOWED, _CORE, _SHARED = 2, 4, 8, 16
# In pairs of like length, as each `||` copies what it joins.
_NODES = """
    select string_agg(
        ((node_id || zone_id) || (profile_id || case when proven_id = '' then profile_id else proven_id end))
        || ((timestamptz_send(first_at) || int8send(coalesce(hashtextextended(marks::text, 0) | 1, 0)))
            || (int4send(array_position(%(names)b::text[], namespace) - 1)
                || int2send((2 * (%(blocks)s and namespace || ' ' || value = any(%(blocked)b::text[]))::int
                             + 4 * (%(allows)s and namespace || ' ' || value = any(%(allowed)b::text[]))::int
                             + 8 * core::int + 16 * shared)::int2))),
        '')
    from node where workspace_id = %(workspace)s and ctid >= %(from)s::tid and ctid < %(to)s::tid
"""
_LINKS = """
    select string_agg((a || b) || (timestamptz_send(first_at) || (timestamptz_send(last_at) || int2send(proof))), '')
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
    rows = await _rows(connection, "node", _NODES, _NODE, asked, lambda part: progress(0.4 * part))
    nodes, kept = _columns(rows, names)
    del rows
    places = SortedIds(nodes.ids).places
    said = await _rows(connection, "link", _LINKS, _LINK, asked, lambda part: progress(0.4 + 0.4 * part))
    return Whole(nodes, _links(said.view(_LINK), places), kept, places)


def _columns(rows: Any, names: list[str]) -> tuple[Nodes, Kept]:
    """Return nodes in the order of their ids, a piece at a time: of all at once there is memory for one copy, not for two."""
    placed = order(rows.view(_NODE)["id"])
    count = placed.size
    ids, zone, profile, proven = (np.empty((count, ID_BYTES), np.uint8) for _ in range(4))
    namespace, first_at, marks = (np.empty(count, np.int64) for _ in range(3))
    flags = np.empty(count, np.int16)
    columns: dict[str, Any] = {
        "id": ids, "zone": zone, "profile": profile, "proven": proven,
        "namespace": namespace, "first_at": first_at, "marks": marks, "flags": flags,
    }  # fmt: skip
    for start in range(0, count, ROWS_TOGETHER):
        piece = rows[placed[start : start + ROWS_TOGETHER]].view(_NODE)
        for name, column in columns.items():
            column[start : start + ROWS_TOGETHER] = piece[name]
    blocked, allowed, core = ((flags & flag) > 0 for flag in (_BLOCKED, _ALLOWED, _CORE))
    nodes = Nodes(ids, names, namespace, first_at, marks, blocked, allowed)
    return nodes, Kept(zone, profile, proven, core, (flags // _SHARED).astype(np.int8))


def _links(rows: Any, places: Callable[[Ids], Ints]) -> Links:
    a, b = places(rows["a"]), places(rows["b"])
    known = (a >= 0) & (b >= 0)
    if not known.all():
        a, b, rows = a[known], b[known], rows[known]
    times = rows["first_at"].astype(np.int64), rows["last_at"].astype(np.int64)
    return Links(a, b, rows["proof"].astype(np.int8), *times)


async def _rows(
    connection: AsyncConnection,
    table: str,
    query: str,
    kind: np.dtype[Any],
    asked: dict[str, Any],
    progress: Progress,
) -> Any:
    """Read a table; its rows are moved as they are, which takes a fifteenth of the time that value by value takes."""
    cursor = await connection.execute(
        "select pg_relation_size(%s::regclass), current_setting('block_size')::int", (table,)
    )
    size, block = await cursor.fetchone() or (0, 1)
    # A row takes more room in the table than here. Memory that no row is written to is never taken.
    rows = np.empty(size // kind.itemsize, np.dtype((np.void, kind.itemsize)))
    count, pages = 0, size // block
    for page in range(0, pages, PAGES_TOGETHER):
        bounds = {"from": f"({page},0)", "to": f"({page + PAGES_TOGETHER},0)"}
        cursor = await connection.execute(query, {**asked, **bounds}, binary=True)  # sql: own names
        (said,) = await cursor.fetchone() or (None,)
        part = np.frombuffer(said or b"", rows.dtype)
        rows[count : count + part.size] = part
        count += part.size
        await progress(min(1.0, (page + PAGES_TOGETHER) / pages))
    return rows[:count]


async def assertions(connection: AsyncConnection, workspace_id: int) -> list[Assertion]:
    """Return every decision of a workspace."""
    cursor = await connection.execute(
        "select kind, a, b, at, assertion_id, author, reason, revoked_at from assertion where workspace_id = %s",
        (workspace_id,),
        binary=True,
    )
    return [Assertion(*row) for row in await cursor.fetchall()]
