"""Senders that give up only when they are answered: late, twice, out of order. Web pages, shops, tills, and LINE."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from datetime import timedelta
from typing import Any

import msgspec

from tieline.channel.line.signature import verify
from tieline.clock import FakeClock
from tieline.model.event import LogKind, Source
from tieline.simulator.platform import LinePlatform
from tieline.simulator.webhooks import ANSWER_WITHIN_SECONDS, WebhookCall
from tieline.testing import scenario
from tieline.testing.dice import Dice
from tieline.testing.installation import Installation
from tieline.testing.record import Record
from tieline.testing.weather import Weather

AGAIN_SECONDS = 30.0
KEPT_SECONDS = 1_200.0


class Sources:
    """Everything that sends to the installation.

    Args:
        seed: Of the simulation.
        installation: Whom they send to.
        platform: LINE, as the sender of webhooks.
        clock: The true time.
        weather: How bad the network is.
        record: Hears of every acknowledgement.
    """

    def __init__(
        self,
        seed: int,
        installation: Installation,
        platform: LinePlatform,
        clock: FakeClock,
        weather: Weather,
        record: Record,
    ) -> None:
        self._installation = installation
        self._platform = platform
        self._clock = clock
        self._weather = weather
        self._record = record
        self._dice = Dice(seed, "sources")
        self._under_way: set[asyncio.Task[None]] = set()
        self._stirred = asyncio.Event()

    @property
    def quiet(self) -> bool:
        """Whether nothing is on its way any more."""
        return not self._under_way and self._platform.next_due_at() is None

    def send(
        self, source: Source, items: Sequence[Mapping[str, Any]], clock_ahead: timedelta = timedelta(0)
    ) -> None:
        """Send items of Segment's API, told by a clock that is `clock_ahead` of the true time."""
        self._start(self._deliver(source, items, clock_ahead))

    def stir(self) -> None:
        """Look at once whether LINE has something to send."""
        self._stirred.set()

    async def run(self) -> None:
        """Carry LINE's webhooks until cancelled."""
        while True:
            self._stirred.clear()
            for call in self._platform.tick(self._clock.now()).webhooks:
                self._start(self._webhook(call))
            due_at = self._platform.next_due_at()
            seconds = None if due_at is None else max((due_at - self._clock.now()).total_seconds(), 0.001)
            try:
                await asyncio.wait_for(self._stirred.wait(), seconds)
            except TimeoutError:
                continue

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _deliver(
        self, source: Source, items: Sequence[Mapping[str, Any]], clock_ahead: timedelta
    ) -> None:
        rough = self._weather.climate
        told_at = self._clock.now() + clock_ahead
        said = [{"timestamp": told_at.isoformat(), **item} for item in items]
        kind = LogKind.OWN if source is scenario.OWN else LogKind.BATCH
        if not self._weather.calm and self._dice.hits(rough.delay):
            await asyncio.sleep(self._dice.between(60, KEPT_SECONDS))
        while True:
            await asyncio.sleep(self._weather.lag())
            body = msgspec.json.encode(
                {"batch": said, "sentAt": (self._clock.now() + clock_ahead).isoformat()}
            )
            await asyncio.sleep(self._weather.lag())
            stored = await self._installation.accept(source, kind, len(said), body)
            if stored:
                self._record.answered(source, kind, body)
            if stored and (self._weather.calm or not self._dice.hits(rough.duplicate)):
                return
            await asyncio.sleep(self._dice.between(1, AGAIN_SECONDS))

    async def _webhook(self, call: WebhookCall) -> None:
        left_at = asyncio.get_running_loop().time()
        await asyncio.sleep(self._weather.lag() / 4)
        genuine = verify(call.body, call.headers.get("x-line-signature", ""), [scenario.CHANNEL_SECRET])
        stored = genuine and await self._installation.accept(
            scenario.LINE_SOURCE, LogKind.LINE_WEBHOOK, len(call.events), call.body
        )
        if stored:
            self._record.answered(scenario.LINE_SOURCE, LogKind.LINE_WEBHOOK, call.body)
        await asyncio.sleep(self._weather.lag() / 4)
        in_time = asyncio.get_running_loop().time() - left_at <= ANSWER_WITHIN_SECONDS
        status = (200 if stored else 503) if in_time else None
        self._platform.webhook_answered(call, status, self._clock.now())
        self.stir()
