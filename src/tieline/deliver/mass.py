"""Chunks become multicasts: claim, gate, call, settle, each step once for up to 500 people.

The protocol is the sender's: key and members are committed before the first call, consent is looked at when nothing but
the call is left to do, doubt is asked again under the same key. Whatever is not one of three plain ends (taken, in doubt,
certainly not begun) is handed to the sender: the members then stand for themselves, as new or as one group in doubt.
"""

import asyncio
from collections import deque
from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tieline.deliver import protocol
from tieline.deliver.pace import Account
from tieline.deliver.policy import TRANSACTIONAL
from tieline.deliver.protocol import Meaning, Verdict, classify
from tieline.deliver.sender import GIVE_BACK, LEASE, LEASE_SPARE, Sender, answer_of
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
    """What becomes of a chunk: settled as one, or opened (then `settled` is None and `called` counts)."""

    chunk: Chunk
    settled: ChunkSettled | None
    called: bool = False


class MassSender:
    """Delivers chunks that are due.

    Args:
        unit: Transactions of `chunks`: the sender's own.
        chunks: Chunks, and the sends in them.
        backlog: Knows of withdrawals that were answered and are not absorbed yet.
        line: The LINE platform.
        sender: Shares its pace and quota, and takes over what is special.
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
        self._sender = sender
        self._ids = ids
        self._ready: deque[Chunk] = deque()
        self._lease_until: datetime | None = None
        self._rests: dict[Account, datetime] = {}
        self.flights: dict[asyncio.Future[Answer], Chunk] = {}

    async def step(self, now: datetime) -> int:
        """Settle calls that have ended and start calls that are due; return how many chunks were handled."""
        handled = await self._settle_landed(now)
        if len(self.flights) < CALLS_IN_FLIGHT:
            if not self._ready:
                await self._refill(now)
            handled += await self._depart(now)
        return handled

    async def close(self, now: datetime) -> None:
        """Start nothing more, wait for what is in flight, settle it and give the rest back."""
        if self.flights:
            await asyncio.wait(self.flights)
        await self._settle_landed(now)
        waiting = [_taken_back(chunk, now) for chunk in self._ready]
        self._ready.clear()
        await self._settle(waiting, now)

    async def _refill(self, now: datetime) -> None:
        self._rests = {account: until for account, until in self._rests.items() if until > now}
        lease_until = now + LEASE
        async with self._unit.transaction():
            claimed = await self._chunks.claim(now, lease_until, CALLS_IN_FLIGHT, list(self._rests))
        self._ready.extend(claimed)
        self._lease_until = lease_until

    async def _depart(self, now: datetime) -> int:
        """Let chunks pass the gate and start at once; return how many left, were put off or opened."""
        if not self._ready:
            return 0
        async with self._unit.transaction():
            unheard = await self._backlog.may_withdraw()
        admitted, ended = await self._admitted(now, unheard)
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
                        self._uncount(chunk)
                        ended += stopped
                # Nothing may come between this reading and the calls: all of them begin here.
                await asyncio.sleep(0)
        return departed + await self._settle(ended, now)

    async def _admitted(self, now: datetime, unheard: Collection[int]) -> tuple[list[Chunk], list[Ended]]:
        """Take the chunks for which there is room, pace and quota; return them, and what becomes of others."""
        admitted: list[Chunk] = []
        ended: list[Ended] = []
        waiting: deque[Chunk] = deque()
        room = CALLS_IN_FLIGHT - len(self.flights)
        late = self._lease_until is not None and now >= self._lease_until - LEASE_SPARE
        while self._ready:
            chunk = self._ready.popleft()
            account = (chunk.workspace_id, chunk.account)
            opens = self._opens_at(chunk, now)
            if late or self._rests.get(account, now) > now or _must_wait(chunk, unheard):
                ended.append(_taken_back(chunk, now))
            elif opens is not None:
                ended.append(Ended(chunk, _settled(chunk, protocol.take_back(0, opens - now), now)))
            elif await self._refused(chunk, now):
                ended.append(Ended(chunk, None))
            elif len(admitted) >= room or not self._sender.pace.take(account, "multicast", now):
                waiting.append(chunk)
            elif await self._affordable(chunk, now):
                await self._line.ready(*account)
                admitted.append(chunk)
            else:
                ended.append(Ended(chunk, None))
        self._ready = waiting
        return admitted, ended

    async def _refused(self, chunk: Chunk, now: datetime) -> bool:
        """Tell whether LINE would refuse it; the sender, who is asked the same, lays its members aside."""
        preflight = self._sender.preflight
        return (
            preflight is not None
            and not chunk.attempts
            and await preflight.refuses(
                (chunk.workspace_id, chunk.account),
                chunk.origin,
                chunk.step,
                "multicast",
                chunk.messages,
                now,
            )
        )

    def _opens_at(self, chunk: Chunk, now: datetime) -> datetime | None:
        """Return when the quiet hours end that hold a chunk; what is in doubt is asked again at any hour."""
        zone = ZoneInfo(self._sender.zones.get(chunk.workspace_id, "UTC"))
        return None if chunk.attempts else opens_at(now, chunk.restraint.quiet, zone)

    async def _affordable(self, chunk: Chunk, now: datetime) -> bool:
        """Tell whether the month's messages reach; a repetition was counted before."""
        if chunk.attempts:
            return True
        account = (chunk.workspace_id, chunk.account)
        if chunk.purpose != TRANSACTIONAL:
            left = await self._sender.quota.left(account, now)
            if left is not None and left < chunk.members:
                return False
        self._sender.quota.spend(account, chunk.members)
        return True

    def _start(self, chunk: Chunk) -> None:
        call = self._line.multicast(chunk.workspace_id, chunk.account, chunk.body(), chunk.retry_key)
        self.flights[asyncio.ensure_future(call)] = chunk

    async def _settle_landed(self, now: datetime) -> int:
        landed = [(flight, chunk) for flight, chunk in self.flights.items() if flight.done()]
        ended: list[Ended] = []
        for flight, chunk in landed:
            answer = answer_of(flight)
            verdict = protocol.decide(
                answer, earlier=chunk.attempts, members=chunk.members, chance=self._ids.chance
            )
            if classify(answer) is Meaning.OUT_OF_QUOTA:
                self._sender.quota.exhausted((chunk.workspace_id, chunk.account), now)
            if verdict.rest:
                self._rests[chunk.workspace_id, chunk.account] = now + verdict.rest
            if verdict.state not in {SendState.ACCEPTED, SendState.UNKNOWN}:
                self._uncount(chunk)
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
            await self._chunks.settle([one.settled for one in ended if one.settled is not None], now)
            await self._chunks.open([(one.chunk, one.called) for one in ended if one.settled is None], now)
        return len(ended)

    def _uncount(self, chunk: Chunk) -> None:
        """Give back what was counted for a call that certainly did nothing."""
        if not chunk.attempts:
            self._sender.quota.spend((chunk.workspace_id, chunk.account), -chunk.members)


def _at_gate(
    chunk: Chunk, held: ChunkHeld | None, unheard: Collection[int], now: datetime
) -> list[Ended] | None:
    """Return None if the call may start, else what becomes of the chunk; nothing if another worker holds it."""
    if held is None or held.fence != chunk.fence:
        return []
    if _must_wait(chunk, unheard):
        return [_taken_back(chunk, now)]
    if not held.account_live:
        return [Ended(chunk, _settled(chunk, protocol.take_back(chunk.attempts, ACCOUNT_OFF), now))]
    expired = chunk.expires_at is not None and now >= chunk.expires_at
    special = held.halted or held.limited or expired or not held.stands
    if special or protocol.too_old(chunk.first_attempt_at, now):
        return [Ended(chunk, None)]
    return None


def _must_wait(chunk: Chunk, unheard: Collection[int]) -> bool:
    """Tell whether a withdrawal may be under way that this chunk must hear."""
    return chunk.workspace_id in unheard and chunk.purpose != TRANSACTIONAL


def _landed(chunk: Chunk, verdict: Verdict, request_id: str, now: datetime) -> Ended:
    if verdict.state in GOES_ON and not verdict.split:
        return Ended(chunk, _settled(chunk, verdict, now, request_id), verdict.called)
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
