"""Chunks in PostgreSQL: each step of the protocol is one statement for many chunks, none for each person."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from psycopg import AsyncConnection

from tieline.ids import keyed_hash, retry_key
from tieline.model.chunk import MEMBERS_MAX, Chunk, ChunkHeld, ChunkSettled, ChunkWish, Written
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
        stood_through = await self._standing()
        names = [
            keyed_hash(wish.send_ids[0], "chunk", wish.origin, wish.step, str(number))
            for number in range(-(-len(wish.people) // MEMBERS_MAX))
        ]
        await self._connection.execute(HASHED)
        cursor = await self._connection.execute(
            chunk_sql.plan(capped=cap is not None),  # sql: own names
            {
                "workspace": wish.workspace_id,
                "account": wish.account,
                "origin": wish.origin,
                "step": wish.step,
                "purpose": wish.purpose,
                "people": list(wish.people),
                "sends": list(wish.send_ids),
                "messages": wish.messages,
                "body": wish.body_hash,
                "chunks": names,
                "keys": [retry_key(name.hex()) for name in names],
                "most": MEMBERS_MAX,
                "expires": wish.expires_at,
                "now": now,
                "through": stood_through,
                "consent": f"{wish.purpose}:line",
                "free": wish.purpose == TRANSACTIONAL,
                "quiet": restrained.quiet_text(wish.restraint.quiet),
                "cap": cap.messages if cap else None,
                "days": cap.days if cap else None,
                "since": now - timedelta(days=cap.days) if cap else now,
                "priority": wish.restraint.priority,
                "unit": wish.unit,
            },
            binary=True,
        )
        planned = {bytes(send_id) for (send_id,) in await cursor.fetchall()}
        await self._connection.execute(UNHASHED)
        return planned

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
        standing = await self._standing()
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

    async def _standing(self) -> int:
        cursor = await self._connection.execute(
            "select log_offset from position where consumer = %s", (STANDING,)
        )
        row = await cursor.fetchone()
        return int(row[0]) if row else 0
