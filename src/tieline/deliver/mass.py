"""Chunks become multicasts: claim, gate, call, settle, each step once for up to 500 people.

The protocol is the sender's: key and members are committed before the first call, consent is looked at when nothing but
the call is left to do, doubt is asked again under the same key. Whatever is not one of three plain ends (taken, in doubt,
certainly not begun) is handed to the sender: the members then stand for themselves, as new or as one group in doubt.
"""

import asyncio
from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from tieline.deliver import protocol
from tieline.deliver.hand import Hand, Ready
from tieline.deliver.outcome import NOT_LEFT
from tieline.deliver.protocol import Verdict
from tieline.deliver.sender import GIVE_BACK, LEASE, LEASE_SPARE, Sender, answer_of, must_wait
from tieline.ids import Ids
from tieline.model.chunk import Chunk, ChunkHeld, ChunkSettled
from tieline.model.limits import opens_at
from tieline.model.send import Answer, SendState
from tieline.ports import Backlog, LineApi, Transaction
from tieline.ports.chunks import ChunkStore

CALLS_IN_FLIGHT = 24
ACCOUNT_OFF = protocol.WAIT_UNCLEAR
GOES_ON = frozenset({SendState.PLANNED, SendState.UNKNOWN, SendState.ACCEPTED})


class Ended(NamedTuple):
    """What becomes of a chunk: settled as one, or opened (then `settled` is None, and its last attempt certainly did nothing)."""

    chunk: Chunk
    settled: ChunkSettled | None

    @property
    def nothing_left(self) -> bool:
        """Whether it is certain that no message left."""
        state = SendState.PLANNED if self.settled is None else SendState(self.settled.state)
        return not self.chunk.attempts and state in NOT_LEFT


class MassSender:
    """Delivers chunks that are due.

    Args:
        unit: Transactions of `chunks`: the sender's own.
        chunks: Chunks, and the sends in them.
        backlog: Knows of withdrawals that were answered and are not absorbed yet.
        line: The LINE platform.
        sender: Shares its outlet, and takes over what is special.
        ids: Chance for jitter.

    Attributes:
        flights: Calls on their way.
    """

    def __init__(
        self,
        unit: Transaction,
        chunks: ChunkStore,
        backlog: Backlog,
        line: LineApi,
        sender: Sender,
        ids: Ids,
    ) -> None:
        self._unit = unit
        self._chunks = chunks
        self._backlog = backlog
        self._line = line
        self._outlet = sender.outlet
        self._ids = ids
        self._hand: Hand[Chunk] = Hand()
        self.flights: dict[asyncio.Future[Answer], Chunk] = {}

    async def step(self, now: datetime) -> int:
        """Settle calls that have ended and start calls that are due; return how many chunks were handled."""
        handled = await self._settle_landed(now)
        self._hand.resume(self._outlet.answers, now + LEASE_SPARE)
        if len(self.flights) < CALLS_IN_FLIGHT:
            if not self._hand.ready:
                await self._refill(now)
            handled += await self._depart(now)
        return handled

    async def close(self, now: datetime) -> None:
        """Start nothing more, wait for what is in flight, settle it and give the rest back."""
        if self.flights:
            await asyncio.wait(self.flights)
        await self._settle_landed(now)
        await self._settle([_taken_back(chunk, now) for chunk in self._hand.put_down()], now)

    async def _refill(self, now: datetime) -> None:
        lease_until = now + LEASE
        resting = self._outlet.not_now(now, crowded=self._hand.crowded)
        async with self._unit.transaction():
            claimed = await self._chunks.claim(now, lease_until, CALLS_IN_FLIGHT, resting)
        self._hand.take(claimed, lease_until)

    async def _depart(self, now: datetime) -> int:
        """Let chunks pass the gate and start at once; return how many left, were put off or opened."""
        if not self._hand.ready:
            return 0
        async with self._unit.transaction():
            unheard = await self._backlog.may_withdraw()
        admitted, ended = await self._admitted(now, unheard)
        admitted = await self._afforded(admitted, ended, now)
        departed = 0
        if admitted:
            async with self._unit.transaction():
                # What stands, between where the stream was before it and what was answered since: a withdrawal is in one.
                since = await self._backlog.absorbed()
                stands = await self._chunks.gate(admitted, now)
                unheard = await self._backlog.may_withdraw(since)
                for chunk in admitted:
                    stopped = _at_gate(chunk, stands.get(chunk.name), unheard, now)
                    if stopped is None:
                        self._start(chunk)
                        departed += 1
                    else:
                        self._outlet.uncount(chunk)
                        ended += stopped
                # Nothing may come between this reading and the calls: all of them begin here.
                await asyncio.sleep(0)
        return departed + await self._settle(ended, now)

    async def _admitted(self, now: datetime, unheard: Collection[int]) -> tuple[list[Chunk], list[Ended]]:
        """Take the chunks for which there is room, pace and quota; return them, and what becomes of others."""
        admitted: list[Chunk] = []
        ended: list[Ended] = []
        waiting: list[Ready[Chunk]] = []
        outlet, in_hand = self._outlet, self._hand.ready
        room = CALLS_IN_FLIGHT - len(self.flights)
        while in_hand and len(admitted) < room:
            ready = in_hand.popleft()
            chunk, lease_until = ready
            opens = self._opens_at(chunk, now)
            late = now >= lease_until - LEASE_SPARE
            if late or outlet.rests(chunk.leaves_from, now) or must_wait(chunk, unheard):
                ended.append(_taken_back(chunk, now))
            elif opens is not None:
                ended.append(Ended(chunk, _settled(chunk, protocol.take_back(0, opens - now), now)))
            elif (refuses := outlet.refused(chunk, now)) is None:
                self._hand.set_aside(ready, outlet.answers)
            elif refuses:
                # The sender, who is told the same, lays its members aside.
                ended.append(Ended(chunk, None))
            elif not outlet.pace.take(chunk.leaves_from, "multicast", now):
                waiting.append(ready)
            elif await outlet.within_quota(chunk, now):
                await self._line.ready(*chunk.leaves_from)
                admitted.append(chunk)
            else:
                ended.append(Ended(chunk, None))
        in_hand.extendleft(reversed(waiting))
        return admitted, ended

    async def _afforded(self, chunks: list[Chunk], ended: list[Ended], now: datetime) -> list[Chunk]:
        """Return the chunks that every budget reaches for; the sender finds out of whom it reaches in the others."""
        if self._outlet.purse is None or not chunks:
            return chunks
        async with self._unit.transaction():
            allowed = await self._outlet.allowed(chunks, now)
        within: list[Chunk] = []
        for chunk, messages in zip(chunks, allowed, strict=True):
            if messages == chunk.size:
                within.append(chunk)
            else:
                self._outlet.uncount(chunk)
                ended.append(Ended(chunk, None))
        return within

    def _opens_at(self, chunk: Chunk, now: datetime) -> datetime | None:
        """Return when the quiet hours end that hold a chunk; what is in doubt is asked again at any hour."""
        zone = self._outlet.zone(chunk.workspace_id)
        return None if chunk.attempts else opens_at(now, chunk.restraint.quiet, zone)

    def _start(self, chunk: Chunk) -> None:
        call = self._line.multicast(chunk.workspace_id, chunk.account, chunk.body(), chunk.retry_key)
        self.flights[asyncio.ensure_future(call)] = chunk

    async def _settle_landed(self, now: datetime) -> int:
        landed = [(flight, chunk) for flight, chunk in self.flights.items() if flight.done()]
        ended: list[Ended] = []
        for flight, chunk in landed:
            answer = answer_of(flight)
            reserved = await self._outlet.reserved(chunk, answer, now)
            verdict = protocol.decide(
                answer,
                earlier=chunk.attempts,
                members=chunk.members,
                chance=self._ids.chance,
                reserved=reserved,
            )
            if verdict.state not in {SendState.ACCEPTED, SendState.UNKNOWN}:
                self._outlet.uncount(chunk)
            self._outlet.heard(chunk, answer, verdict.rest, now, reserved=reserved)
            ended.append(_landed(chunk, verdict, answer.accepted_id or answer.request_id, now))
        handled = await self._settle(ended, now)
        for flight, _ in landed:
            del self.flights[flight]
        return handled

    async def _settle(self, ended: list[Ended], now: datetime) -> int:
        """Write down what became of chunks, in one transaction."""
        if not ended:
            return 0
        async with self._unit.transaction():
            held = await self._chunks.settle([one.settled for one in ended if one.settled is not None], now)
            held |= await self._chunks.open([one.chunk for one in ended if one.settled is None], now)
            mine = [one for one in ended if one.chunk.name in held]
            await self._outlet.settled([(one.chunk, one.nothing_left) for one in mine], now)
        return len(ended)


def _at_gate(
    chunk: Chunk, held: ChunkHeld | None, unheard: Collection[int], now: datetime
) -> list[Ended] | None:
    """Return None if the call may start, else what becomes of the chunk; nothing if another worker holds it."""
    if held is None or held.fence != chunk.fence:
        return []
    if must_wait(chunk, unheard):
        return [_taken_back(chunk, now)]
    if not held.account_live:
        return [Ended(chunk, _settled(chunk, protocol.take_back(chunk.attempts, ACCOUNT_OFF), now))]
    expired = chunk.expires_at is not None and now >= chunk.expires_at
    special = held.halted or expired or not held.stands
    if special or protocol.too_old(chunk.first_attempt_at, now):
        return [Ended(chunk, None)]
    return None


def _landed(chunk: Chunk, verdict: Verdict, request_id: str, now: datetime) -> Ended:
    if verdict.state in GOES_ON and not verdict.split:
        return Ended(chunk, _settled(chunk, verdict, now, request_id))
    # Whatever it is, it is certain that this attempt did nothing: only what went before can be in doubt.
    return Ended(chunk, None)


def _taken_back(chunk: Chunk, now: datetime) -> Ended:
    return Ended(chunk, _settled(chunk, protocol.take_back(chunk.attempts, GIVE_BACK), now))


def _settled(chunk: Chunk, verdict: Verdict, now: datetime, request_id: str = "") -> ChunkSettled:
    return ChunkSettled(
        workspace_id=chunk.workspace_id,
        chunk_id=chunk.chunk_id,
        fence=chunk.fence,
        state=str(verdict.state),
        called=verdict.called,
        due_at=now + verdict.delay,
        request_id=request_id,
    )
