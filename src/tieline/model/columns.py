"""Who is who as columns: all nodes and links of a workspace at once."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tieline.model.event import Proof

_DAY_MICROSECONDS = 86_400_000_000
_SINCE_2000_DAYS = 10_957
Ints: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]
Ids: TypeAlias = NDArray[np.uint8]
"""One row of 16 bytes each."""


class Nodes(NamedTuple):
    """Identifiers in the order of their ids.

    Attributes:
        namespaces: What `namespace` counts in.
        first_at: Microseconds since 2000.
        marks: Names the words that tell it apart: equal if these are, 0 if there are none.
        blocked: A rule says that its value names nobody.
        allowed: A rule says that its value counts, however many share it.
    """

    ids: Ids
    namespaces: Sequence[str]
    namespace: Ints
    first_at: Ints
    marks: Ints
    blocked: Flags
    allowed: Flags


class Links(NamedTuple):
    """What sources claim, by the places of the nodes; times are microseconds since 2000."""

    a: Ints
    b: Ints
    proof: NDArray[np.int8]
    first_at: Ints
    last_at: Ints

    def some(self, which: Ints) -> "Links":
        """Return those that stand at some places of the links."""
        a, b, proof, first_at, last_at = self
        return Links(a[which], b[which], proof[which], first_at[which], last_at[which])

    @property
    def verified(self) -> Flags:
        """Which of them somebody proved."""
        found: Flags = self.proof == int(Proof.VERIFIED)
        return found

    @property
    def last_day(self) -> Ints:
        """The numbers of the UTC days on which they were seen last."""
        found: Ints = self.last_at // _DAY_MICROSECONDS + _SINCE_2000_DAYS
        return found


class Kept(NamedTuple):
    """Where the nodes stand by what is stored."""

    zone: Ids
    profile: Ids
    proven: Ids
    core: Flags
    shared: NDArray[np.int8]


class Whole(NamedTuple):
    """A workspace as it is stored.

    Attributes:
        places: Finds the place of each id, -1 for one that is not there.
    """

    nodes: Nodes
    links: Links
    kept: Kept
    places: Callable[[Ids], Ints]
