"""One message to audiences at LINE, which LINE hands out itself. Values only."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from tieline.model.cost import Reserved
from tieline.model.limits import Habit


class NarrowcastState(StrEnum):
    """Where a narrowcast stands.

    PREPARED means that the call may have been made; UNKNOWN that it was made and nobody knows what became of it. SENDING:
    LINE has taken it and works on it. HELD certainly did not leave, and waits for a person. PARKED is neither repeated nor
    forgotten: it may have left.
    """

    APPROVAL = "approval"
    READY = "ready"
    PREPARED = "prepared"
    UNKNOWN = "unknown"
    SENDING = "sending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    HELD = "held"
    PARKED = "parked"
    CANCELLED = "cancelled"


class Made(msgspec.Struct, frozen=True, tag_field="is", tag="audience"):
    """An audience that Tieline made of a segment."""

    key: str


class Found(msgspec.Struct, frozen=True, tag_field="is", tag="line_audience"):
    """An audience by LINE's number, made at LINE, of clicks for example; how many people it had when it was chosen."""

    number: int
    people: int


class Again(msgspec.Struct, frozen=True, tag_field="is", tag="narrowcast"):
    """Who got an earlier narrowcast."""

    key: str


class Both(msgspec.Struct, frozen=True, tag_field="is", tag="and"):
    """Who is in all parts."""

    parts: tuple["Tree", ...]


class Either(msgspec.Struct, frozen=True, tag_field="is", tag="or"):
    """Who is in at least one part."""

    parts: tuple["Tree", ...]


class Others(msgspec.Struct, frozen=True, tag_field="is", tag="not"):
    """Every friend who is not in the part."""

    part: "Tree"


Leaf = Made | Found | Again
Tree = Made | Found | Again | Both | Either | Others


def leaves(tree: Tree | None) -> Iterator[Leaf]:
    """Yield the audiences and earlier narrowcasts of a tree, from left to right."""
    if isinstance(tree, (Both, Either)):
        for part in tree.parts:
            yield from leaves(part)
    elif isinstance(tree, Others):
        yield from leaves(tree.part)
    elif tree is not None:
        yield tree


class Narrowcast(msgspec.Struct, frozen=True):
    """A narrowcast as it was saved.

    Attributes:
        recipient: Whom it is for; None for every friend.
        demographic: What LINE guesses of people, in LINE's own form; None for no such filter.
        most: At most so many people, drawn by LINE; None for as many as there are.
        up_to_quota: Where the month has fewer messages left, LINE draws so many; otherwise it does not start.
        silent: Phones make no sound.
        without_consent: Why it may go to people whose consent Tieline does not know; "" where all have agreed.
        start_at: When it begins; None for at once.
        quiet: Quiet hours of its own; None for the workspace's.
    """

    account: str
    messages: tuple[Mapping[str, Any], ...]
    recipient: Tree | None = None
    demographic: Mapping[str, Any] | None = None
    most: int | None = None
    up_to_quota: bool = False
    silent: bool = False
    without_consent: str = ""
    start_at: datetime | None = None
    quiet: Habit = None


class Known(NamedTuple):
    """What is known of one leaf now.

    Attributes:
        name: What it is called: LINE's number of an audience, LINE's name of a request; "" while it has none.
        people: How many are in it.
        problem: Why it cannot be used: a word, "" if it can.
        agreed: Whether everybody in it had agreed to marketing when it was made.
        withdrawn: How many of them do not agree any more, or were erased.
    """

    name: str
    people: int
    problem: str = ""
    agreed: bool = False
    withdrawn: int = 0


class Claimed(msgspec.Struct, frozen=True):
    """A narrowcast that this worker holds.

    Attributes:
        most: Messages it may cost.
        attempts: Calls that may have been made before; above 0 the outcome of one is in doubt.
        fence: Grows with every claim; whoever comes with an older one changes nothing.
        reserved: What budgets count for it.
        looks: How often LINE was asked how far it is.
    """

    workspace_id: int
    key: str
    account: str
    said: Narrowcast
    most: int
    state: NarrowcastState
    attempts: int
    fence: int
    retry_key: UUID | None
    body: bytes | None
    first_attempt_at: datetime | None
    reserved: Reserved | None
    request_id: str
    accepted_at: datetime | None
    looks: int

    @property
    def origin(self) -> str:
        """What it is filed under."""
        return f"narrowcast:{self.key}"


class Gate(NamedTuple):
    """What stands just before the call."""

    fence: int
    account_live: bool
    halted: bool
    known: Mapping[Leaf, Known]


class Ended(NamedTuple):
    """What LINE says became of one it had taken.

    Attributes:
        billed: Messages that count against the quota.
    """

    state: NarrowcastState
    reason: str = ""
    said: str = ""
    target: int | None = None
    success: int | None = None
    failure: int | None = None
    billed: int = 0
