"""Messages of other channels leave: claim, gate, call, settle. Kill it anywhere and nobody gets one twice."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta

from tieline.deliver.carrying import DOUBT, Verdict, verdict
from tieline.deliver.outreach import news
from tieline.deliver.policy import TRANSACTIONAL, Reason
from tieline.deliver.ways import reached
from tieline.model.outreach import Carried, Carrying, Channel
from tieline.model.send import Standing
from tieline.ports import Backlog, Carrier, News, OutreachStore, SendStore, Transaction

LEASE = timedelta(minutes=5)
TOGETHER = 20
WAIT = timedelta(seconds=1)


class CarrierLoop:
    """Carries what is due.

    Args:
        unit: Transactions that all stores share.
        store: Messages and channels.
        sends: Knows friendships and consents.
        backlog: Knows of withdrawals that were answered and are not absorbed yet.
        carriers: By kind of channel.
        told: Hears what became of every message.
    """

    def __init__(
        self,
        unit: Transaction,
        store: OutreachStore,
        sends: SendStore,
        backlog: Backlog,
        carriers: Mapping[str, Carrier],
        told: News,
    ) -> None:
        self._unit = unit
        self._store = store
        self._sends = sends
        self._backlog = backlog
        self._carriers = carriers
        self._told = told

    async def step(self, now: datetime) -> int:
        """Carry what is due; return how many messages were handled."""
        async with self._unit.transaction():
            held = await self._store.claim(now, TOGETHER, LEASE)
        for one in held:
            await self._one(one, now)
        return len(held)

    async def _one(self, held: Carrying, now: datetime) -> None:
        async with self._unit.transaction():
            channel = (await self._store.channels(held.workspace_id)).get(held.channel)
        carrier = self._carriers.get(held.kind)
        if channel is None or carrier is None:
            await self._settle(held, Verdict("suppressed", str(Reason.STOPPED), now), now)
            return
        if held.doubtful and not carrier.again_is_safe(channel):
            await self._settle(held, Verdict("parked", DOUBT, now), now)
            return
        await carrier.ready(channel)
        call: asyncio.Future[Carried] | None = None
        async with self._unit.transaction():
            stopped = await self._gate(held, channel, now)
            if stopped is None:  # nothing may come between what was read and the call
                call = asyncio.ensure_future(carrier.carry(channel, held))
                await asyncio.sleep(0)
        if stopped is not None:
            await self._settle(held, stopped, now)
        elif call is not None:
            carried = await call
            told = verdict(carried, held.attempts, now, again_is_safe=carrier.again_is_safe(channel))
            await self._settle(held, told, now, carried)

    async def _gate(self, held: Carrying, channel: Channel, now: datetime) -> Verdict | None:
        """Return why this message may not leave now, None if it may."""
        if held.expires_at is not None and now >= held.expires_at:
            return Verdict("expired", str(Reason.EXPIRED), now)
        unheard = await self._backlog.may_withdraw()
        if held.purpose != TRANSACTIONAL and held.workspace_id in unheard:
            return Verdict("planned", "", now + WAIT)
        if await self._store.halted(held.workspace_id, held.origin):
            return Verdict("suppressed", str(Reason.STOPPED), now)
        people = [held.person]
        standing = (await self._sends.standing(held.workspace_id, people)).get(held.person)
        addresses = (await self._store.addresses(held.workspace_id, people)).get(held.person, {})
        mine = {kind: tuple(one for one in many if one == held.address) for kind, many in addresses.items()}
        found = reached(channel, standing, mine, held.purpose)
        return Verdict("suppressed", str(found), now) if isinstance(found, Reason) else None

    async def _settle(
        self, held: Carrying, told: Verdict, now: datetime, carried: Carried | None = None
    ) -> None:
        async with self._unit.transaction():
            reference = carried.reference if carried else ""
            taken = await self._store.settle(held, told.state, told.reason, now, told.again_at, reference)
            if taken and carried is not None and carried.gone:
                await self._store.bounced(held.workspace_id, held.kind, held.address, carried.reason, now)
            if taken:
                standing: Standing | None = (
                    await self._sends.standing(held.workspace_id, [held.person])
                ).get(held.person)
                said = news(held, standing, told.state, told.reason, now)
                await self._told.said([said] if said else [])
