"""Channels beside LINE's outbox: what is kept of their messages, and what calls them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from tieline.model.outreach import Arrived, Carried, Carrying, Channel, Outgoing


class OutreachStore(Protocol):
    """Channels, addresses of people, and messages from plan to settlement."""

    async def channels(self, workspace_id: int) -> dict[str, Channel]:
        """Return the channels of a workspace by key."""
        ...

    async def addresses(
        self, workspace_id: int, people: Sequence[bytes]
    ) -> dict[bytes, dict[str, tuple[str, ...]]]:
        """Return proven addresses of the person behind each node by kind, the newest first; bounced ones left out."""
        ...

    async def add(self, wanted: Sequence[Outgoing]) -> set[bytes]:
        """Keep messages that are not there yet; return the ids of those that are new."""
        ...

    async def claim(self, now: datetime, most: int, lease: timedelta) -> list[Carrying]:
        """Hold messages that are due, or whose holder died; what others hold is left out."""
        ...

    async def halted(self, workspace_id: int, origin: str) -> bool:
        """Tell whether somebody stopped what messages of this origin come from."""
        ...

    async def settle(
        self, held: Carrying, state: str, reason: str, now: datetime, again_at: datetime, reference: str
    ) -> bool:
        """Write down what became of a call; return whether the fence still held."""
        ...

    async def bounced(self, workspace_id: int, kind: str, address: str, reason: str, at: datetime) -> None:
        """Write nothing to this address any more."""
        ...


class Notices(Protocol):
    """Messages by telephone number, of whose delivery LINE tells later."""

    async def delivered(self, workspace_id: int, account: str, tag: str, at: datetime) -> Arrived | None:
        """Note that the message of this delivery tag has arrived; return it if that ended a doubt, else None.

        It may come while the call is still held, or after it was parked in doubt: both end as accepted, and nobody else
        tells of them. A tag of another tool, of another account, or of a message that was accepted before is None. Told a
        second time, the answer is what it was.
        """
        ...


class Carrier(Protocol):
    """Calls one kind of channel."""

    def again_is_safe(self, channel: Channel) -> bool:
        """Tell whether the other side takes a message that comes twice under its name only once."""
        ...

    async def ready(self, channel: Channel) -> None:
        """Do what a call would have to wait for; a failure shows at the call."""
        ...

    async def carry(self, channel: Channel, message: Carrying) -> Carried:
        """Make one call. A broken line is an answer, never an exception."""
        ...
