"""Everything that runs during the demonstration: Tieline, a simulated LINE platform, and the one clock of both."""

import asyncio
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import httpx

from tieline.clock import SystemClock, monotonic
from tieline.demo.brand import Brand, LineChannel
from tieline.demo.moments import OPENS_AT
from tieline.demo.patience import Patient
from tieline.demo.phones import Phones
from tieline.demo.processes import Child, free_port, told
from tieline.errors import UnavailableError
from tieline.store.postgres.engine import stop_embedded

READY_SECONDS = 180
REFRESH_SECONDS = {1.0: 5, 60.0: 300}
"""How often segments with relative time are computed afresh, in seconds of a clock of this speed."""
REVIVE_SECONDS = 0.1
FAST = 60.0
"""A minute passes in a second."""


class Login(NamedTuple):
    """Who may log in to the console of one brand."""

    brand: str
    email: str
    password: str


class World:
    """Two programs on one data folder and one clock.

    Attributes:
        address: Of Tieline, as a browser reaches it.
        line_address: Of the phone page of the simulated LINE platform.
        clock: What both programs believe the time to be.
        revived: How often Tieline was killed and started again.
        logins: Of the console, one for each brand, in the order they were founded.
    """

    def __init__(self, data: Path) -> None:
        self._data = data
        self._stack = AsyncExitStack()
        self._ports = free_port(), free_port()
        self._tieline: Child | None = None
        self.revived = 0
        self.logins: list[Login] = []
        self.address, self.line_address = (f"http://127.0.0.1:{port}" for port in self._ports)
        self._set_clock(OPENS_AT, 1.0)
        self.sms_file = data / "sms.txt"

    async def __aenter__(self) -> Self:
        self.tieline = await self._client(self.address)
        self.phones = Phones(await self._client(self.line_address))
        self._stack.callback(self._stop_postgres)
        self._simulator = Child(
            "simulate-line", ["simulate-line", "--port", str(self._ports[1])], {}, self._data
        )
        self._stack.callback(self._simulator.stop)
        self._stack.callback(self._stop_tieline)
        reviver = asyncio.ensure_future(self._revive())
        self._stack.callback(reviver.cancel)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def found(self, key: str, name: str, channel: LineChannel) -> Brand:
        """Create a workspace, as an operator does on the command line, before Tieline runs."""
        arguments = ["init", "--data", str(self._data), "--workspace", key, "--name", name, "--json"]
        keys = await told(arguments, self._settings())
        self.logins.append(Login(name, keys["admin_email"], keys["admin_password"]))
        brand = Brand(self.tieline, keys["secret_key"], channel)
        brand.write_keys = {"server": keys["write_key"], "web": keys["web_write_key"]}
        return brand

    async def run(self, at: datetime, speed: float) -> None:
        """Start Tieline and let its clock, and LINE's, run from `at`; if it runs, it is stopped first."""
        await asyncio.to_thread(self._stop_tieline)
        self._set_clock(at, speed)
        self._serve()
        await self._answers(self.line_address, "/_sim/health")
        await self.phones.set_clock(self.clock.now(), speed)
        await self._answers(self.address, "/readyz")

    def _serve(self) -> None:
        arguments = ["serve", "--data", str(self._data), "--port", str(self._ports[0])]
        self._tieline = Child("serve", arguments, self._settings(), self._data)

    async def _revive(self) -> None:
        """Start Tieline again whenever somebody kills it: nothing it acknowledged may be lost by that."""
        while True:
            await asyncio.sleep(REVIVE_SECONDS)
            if self._tieline is not None and self._tieline.killed:
                self.revived += 1
                self._serve()

    async def sleep_until(self, at: datetime) -> None:
        """Wait until the clock shows `at`."""
        await self.clock.sleep(max(0.0, (at - self.clock.now()).total_seconds()))

    def _settings(self) -> dict[str, str]:
        return {
            "LINE_API_URL": self.line_address,
            "LINE_DATA_API_URL": self.line_address,
            "LINE_ACCESS_URL": self.line_address,
            "PUBLIC_URL": self.address,
            "SMS_FILE": str(self.sms_file),
            "REFRESH_SECONDS": str(REFRESH_SECONDS[self._speed]),
            "CLOCK_SPEED": str(self._speed),
            "CLOCK_ORIGIN": self._origin_at.isoformat(),
            "CLOCK_EPOCH": self._epoch_at.isoformat(),
        }

    def _set_clock(self, at: datetime, speed: float) -> None:
        self._speed, self._origin_at, self._epoch_at = speed, at, SystemClock().now()
        self.clock = SystemClock(speed, self._origin_at, self._epoch_at)

    async def _client(self, address: str) -> httpx.AsyncClient:
        limits = httpx.Limits(max_connections=32, max_keepalive_connections=32)
        carrier = Patient(httpx.AsyncHTTPTransport(limits=limits))
        client = httpx.AsyncClient(base_url=address, timeout=30, transport=carrier, trust_env=False)
        return await self._stack.enter_async_context(client)

    async def _answers(self, address: str, path: str) -> None:
        deadline = monotonic() + READY_SECONDS
        async with httpx.AsyncClient(trust_env=False) as client:
            while monotonic() < deadline:
                for child in (self._simulator, self._tieline):
                    if child is not None and not child.killed:
                        child.check()
                try:
                    if (await client.get(address + path)).status_code == httpx.codes.OK:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.05)
        raise UnavailableError(f"{address} did not answer within {READY_SECONDS} s.")

    def _stop_postgres(self) -> None:
        """End what `tieline init` leaves running for the `serve` that follows, if none followed."""
        folder = self._data / "postgres"
        if (folder / "postmaster.pid").exists():
            stop_embedded(folder)

    def _stop_tieline(self) -> None:
        if self._tieline is not None:
            self._tieline.stop()
            self._tieline = None
