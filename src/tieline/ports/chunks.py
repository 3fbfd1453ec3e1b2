"""The part of the outbox where what many people share stands once."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from tieline.model.chunk import Chunk, ChunkHeld, ChunkSettled, ChunkWish, StretchWish, Written


class ChunkStore(Protocol):
    """Chunks from plan to settlement. A send that is in a chunk is `grouped`: nobody else claims it."""

    async def plan(self, wish: ChunkWish, now: datetime) -> set[bytes]:
        """Freeze those who may have the message into chunks, with their sends and retry keys; return these sends.

        Whoever is left over is planned alone: who may not have it, whose LINE user is in it twice or is none, for whom a
        cap leaves no room, who has this send already.
        """
        ...

    async def plan_stretch(self, wish: StretchWish, now: datetime) -> int:
        """Freeze a stretch of a broadcast's list into chunks, with sends and retry keys; return how many people that were."""
        ...

    async def claim(
        self, now: datetime, lease_until: datetime, chunks_max: int, resting: Collection[tuple[int, str]]
    ) -> list[Chunk]:
        """Lock chunks that are due, earliest first, and note attempt, fence and lease; leave out what others hold."""
        ...

    async def gate(self, chunks: Sequence[Chunk], now: datetime) -> dict[tuple[int, bytes], ChunkHeld]:
        """Read what stands now, by (workspace_id, chunk_id): the last thing before a call."""
        ...

    async def settle(self, settled: Sequence[ChunkSettled], at: datetime) -> set[tuple[int, bytes]]:
        """Write down what became of attempts whose fence still holds; return these chunks."""
        ...

    async def open(self, chunks: Sequence[Chunk], now: datetime) -> set[tuple[int, bytes]]:
        """Let the members of chunks whose fence still holds stand for themselves; return these chunks.

        The attempt of this claim certainly did nothing. Where none before it is in doubt the members are as new, else one
        frozen group in doubt under the same key, counted by budgets as the chunk was.
        """
        ...

    async def write_out(self, chunks_max: int) -> list[Written]:
        """Write the sends of accepted chunks, oldest first; return them."""
        ...
