"""Runs the simulator as a server of its own, on this machine only unless told otherwise."""

import logging
from functools import partial

import granian
from granian.constants import Interfaces
from granian.log import LogLevels

from tieline.simulator.app import create_app
from tieline.simulator.settings import SimulatorSettings


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


def main(port: int, seed: int = 0, host: str = "127.0.0.1") -> None:
    """Serve a simulated LINE platform at `http://host:port` until interrupted."""
    logging.basicConfig(level=logging.WARNING)
    serve(host, port, SimulatorSettings(seed=seed))
