"""What a condition can say about a person."""

from datetime import timedelta
from decimal import Decimal
from typing import TypeAlias

import msgspec

from tieline.condition.compare import Compare
from tieline.condition.filter import Filter
from tieline.condition.path import Path
from tieline.condition.tree import Tree
from tieline.condition.when import Moment


class Leaf(msgspec.Struct, frozen=True):
    """One statement about a person."""


class ProfileLeaf(Leaf, frozen=True):
    """A statement that the profile answers."""


class Month(msgspec.Struct, frozen=True):
    """A date trait lies in this month of any year; 0 is the current month."""

    month: int


class Before(msgspec.Struct, frozen=True):
    """A date trait lies before this moment."""

    moment: Moment


class After(msgspec.Struct, frozen=True):
    """A date trait lies after this moment."""

    moment: Moment


class WithinLast(msgspec.Struct, frozen=True):
    """A date trait lies in the time that ends now; the end belongs to it, the start does not."""

    duration: timedelta


class WithinNext(msgspec.Struct, frozen=True):
    """A date trait lies in the time that begins now; the start does not belong to it, the end does."""

    duration: timedelta


class InDays(msgspec.Struct, frozen=True):
    """A date trait lies on the day that is this many days after today, on the workspace's clock."""

    days: int


class Anniversary(msgspec.Struct, frozen=True):
    """Month and day of a date trait are those of the day this many days after today."""

    days: int


DateTest: TypeAlias = Month | Before | After | WithinLast | WithinNext | InDays | Anniversary


class Trait(ProfileLeaf, frozen=True):
    """A trait of the profile compares like this; over a list, any element does."""

    path: Path
    test: Compare | DateTest


class Tag(ProfileLeaf, frozen=True):
    """The profile has this tag."""

    tag: str


class Consent(ProfileLeaf, frozen=True):
    """The person granted this purpose on this channel; `key` is `purpose:channel`."""

    key: str


class LineFriend(ProfileLeaf, frozen=True):
    """The person is a friend of this LINE Official Account."""

    account: str


class IdentifiedBy(ProfileLeaf, frozen=True):
    """The profile has an identifier of this namespace; "line" also means "line:" of any provider."""

    namespace: str


class Sample(ProfileLeaf, frozen=True):
    """The person belongs to a random part of everybody: the same people for the same seed.

    Attributes:
        millionths: How large the part is.
        seed: Another seed draws others.
    """

    millionths: int
    seed: str


class InSegment(Leaf, frozen=True):
    """The definition of another segment holds. Gone after `rewrite`."""

    key: str


class Last(msgspec.Struct, frozen=True):
    """From `duration` ago (not included) to now (included)."""

    duration: timedelta


class Between(msgspec.Struct, frozen=True):
    """From `start` (included) to `end` (not included); None leaves that side open."""

    start: Moment | None
    end: Moment | None


Window: TypeAlias = Last | Between | None
"""When an event counts. None is ever; what lies after now never counts."""


class Occurrence(msgspec.Struct, frozen=True):
    """Which events count."""

    event: str
    where: Filter | None = None
    window: Window = None


class Measure(msgspec.Struct, frozen=True):
    """What is computed over the events that count.

    Attributes:
        function: A key of `measure.FUNCTIONS`.
        path: The property it reads, None for "count".
    """

    function: str = "count"
    path: Path | None = None


class Then(msgspec.Struct, frozen=True):
    """What must follow, or must not follow, for an event to count.

    Attributes:
        event: Its name.
        where: Which of them.
        within: It follows if it lies after the first event (not at the same time), by at most this.
        absent: True if the first event counts when nothing followed and the time for it is over.
    """

    event: str
    where: Filter | None
    within: timedelta
    absent: bool


class Happened(Leaf, frozen=True):
    """A measure of past events compares like this with a number; with `then`, of those that were followed."""

    occurrence: Occurrence
    measure: Measure
    op: str
    value: Decimal
    then: Then | None = None


Node: TypeAlias = Tree[Leaf]
