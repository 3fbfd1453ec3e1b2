"""A narrowcast leaves once: key and body are stored before the first call, and doubt is asked again under the same key.

LINE says yes at once and works later, so two things go on after the call: LINE is asked how far it is until it has come to an
end, and what budgets count is corrected to what was really sent. LINE hands it out person by person later, where nobody can
look at anybody's consent. What can be looked at is looked at as the last step before the call: the audiences must be the ones
whose people agreed, and nobody of them may have withdrawn.

Source: https://developers.line.biz/en/docs/messaging-api/sending-messages/#send-narrowcast-message
"""

import asyncio
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from tieline.deliver import protocol
from tieline.deliver.earmark import Earmark
from tieline.deliver.policy import Reason
from tieline.deliver.progress import ended, look_after
from tieline.deliver.protocol import Meaning, Verdict, classify, sentence
from tieline.deliver.quota import Ledger, Quota
from tieline.deliver.recipient import body_of, hindrance
from tieline.deliver.sender import answer_of
from tieline.ids import Ids, retry_key
from tieline.model.limits import Habits, Quiet, opens_at
from tieline.model.narrowcast import Claimed, Gate, Known, Leaf, NarrowcastState
from tieline.model.send import Answer, SendState
from tieline.model.unit import ask_next
from tieline.ports import Backlog, Transaction
from tieline.ports.narrowcasts import Attempt, NarrowcastApi, NarrowcastStore

TOGETHER = 10
LEASE = timedelta(seconds=120)
TOO_FAST = timedelta(seconds=61)
"""LINE takes 60 calls an hour: to ask again within a second, as a push may, would use them up."""
LOOK_AT_AUDIENCE = timedelta(seconds=30)
HEAR = timedelta(seconds=5)
NO_HABITS = Habits()
STATES = {
    SendState.PLANNED: NarrowcastState.READY,
    SendState.UNKNOWN: NarrowcastState.UNKNOWN,
    SendState.FAILED: NarrowcastState.FAILED,
}


class Hours(NamedTuple):
    """Quiet hours: what each workspace has decided, and the time zone its people sleep by."""

    habits: Mapping[int, Habits]
    zones: Mapping[int, str]

    def open_at(self, one: Claimed, now: datetime) -> datetime | None:
        """Return when the quiet hours end that hold it; what is in doubt is asked again at any hour."""
        own = one.said.quiet or self.habits.get(one.workspace_id, NO_HABITS).quiet
        zone = ZoneInfo(self.zones.get(one.workspace_id, "UTC"))
        return opens_at(now, own, zone) if isinstance(own, Quiet) and not one.attempts else None


class NarrowcastLoop:
    """Takes each narrowcast that is due one step further.

    Args:
        unit: Transactions of `store`, which no other loop shares.
        store: Narrowcasts.
        backlog: Knows of withdrawals that were answered and are not absorbed yet.
        line: The LINE platform.
        earmark: Counts them against budgets.
        ledger: Returns how many messages LINE has accepted from us since a moment.
        ids: Chance for keys and jitter.
        hours: When nothing leaves.
    """

    def __init__(
        self,
        unit: Transaction,
        store: NarrowcastStore,
        backlog: Backlog,
        line: NarrowcastApi,
        earmark: Earmark,
        ledger: Ledger,
        ids: Ids,
        hours: Hours,
    ) -> None:
        self._unit = unit
        self._store = store
        self._backlog = backlog
        self._line = line
        self._earmark = earmark
        self._ledger = ledger
        self._quota = Quota(line, self._accepted_since)
        self._ids = ids
        self._hours = hours

    async def step(self, now: datetime) -> int:
        """Call what is due, and look after what LINE works on; return how many that were."""
        async with self._unit.transaction():
            due = await self._store.claim(now, now + LEASE, TOGETHER)
        for one in due:
            if one.state is NarrowcastState.SENDING:
                await self._look(one, now)
            else:
                await self._send(one, now)
        return len(due)

    async def _accepted_since(self, workspace_id: int, account: str, since: datetime) -> int:
        async with self._unit.transaction():
            return await self._ledger(workspace_id, account, since)

    async def _send(self, claimed: Claimed, now: datetime) -> None:
        try:
            one = await self._prepared(claimed, now)
        except _FencedError:
            return
        if one is None:
            return
        await self._line.ready(one.workspace_id, one.account)
        flight: asyncio.Future[Answer] | None = None
        async with self._unit.transaction():
            # What stands, between where the stream was before it and what was answered since: a withdrawal is in one.
            since = await self._backlog.absorbed()
            gate = await self._store.gate(one, now)
            stopped = _at_gate(one, gate, await self._backlog.may_withdraw(since), now)
            if stopped is None:
                flight = asyncio.ensure_future(self._call(one))
                # Nothing may come between this reading and the call: it begins here.
                await asyncio.sleep(0)
        if flight is not None:
            await asyncio.wait([flight])
            await self._landed(one, answer_of(flight), now)
        elif stopped is not None:
            await self._settle(one, stopped, now)

    async def _prepared(self, one: Claimed, now: datetime) -> Claimed | None:
        """Freeze key and body and count it against budgets, in one transaction; None if it must not be called now."""
        opens = self._hours.open_at(one, now)
        if opens is not None:
            await self._settle(one, _wait(one, opens), now)
            return None
        month = await self._quota.reading((one.workspace_id, one.account), now)
        async with self._unit.transaction():
            known = await self._store.known(one, now)
            stopped = _before_call(one, known, month.left, now)
            reserved = await self._earmark.take(one, month.used, now) if stopped is None else None
            if stopped is None and reserved is not None:
                ready = replace(
                    one,
                    body=one.body or _body(one, known),
                    retry_key=one.retry_key or retry_key(self._ids.token()),
                    first_attempt_at=one.first_attempt_at or now,
                    reserved=reserved,
                )
                if not await self._store.prepare(ready, now):
                    raise _FencedError
                return ready
        await self._settle(one, stopped or _stop(one, Reason.BUDGET, now), now)
        return None

    async def _call(self, one: Claimed) -> Answer:
        assert one.body is not None and one.retry_key is not None  # noqa: S101, PT018 - frozen by `_prepared`
        return await self._line.narrowcast(one.workspace_id, one.account, one.body, one.retry_key)

    async def _landed(self, one: Claimed, answer: Answer, now: datetime) -> None:
        """Write down what LINE answered."""
        reserved = classify(answer) is Meaning.OUT_OF_QUOTA and await self._quota.reserved(
            (one.workspace_id, one.account), one.most, now
        )
        verdict = protocol.decide(
            answer, earlier=one.attempts, members=1, chance=self._ids.chance, reserved=reserved
        )
        if verdict.state is not SendState.ACCEPTED:
            await self._settle(one, self._attempt(one, answer, verdict, now), now)
            return
        request_id = answer.accepted_id or answer.request_id
        if request_id:
            async with self._unit.transaction():
                await self._store.accepted(one, request_id, now + look_after(0), now)
        else:
            unnamed = Attempt(
                NarrowcastState.PARKED, now, called=True, given_back=False, reason="no_request_id"
            )
            await self._settle(one, unnamed, now)

    def _attempt(self, one: Claimed, answer: Answer, verdict: Verdict, now: datetime) -> Attempt:
        """Return what becomes of it after anything but a yes."""
        if verdict.state is SendState.PARKED:
            return _stop(one, verdict.reason, now)
        slow = classify(answer) is Meaning.TOO_FAST
        delay = max(verdict.delay, TOO_FAST * (1 + self._ids.chance())) if slow else verdict.delay
        state = STATES[verdict.state]
        return Attempt(
            state,
            now + delay,
            called=verdict.called,
            given_back=not one.attempts and state is not NarrowcastState.UNKNOWN,
            reason=verdict.reason,
            said=sentence(answer) if state is NarrowcastState.FAILED else "",
        )

    async def _settle(self, one: Claimed, attempt: Attempt, now: datetime) -> None:
        async with self._unit.transaction():
            if await self._store.settle(one, attempt, now) and attempt.given_back:
                await self._earmark.give_back(one, one.most, now)

    async def _look(self, one: Claimed, now: datetime) -> None:
        """Ask LINE how far it is; when it has come to an end, budgets count what was sent."""
        answer = await self._line.narrowcast_progress(one.workspace_id, one.account, one.request_id)
        over = ended(answer, one.most, one.accepted_at or now, now)
        async with self._unit.transaction():
            if over is None:
                await self._store.looked(one, now + look_after(one.looks))
                return
            ask_at = ask_next(now, now) if over.success else None
            if await self._store.ended(one, over, ask_at, now):
                await self._earmark.give_back(one, one.most - over.billed, now)


class _FencedError(Exception):
    """Another worker holds it: what was begun is rolled back."""


def _before_call(
    one: Claimed, known: Mapping[Leaf, Known], left: int | None, now: datetime
) -> Attempt | None:
    """Return what becomes of it where it must not be called, None if nothing stands against it."""
    if reason := hindrance(one.said, known):
        return _hindered(one, reason, now)
    if left is not None and left < one.most and not one.said.up_to_quota and not one.attempts:
        return _stop(one, Reason.QUOTA, now)
    return None


def _at_gate(one: Claimed, gate: Gate | None, unheard: Collection[int], now: datetime) -> Attempt | None:
    """Return None if the call may start, else what becomes of it."""
    if gate is None or gate.fence != one.fence or protocol.too_old(one.first_attempt_at, now):
        return _stop(one, Reason.KEY_EXPIRED, now)
    if gate.halted:
        return _stop(one, Reason.STOPPED, now) if one.attempts else _given_up(now)
    unheard_here = one.workspace_id in unheard and not one.said.without_consent
    if unheard_here or not gate.account_live:
        return _wait(one, now + (HEAR if gate.account_live else protocol.WAIT_UNCLEAR))
    if reason := hindrance(one.said, gate.known):
        return _hindered(one, reason, now)
    return None if _body(one, gate.known) == one.body else _stop(one, "audience_changed", now)


def _given_up(now: datetime) -> Attempt:
    return Attempt(NarrowcastState.CANCELLED, now, called=False, given_back=True)


def _hindered(one: Claimed, reason: str, now: datetime) -> Attempt:
    """Wait for an audience that LINE still fills; let everything else be decided by a person."""
    if reason == "audience_not_ready":
        return _wait(one, now + LOOK_AT_AUDIENCE)
    return _stop(one, reason, now)


def _wait(one: Claimed, until: datetime) -> Attempt:
    """Return an attempt that certainly did nothing: as before, later."""
    state = NarrowcastState.UNKNOWN if one.attempts else NarrowcastState.READY
    return Attempt(state, until, called=False, given_back=not one.attempts)


def _stop(one: Claimed, reason: str, now: datetime) -> Attempt:
    """Return an attempt after which a person decides. After a call of unknown outcome both facts are kept."""
    if one.attempts:
        return Attempt(
            NarrowcastState.PARKED, now, called=False, given_back=False, reason=f"{reason}_after_unknown"
        )
    return Attempt(NarrowcastState.HELD, now, called=False, given_back=True, reason=reason)


def _body(one: Claimed, known: Mapping[Leaf, Known]) -> bytes:
    return msgspec.json.encode(body_of(one.said, known, one.most))
