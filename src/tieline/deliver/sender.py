"""The outbox becomes calls to LINE: claim, prepare, gate, call, settle.

Everything that a second attempt needs is committed before the first byte leaves; consent is read when nothing but the
call itself is left to do; every recipient is settled alone. Kill it anywhere and nobody gets a message twice.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tieline.deliver import outcome, protocol
from tieline.deliver.groups import Call, group
from tieline.deliver.news import news
from tieline.deliver.outcome import Outcome
from tieline.deliver.pace import Account, Pace
from tieline.deliver.policy import TRANSACTIONAL, Reason
from tieline.deliver.preflight import Preflight
from tieline.deliver.protocol import Meaning, Verdict, classify
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
            has left its gate behind.
        sends_claimed: Sends claimed in one transaction.
        zones: Time zone by workspace, for quiet hours.
    """

    calls_in_flight: int = 128
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
        pace: How fast calls may start; whoever else sends takes from it too.
        quota: What the month has left, the same way.
        zones: Time zone by workspace.
        preflight: Asks LINE first whether it would take a message; None where that is not asked.
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
        self._purse = purse
        self.preflight: Preflight | None = None
        self.zones = self._limits.zones
        self.pace = Pace()
        self.quota = Quota(line, self._accepted_since)
        self._ready: deque[Call] = deque()
        self._lease_until: datetime | None = None
        self.flights: dict[asyncio.Future[Answer], Call] = {}
        self._rests: dict[Account, datetime] = {}

    async def step(self, now: datetime) -> int:
        """Settle calls that have ended and start calls that are due; return how many sends were handled."""
        handled = await self._settle_landed(now)
        if len(self.flights) < self._limits.calls_in_flight:
            if not self._ready:
                await self._refill(now)
            handled += await self._depart(now)
        return handled

    async def land(self, seconds: float | None = None, others: Iterable[asyncio.Future[Answer]] = ()) -> None:
        """Wait until a call ends, of `others` too, at most `seconds`; return at once if none is in flight."""
        flights = [*self.flights, *others]
        if flights:
            await asyncio.wait(flights, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)

    async def close(self, now: datetime) -> None:
        """Start nothing more, wait for what is in flight, settle it and give the rest back."""
        if self.flights:
            await asyncio.wait(self.flights)
        await self._settle_landed(now)
        waiting = [self._returned(call) for call in self._ready]
        self._ready.clear()
        await self._settle(waiting, now)

    async def _refill(self, now: datetime) -> None:
        """Claim and prepare in one transaction: whoever comes after a crash finds every key and group as it was."""
        self._rests = {account: until for account, until in self._rests.items() if until > now}
        lease_until = now + LEASE
        async with self._unit.transaction():
            calls = group(await self._sends.claim(now, self._limits.sends_claimed, list(self._rests)))
            await self._sends.prepare([one for call in calls for one in call.prepared()], now, lease_until)
        self._ready.extend(calls)
        self._lease_until = lease_until

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
                    held = _must_wait(call, unheard)
                    stopped = self._returned(call) if held else outcome.at_gate(call, stands, now)
                    if stopped is None:
                        self._start(call)
                        departed += len(call.sends)
                    else:
                        refused.append(stopped)
                await asyncio.sleep(0)
        return departed + await self._settle(refused, now)

    async def _afforded(self, calls: list[Call], refused: list[list[Outcome]], now: datetime) -> list[Call]:
        """Return the calls that every budget reaches for; add what becomes of the others to `refused`."""
        if self._purse is None or not calls:
            return calls
        wanted = Counter({call.account: 0 for call in calls})
        for call in calls:
            wanted[call.account] += 0 if call.earlier else len(call.sends)
        async with self._unit.transaction():
            found = await self._purse.afford(
                calls, lambda account: self.quota.used(account) - wanted[account], now
            )
        for call in found.over:
            self.quota.spend(call.account, -len(call.sends))
            refused.append(outcome.for_all(call, protocol.withheld(Reason.BUDGET, earlier=0)))
        return found.within

    def _start(self, call: Call) -> None:
        send = self._line.push if call.endpoint == "push" else self._line.multicast
        self.flights[asyncio.ensure_future(send(*call.account, call.body(), call.retry_key))] = call

    async def _unheard(self) -> set[int]:
        """Return the workspaces that wait for a withdrawal to be absorbed."""
        if not self._ready:
            return set()
        async with self._unit.transaction():
            return await self._backlog.may_withdraw()

    async def _admitted(
        self, now: datetime, unheard: Collection[int]
    ) -> tuple[list[Call], list[list[Outcome]]]:
        """Take the calls for which there is room, pace and quota; return them, and what becomes of those given back."""
        admitted: list[Call] = []
        refused: list[list[Outcome]] = []
        waiting: deque[Call] = deque()
        room = self._limits.calls_in_flight - len(self.flights)
        late = self._lease_until is not None and now >= self._lease_until - LEASE_SPARE
        tired = self._lease_until is not None and now >= self._lease_until - LEASE + PATIENCE
        while self._ready:
            call = self._ready.popleft()
            if late or self._rests.get(call.account, now) > now:
                refused.append(self._returned(call))
            elif (asleep := outcome.quiet(call, self._zone(call), now)) is not None:
                refused.append(asleep)
            elif _must_wait(call, unheard):
                if tired:
                    self._rests[call.account] = now + GIVE_BACK
                    refused.append(self._returned(call))
                else:
                    waiting.append(call)
            elif await self._refused(call, now):
                verdict = Verdict(SendState.PARKED, Reason.LINE_REFUSES, called=False)
                refused.append(outcome.for_all(call, verdict))
            elif len(admitted) >= room or not self.pace.take(call.account, call.endpoint, now):
                waiting.append(call)
            elif await self._affordable(call, now):
                await self._line.ready(*call.account)
                admitted.append(call)
            else:
                refused.append(outcome.for_all(call, protocol.withheld(Reason.QUOTA, earlier=0)))
        self._ready = waiting
        return admitted, refused

    async def _refused(self, call: Call, now: datetime) -> bool:
        """Tell whether LINE would refuse what nobody of its kind has got yet; what is in doubt was asked before."""
        first = call.first
        return (
            self.preflight is not None
            and not call.earlier
            and await self.preflight.refuses(
                call.account, first.origin, first.step, call.endpoint, first.messages, now
            )
        )

    def _zone(self, call: Call) -> ZoneInfo:
        return ZoneInfo(self.zones.get(call.account[0], "UTC"))

    def _returned(self, call: Call) -> list[Outcome]:
        return outcome.for_all(call, protocol.take_back(call.earlier, GIVE_BACK))

    async def _affordable(self, call: Call, now: datetime) -> bool:
        """Tell whether the month's messages reach for a call; a repetition was counted before."""
        if call.earlier:
            return True
        if call.first.purpose != TRANSACTIONAL:
            left = await self.quota.left(call.account, now)
            if left is not None and left < len(call.sends):
                return False
        self.quota.spend(call.account, len(call.sends))
        return True

    async def _settle_landed(self, now: datetime) -> int:
        landed = [(flight, call, answer_of(flight)) for flight, call in self.flights.items() if flight.done()]
        handled = await self._settle(
            [outcome.landed(call, answer, self._ids.chance) for _, call, answer in landed], now
        )
        for flight, call, answer in landed:
            del self.flights[flight]
            if classify(answer) is Meaning.OUT_OF_QUOTA:
                self.quota.exhausted(call.account, now)
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
            if self._purse is not None:
                await self._purse.settle(outcomes, now)
            said = [
                told
                for one in outcomes
                if one.name in taken
                and one.send.fence == fences[one.name]
                and (
                    told := news(
                        one.send,
                        one.send.namespace,
                        one.send.value,
                        state=one.verdict.state,
                        reason=one.verdict.reason,
                        at=now,
                    )
                )
            ]
            await self._told.said(said)
        for one in outcomes:
            if one.verdict.rest:
                self._rests[one.send.workspace_id, one.send.account] = now + one.verdict.rest
        return len(outcomes)

    async def _accepted_since(self, workspace_id: int, account: str, since: datetime) -> int:
        async with self._unit.transaction():
            return await self._sends.accepted_since(workspace_id, account, since)


def _must_wait(call: Call, unheard: Collection[int]) -> bool:
    """Tell whether a withdrawal may be under way that this call must hear; what a person asked for needs no consent."""
    return call.account[0] in unheard and call.first.purpose != TRANSACTIONAL


def answer_of(flight: asyncio.Future[Answer]) -> Answer:
    """Return how a call ended; one that broke in our own hands may still have left."""
    if flight.cancelled():
        return Answer(0, problem="cancelled")
    return Answer(0, problem="broken_client") if flight.exception() else flight.result()
