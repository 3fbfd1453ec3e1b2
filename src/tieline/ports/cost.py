"""What sending costs, and who limits it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple, Protocol

from tieline.model.cost import Budget, Reserved
from tieline.model.send import Answer


class Mark(NamedTuple):
    """What budgets count for a send, or with `many` for a chunk, from now on; None is nothing any more."""

    name: tuple[int, bytes]
    many: bool
    reserved: Reserved | None


class BudgetStore(Protocol):
    """Limits on what is spent."""

    async def limited(self) -> set[int]:
        """Return the workspaces that have a budget at all."""
        ...

    async def locked(self, workspace_ids: Sequence[int], scopes: Sequence[str]) -> list[Budget]:
        """Return budgets, held until the transaction ends, always in the same order."""
        ...

    async def write(self, budgets: Sequence[Budget], at: datetime) -> None:
        """Keep what is spent of budgets that are held."""
        ...

    async def mark(self, marks: Sequence[Mark]) -> None:
        """Note at sends and chunks what is counted for them, so that whoever comes after a crash counts it once."""
        ...


class OwnDay(NamedTuple):
    """Messages that LINE accepted from us on one day of its calendar."""

    push: int
    multicast: int
    reply: int
    narrowcast: int = 0


class LineDay(NamedTuple):
    """LINE's counters of one day; None is what it has not said."""

    push: int | None
    multicast: int | None
    reply: int | None
    broadcast: int | None
    narrowcast: int | None = None
    friends: int | None = None
    reachable: int | None = None
    blocks: int | None = None


class DayStore(Protocol):
    """Our ledger of a day beside LINE's counters."""

    async def unchecked(
        self, account: tuple[int, str], first: date, last: date, before: datetime
    ) -> list[date]:
        """Return the days that LINE has not counted for us yet and that were not asked for since `before`."""
        ...

    async def own(self, account: tuple[int, str], day: date) -> OwnDay:
        """Return what we sent on a day."""
        ...

    async def save(
        self, account: tuple[int, str], day: date, own: OwnDay, line: LineDay, at: datetime
    ) -> None:
        """Keep both counts."""
        ...


class LineCounters(Protocol):
    """LINE's counters."""

    async def delivered(self, workspace_id: int, account: str, kind: str, day: date) -> Answer:
        """Return how many messages a kind of send delivered on a day."""
        ...

    async def delivered_by_kind(self, workspace_id: int, account: str, day: date) -> Answer:
        """Return how many messages of every kind were delivered on a day; the only word LINE has on narrowcasts."""
        ...

    async def followers(self, workspace_id: int, account: str, day: date) -> Answer:
        """Return friends, reach and blocks at the end of a day."""
        ...
