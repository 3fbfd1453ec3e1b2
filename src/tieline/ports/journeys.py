"""People on their way, and what is started for many of them at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from tieline.model.broadcast import Begun, Recipient, Stretch
from tieline.model.signal import ArmRow, DueCall, EnrolmentRow, Reached, Signal, WebhookCall


class LiveJourney(NamedTuple):
    """One version of a journey.

    Attributes:
        definition: The JSON tree as it was saved.
        state: live, draining (nobody enters, those on the way finish), paused, draft or stopped.
        newest: Whether people enter this version; an older one only finishes.
    """

    workspace_id: int
    key: str
    version: int
    definition: Mapping[str, Any]
    state: str
    newest: bool


class Round(NamedTuple):
    """When a journey that begins by the clock begins next.

    Attributes:
        version: Version of the journey that this was worked out for.
        needs_offset: How far history must be before the people are looked for; None until the moment has come.
    """

    version: int
    at: datetime
    needs_offset: int | None


class Tally(NamedTuple):
    """How one arm of a test has done: who went it, and who of them did what counts."""

    people: int
    successes: int


class JourneyStore(Protocol):
    """Journeys, the people on them, and what their steps take from the shelf."""

    async def journeys(self) -> list[LiveJourney]:
        """Return every version that is live or still has people on it."""
        ...

    async def edition(self) -> str:
        """Return a text that is another one after any journey was saved, switched on or off."""
        ...

    async def segment_definitions(self) -> dict[int, dict[str, Any]]:
        """Return the conditions of segments as they were written, by workspace and key."""
        ...

    async def rounds(self) -> dict[tuple[int, str], Round]:
        """Return when journeys that begin by the clock begin next, by (workspace_id, key)."""
        ...

    async def set_round(self, workspace_id: int, key: str, said: Round) -> None:
        """Write down when a journey begins next."""
        ...

    async def begin_round(
        self, workspace_id: int, key: str, profile_ids: Sequence[bytes], at: datetime
    ) -> None:
        """Signal for each of these people that the journey is to start, as if each had been asked for."""
        ...

    async def count(self, reached: Sequence[Reached]) -> None:
        """Add to the counts of steps reached."""
        ...

    async def assigned(self, arms: Sequence[ArmRow], goals: Sequence[tuple[int, bytes, datetime]]) -> None:
        """Write down parts in experiments, and which enrolments reached their goal."""
        ...

    async def clicked(self, workspace_id: int, journey: str, profile_id: bytes, at: datetime) -> None:
        """Note a click for every part in experiments of a journey that this person had before it."""
        ...

    async def arms(
        self, workspace_id: int, journey: str, version: int, step: str, by: str
    ) -> tuple[dict[str, Tally], datetime | None]:
        """Return how each arm has done, by "goal" or "click", and when the first person came."""
        ...

    async def won(
        self, workspace_id: int, journey: str, version: int, step: str, arm: str, at: datetime
    ) -> None:
        """Write down which arm won."""
        ...

    async def winners(self) -> dict[tuple[int, str, int, str], str]:
        """Return every arm that won, by (workspace_id, journey, version, step)."""
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

    async def doubled(
        self, workspace_id: int, profile_ids: Sequence[bytes]
    ) -> dict[bytes, list[EnrolmentRow]]:
        """Return what `open_of` returns, for those of the people alone who are on some way more than once."""
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


class BroadcastStore(Protocol):
    """Broadcasts and whom they go to."""

    async def due(self, now: datetime) -> Begun | None:
        """Return the oldest broadcast that is ready and whose moment has come, locked."""
        ...

    async def freeze(self, due: Begun, now: datetime, *, look: bool) -> int:
        """Write down who gets it, each with place, arm and moment, in one statement; return how many.

        With `look` it is seen at the same time who may be written to, where so many are meant that it pays; they come
        first.
        """
        ...

    async def begun(self, due: Begun, frozen: int, at: datetime, state: str) -> None:
        """Note that the recipients are frozen; `state` is planning, or drifted where it must ask."""
        ...

    async def next(self, now: datetime) -> Begun | None:
        """Return a broadcast that has recipients due who are not planned, the oldest first, locked."""
        ...

    async def recipients(self, begun: Begun, now: datetime, most: int) -> list[Recipient]:
        """Return the next recipients that are due, by place."""
        ...

    async def stretch(self, begun: Begun, now: datetime, most: int) -> Stretch | None:
        """Return the next recipients, up to the first who was not found to be allowed a moment ago; None if it is the next."""
        ...

    async def planned(self, begun: Begun, through: int, people: int, at: datetime) -> None:
        """Note how far planning has come; at the last place the broadcast is planned."""
        ...

    async def people(self, begun: Begun) -> dict[str, int]:
        """Return how many people each arm has."""
        ...

    async def won(self, begun: Begun, winner: str) -> Begun:
        """Write down which variant won the trial."""
        ...


class Clicks(Protocol):
    """Who opened links of messages."""

    async def by_step(self, workspace_id: int, origin: str) -> dict[str, int]:
        """Return how many people opened a link of the messages of an origin, by step."""
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
