"""Paid memberships of one account: plans, and who subscribes to them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(slots=True)
class Subscription:
    """A person's subscription."""

    membership_id: int
    number: int
    joined_at: datetime


@dataclass(slots=True)
class MembershipBook:
    """Plans as LINE describes them, and subscriptions by row."""

    plans: dict[int, dict[str, Any]] = field(default_factory=dict)
    subscriptions: dict[int, Subscription] = field(default_factory=dict)
    last_number: int = 0
