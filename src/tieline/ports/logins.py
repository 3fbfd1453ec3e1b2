"""Log-in with LINE, as the loop needs it that tells LINE of those who left."""

from datetime import datetime
from typing import Protocol

from tieline.model.login import Deauthorization, LoginChannel


class Logins(Protocol):
    """Who left, and the login channels."""

    async def untold(self, now: datetime, most: int) -> list[Deauthorization]:
        """Return of whom LINE has still to be told, locked."""
        ...

    async def channel(self, workspace_id: int, account: str) -> LoginChannel | None:
        """Return the login channel of an account."""
        ...

    async def told(self, one: Deauthorization) -> None:
        """Forget it: LINE has heard."""
        ...

    async def later(self, one: Deauthorization, at: datetime) -> None:
        """Try again later."""
        ...
