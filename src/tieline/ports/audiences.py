"""Audiences at LINE on their way."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol


class Audience(NamedTuple):
    """A segment as it was at one moment, on its way to LINE."""

    workspace_id: int
    account: str
    key: str
    description: str
    audience_id: int | None
    state: str
    filled_through: str
    expires_at: datetime


class AudienceStore(Protocol):
    """Audiences, and who is in them."""

    async def due(self, now: datetime, most: int) -> list[Audience]:
        """Return audiences that something is to be done about."""
        ...

    async def members(self, audience: Audience, most: int) -> Sequence[str]:
        """Return the next LINE user ids that LINE has not been given, in order."""
        ...

    async def moved(
        self,
        audience: Audience,
        state: str,
        *,
        again_at: datetime,
        audience_id: int | None = None,
        through: str | None = None,
        problem: str = "",
    ) -> None:
        """Note how far an audience has come; None keeps what was known."""
        ...
