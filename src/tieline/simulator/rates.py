"""Rate limits: one token bucket per channel and endpoint.

Source: https://developers.line.biz/en/reference/messaging-api/#rate-limits
"""

from dataclasses import dataclass
from datetime import datetime

RATE_LIMIT = "The API rate limit has been exceeded. Try again later."
# Endpoint -> calls allowed, in how many seconds. Whatever is not named here has USUAL.
USUAL = (2000, 1.0)
LIMITS: dict[str, tuple[int, float]] = {
    "multicast": (200, 1.0),
    "webhook-endpoint": (1000, 60.0),
    "webhook-test": (60, 3600.0),
}


@dataclass(slots=True)
class TokenBucket:
    """Holds up to `capacity` calls and refills evenly within `period_seconds`."""

    capacity: float
    period_seconds: float
    level: float
    filled_at: datetime

    def take(self, now: datetime) -> bool:
        """Take one call out; False when the bucket is empty."""
        passed = (now - self.filled_at).total_seconds()
        if passed > 0:
            self.level = min(self.capacity, self.level + passed * self.capacity / self.period_seconds)
            self.filled_at = now
        if self.level < 1:
            return False
        self.level -= 1
        return True


def bucket(endpoint: str, overrides: dict[str, float], now: datetime) -> TokenBucket:
    """Return a full bucket for `endpoint`; `overrides` gives calls per second."""
    capacity, period = LIMITS.get(endpoint, USUAL)
    if endpoint in overrides:
        capacity, period = (
            max(1, int(overrides[endpoint])),
            max(1, int(overrides[endpoint])) / overrides[endpoint],
        )
    return TokenBucket(capacity=capacity, period_seconds=period, level=capacity, filled_at=now)
