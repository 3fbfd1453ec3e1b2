"""What has happened, and who is in which segment because of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

import pyarrow as pa

from tieline.condition.node import Node as Condition


class HistoryBatch(NamedTuple):
    """What one stream batch adds to history.

    Attributes:
        events: Columns of the ClickHouse table `event`.
        profiles: Columns of the ClickHouse table `profile`.
        moves: workspace_id, node_id, from_id, profile_id: nodes that changed profile.
    """

    log_offset: int
    events: pa.Table
    profiles: pa.Table
    moves: pa.Table


class HistoryOutbox(Protocol):
    """Batches that are committed and wait to be taken into history."""

    async def put(self, batch: HistoryBatch, at: datetime) -> None:
        """Queue a batch in the stream's transaction."""
        ...

    async def peek(self, batches_max: int) -> list[HistoryBatch]:
        """Return the oldest batches in order."""
        ...

    async def done(self, log_offset: int) -> None:
        """Forget batches up to and including `log_offset`."""
        ...


class History(Protocol):
    """The history of all events, and the questions asked of it."""

    async def append(self, batches: Sequence[HistoryBatch], at: datetime) -> None:
        """Add batches once each, whatever was interrupted before."""
        ...

    async def mark(self) -> int:
        """Return the log offset up to which history is complete."""
        ...

    async def query(self, sql: str, parameters: Mapping[str, Any]) -> pa.Table:
        """Run one statement with bound parameters."""
        ...


class Evaluator(Protocol):
    """Asks history which conditions hold for whom."""

    async def which(
        self,
        workspace_id: int,
        conditions: Mapping[str, Condition],
        profile_ids: Sequence[bytes],
        now: datetime,
        time_zone: str,
    ) -> dict[bytes, set[str]]:
        """Return the names of the conditions that hold, for each of `profile_ids` that exists."""
        ...

    async def members(
        self, workspace_id: int, condition: Condition, now: datetime, time_zone: str
    ) -> set[bytes]:
        """Return every profile for which a condition holds."""
        ...

    async def mark(self) -> int:
        """Return the log offset up to which history is complete."""
        ...


class ComputedValues(Protocol):
    """What computed traits are worth now."""

    async def of_people(
        self, workspace_id: int, people: Sequence[bytes], now: datetime
    ) -> Mapping[bytes, Mapping[str, Any]]:
        """Return the value of every computed trait by its key, for each node of `people` that exists."""
        ...


class LiveSegment(NamedTuple):
    """A segment that is kept up to date. `node` is compiled and free of references to other segments.

    Attributes:
        computed: Whether it was computed as a whole since its definition changed.
    """

    workspace_id: int
    key: str
    version: int
    node: Condition
    computed: bool


class SegmentStore(Protocol):
    """Definitions and members of segments."""

    async def live(self) -> list[LiveSegment]:
        """Return the live segments of all workspaces."""
        ...

    async def time_zone(self, workspace_id: int) -> str:
        """Return the workspace's time zone, an IANA name."""
        ...

    async def members(self, workspace_id: int, profile_ids: Sequence[bytes]) -> dict[bytes, set[str]]:
        """Return the segments each of `profile_ids` is in."""
        ...

    async def all_members(self, workspace_id: int, key: str) -> set[bytes]:
        """Return every member of one segment."""
        ...

    async def save(
        self,
        workspace_id: int,
        entered: Sequence[tuple[str, bytes]],
        exited: Sequence[tuple[str, bytes]],
        at: datetime,
    ) -> None:
        """Add and remove (segment, profile) memberships."""
        ...

    async def computed(self, workspace_id: int, key: str, at: datetime) -> None:
        """Note when a segment was last computed as a whole; it is live from then on."""
        ...
