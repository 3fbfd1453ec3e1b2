"""Who wishes predictions."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple, Protocol


class Wish(NamedTuple):
    """A workspace that wishes predictions; `computed_on`: the day of the last ones by its own clock."""

    workspace_id: int
    zone: str
    computed_on: str | None


class PredictStore(Protocol):
    """Who wishes predictions, and what became of them."""

    async def wishes(self) -> Sequence[Wish]:
        """Return the workspaces that wish them."""
        ...

    async def computed(self, workspace_id: int, on: date, report: Mapping[str, Any]) -> None:
        """Note what a day's work came to."""
        ...

    async def identifiers(self, workspace_id: int, node_ids: Sequence[bytes]) -> dict[bytes, tuple[str, str]]:
        """Return namespace and value of nodes."""
        ...
