"""What waits for LINE to say that a friend and a member are one person."""

from datetime import datetime
from typing import NamedTuple, Protocol


class Bound(NamedTuple):
    """Whom a nonce stands for, and whether they agreed to be written to."""

    member_id: str
    consents: bool


class Nonces(Protocol):
    """Where nonces wait for LINE to bring them back."""

    async def redeem(
        self, workspace_id: int, account: str, nonce: str, event_id: str, now: datetime
    ) -> Bound | None:
        """Return whom a nonce stands for; the same webhook event may ask again, another may not."""
        ...
