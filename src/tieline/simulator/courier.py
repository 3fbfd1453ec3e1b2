"""Carries webhooks out and sends virtual friends on their errands, as they fall due."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine

import httpx

from tieline.simulator.browser import Browser, Hop
from tieline.simulator.platform import Errand
from tieline.simulator.simulation import Simulation
from tieline.simulator.webhooks import ANSWER_WITHIN_SECONDS, WebhookCall

AT_ONCE = 64
BREATH_SECONDS = 0.005  # many events that come together are looked at once
LONGEST_SLEEP_SECONDS = 1.0  # the clock may have been moved meanwhile


class Courier:
    """Does the input and output that the platform asks for."""

    def __init__(self, simulation: Simulation, client: httpx.AsyncClient) -> None:
        self._simulation = simulation
        self._client = client
        self._places = asyncio.Semaphore(AT_ONCE)
        self._under_way: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            self._simulation.stirred.clear()
            due = self._simulation.platform.tick(self._simulation.clock.now())
            for call in due.webhooks:
                await self._start(self._deliver(call))
            for errand in due.errands:
                await self._start(self._run_errand(errand))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._simulation.stirred.wait(), self._pause())
            await asyncio.sleep(BREATH_SECONDS)

    async def post(self, call: WebhookCall) -> int | None:
        """Make one webhook call and return its status; None without an answer in time."""
        try:
            answer = await self._client.post(
                call.url, content=call.body, headers=call.headers, timeout=ANSWER_WITHIN_SECONDS
            )
        except (httpx.HTTPError, httpx.InvalidURL):
            return None
        return answer.status_code

    async def visit(self, user_id: str, url: str, form: dict[str, str] | None) -> list[Hop]:
        """Open a page in a friend's browser."""
        browser = Browser(self._client, self._simulation.handle, self._simulation.settings.access_hosts)
        return await browser.visit(user_id, url, form)

    def under_way(self) -> int:
        """Return how many webhooks and errands are being carried."""
        return len(self._under_way)

    def _pause(self) -> float:
        next_due_at = self._simulation.platform.next_due_at()
        if next_due_at is None:
            return LONGEST_SLEEP_SECONDS
        clock = self._simulation.clock
        wait = (next_due_at - clock.now()).total_seconds() / clock.speed
        return min(max(wait, 0.0), LONGEST_SLEEP_SECONDS)

    async def _start(self, work: Coroutine[None, None, None]) -> None:
        await self._places.acquire()
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._under_way.discard(task)
        self._places.release()

    async def _deliver(self, call: WebhookCall) -> None:
        platform = self._simulation.platform
        status = await self.post(call)
        if call.channel_id in platform.world.accounts:
            platform.webhook_answered(call, status, self._simulation.clock.now())
            self._simulation.stirred.set()

    async def _run_errand(self, errand: Errand) -> None:
        with contextlib.suppress(ValueError):  # a redirect to something that is no address ends the errand
            await self.visit(errand.friend.user_id, errand.uri, errand.form)


@contextlib.asynccontextmanager
async def at_work(simulation: Simulation) -> AsyncIterator[Courier]:
    """Run a courier for as long as the context lasts."""
    async with httpx.AsyncClient(follow_redirects=False, trust_env=False, timeout=10.0) as client:
        courier = Courier(simulation, client)
        task = asyncio.create_task(courier.run())
        try:
            yield courier
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
