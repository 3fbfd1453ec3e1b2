"""Rate limits: one token bucket per channel and endpoint.

Source: https://developers.line.biz/en/reference/messaging-api/#rate-limits
"""

from dataclasses import dataclass
from datetime import datetime

RATE_LIMIT = "The API rate limit has been exceeded. Try again later."


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


def bucket(limit: tuple[int, float], calls_per_second: float | None, now: datetime) -> TokenBucket:
    """Return a full bucket for `limit` calls in seconds, or for another rate."""
    capacity, period = limit
    if calls_per_second is not None:
        capacity = max(1, int(calls_per_second))
        period = capacity / calls_per_second
    return TokenBucket(capacity=capacity, period_seconds=period, level=capacity, filled_at=now)
