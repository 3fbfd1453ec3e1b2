"""How fast calls may start: one bucket per account and endpoint, a little below LINE's own limit.

Source: https://developers.line.biz/en/reference/messaging-api/#rate-limits
"""

from datetime import datetime

PER_SECOND = {"push": 1_800.0, "multicast": 180.0}
BURST_SECONDS = 0.25

Account = tuple[int, str]


class Pace:
    """Buckets that fill with time. A clock that jumps back adds nothing; one that jumps ahead fills a bucket once."""

    def __init__(self) -> None:
        self._buckets: dict[tuple[Account, str], tuple[float, datetime]] = {}

    def take(self, account: Account, endpoint: str, now: datetime) -> bool:
        """Take the right to one call, if there is one."""
        rate = PER_SECOND[endpoint]
        full = rate * BURST_SECONDS
        level, at = self._buckets.get((account, endpoint), (full, now))
        level = min(full, level + max(0.0, (now - at).total_seconds()) * rate)
        allowed = level >= 1.0
        self._buckets[account, endpoint] = (level - allowed, now)
        return allowed
