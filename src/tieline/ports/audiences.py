"""Audiences at LINE on their way."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, Protocol


class Audience(NamedTuple):
    """A segment as it was at one moment, on its way to LINE.

    Attributes:
        in_step: Whether it follows the segment after that moment.
        outdated_id: LINE's number of the audience that this one took the place of, as long as LINE keeps that.
    """

    workspace_id: int
    account: str
    key: str
    description: str
    audience_id: int | None
    state: str
    filled_through: str
    expires_at: datetime
    snapshot_at: datetime
    in_step: bool
    outdated_id: int | None


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

    async def changed(self, audience: Audience) -> tuple[int, int]:
        """Return how many should be in it and are not, and how many are in it at LINE and should not."""
        ...

    async def admit(self, audience: Audience) -> None:
        """Take in who should be in it and is not; LINE has to be given them."""
        ...

    async def late(self, audience: Audience, most: int) -> Sequence[str]:
        """Return LINE user ids that were taken in late and that LINE has not been given, in order."""
        ...

    async def given(self, audience: Audience, users: Sequence[str]) -> None:
        """Note that LINE has been given these."""
        ...

    async def remake(self, audience: Audience, at: datetime, least: int) -> bool:
        """Freeze the segment anew under the same key, unless fewer than `least` people are in it; say whether."""
        ...

    async def dropped(self, audience: Audience) -> None:
        """Note that LINE does not keep the one before any more."""
        ...
