"""Chunks in PostgreSQL: each step of the protocol is one statement for many chunks, none for each person."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from psycopg import AsyncConnection

from tieline.ids import keyed_hash, lot, retry_key
from tieline.model.chunk import MEMBERS_MAX, Chunk, ChunkHeld, ChunkSettled, ChunkWish, StretchWish, Written
from tieline.store.postgres import chunk_sql, restrained
from tieline.store.postgres.standing import HASHED, UNHASHED

TRANSACTIONAL = "transactional"
STANDING = "standing"
"""The consumer whose position says through which log offset anybody's standing may have changed."""


class PostgresChunks:
    """ChunkStore."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def plan(self, wish: ChunkWish, now: datetime) -> set[bytes]:
        """Freeze those who may have the message into chunks; return their sends."""
        cap = wish.restraint.cap
        if cap is not None:
            await restrained.lock_room(self._connection, wish.workspace_id)
        through = await stood_through(self._connection)
        await self._connection.execute(HASHED)
        cursor = await self._connection.execute(
            chunk_sql.plan(capped=cap is not None),  # sql: own names
            {
                **_shared(wish, wish.send_ids[0], len(wish.people), now),
                "people": list(wish.people),
                "sends": list(wish.send_ids),
                "through": through,
                "consent": f"{wish.purpose}:line",
                "free": wish.purpose == TRANSACTIONAL,
                "since": now - timedelta(days=cap.days) if cap else now,
            },
            binary=True,
        )
        planned = {bytes(send_id) for (send_id,) in await cursor.fetchall()}
        await self._connection.execute(UNHASHED)
        return planned

    async def plan_stretch(self, wish: StretchWish, now: datetime) -> int:
        """Freeze a stretch of a broadcast's list into chunks; return how many people that were."""
        first = lot(wish.first, wish.broadcast)
        await self._connection.execute(HASHED)
        cursor = await self._connection.execute(
            chunk_sql.PLAN_STRETCH,
            {
                **_shared(wish, first, wish.people, now),
                "broadcast": wish.broadcast,
                "after": wish.after,
                "last": wish.through,
                "through": wish.stood_through,
            },
        )
        await self._connection.execute(UNHASHED)
        return cursor.rowcount

    async def claim(
        self, now: datetime, lease_until: datetime, chunks_max: int, resting: Collection[tuple[int, str]]
    ) -> list[Chunk]:
        """Lock chunks that are due, earliest first, and note attempt, fence and lease."""
        cursor = await self._connection.execute(
            chunk_sql.CLAIM,
            {
                "now": now,
                "lease": lease_until,
                "most": chunks_max,
                "workspaces": [one for one, _ in resting],
                "accounts": [one for _, one in resting],
            },
            binary=True,
        )
        return [Chunk(*restrained.leaving(row)) for row in await cursor.fetchall()]

    async def gate(self, chunks: Sequence[Chunk], now: datetime) -> dict[tuple[int, bytes], ChunkHeld]:
        """Read what stands now; people are looked at again only where anybody's standing may have changed."""
        cursor = await self._connection.execute(
            chunk_sql.GATE,
            ([one.workspace_id for one in chunks], [one.chunk_id for one in chunks]),
            binary=True,
        )
        held = {(row[0], row[1]): row[2:] for row in await cursor.fetchall()}
        standing = await stood_through(self._connection)
        moved: defaultdict[int, list[bytes]] = defaultdict(list)
        for one in chunks:
            if one.stood_through < standing or one.restraint.cap is not None:
                moved[one.workspace_id].append(one.chunk_id)
        fallen: set[tuple[int, bytes]] = set()
        if moved:
            await self._connection.execute(HASHED)
        for workspace_id, chunk_ids in moved.items():
            cursor = await self._connection.execute(
                chunk_sql.FALLEN, {"workspace": workspace_id, "chunks": chunk_ids, "now": now}, binary=True
            )
            fallen |= {(workspace_id, bytes(chunk_id)) for (chunk_id,) in await cursor.fetchall()}
        if moved:
            await self._connection.execute(UNHASHED)
        stands: dict[tuple[int, bytes], ChunkHeld] = {}
        for one in chunks:
            if one.name in held:
                fence, live, halted = held[one.name]
                stands[one.name] = ChunkHeld(fence, live, halted, one.whole and one.name not in fallen)
        return stands

    async def settle(self, settled: Sequence[ChunkSettled], at: datetime) -> set[tuple[int, bytes]]:
        """Write down what became of attempts whose fence still holds."""
        if not settled:
            return set()
        cursor = await self._connection.execute(
            chunk_sql.SETTLE,
            (
                at,
                [one.workspace_id for one in settled],
                [one.chunk_id for one in settled],
                [one.fence for one in settled],
                [one.state for one in settled],
                [one.called for one in settled],
                [one.due_at for one in settled],
                [one.request_id for one in settled],
            ),
        )
        return {(one, bytes(name)) for one, name in await cursor.fetchall()}

    async def open(self, chunks: Sequence[Chunk], now: datetime) -> set[tuple[int, bytes]]:
        """Let the members stand for themselves."""
        if not chunks:
            return set()
        cursor = await self._connection.execute(
            chunk_sql.OPEN,
            {
                "workspaces": [one.workspace_id for one in chunks],
                "chunks": [one.chunk_id for one in chunks],
                "fences": [one.fence for one in chunks],
                "now": now,
            },
        )
        return {(one, bytes(name)) for one, name in await cursor.fetchall()}

    async def write_out(self, chunks_max: int) -> list[Written]:
        """Write the sends of accepted chunks, oldest first."""
        cursor = await self._connection.execute(chunk_sql.WRITE_OUT, (chunks_max,), binary=True)
        return [Written(*row) for row in await cursor.fetchall()]

    async def take_over(self, now: datetime) -> None:
        """Make due at once what another worker had claimed; only for whoever knows that it is gone."""
        await self._connection.execute(
            "update multicast set not_before = %s where state = 'prepared'", (now,)
        )


async def stood_through(connection: AsyncConnection) -> int:
    """Return through which log offset anybody's standing may have changed."""
    cursor = await connection.execute("select log_offset from position where consumer = %s", (STANDING,))
    row = await cursor.fetchone()
    return int(row[0]) if row else 0


def _shared(wish: ChunkWish | StretchWish, first: bytes, people: int, now: datetime) -> dict[str, Any]:
    """Return what all members of some chunks share, and a name and a retry key for each chunk.

    Args:
        wish: What is to be planned.
        first: What the names come from.
        people: How many people there are at most.
        now: The present moment.
    """
    cap = wish.restraint.cap
    names = [
        keyed_hash(first, "chunk", wish.origin, wish.step, str(number))
        for number in range(-(-people // MEMBERS_MAX))
    ]
    return {
        "workspace": wish.workspace_id,
        "account": wish.account,
        "origin": wish.origin,
        "step": wish.step,
        "purpose": wish.purpose,
        "messages": wish.messages,
        "body": wish.body_hash,
        "chunks": names,
        "keys": [retry_key(name.hex()) for name in names],
        "most": MEMBERS_MAX,
        "expires": wish.expires_at,
        "now": now,
        "quiet": restrained.quiet_text(wish.restraint.quiet),
        "cap": cap.messages if cap else None,
        "days": cap.days if cap else None,
        "priority": wish.restraint.priority,
        "unit": wish.unit,
    }
