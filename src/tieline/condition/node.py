"""What a condition can say about a person."""

from datetime import timedelta
from decimal import Decimal
from typing import TypeAlias

import msgspec

from tieline.condition.compare import Compare
from tieline.condition.dates import DateTest
from tieline.condition.filter import Filter, SameItem
from tieline.condition.path import Path
from tieline.condition.tree import Tree
from tieline.condition.when import Moment


class Leaf(msgspec.Struct, frozen=True):
    """One statement about a person."""


class ProfileLeaf(Leaf, frozen=True):
    """A statement that the profile answers."""


class HistoryLeaf(Leaf, frozen=True):
    """A statement that history answers."""


class Trait(ProfileLeaf, frozen=True):
    """A trait of the profile compares like this; over a list, any element does."""

    path: Path
    test: Compare | DateTest


class TraitItem(ProfileLeaf, frozen=True):
    """One item of a list among the traits passes a filter by itself."""

    item: SameItem


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


class Computed(Leaf, frozen=True):
    """A computed trait compares like this. Gone after `rewrite`.

    Attributes:
        key: Which one.
        said: `op` and `value` as JSON: what they may be depends on the trait.
    """

    key: str
    said: str


class Definition(Leaf, frozen=True):
    """What a computed trait is, as JSON: stands among the definitions that `rewrite` is given, never in a condition."""

    said: str


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
        path: The property it reads, None for "count" and what reads only times.
        many: How many values "recent" keeps.
        otherwise: Days of the cycle of people with no cycle of their own, for "cycles_since_last".
    """

    function: str = "count"
    path: Path | None = None
    many: int = 0
    otherwise: Decimal | None = None


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


class Happened(HistoryLeaf, frozen=True):
    """A measure of past events compares like this with a number; with `then`, of those that were followed."""

    occurrence: Occurrence
    measure: Measure
    op: str
    value: Decimal
    then: Then | None = None


class HappenedAt(HistoryLeaf, frozen=True):
    """The first of the events that count, or the last, lies on a date like this."""

    occurrence: Occurrence
    measure: Measure
    test: DateTest


class Told(HistoryLeaf, frozen=True):
    """What the events that count say about a property compares like this: the first, last, most frequent, recent texts."""

    occurrence: Occurrence
    measure: Measure
    compare: Compare


class Top(ProfileLeaf, frozen=True):
    """The person is one of so many with the highest measure; of equals, those with the smaller id.

    Attributes:
        most: How many people there are at most.
        occurrence: Which events count; who has none is not ranked.
        measure: What is compared: a number.
    """

    most: int
    occurrence: Occurrence
    measure: Measure


Node: TypeAlias = Tree[Leaf]
