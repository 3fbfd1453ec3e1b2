"""The way to LINE: requests take time, get lost, and are written down as they start."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID

import httpx

from tieline.channel.line.carrier import CALL_SECONDS
from tieline.channel.line.client import LineClient
from tieline.model.send import Answer
from tieline.simulator.transport import SimulatedTransport
from tieline.testing.dice import Dice
from tieline.testing.weather import Weather

SENDING = ("/v2/bot/message/push", "/v2/bot/message/multicast")


class Network(httpx.AsyncBaseTransport):
    """Carries the calls of one process.

    Args:
        line: The simulated LINE behind it.
        weather: How long a way takes.
        dice: Which calls never leave.
        started: Told of every sending call at the moment its first byte leaves.
    """

    def __init__(
        self,
        line: SimulatedTransport,
        weather: Weather,
        dice: Dice,
        started: Callable[[httpx.Request], None],
    ) -> None:
        self._line = line
        self._weather = weather
        self._dice = dice
        self._started = started

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Carry one request and bring its answer back."""
        if not self._weather.calm and self._dice.hits(self._weather.climate.line / 4):
            await asyncio.sleep(self._weather.lag())
            raise httpx.ConnectError("no way to LINE", request=request)
        if request.url.path in SENDING:
            self._started(request)
        await asyncio.sleep(self._weather.lag())
        try:
            response = await self._line.handle_async_request(request)
        except httpx.ReadTimeout:
            await asyncio.sleep(CALL_SECONDS)
            raise
        await asyncio.sleep(self._weather.lag())
        return response


class Caller:
    """LineApi of one process: what it has begun dies with it.

    Args:
        client: The real client.
        landed: Called when a call has ended.
    """

    def __init__(self, client: LineClient, landed: Callable[[], None]) -> None:
        self._client = client
        self._landed = landed
        self._dead = False
        self._calls: set[asyncio.Task[Any]] = set()

    async def ready(self, workspace_id: int, account: str) -> None:
        """Do what sends would have to wait for."""
        await self._client.ready(workspace_id, account)

    async def push(self, workspace_id: int, account: str, body: bytes, retry_key: UUID) -> Answer:
        """Send to one person."""
        self._begin()
        return await self._client.push(workspace_id, account, body, retry_key)

    async def multicast(self, workspace_id: int, account: str, body: bytes, retry_key: UUID) -> Answer:
        """Send the same to several people."""
        self._begin()
        return await self._client.multicast(workspace_id, account, body, retry_key)

    async def quota(self, workspace_id: int, account: str) -> Answer:
        """Return how many messages this month may have."""
        return await self._client.quota(workspace_id, account)

    async def consumption(self, workspace_id: int, account: str) -> Answer:
        """Return about how many messages this month has had."""
        return await self._client.consumption(workspace_id, account)

    def die(self) -> None:
        """End every call where it is: on its way there, at LINE, or on its way back."""
        self._dead = True
        for call in self._calls:
            call.cancel()

    def _begin(self) -> None:
        if self._dead:
            raise asyncio.CancelledError
        task = asyncio.current_task()
        if task is not None:
            self._calls.add(task)
            task.add_done_callback(lambda _: self._landed())
