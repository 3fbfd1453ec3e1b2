"""The coupons of one account, and what only LINE knows about them: who took one and who used it."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(slots=True)
class Coupon:
    """One coupon; it cannot be changed, only closed."""

    coupon_id: str
    content: dict[str, Any]
    created_at: datetime
    closed: bool = False
    taken: set[int] = field(default_factory=set)
    lost: set[int] = field(default_factory=set)
    used: Counter[int] = field(default_factory=Counter)

    def running(self, now: datetime) -> bool:
        """Tell whether it can be taken and used."""
        moment = now.timestamp()
        return not self.closed and self.content["startTimestamp"] <= moment < self.content["endTimestamp"]

    def usable(self, row: int) -> bool:
        """Tell whether a person who took it may use it (again)."""
        return row in self.taken and (self.content["maxUseCountPerTicket"] == -1 or not self.used[row])


@dataclass(slots=True)
class CouponBook:
    """Coupons by id, oldest first."""

    coupons: dict[str, Coupon] = field(default_factory=dict)
