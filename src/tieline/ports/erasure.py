"""A person goes: everywhere, for good, and not by a file's word back."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from tieline.model.erasure import ErasedNode, Erasure, Kept, RulesSaid, Suppressed
from tieline.model.event import LogRow


class SuppressionStore(Protocol):
    """Keyed hashes of identifiers that were erased."""

    async def suppressed(self) -> list[tuple[int, Suppressed]]:
        """Return everything that is suppressed, with its workspace."""
        ...

    async def lift(self, workspace_id: int, hashes: Sequence[bytes]) -> None:
        """Let identifiers name somebody again."""
        ...


class ErasureStore(SuppressionStore, Protocol):
    """What is known of a person beside history, piece by piece for erasing it. Every step may be repeated."""

    async def open(self, workspace_id: int, erasure_id: str) -> Erasure | None:
        """Return an erasure that was asked for and not begun, locked; None if there is none."""
        ...

    async def person(self, workspace_id: int, node_id: bytes) -> list[ErasedNode]:
        """Return every identifier of the profile that a node belongs to now."""
        ...

    async def neighbours(self, workspace_id: int, node_ids: Sequence[bytes]) -> list[bytes]:
        """Return the other nodes of the zones of these nodes."""
        ...

    async def begin(
        self, erasure: Erasure, nodes: Sequence[ErasedNode], through: int, suppressed: Iterable[Suppressed]
    ) -> None:
        """Note who goes, and suppress their identifiers."""
        ...

    async def keep_proof(self, workspace_id: int, kept: Sequence[Kept], until: datetime) -> int:
        """Keep, without their names, which consents the nodes gave and took back; return how many lines."""
        ...

    async def let_go(self, now: datetime) -> None:
        """Delete proofs whose time is over."""
        ...

    async def forget(self, workspace_id: int, nodes: Sequence[ErasedNode], at: datetime) -> Mapping[str, int]:
        """Delete what is known about the nodes; return how many rows of each table went."""
        ...

    async def count(self, erasure: Erasure, counts: Mapping[str, int]) -> None:
        """Add to the numbers that are shown of an erasure."""
        ...

    async def next(self) -> Erasure | None:
        """Return the oldest erasure that is under way, locked; None if there is none."""
        ...

    async def rows(self, workspace_id: int, after: int, through: int, most: int) -> list[LogRow]:
        """Return log rows of a workspace above `after` and up to `through`, in order."""
        ...

    async def scrub_rules(self, workspace_id: int, clean: Callable[[RulesSaid], RulesSaid]) -> int:
        """Put what `clean` makes of each version of the rules in its place; return how many changed."""
        ...

    async def rewrite(self, rows: Iterable[tuple[int, bytes]]) -> None:
        """Put other bodies in the place of those of log rows."""
        ...

    async def searched(self, erasure: Erasure, through: int) -> None:
        """Note how far the search of the log has come."""
        ...

    async def done(self, erasure: Erasure, at: datetime) -> None:
        """Note that nothing is left, and forget who it was."""
        ...


class ErasedHistory(Protocol):
    """The history of a person, for erasing it."""

    async def erase(self, workspace_id: int, nodes: Sequence[ErasedNode]) -> int:
        """Delete the events and profiles of the nodes; return how many events went. May be repeated."""
        ...
