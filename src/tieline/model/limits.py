"""When and how often people may be written to, whoever wants to write: quiet hours, caps, budgets. Pure values."""

from datetime import UTC, datetime, time, timedelta, tzinfo
from typing import Literal, TypeAlias

import msgspec

PRIORITY_NORMAL = 5
PRIORITY_MAX = 9


class Quiet(msgspec.Struct, frozen=True):
    """Hours of the workspace's clock in which no marketing leaves; they may run over midnight."""

    start: time
    end: time


class Cap(msgspec.Struct, frozen=True):
    """At most so many marketing messages to one person in so many days, over all journeys, broadcasts and accounts."""

    messages: int
    days: int


class Budget(msgspec.Struct, frozen=True):
    """At most so many messages in a month, or in all; the sender holds every call against it."""

    messages: int
    per: Literal["month", "total"] = "month"


QUIET_USUAL = Quiet(time(22), time(9))
"""What the console and the templates begin with."""

Habit: TypeAlias = Quiet | Literal["off"] | None
"""A workspace's word on quiet hours; None if it never said one."""


class Habits(msgspec.Struct, frozen=True):
    """What a workspace has decided for all of its journeys and broadcasts.

    Attributes:
        quiet: Quiet hours; a journey with settings of its own follows the usual ones where nothing was said.
        cap: Frequency cap, None for none.
        approval_above: A broadcast to more people than this needs a second person; None for never.
        drift: Part of the previewed number by which the recipients may have changed before a broadcast stops to ask.
    """

    quiet: Habit = None
    cap: Cap | None = None
    approval_above: int | None = None
    drift: float = 0.1


class Restraint(msgspec.Struct, frozen=True):
    """What holds one message back, decided when it is wished.

    Attributes:
        quiet: Hours in which it may not leave, None for none.
        cap: How many messages its person may have had, None for any number.
        priority: 1 to 9; where the cap leaves room for one, the higher goes.
    """

    quiet: Quiet | None = None
    cap: Cap | None = None
    priority: int = PRIORITY_NORMAL


FREE = Restraint()


def opens_at(at: datetime, quiet: Quiet | None, zone: tzinfo) -> datetime | None:
    """Return when the quiet hours end that `at` lies in; None if it lies in none.

    The first minute is quiet, the last moment is not: from 22:00 to 09:00, a message may leave at 09:00.

    Args:
        at: Any aware time.
        quiet: The hours, None for none.
        zone: The workspace's time zone.
    """
    if quiet is None or quiet.start == quiet.end:
        return None
    local = at.astimezone(zone)
    clock = local.time().replace(tzinfo=None)
    overnight = quiet.start > quiet.end
    inside = clock >= quiet.start or clock < quiet.end if overnight else quiet.start <= clock < quiet.end
    if not inside:
        return None
    day = local.date() + timedelta(days=1 if overnight and clock >= quiet.start else 0)
    ends = datetime.combine(day, quiet.end, tzinfo=zone).astimezone(UTC)
    # Where the clock is set back, 01:30 comes twice: the second time its end may lie behind.
    return ends if ends > at else ends + timedelta(hours=1)
