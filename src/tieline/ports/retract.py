"""What a whole source said about who is who, taken back and given back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from tieline.model.identity import Link, Mark, Retraction


class Aside(NamedTuple):
    """What counts for nothing.

    Attributes:
        links: Claims of the source, under its name.
        marks: What it said that tells people apart, by node.
    """

    links: Sequence[Link]
    marks: Mapping[bytes, Sequence[Mark]]


class RetractStore(Protocol):
    """Links and marks that count, and beside them those that a retraction set aside. Nothing is deleted by either."""

    async def in_force(self) -> list[tuple[int, Retraction]]:
        """Return the retractions that hold, with their workspaces, those that reach least far first."""
        ...

    async def find(self, workspace_id: int, retraction_id: int) -> Retraction | None:
        """Return a retraction, also one that was taken back."""
        ...

    async def add(self, workspace_id: int, retraction: Retraction) -> int:
        """Keep a retraction; return its id."""
        ...

    async def revoke(
        self, workspace_id: int, retraction_id: int, author: str, reason: str, at: datetime
    ) -> None:
        """Note that a retraction was taken back."""
        ...

    async def take(self, workspace_id: int, source: str, retraction_id: int) -> set[bytes]:
        """Set aside all that `source` says; return the nodes it spoke of."""
        ...

    async def put(self, workspace_id: int, retraction_id: int, aside: Aside) -> None:
        """Set aside what came late; of links keep the earliest first and latest last time."""
        ...

    async def aside(self, workspace_id: int, retraction_id: int) -> Aside:
        """Return what a retraction set aside."""
        ...

    async def clear(self, workspace_id: int, retraction_id: int) -> None:
        """Forget what a retraction set aside, after it was given back."""
        ...

    async def said_by(self, workspace_id: int, source: str) -> Aside:
        """Return all that `source` says and that counts."""
        ...

    async def mark(self, workspace_id: int, marks: Mapping[bytes, Sequence[Mark]]) -> None:
        """Add marks to nodes that are there."""
        ...
