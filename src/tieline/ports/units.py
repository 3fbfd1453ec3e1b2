"""The names under which LINE counts, and what it said."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from tieline.model.send import Answer
from tieline.model.unit import Unit


class UnitNames(Protocol):
    """Gives names to what is about to be planned."""

    async def named(self, workspace_id: int, account: str, origin: str, step: str, at: datetime) -> str:
        """Return the unit of a broadcast's arm or journey's step, or "" where the month has no name left for it."""
        ...


class UnitStore(UnitNames, Protocol):
    """Units, and what LINE said of them."""

    async def due(self, now: datetime) -> list[Unit]:
        """Return the unit of each account that has waited longest, where LINE may be asked again."""
        ...

    async def said(
        self,
        unit: Unit,
        span: tuple[str, str],
        answer: Mapping[str, Any] | None,
        now: datetime,
        ask_at: datetime | None,
    ) -> None:
        """Keep what LINE said of a span of days; None keeps what was said before. `ask_at` None: never again."""
        ...


class UnitCounters(Protocol):
    """LINE's numbers."""

    async def of_unit(self, workspace_id: int, account: str, unit: str, first: str, last: str) -> Answer:
        """Return what came of a unit's messages between two days, at most 30."""
        ...
