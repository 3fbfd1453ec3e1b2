"""A running platform: the state machine and the clock it lives by."""

import asyncio
from datetime import UTC, datetime, timedelta

from tieline.simulator.platform import LinePlatform
from tieline.simulator.settings import SimulatorSettings
from tieline.simulator.wire import Fault, SimRequest, SimResponse


class AdjustableClock:
    """Wall-clock time that can be moved and made faster, so that 24 hours need not be waited for.

    Attributes:
        speed: Simulated seconds per real second.
    """

    def __init__(self) -> None:
        self.speed = 1.0
        self._epoch = self._origin = datetime.now(UTC)

    def now(self) -> datetime:
        """Return the present moment in UTC."""
        return self._origin + (datetime.now(UTC) - self._epoch) * self.speed

    def change(
        self, *, at: datetime | None = None, advance: timedelta = timedelta(0), speed: float | None = None
    ) -> None:
        """Set the clock to `at`, move it by `advance`, let it run at `speed`; what is not given stays."""
        self._origin = (at or self.now()) + advance
        self._epoch = datetime.now(UTC)
        self.speed = speed or self.speed


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
