"""People on their way, and what is started for many of them at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from tieline.model.signal import DueCall, EnrolmentRow, Signal, WebhookCall


class LiveJourney(NamedTuple):
    """One version of a journey.

    Attributes:
        definition: The JSON tree as it was saved.
        state: live, paused, draft or stopped.
        newest: Whether people enter this version; an older one only finishes.
    """

    workspace_id: int
    key: str
    version: int
    definition: Mapping[str, Any]
    state: str
    newest: bool


class JourneyStore(Protocol):
    """Journeys, the people on them, and what their steps take from the shelf."""

    async def journeys(self) -> list[LiveJourney]:
        """Return every version that is live or still has people on it."""
        ...

    async def take_signals(self, signals_max: int) -> list[Signal]:
        """Return the oldest signals that nobody has taken, in order."""
        ...

    async def heard(
        self, workspace_id: int, profile_ids: Sequence[bytes], since: datetime
    ) -> dict[bytes, list[Signal]]:
        """Return the events after `since` that were taken already, by the profile their node belongs to now."""
        ...

    async def forget_heard(self, before: datetime) -> None:
        """Drop taken signals that no trigger can still want to hear."""
        ...

    async def open_of(
        self, workspace_id: int, profile_ids: Sequence[bytes]
    ) -> dict[bytes, list[EnrolmentRow]]:
        """Return the running enrolments of some people, by the profile they have now, locked."""
        ...

    async def entered(
        self, workspace_id: int, profile_ids: Sequence[bytes]
    ) -> dict[tuple[bytes, str], datetime]:
        """Return when each of these people last entered each journey."""
        ...

    async def profiles_now(self, workspace_id: int, node_ids: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return the profile each node belongs to now."""
        ...

    async def identifiers(self, workspace_id: int, node_ids: Sequence[bytes]) -> dict[bytes, tuple[str, str]]:
        """Return namespace and value of nodes."""
        ...

    async def due(self, now: datetime, enrolments_max: int) -> list[EnrolmentRow]:
        """Return enrolments whose timer is due, locked; what another worker holds is left out."""
        ...

    async def answerable(self, mark: int, enrolments_max: int) -> list[EnrolmentRow]:
        """Return enrolments that wait for history to reach an offset which it has reached, locked."""
        ...

    async def head(self) -> int:
        """Return the highest committed log offset."""
        ...

    async def horizon(self) -> datetime | None:
        """Return the earliest arrival among the requests that the stream has not absorbed; None if there is none."""
        ...

    async def save(self, rows: Sequence[EnrolmentRow], at: datetime) -> None:
        """Insert or replace enrolments."""
        ...

    async def issue_coupon(
        self, workspace_id: int, pool: str, issue_key: bytes, person: bytes, at: datetime
    ) -> str | None:
        """Return the code that `issue_key` took from `pool`: the same one however often it is asked; None if empty."""
        ...

    async def item(self, workspace_id: int, catalog: str, key: str) -> Mapping[str, Any] | None:
        """Return one item of the catalog as it is now."""
        ...


class Started(NamedTuple):
    """A broadcast that is being planned.

    Attributes:
        after: Last recipient that was planned, b"" at the start.
    """

    workspace_id: int
    key: str
    account: str
    segment: str | None
    purpose: str
    messages: Sequence[Mapping[str, Any]]
    after: bytes


class BroadcastStore(Protocol):
    """Broadcasts and whom they go to."""

    async def next(self) -> Started | None:
        """Return the oldest broadcast that is not planned to its end, locked."""
        ...

    async def recipients(self, broadcast: Started, most: int) -> list[bytes]:
        """Return the next profile ids in order: members of the segment, or friends of the account."""
        ...

    async def planned(
        self, broadcast: Started, recipients: Sequence[bytes], at: datetime, *, done: bool
    ) -> None:
        """Note how far planning has come."""
        ...


class WebhookStore(Protocol):
    """Calls to other systems that wait to be made."""

    async def put(self, calls: Sequence[WebhookCall]) -> None:
        """Queue calls, each once."""
        ...

    async def due(self, now: datetime, most: int) -> list[DueCall]:
        """Return due calls, locked; what another worker holds is left out."""
        ...

    async def settle(self, call: DueCall, state: str, reason: str, again_at: datetime) -> None:
        """Write down what became of an attempt; `state` is done, failed or planned again."""
        ...
