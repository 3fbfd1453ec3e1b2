"""How fast calls may start: one bucket per account and endpoint, and a count of the last second, both below LINE's limit.

LINE fills a bucket of its own per channel and endpoint and says how fast, not how large it is. So a bucket of ours is small,
and fills almost as fast as LINE's; and whatever second one looks at, fewer calls began in it than LINE allows.

Source: https://developers.line.biz/en/reference/messaging-api/#rate-limits
"""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

LINE_PER_SECOND = {"push": 2_000, "multicast": 200}
SHARE = 0.97
PER_SECOND = {endpoint: limit * SHARE for endpoint, limit in LINE_PER_SECOND.items()}
"""How fast a bucket fills: 194 multicasts carry 97,000 recipients."""
BURST_SECONDS = 0.08
MOST = {endpoint: int(limit * 0.98) for endpoint, limit in LINE_PER_SECOND.items()}
"""Calls in whatever second, a burst included."""
_SECOND = timedelta(seconds=1)

Account = tuple[int, str]


class Pace:
    """Buckets that fill with time. A clock that jumps back adds nothing; one that jumps ahead fills a bucket once."""

    def __init__(self) -> None:
        self._buckets: dict[tuple[Account, str], _Bucket] = {}

    def take(self, account: Account, endpoint: str, now: datetime) -> bool:
        """Take the right to one call, if there is one."""
        bucket = self._buckets.get((account, endpoint))
        if bucket is None:
            bucket = self._buckets[account, endpoint] = _Bucket(PER_SECOND[endpoint] * BURST_SECONDS, now)
        if bucket.at != now:
            bucket.pass_to(now, PER_SECOND[endpoint])
        if bucket.level < 1.0 or bucket.started >= MOST[endpoint]:
            return False
        bucket.start(now)
        return True


@dataclass(slots=True)
class _Bucket:
    """The right to so many calls, and how many began at which moments of the last second."""

    level: float
    at: datetime
    moments: deque[tuple[datetime, int]] = field(default_factory=deque)
    started: int = 0

    def pass_to(self, now: datetime, rate: float) -> None:
        if now < self.at:
            # What began by the old clock began just now by the new one, as far as anybody can tell.
            self.moments = deque([(now, self.started)])
        self.level = min(rate * BURST_SECONDS, self.level + max(0.0, (now - self.at).total_seconds()) * rate)
        self.at = now
        while self.moments and now - self.moments[0][0] >= _SECOND:
            self.started -= self.moments.popleft()[1]

    def start(self, now: datetime) -> None:
        self.level -= 1.0
        self.started += 1
        if self.moments and self.moments[-1][0] == now:
            self.moments[-1] = (now, self.moments[-1][1] + 1)
        else:
            self.moments.append((now, 1))
