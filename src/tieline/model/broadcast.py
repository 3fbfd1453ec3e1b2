"""One message to many: what a broadcast is and how far it has come. Values only."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

import msgspec

from tieline.model.limits import PRIORITY_NORMAL, Cap, Quiet, Restraint

HELD_OUT = "held_out"
UNDECIDED = "?"
"""The arm of those who wait for the winner of a test."""
EXPIRES_AFTER = timedelta(days=1)


class Variant(msgspec.Struct, frozen=True):
    """One way to say it. `share`: percent of the people who get it; 0 for equal parts."""

    messages: tuple[Mapping[str, Any], ...]
    name: str = ""
    share: int = 0


class Trial(msgspec.Struct, frozen=True):
    """Try the variants on a part first; everybody else gets the one that was clicked most."""

    percent: int
    after_minutes: int


class Broadcast(msgspec.Struct, frozen=True):
    """A broadcast as it was saved.

    Attributes:
        segment: Who gets it; None for every friend of the account.
        exclude: Segments whose members do not.
        holdout: Percent who are kept out, to see what it brings.
        start_at: When it begins; None for at once.
        local: Wall-clock time at which each person gets it, by the person's own time zone where that is known.
        per_minute: At most so many people in a minute; None for as fast as it goes.
        expected: How many people the preview counted.
        any_hour: It leaves at night too, whatever the workspace decided.
        drift: Part of `expected` by which the recipients may differ before it stops and asks; None for the workspace's.
    """

    account: str
    purpose: str
    variants: tuple[Variant, ...]
    segment: str | None = None
    exclude: tuple[str, ...] = ()
    holdout: int = 0
    trial: Trial | None = None
    start_at: datetime | None = None
    local: str | None = None
    per_minute: int | None = None
    quiet_from: time | None = None
    quiet_until: time | None = None
    any_hour: bool = False
    cap_messages: int | None = None
    cap_days: int | None = None
    priority: int = PRIORITY_NORMAL
    expires_after_minutes: int = int(EXPIRES_AFTER / timedelta(minutes=1))
    expected: int | None = None
    drift: float | None = None

    @property
    def restraint(self) -> Restraint:
        """What holds its messages back."""
        quiet = Quiet(self.quiet_from, self.quiet_until) if self.quiet_from and self.quiet_until else None
        cap = Cap(self.cap_messages, self.cap_days) if self.cap_messages and self.cap_days else None
        return Restraint(quiet, cap, self.priority)


class Begun(msgspec.Struct, frozen=True):
    """A broadcast whose moment has come, or that is being planned.

    Attributes:
        state: ready, planning.
        winner: Variant that won the trial, "" while it is open or there is none.
        after: Place of the last recipient that was planned, 0 at the start.
        frozen: Number of recipients, None before they are frozen.
        stood_through: Log offset up to which they were looked at when they were frozen; None if they were not.
    """

    workspace_id: int
    key: str
    said: Broadcast
    state: str
    winner: str = ""
    after: int = 0
    frozen: int | None = None
    stood_through: int | None = None

    @property
    def origin(self) -> str:
        """What its sends are filed under."""
        return f"broadcast:{self.key}"


class Recipient(msgspec.Struct, frozen=True, gc=False):
    """One person of the frozen list, at one place of it."""

    place: int
    person: bytes
    arm: str
    due_at: datetime


class Stretch(msgspec.Struct, frozen=True):
    """Recipients at neighbouring places, all of whom could be written to when they were frozen, a moment ago.

    Attributes:
        first: The person at the first place.
        through: The last place.
        people: How many there are, by arm.
    """

    first: bytes
    through: int
    people: Mapping[str, int]


def arms(said: Broadcast) -> tuple[Sequence[str], Sequence[float]]:
    """Return the arms in the order of lots from 0 to 1, and where each ends.

    Those kept out come first, then the trial or all variants, then those who wait for the winner.
    """
    names, ends, end = [], [], said.holdout / 100
    if said.holdout:
        names.append(HELD_OUT)
        ends.append(end)
    tried = (1 - end) * (said.trial.percent / 100 if said.trial else 1)
    shares = [one.share for one in said.variants]
    whole = sum(shares)
    for one in said.variants:
        part = one.share / whole if whole else 1 / len(said.variants)
        names.append(one.name)
        ends.append(end := end + tried * part)
    if said.trial:
        names.append(UNDECIDED)
        ends.append(1.0)
    ends[-1] = 1.0
    return names, ends


def best(said: Broadcast, people: Mapping[str, int], clicks: Mapping[str, int]) -> str:
    """Return the variant that was clicked most for its people; of equals, the one that is written first."""

    def rate(one: Variant) -> float:
        return clicks.get(one.name, 0) / max(1, people.get(one.name, 0))

    return max(said.variants, key=rate).name
