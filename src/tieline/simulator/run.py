"""Runs the simulator as a server of its own, on this machine only unless told otherwise."""

import asyncio
import contextlib
import logging
import multiprocessing
from collections.abc import AsyncIterator
from functools import partial

import granian
import httpx
from granian.constants import Interfaces
from granian.log import LogLevels

from tieline.simulator.app import create_app
from tieline.simulator.settings import SimulatorSettings

ATTEMPTS = 600
PAUSE_SECONDS = 0.05
STOP_SECONDS = 10.0


def serve(host: str, port: int, settings: SimulatorSettings | None = None) -> None:
    """Serve until interrupted; every account's state lives in this one worker."""
    chosen = settings or SimulatorSettings()
    server = granian.Granian(
        "tieline.simulator.app:create_app",
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        workers=1,
        log_access=False,
        log_level=LogLevels.warning,
        factory=True,
    )
    server.serve(target_loader=partial(create_app, chosen), wrap_loader=False)


@contextlib.asynccontextmanager
async def serving(
    port: int, settings: SimulatorSettings | None = None, host: str = "127.0.0.1"
) -> AsyncIterator[str]:
    """Serve in a process of its own for as long as the context lasts; yield the address.

    A connection is cut by looking it up among the open files of the process, so nobody else's may be among them.
    """
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(host, port, settings))
    process.start()
    address = f"http://{host}:{port}"
    try:
        await _answers(address)
        yield address
    finally:
        process.terminate()
        await asyncio.to_thread(process.join, STOP_SECONDS)
        if process.is_alive():
            process.kill()
            process.join()
        process.close()


async def _answers(address: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        for _ in range(ATTEMPTS):
            with contextlib.suppress(httpx.TransportError):
                await client.get(f"{address}/_sim/health")
                return
            await asyncio.sleep(PAUSE_SECONDS)
    raise TimeoutError(f"the simulator does not answer at {address}")


def main(port: int, seed: int = 0, host: str = "127.0.0.1") -> None:
    """Serve a simulated LINE platform at `http://host:port` until interrupted."""
    logging.basicConfig(level=logging.WARNING)
    serve(host, port, SimulatorSettings(seed=seed))
