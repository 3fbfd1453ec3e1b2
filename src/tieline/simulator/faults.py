"""Faults that can be switched on per account."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class FaultKind(StrEnum):
    """What goes wrong. The first seven happen before anything is accepted."""

    DROP_BEFORE = "drop-before"
    ERROR_REFUSED = "500-refused"
    RATE_LIMIT = "rate-limit"
    UNAUTHORIZED = "401"
    FORBIDDEN = "403"
    OUTAGE = "503"
    CONFLICT_WITHOUT_ID = "409-without-accepted-id"
    ACCEPT_THEN_HANG = "accept-then-hang"
    ACCEPT_THEN_RESET = "accept-then-reset"
    ERROR_AFTER_ACCEPT = "500-after-accept"
    GARBAGE_BODY = "garbage-body"
    WRONG_CONTENT_TYPE = "wrong-content-type"
    SLOW = "slow"


BEFORE = frozenset(
    {
        FaultKind.DROP_BEFORE,
        FaultKind.ERROR_REFUSED,
        FaultKind.RATE_LIMIT,
        FaultKind.UNAUTHORIZED,
        FaultKind.FORBIDDEN,
        FaultKind.OUTAGE,
        FaultKind.CONFLICT_WITHOUT_ID,
    }
)
SENDING = frozenset({"push", "multicast", "reply", "broadcast", "narrowcast", "pnp", "pnp-templated"})


@dataclass(slots=True)
class FaultSwitch:
    """One fault that is on.

    Attributes:
        kind: What goes wrong.
        probability: Share of calls hit, 0 to 1.
        next_calls: Calls left to hit for certain; None leaves it to `probability`.
        endpoints: Endpoints it applies to; `*` is every one.
        delay_seconds: How slow `slow` is.
    """

    kind: FaultKind
    probability: float = 0.0
    next_calls: int | None = None
    endpoints: frozenset[str] = SENDING
    delay_seconds: float = 3.0

    def hits(self, endpoint: str, chance: random.Random) -> bool:
        """Tell whether this call is hit, and count it."""
        if endpoint not in self.endpoints and "*" not in self.endpoints:
            return False
        if self.next_calls is None:
            return chance.random() < self.probability
        if self.next_calls <= 0:
            return False
        self.next_calls -= 1
        return True


def strike(
    switches: Iterable[FaultSwitch], endpoint: str, chance: random.Random, *, before: bool
) -> FaultSwitch | None:
    """Return the first switch that hits a call, of those that act before or after acceptance."""
    for switch in switches:
        if (switch.kind in BEFORE) is before and switch.hits(endpoint, chance):
            return switch
    return None
