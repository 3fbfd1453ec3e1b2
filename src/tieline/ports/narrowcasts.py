"""Narrowcasts on their way, and LINE as far as they need it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from tieline.model.narrowcast import Claimed, Ended, Gate, Known, Leaf, NarrowcastState
from tieline.model.send import Answer


class Attempt(NamedTuple):
    """What became of one attempt that did not end with LINE's yes.

    Attributes:
        called: Whether it counts; False takes it back as if it had never begun.
        given_back: Whether budgets count nothing for it any more.
        said: LINE's own sentence.
    """

    state: NarrowcastState
    due_at: datetime
    called: bool
    given_back: bool
    reason: str = ""
    said: str = ""


class Asked(NamedTuple):
    """A narrowcast that LINE is asked about: what came of it."""

    workspace_id: int
    account: str
    key: str
    request_id: str
    settled_at: datetime


class NarrowcastStore(Protocol):
    """Narrowcasts from their moment to what LINE says of them. Whoever holds an older fence changes nothing."""

    async def claim(self, now: datetime, lease_until: datetime, most: int) -> list[Claimed]:
        """Hold what is due, the earliest first, and leave out what others hold.

        Of one account at most one is called within a minute, and none while LINE still counts the people of another: LINE
        takes 60 calls an hour, and keeps messages of the month for each that runs.
        """
        ...

    async def known(self, one: Claimed, now: datetime) -> Mapping[Leaf, Known]:
        """Return what is known now of the audiences and earlier narrowcasts that it names."""
        ...

    async def prepare(self, one: Claimed, now: datetime) -> bool:
        """Note its key, body, first attempt and what budgets count, before the first byte leaves; False for an old fence."""
        ...

    async def gate(self, one: Claimed, now: datetime) -> Gate | None:
        """Read what stands now, the last thing before the call; a stop waits until the transaction ends."""
        ...

    async def settle(self, one: Claimed, attempt: Attempt, now: datetime) -> bool:
        """Write down what became of an attempt; return whether the fence still held."""
        ...

    async def accepted(self, one: Claimed, request_id: str, look_at: datetime, now: datetime) -> bool:
        """Note that LINE took it, under LINE's name for the request; return whether the fence still held."""
        ...

    async def looked(self, one: Claimed, look_at: datetime) -> None:
        """Ask LINE again at a moment how far it is."""
        ...

    async def ended(self, one: Claimed, ended: Ended, ask_at: datetime | None, now: datetime) -> bool:
        """Write down what LINE says became of it; return whether the fence still held."""
        ...

    async def to_ask(self, now: datetime) -> list[Asked]:
        """Return the one of each account that has waited longest for what came of it, where LINE may be asked again."""
        ...

    async def told(
        self, one: Asked, answer: Mapping[str, Any] | None, now: datetime, ask_at: datetime | None
    ) -> None:
        """Keep what LINE said came of it; None keeps what was said before. `ask_at` None: never again."""
        ...


class NarrowcastApi(Protocol):
    """LINE as far as narrowcasts need it."""

    async def ready(self, workspace_id: int, account: str) -> None:
        """Do what the call would have to wait for: behind the gate nothing may wait."""
        ...

    async def narrowcast(self, workspace_id: int, account: str, body: bytes, retry_key: UUID) -> Answer:
        """Let LINE send the same to everybody of its audiences."""
        ...

    async def narrowcast_progress(self, workspace_id: int, account: str, request_id: str) -> Answer:
        """Return how far LINE is."""
        ...

    async def of_request(self, workspace_id: int, account: str, request_id: str) -> Answer:
        """Return what came of a narrowcast."""
        ...

    async def quota(self, workspace_id: int, account: str) -> Answer:
        """Return how many messages this month may have."""
        ...

    async def consumption(self, workspace_id: int, account: str) -> Answer:
        """Return about how many messages this month has had."""
        ...
