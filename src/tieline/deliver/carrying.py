"""What an answer of a channel means for a message. Pure; the same care as for LINE, as far as each channel allows it."""

from datetime import datetime, timedelta
from typing import NamedTuple

from tieline.model.outreach import Carried

ATTEMPTS_MAX = 8
DOUBT = "doubt"


class Verdict(NamedTuple):
    """Where a message stands after a call; `again_at` is when an open one is due again."""

    state: str
    reason: str
    again_at: datetime


def verdict(carried: Carried, attempts: int, now: datetime, *, again_is_safe: bool) -> Verdict:
    """Return what becomes of a message.

    A call of which nobody knows whether it was taken is repeated only where the other side takes a message once however
    often it comes; elsewhere the message is parked, for a person to decide.

    Args:
        carried: The answer.
        attempts: Calls that may have been made, this one included.
        now: The present moment.
        again_is_safe: Whether the other side recognises a repetition.
    """
    if carried.state == "accepted":
        return Verdict("accepted", "", now)
    if carried.state == "failed":
        return Verdict("failed", carried.reason, now)
    if carried.state == "doubt" and not again_is_safe:
        return Verdict("parked", DOUBT, now)
    if attempts >= ATTEMPTS_MAX:
        state = "parked" if carried.state == "doubt" else "failed"
        return Verdict(state, carried.reason, now)
    return Verdict("planned", carried.reason, now + timedelta(seconds=5 * 4 ** min(attempts, 6)))
