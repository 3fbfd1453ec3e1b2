"""The outbox becomes calls to LINE: claim, prepare, gate, call, settle.

Everything that a second attempt needs is committed before the first byte leaves; consent is read when nothing but the
call itself is left to do; every recipient is settled alone. Kill it anywhere and nobody gets a message twice.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tieline.deliver import outcome, protocol
from tieline.deliver.groups import Call, group
from tieline.deliver.hand import Hand, Ready
from tieline.deliver.news import news
from tieline.deliver.outcome import Outcome
from tieline.deliver.outlet import Outlet
from tieline.deliver.pace import Account
from tieline.deliver.parcel import Parcel
from tieline.deliver.policy import TRANSACTIONAL, Reason
from tieline.deliver.protocol import Verdict
from tieline.deliver.purse import Purse
from tieline.deliver.quota import Quota
from tieline.ids import Ids
from tieline.model.send import Answer, SendState
from tieline.ports import Backlog, LineApi, News, SendStore, Transaction

# A lease outlives the longest patience of a call several times over, so that a live worker is never robbed.
LEASE = timedelta(seconds=120)
LEASE_SPARE = timedelta(seconds=60)
GIVE_BACK = timedelta(seconds=1)
# How long a call stands ready while a withdrawal waits to be absorbed, which takes milliseconds, before it is put off.
PATIENCE = timedelta(seconds=2)


@dataclass(frozen=True)
class SenderLimits:
    """What bounds one worker: how much it holds at once, and by which clocks people sleep.

    Attributes:
        calls_in_flight: Calls at the same time. The HTTP client needs as many connections: a call that waits for one
            has left its gate behind. LINE takes 2,000 pushes a second, each of which takes it a tenth of a second.
        sends_claimed: Sends claimed in one transaction.
        zones: Time zone by workspace, for quiet hours.
    """

    calls_in_flight: int = 240
    sends_claimed: int = 500
    zones: Mapping[int, str] = field(default_factory=dict)


class Sender:
    """Delivers what is due.

    Args:
        unit: Transactions of `sends` and `told`, which no other loop shares.
        sends: The outbox.
        backlog: Knows of withdrawals that were answered and are not absorbed yet.
        line: The LINE platform.
        told: Hears what became of every send.
        ids: Chance for jitter.
        limits: How much to hold at once.
        purse: Holds calls against budgets; None where there are none.

    Attributes:
        outlet: What else this process sends through it shares.
        flights: Calls on their way.
    """

    def __init__(
        self,
        unit: Transaction,
        sends: SendStore,
        backlog: Backlog,
        line: LineApi,
        told: News,
        ids: Ids,
        limits: SenderLimits | None = None,
        purse: Purse | None = None,
    ) -> None:
        self._unit = unit
        self._sends = sends
        self._backlog = backlog
        self._line = line
        self._told = told
        self._ids = ids
        self._limits = limits or SenderLimits()
        self.outlet = Outlet(Quota(line, self._accepted_since), self._limits.zones, purse)
        self._hand: Hand[Call] = Hand()
        self.flights: dict[asyncio.Future[Answer], Call] = {}

    async def step(self, now: datetime) -> int:
        """Settle calls that have ended and start calls that are due; return how many sends were handled."""
        handled = await self._settle_landed(now)
        await self._hear(now)
        if len(self.flights) < self._limits.calls_in_flight:
            if not self._hand.ready:
                await self._refill(now)
            handled += await self._depart(now)
        return handled

    async def land(self, seconds: float | None = None, others: Iterable[asyncio.Future[Answer]] = ()) -> None:
        """Wait until a call ends, of `others` too, at most `seconds`; return at once if none is in flight."""
        flights = [*self.flights, *others, *self.outlet.questions]
        if flights:
            await asyncio.wait(flights, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)

    async def close(self, now: datetime) -> None:
        """Start nothing more, wait for what is in flight, settle it and give the rest back."""
        if self.flights:
            await asyncio.wait(self.flights)
        await self._settle_landed(now)
        await self.outlet.close()
        waiting = [self._returned(call) for call in self._hand.put_down()]
        await self._settle(waiting, now)

    async def _refill(self, now: datetime) -> None:
        """Claim and prepare in one transaction: whoever comes after a crash finds every key and group as it was."""
        resting = self.outlet.not_now(now, crowded=self._hand.crowded)
        lease_until = now + LEASE
        async with self._unit.transaction():
            calls = group(await self._sends.claim(now, self._limits.sends_claimed, resting))
            await self._sends.prepare([one for call in calls for one in call.prepared()], now, lease_until)
        self._hand.take(calls, lease_until)

    async def _hear(self, now: datetime) -> None:
        """Take up again what waited for LINE's word on its messages."""
        if any(question.done() for question in self.outlet.questions):
            async with self._unit.transaction():
                await self.outlet.hear(now)
        self._hand.resume(self.outlet.answers, now + LEASE_SPARE)

    async def _depart(self, now: datetime) -> int:
        """Let calls pass the gate and start at once; return how many sends left or were refused."""
        calls, refused = await self._admitted(now, await self._unheard())
        calls = await self._afforded(calls, refused, now)
        departed = 0
        if calls:
            async with self._unit.transaction():
                # What stands, between where the stream was before it and what was answered since: a withdrawal is in one.
                since = await self._backlog.absorbed()
                stands = await self._sends.gate([send for call in calls for send in call.sends], now)
                unheard = await self._backlog.may_withdraw(since)
                # Nothing may come between this reading and the calls, not even the end of the transaction: the sleep
                # lets all of them begin before anything else is awaited.
                for call in calls:
                    held = must_wait(call, unheard)
                    stopped = self._returned(call) if held else outcome.at_gate(call, stands, now)
                    if stopped is None:
                        self._start(call)
                        departed += len(call.sends)
                    else:
                        self.outlet.uncount(call)
                        refused.append(stopped)
                await asyncio.sleep(0)
        return departed + await self._settle(refused, now)

    async def _afforded(self, calls: list[Call], refused: list[list[Outcome]], now: datetime) -> list[Call]:
        """Return the calls that every budget reaches for; add what becomes of the others to `refused`."""
        if self.outlet.purse is None or not calls:
            return calls
        async with self._unit.transaction():
            allowed = await self.outlet.allowed(calls, now)
        within: list[Call] = []
        for call, messages in zip(calls, allowed, strict=True):
            if messages == call.size:
                within.append(call)
            else:
                self.outlet.uncount(call)
                refused.append(outcome.over_budget(call, messages))
        return within

    def _start(self, call: Call) -> None:
        send = self._line.push if call.endpoint == "push" else self._line.multicast
        self.flights[asyncio.ensure_future(send(*call.leaves_from, call.body(), call.retry_key))] = call

    async def _unheard(self) -> set[int]:
        """Return the workspaces that wait for a withdrawal to be absorbed."""
        if not self._hand.ready:
            return set()
        async with self._unit.transaction():
            return await self._backlog.may_withdraw()

    async def _admitted(
        self, now: datetime, unheard: Collection[int]
    ) -> tuple[list[Call], list[list[Outcome]]]:
        """Take the calls for which there is room, pace and quota; return them, and what becomes of those given back."""
        admitted: list[Call] = []
        refused: list[list[Outcome]] = []
        waiting: list[Ready[Call]] = []
        paced: set[tuple[Account, str]] = set()
        outlet, in_hand = self.outlet, self._hand.ready
        room = self._limits.calls_in_flight - len(self.flights)
        while in_hand and len(admitted) < room:
            ready = in_hand.popleft()
            call, lease_until = ready
            if (call.leaves_from, call.endpoint) in paced:
                waiting.append(ready)
            elif (put_off := self._put_off(ready, now)) is not None:
                refused.append(put_off)
            elif must_wait(call, unheard):
                if now >= lease_until - LEASE + PATIENCE:
                    outlet.rest(call.leaves_from, now + GIVE_BACK)
                    refused.append(self._returned(call))
                else:
                    waiting.append(ready)
            elif (refuses := outlet.refused(call, now)) is None:
                self._hand.set_aside(ready, outlet.answers)
            elif refuses:
                verdict = Verdict(SendState.PARKED, Reason.LINE_REFUSES, called=False)
                refused.append(outcome.for_all(call, verdict))
            elif not outlet.pace.take(call.leaves_from, call.endpoint, now):
                paced.add((call.leaves_from, call.endpoint))
                waiting.append(ready)
            elif await outlet.within_quota(call, now):
                await self._line.ready(*call.leaves_from)
                admitted.append(call)
            else:
                refused.append(outcome.for_all(call, protocol.withheld(Reason.QUOTA, earlier=0)))
        in_hand.extendleft(reversed(waiting))
        return admitted, refused

    def _put_off(self, ready: Ready[Call], now: datetime) -> list[Outcome] | None:
        """Return None if the hour is right for a call, else what becomes of it."""
        call = ready.parcel
        if now >= ready.lease_ends_at - LEASE_SPARE or self.outlet.rests(call.leaves_from, now):
            return self._returned(call)
        return outcome.quiet(call, self.outlet.zone(call.sample.workspace_id), now)

    def _returned(self, call: Call) -> list[Outcome]:
        return outcome.for_all(call, protocol.take_back(call.earlier, GIVE_BACK))

    async def _settle_landed(self, now: datetime) -> int:
        ended = [(flight, call, answer_of(flight)) for flight, call in self.flights.items() if flight.done()]
        landed = [(*one, await self.outlet.reserved(one[1], one[2], now)) for one in ended]
        handled = await self._settle(
            [outcome.landed(call, said, self._ids.chance, reserved=kept) for _, call, said, kept in landed],
            now,
        )
        for flight, call, answer, kept in landed:
            del self.flights[flight]
            self.outlet.heard(call, answer, timedelta(0), now, reserved=kept)
        return handled

    async def _settle(self, calls: Sequence[Sequence[Outcome]], now: datetime) -> int:
        """Write outcomes down and tell of those that are final, in one transaction."""
        outcomes = [one for call in calls for one in call]
        if not outcomes:
            return 0
        # A send whose lease ran out can land twice in one round; only the younger attempt is what was settled.
        fences: dict[tuple[int, bytes], int] = {}
        for one in outcomes:
            fences[one.name] = max(one.send.fence, fences.get(one.name, 0))
        async with self._unit.transaction():
            taken = await self._sends.settle([one.settled(now) for one in outcomes], now)
            held = [one for one in outcomes if one.name in taken and one.send.fence == fences[one.name]]
            await self.outlet.settled([(one.send, one.nothing_left) for one in held], now)
            said = [
                news(
                    one.send,
                    one.send.namespace,
                    one.send.value,
                    state=one.verdict.state,
                    reason=one.verdict.reason,
                    at=now,
                )
                for one in held
            ]
            await self._told.said([one for one in said if one is not None])
        for one in outcomes:
            if one.verdict.rest:
                self.outlet.rest((one.send.workspace_id, one.send.account), now + one.verdict.rest)
        return len(outcomes)

    async def _accepted_since(self, workspace_id: int, account: str, since: datetime) -> int:
        async with self._unit.transaction():
            return await self._sends.accepted_since(workspace_id, account, since)


def must_wait(parcel: Parcel, unheard: Collection[int]) -> bool:
    """Tell whether a withdrawal may be under way that must be heard; what a person asked for needs no consent."""
    return parcel.leaves_from[0] in unheard and parcel.sample.purpose != TRANSACTIONAL


def answer_of(flight: asyncio.Future[Answer]) -> Answer:
    """Return how a call ended; one that broke in our own hands may still have left."""
    if flight.cancelled():
        return Answer(0, problem="cancelled")
    return Answer(0, problem="broken_client") if flight.exception() else flight.result()
