"""Rules of who is who, and the change that is under way."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from tieline.model.columns import Ids


class Change(NamedTuple):
    """A version of the rules on its way to hold.

    Attributes:
        state: asked, checking, held, ready.
        rules: As `Rules` is written in JSON.
        merges_percent: If it merges more than this share of all profiles, it waits for a person's word.
    """

    workspace_id: int
    version: int
    state: str
    rules: Any
    merges_percent: float


class Elsewhere(NamedTuple):
    """Nodes that stand elsewhere by other rules: their ids, and where; one row each.

    Attributes:
        left: The profiles they are in today.
    """

    ids: Ids
    left: Ids
    zone: Ids
    profile: Ids
    proven: Ids
    core: Any
    shared: Any


class Computed(NamedTuple):
    """A workspace decided anew by other rules, apart from what holds.

    Attributes:
        merging_percent: The share of today's profiles that would become a part of another.
        report: What would change, for people; it names nobody.
    """

    merging_percent: float
    report: Mapping[str, Any]
    elsewhere: Elsewhere


class RuleStore(Protocol):
    """Versions of the rules."""

    async def next(self) -> Change | None:
        """Return the oldest change that is to be computed, locked."""
        ...

    async def ready(self, workspace_id: int, version: int) -> Change | None:
        """Return a change that the stream is to switch to, locked; None if it is not ready any more."""
        ...

    async def move(self, change: Change, state: str) -> bool:
        """Note where a change stands, if it stands where it stood; say whether it did."""
        ...

    async def reported(self, change: Change, report: Mapping[str, Any]) -> None:
        """Keep what the change would do."""
        ...

    async def place(self, workspace_id: int, elsewhere: Elsewhere) -> None:
        """Put nodes where they stand now."""
        ...

    async def switched(self, change: Change, at: datetime) -> None:
        """Let a change hold in the place of what held before."""
        ...

    async def say(self, change: Change, at: datetime) -> None:
        """Say in the log that a change is ready; the stream switches when it comes to it."""
        ...
