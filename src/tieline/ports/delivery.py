"""The outbox, and those to whom it leads."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from tieline.model.send import Answer, Claimed, Held, Prepared, Recent, Send, Settled, Standing, TrackedLink
from tieline.model.signal import Said


class SendStore(Protocol):
    """The outbox: sends from plan to settlement, and what must be known about those they go to."""

    async def standing(self, workspace_id: int, node_ids: Sequence[bytes]) -> dict[bytes, Standing]:
        """Return where the person behind each node may be written to now; unknown nodes are left out."""
        ...

    async def traits(self, workspace_id: int, node_ids: Sequence[bytes]) -> dict[bytes, dict[str, Any]]:
        """Return the value of every trait of the person behind each node that a message shows.

        Of what is proven to be the person: what the golden rule of the trait believes first, else what was said with a
        secret before what a browser said, else the newest.
        """
        ...

    async def recent(
        self, workspace_id: int, node_ids: Sequence[bytes], since: datetime
    ) -> dict[bytes, list[Recent]]:
        """Return the marketing messages of the person behind each node: open ones, and accepted ones since then."""
        ...

    async def withdraw(self, workspace_id: int, send_ids: Sequence[bytes], reason: str, at: datetime) -> None:
        """Suppress planned sends for which no call was made."""
        ...

    async def add(self, sends: Sequence[Send], links: Sequence[TrackedLink]) -> set[bytes]:
        """Keep sends that are not there yet, with their links; return the ids of those that are new."""
        ...

    async def claim(
        self, now: datetime, sends_max: int, resting: Collection[tuple[int, str]]
    ) -> list[Claimed]:
        """Lock sends that are due, earliest first, and leave out what others hold.

        Args:
            now: The present moment.
            sends_max: About how many; a frozen group comes whole or not at all.
            resting: (workspace_id, account) pairs that are left alone.
        """
        ...

    async def prepare(self, prepared: Sequence[Prepared], now: datetime, lease_until: datetime) -> None:
        """Note key, group, first attempt, fence and lease of claimed sends, in the transaction of the claim."""
        ...

    async def gate(self, sends: Sequence[Claimed], now: datetime) -> dict[tuple[int, bytes], Held]:
        """Read what stands now, by (workspace_id, send_id): the last thing before a call."""
        ...

    async def settle(self, settled: Sequence[Settled], at: datetime) -> set[tuple[int, bytes]]:
        """Write down what became of attempts; return those whose fence still held."""
        ...

    async def accepted_since(self, workspace_id: int, account: str, since: datetime) -> int:
        """Return how many messages of an account LINE has accepted, and counts, since then."""
        ...

    async def resume(self, workspace_id: int, origin: str, reason: str, at: datetime) -> int:
        """Plan again what was parked for `reason` and is certain not to have left; return how many."""
        ...


class LineApi(Protocol):
    """The LINE platform. An HTTP status and a broken line are answers, never exceptions."""

    async def ready(self, workspace_id: int, account: str) -> None:
        """Do what sends would have to wait for: behind the gate nothing may wait."""
        ...

    async def push(self, workspace_id: int, account: str, body: bytes, retry_key: UUID) -> Answer:
        """Send to one person."""
        ...

    async def multicast(self, workspace_id: int, account: str, body: bytes, retry_key: UUID) -> Answer:
        """Send the same to up to 500 people."""
        ...

    async def quota(self, workspace_id: int, account: str) -> Answer:
        """Return how many messages this month may have."""
        ...

    async def consumption(self, workspace_id: int, account: str) -> Answer:
        """Return about how many messages this month has had."""
        ...


class News(Protocol):
    """Where it is told what Tieline did to people."""

    async def said(self, events: Sequence[Said]) -> None:
        """Tell, in the transaction that did it."""
        ...


class Sms(Protocol):
    """Text messages for one-time codes."""

    async def send_code(self, phone: str, code: str) -> None:
        """Send a one-time code to a phone number in E.164."""
        ...
