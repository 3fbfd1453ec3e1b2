"""How often a person may be written to: which of several wishes fit under a cap. Pure.

A place under the cap is taken when a message is planned and given back when it comes to nothing, so that the number of
accepted and open messages of one person never passes the cap. Where there is no place, a message of a higher priority takes
that of a lower one for which no call was made yet.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from tieline.model.limits import Restraint
from tieline.model.send import Recent


class Place(NamedTuple):
    """Whether a message has a place.

    Attributes:
        free: It has one.
        taken_from: The planned send that gives its place up for it, or None.
    """

    free: bool
    taken_from: bytes | None = None


def place(restraint: Restraint, recent: Sequence[Recent], due_at: datetime) -> Place:
    """Find a place for one more message.

    Args:
        restraint: Of the message.
        recent: What its person has had or may still get.
        due_at: When it is to leave.
    """
    cap = restraint.cap
    if cap is None:
        return Place(free=True)
    since = due_at - timedelta(days=cap.days)
    counted = [one for one in recent if one.settled_at is None or one.settled_at > since]
    if len(counted) < cap.messages:
        return Place(free=True)
    lower = [
        one for one in counted if one.settled_at is None and one.free and one.priority < restraint.priority
    ]
    if not lower or len(counted) > cap.messages:
        return Place(free=False)
    return Place(free=True, taken_from=min(lower, key=lambda one: (one.priority, one.send_id)).send_id)
