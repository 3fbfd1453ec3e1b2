"""A running platform: the state machine and the clock it lives by."""

import asyncio
from datetime import UTC, datetime, timedelta

from tieline.simulator.platform import LinePlatform
from tieline.simulator.settings import SimulatorSettings
from tieline.simulator.wire import Fault, SimRequest, SimResponse


class AdjustableClock:
    """Wall-clock time that can be moved ahead or back, so that 24 hours need not be waited for."""

    def __init__(self) -> None:
        self._offset = timedelta(0)

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        return datetime.now(UTC) + self._offset

    def advance(self, by: timedelta) -> None:
        """Move the clock."""
        self._offset += by


class Simulation:
    """What the HTTP sides share.

    Attributes:
        stirred: Set whenever webhooks or reactions may have become due.
    """

    def __init__(self, settings: SimulatorSettings) -> None:
        self.settings = settings
        self.clock = AdjustableClock()
        self.platform = LinePlatform(settings)
        self.stirred = asyncio.Event()

    def handle(self, request: SimRequest) -> SimResponse | Fault:
        """Answer one request to LINE at the present moment."""
        outcome = self.platform.handle(request, self.clock.now())
        self.stirred.set()
        return outcome

    def reset(self) -> None:
        """Forget everything; the clock stays."""
        self.platform = LinePlatform(self.settings)
