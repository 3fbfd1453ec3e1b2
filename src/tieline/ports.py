"""Every door to the outside world, as a Protocol.

Adapters live in `store`, `channel` and `connect` and are chosen in `app.py` alone. A stage never commits: the runner
of each loop opens one transaction, and all ports of that loop share it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime
from typing import Any, NamedTuple, Protocol
from uuid import UUID

import pyarrow as pa

from tieline.condition.node import Node as Condition
from tieline.model.event import LogRow, NewLogRow, Parked, Source
from tieline.model.identity import Assertion, Link, Moved, Node, Placed
from tieline.model.profile import ConsentEvent, Fact
from tieline.model.send import Answer, Claimed, Held, Prepared, Send, Settled, Standing, TrackedLink
from tieline.model.signal import DueCall, EnrolmentRow, Said, Signal, WebhookCall


class Transaction(Protocol):
    """State, output and offset commit together or not at all."""

    def transaction(self) -> AbstractAsyncContextManager[None]:
        """Open a transaction; leaving it normally commits, an exception rolls back."""
        ...


class LogStore(Protocol):
    """The log of raw requests: append-only, in commit order, without holes."""

    async def append(self, rows: Sequence[NewLogRow]) -> int:
        """Store `rows` and return the last offset given; they are durable once the transaction commits."""
        ...

    async def read(self, after: int, items_max: int) -> list[LogRow]:
        """Return rows above offset `after` in order, up to `items_max` events but at least one row."""
        ...

    async def head(self) -> int:
        """Return the highest committed offset, 0 if the log is empty."""
        ...

    async def position(self, consumer: str) -> int:
        """Return how far `consumer` has come, and lock that position until the transaction ends."""
        ...

    async def save_position(self, consumer: str, log_offset: int, at: datetime) -> None:
        """Note how far `consumer` has come."""
        ...


class MessageStore(Protocol):
    """Which messages were seen, and which could not be read."""

    async def claim(self, keys: Mapping[int, Sequence[bytes]], on: date) -> set[tuple[int, bytes]]:
        """Remember message keys per workspace and return those that were seen before."""
        ...

    async def park(self, items: Sequence[Parked], at: datetime) -> None:
        """Keep what could not be processed, with its reason."""
        ...


class SourceStore(Protocol):
    """The sources of all workspaces."""

    async def sources(self) -> dict[int, Source]:
        """Return every source by its id."""
        ...


class Directory(Protocol):
    """What is known about workspaces and sources between two readings."""

    def knows(self, source_ids: Iterable[int]) -> bool:
        """Say whether all of these sources are known."""
        ...

    async def learn(self) -> None:
        """Read workspaces, sources and accounts anew."""
        ...


class Zones(NamedTuple):
    """Everything that could touch some nodes: the nodes of whole zones, and the decisions about any of them."""

    placed: Sequence[Placed]
    assertions: Sequence[Assertion]


class IdentityStore(Protocol):
    """Identifier nodes, links and decisions."""

    async def decisions(self) -> int:
        """Return a number that changes with every decision and withdrawal, in any workspace."""
        ...

    async def lock(self, workspace_id: int) -> None:
        """Be the only one who changes identities of this workspace until the transaction ends; take several in order."""
        ...

    async def zones(self, workspace_id: int, node_ids: Sequence[bytes]) -> Zones:
        """Load the whole zones of `node_ids`; unknown ids are left out, decisions about them are not."""
        ...

    async def links(self, workspace_id: int, node_ids: Sequence[bytes]) -> list[Link]:
        """Load every link whose `a` is one of `node_ids`."""
        ...

    async def save(self, workspace_id: int, placed: Sequence[Placed], links: Sequence[Link]) -> None:
        """Insert nodes or give them another place; of links keep the best proof, earliest first and latest last time."""
        ...

    async def touch(self, workspace_id: int, links: Sequence[Link]) -> None:
        """Move `last_at` of known links forward."""
        ...

    async def record(self, moves: Sequence[Moved], cause: str, at: datetime) -> None:
        """Write changes of profile to the audit trail; arrivals of new nodes are left out."""
        ...

    async def add_assertion(self, workspace_id: int, assertion: Assertion) -> int:
        """Store a decision and return its id."""
        ...

    async def revoke_assertion(
        self, workspace_id: int, assertion_id: int, author: str, at: datetime
    ) -> Assertion:
        """Take a decision back and return it; once is enough. Raises NotFoundError."""
        ...


class ProfileFacts(NamedTuple):
    """All that is stored about some profiles, by profile id."""

    nodes: Mapping[bytes, Sequence[Node]]
    facts: Mapping[bytes, Sequence[Fact]]
    consents: Mapping[bytes, Sequence[ConsentEvent]]


class FactStore(Protocol):
    """Traits, tags, friendships and consents of identifier nodes."""

    async def save_facts(self, workspace_id: int, facts: Sequence[Fact]) -> None:
        """Keep the latest word per node, name and source."""
        ...

    async def save_consents(self, workspace_id: int, events: Sequence[ConsentEvent]) -> None:
        """Append to the consent ledger; the same event counts once."""
        ...

    async def load(self, workspace_id: int, profile_ids: Sequence[bytes]) -> ProfileFacts:
        """Load nodes, facts and consents of profiles as they stand now."""
        ...


class HistoryBatch(NamedTuple):
    """What one stream batch adds to history.

    Attributes:
        events: Columns of the ClickHouse table `event`.
        profiles: Columns of the ClickHouse table `profile`.
        moves: workspace_id, node_id, from_id, profile_id: nodes that changed profile.
    """

    log_offset: int
    events: pa.Table
    profiles: pa.Table
    moves: pa.Table


class HistoryOutbox(Protocol):
    """Batches that are committed and wait to be taken into history."""

    async def put(self, batch: HistoryBatch, at: datetime) -> None:
        """Queue a batch in the stream's transaction."""
        ...

    async def peek(self, batches_max: int) -> list[HistoryBatch]:
        """Return the oldest batches in order."""
        ...

    async def done(self, log_offset: int) -> None:
        """Forget batches up to and including `log_offset`."""
        ...


class History(Protocol):
    """The history of all events, and the questions asked of it."""

    async def append(self, batches: Sequence[HistoryBatch], at: datetime) -> None:
        """Add batches once each, whatever was interrupted before."""
        ...

    async def mark(self) -> int:
        """Return the log offset up to which history is complete."""
        ...

    async def query(self, sql: str, parameters: Mapping[str, Any]) -> pa.Table:
        """Run one statement with bound parameters."""
        ...


class Evaluator(Protocol):
    """Asks history which conditions hold for whom."""

    async def which(
        self,
        workspace_id: int,
        conditions: Mapping[str, Condition],
        profile_ids: Sequence[bytes],
        now: datetime,
        time_zone: str,
    ) -> dict[bytes, set[str]]:
        """Return the names of the conditions that hold, for each of `profile_ids` that exists."""
        ...

    async def members(
        self, workspace_id: int, condition: Condition, now: datetime, time_zone: str
    ) -> set[bytes]:
        """Return every profile for which a condition holds."""
        ...

    async def mark(self) -> int:
        """Return the log offset up to which history is complete."""
        ...


class LiveSegment(NamedTuple):
    """A segment that is kept up to date. `node` is compiled and free of references to other segments.

    Attributes:
        computed: Whether it was computed as a whole since its definition changed.
    """

    workspace_id: int
    key: str
    version: int
    node: Condition
    computed: bool


class SegmentStore(Protocol):
    """Definitions and members of segments."""

    async def live(self) -> list[LiveSegment]:
        """Return the live segments of all workspaces."""
        ...

    async def time_zone(self, workspace_id: int) -> str:
        """Return the workspace's time zone, an IANA name."""
        ...

    async def members(self, workspace_id: int, profile_ids: Sequence[bytes]) -> dict[bytes, set[str]]:
        """Return the segments each of `profile_ids` is in."""
        ...

    async def all_members(self, workspace_id: int, key: str) -> set[bytes]:
        """Return every member of one segment."""
        ...

    async def save(
        self,
        workspace_id: int,
        entered: Sequence[tuple[str, bytes]],
        exited: Sequence[tuple[str, bytes]],
        at: datetime,
    ) -> None:
        """Add and remove (segment, profile) memberships."""
        ...

    async def computed(self, workspace_id: int, key: str, at: datetime) -> None:
        """Note when a segment was last computed as a whole; it is live from then on."""
        ...


class SignalStore(Protocol):
    """Signals for journeys, in the order in which they were said."""

    async def put(self, signals: Sequence[Signal]) -> None:
        """Queue signals in the transaction that caused them."""
        ...


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

    async def heard(self, workspace_id: int, profile_ids: Sequence[bytes], since: datetime) -> dict[bytes, list[Signal]]:
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


class SendStore(Protocol):
    """The outbox: sends from plan to settlement, and what must be known about those they go to."""

    async def standing(self, workspace_id: int, node_ids: Sequence[bytes]) -> dict[bytes, Standing]:
        """Return where the person behind each node may be written to now; unknown nodes are left out."""
        ...

    async def traits(self, workspace_id: int, node_ids: Sequence[bytes]) -> dict[bytes, dict[str, Any]]:
        """Return the newest value of every trait of the person behind each node."""
        ...

    async def add(self, sends: Sequence[Send], links: Sequence[TrackedLink]) -> set[bytes]:
        """Keep sends that are not there yet, with their links; return the ids of those that are new."""
        ...

    async def claim(self, now: datetime, sends_max: int, resting: Collection[tuple[int, str]]) -> list[Claimed]:
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

    async def gate(self, sends: Sequence[Claimed]) -> dict[tuple[int, bytes], Held]:
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


class ImportSpan(NamedTuple):
    """Where in the log an import stands.

    Attributes:
        source_id: The system its file came from; message ids are remembered under it.
        first_offset: Its first log row, 0 if it has none.
        last_offset: Its last log row, 0 if it has none.
    """

    workspace_id: int
    import_id: str
    source_id: int
    first_offset: int
    last_offset: int


class KnownImport(NamedTuple):
    """An import as it is kept.

    Attributes:
        state: running, done, failed, undoing or undone.
        started_at: When it was first begun; the same for every attempt.
    """

    import_id: str
    kind: str
    state: str
    started_at: datetime


class ImportJobs(Protocol):
    """Imports from file to log."""

    async def times_undone(self, workspace_id: int, name: str) -> int:
        """Return how often imports of this name were taken back; each time, the next one has a new id."""
        ...

    async def find(self, workspace_id: int, import_id: str) -> KnownImport | None:
        """Return an import, locked until the transaction ends."""
        ...

    async def begin(
        self, workspace_id: int, import_id: str, file_name: str, file_hash: str, mapping: Mapping[str, Any], at: datetime
    ) -> int:
        """Begin an import, or go on with one that was begun; return its source, which is made if there is none.

        Raises:
            InvalidInputError: The source takes no files.
        """
        ...

    async def taken(self, workspace_id: int, import_id: str, first_offset: int, last_offset: int) -> None:
        """Note log rows that were appended."""
        ...

    async def shelve(self, workspace_id: int, items: Sequence[Mapping[str, Any]], at: datetime) -> None:
        """Insert or replace items of catalogues: each has "catalog", "key" and "data"."""
        ...

    async def ended(
        self, workspace_id: int, import_id: str, state: str, report: Mapping[str, Any], at: datetime
    ) -> None:
        """Note how an import ended, with its report."""
        ...

    async def undoing(self, workspace_id: int, import_id: str) -> int:
        """Note that an import is to be taken back; return Tieline's own source."""
        ...

    async def behind(self) -> tuple[int, int]:
        """Return how many log rows the stream has not absorbed, and how far it has come."""
        ...


class UndoStore(Protocol):
    """What an import left behind beside history, piece by piece for taking it back."""

    async def given_up(self, workspace_ids: Collection[int], from_offset: int) -> set[tuple[int, str]]:
        """Return the imports that are taken back and have log rows at `from_offset` or above: (workspace_id, id)."""
        ...

    async def open(self, workspace_id: int, import_id: str) -> ImportSpan | None:
        """Return where an import stands, None if there is none or it was taken back already."""
        ...

    async def parked(self, span: ImportSpan) -> list[tuple[Sequence[int], bytes]]:
        """Return its items that named nobody: their places in a log row, and the body of that row."""
        ...

    async def release(self, workspace_id: int, keys: Sequence[bytes]) -> None:
        """Forget that messages were seen."""
        ...

    async def unlink(self, workspace_id: int, source: str) -> set[bytes]:
        """Delete the links that `source` claims; return the nodes they held together."""
        ...

    async def drop_facts(self, workspace_id: int, source: str) -> None:
        """Delete the facts that `source` stated."""
        ...

    async def answer_grants(self, workspace_id: int, source: str, at: datetime) -> None:
        """Answer every grant of `source` in the consent ledger by a withdrawal."""
        ...

    async def profiles_of(self, workspace_id: int, node_ids: Sequence[bytes]) -> set[bytes]:
        """Return the profiles that nodes belong to now."""
        ...

    async def first_linked(self, workspace_id: int, node_ids: Sequence[bytes]) -> dict[bytes, datetime]:
        """Return since when each of these nodes is linked to another, by what is still linked."""
        ...

    async def held(self, workspace_id: int, node_ids: Sequence[bytes], but: str) -> set[bytes]:
        """Return those of these nodes that a fact, a decision, a send or an enrolment is about, or a word on consent.

        Grants of the source `but` are no reason to keep a node; its refusals are.
        """
        ...

    async def drop_nodes(self, workspace_id: int, node_ids: Sequence[bytes]) -> None:
        """Delete nodes."""
        ...

    async def seen_later(self, workspace_id: int, first_at: Mapping[bytes, datetime]) -> None:
        """Move the time at which nodes were first seen forward to the given one."""
        ...

    async def done(self, workspace_id: int, import_id: str, at: datetime) -> None:
        """Note that an import was taken back."""
        ...


class ImportedHistory(Protocol):
    """What history says about the events of one import."""

    async def said(self, workspace_id: int, source: str) -> list[tuple[str, bytes]]:
        """Return message id and node of every event of `source`."""
        ...

    async def first_named(
        self, workspace_id: int, node_ids: Sequence[bytes], but: str
    ) -> dict[bytes, datetime]:
        """Return when a source other than `but` first had an event of each of these nodes, to the millisecond."""
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

    async def planned(self, broadcast: Started, recipients: Sequence[bytes], at: datetime, *, done: bool) -> None:
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
