"""What waits for LINE to say that a friend and a member are one person."""

from collections.abc import Mapping, Sequence
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


class Bonds(Protocol):
    """What binds friends to members, for those who leave."""

    async def others(
        self, workspace_id: int, node_ids: Sequence[bytes]
    ) -> Mapping[bytes, Sequence[tuple[str, str]]]:
        """Return the member numbers, telephones and addresses of each one's person, sorted; nobody who has none."""
        ...

    async def left(self, workspace_id: int, account: str, line_user: str, now: datetime) -> None:
        """Note that LINE has to be told, where somebody had logged in by it and the log-in can still say so."""
        ...
