"""How fast calls may start: one bucket per account and endpoint, below LINE's own limit.

LINE fills a bucket of its own per channel and endpoint and says how fast, not how large it is. So whatever second one looks
at, rate and burst together stay under what LINE allows in a second: 0.925 + 0.925 * 0.08 < 1.

Source: https://developers.line.biz/en/reference/messaging-api/#rate-limits
"""

from datetime import datetime

LINE_PER_SECOND = {"push": 2_000, "multicast": 200}
SHARE = 0.925
PER_SECOND = {endpoint: limit * SHARE for endpoint, limit in LINE_PER_SECOND.items()}
"""Calls a second: 185 multicasts carry 92,500 recipients."""
BURST_SECONDS = 0.08

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
