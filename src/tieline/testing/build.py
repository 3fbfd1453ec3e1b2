"""Readable values for tests: what is not said does not matter."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from tieline.ids import keyed_hash
from tieline.model.event import Event, Identified, Source
from tieline.model.identity import Moved, Node, Placed
from tieline.model.profile import ConsentEvent, Fact, FactKind, Profile, ProfileChanged, Trait
from tieline.model.signal import EnrolmentRow, Signal, SignalKind
from tieline.ports import HistoryBatch, Transaction
from tieline.profile import rows

WORKSPACE = 1
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SHOP = Source(WORKSPACE, 1, "shop", "server")


def name(text: str) -> bytes:
    """Return 16 bytes that `text` stands for."""
    return keyed_hash(b"k", text)


def minutes(count: float) -> datetime:
    """Return the moment `count` minutes after noon."""
    return NOON + timedelta(minutes=count)


def placed(node: str, profile: str = "", namespace: str = "member_id") -> Placed:
    """Return a node called `node`, part of `profile` or alone."""
    profile_id = name(profile or node)
    return Placed(Node(name(node), namespace, node, NOON), profile_id, profile_id)


def trait(node: str, key: str, value: Any, at: datetime = NOON, source: str = "shop") -> Fact:
    """Return what a source says about one identifier."""
    return Fact(name(node), FactKind.TRAIT, key, source, value, at)


def friendship(node: str, account: str, *, friend: bool, at: datetime = NOON) -> Fact:
    """Return what LINE says about one of its users."""
    return Fact(name(node), FactKind.FRIENDSHIP, account, f"line-{account}", friend, at)


def consent(
    node: str, *, granted: bool, at: datetime = NOON, key: str = "", method: str = "form"
) -> ConsentEvent:
    """Return a line of the ledger about marketing on LINE; `key` names the event that said so."""
    return ConsentEvent(
        node_id=name(node),
        purpose="marketing",
        channel="line",
        granted=granted,
        method=method,
        notice_version="1",
        evidence={"message_id": key},
        source="shop",
        event_key=name(key or f"{node}:{granted}:{at.isoformat()}"),
        at=at,
        received_at=at,
    )


def signal(event: str, node: str, at: datetime = NOON, log_offset: int = 1, **data: Any) -> Signal:
    """Return an event that some journey listens to."""
    return Signal(WORKSPACE, SignalKind.EVENT, event, name(node), name(node), at, log_offset, data)


def enrolment(
    person: str, journey: str = "cart", at: datetime = NOON, key: str = "", **changed: Any
) -> EnrolmentRow:
    """Return a person's way through a journey, waiting for half an hour unless `changed` says otherwise."""
    values = {
        "workspace_id": WORKSPACE,
        "enrolment_id": name(f"{person}:{journey}:{key}"),
        "journey": journey,
        "version": 1,
        "person": name(person),
        "correlation": key,
        "state": "waiting_time",
        "step": "wait",
        "due_at": at + timedelta(minutes=30),
        "needs_offset": None,
        "body": {"entered_at": at.isoformat()},
        "entered_at": at,
    }
    return EnrolmentRow(**{**values, **changed})


def identified(
    event: str, node: str, profile: str = "", at: datetime = NOON, log_offset: int = 1, **properties: Any
) -> Identified:
    """Return an event with its person."""
    said = Event(
        workspace_id=WORKSPACE,
        source=SHOP,
        log_offset=log_offset,
        item=0,
        type="track",
        name=event,
        message_id=f"{event}:{node}:{log_offset}",
        at=at,
        received_at=at,
        identifiers=(),
        properties=properties,
        traits={},
    )
    return Identified(said, name(node), name(profile or node))


def changed(
    profile: str, traits: Mapping[str, Any] | None = None, tags: Sequence[str] = ()
) -> ProfileChanged:
    """Return a profile as it reads now; without `traits` it is gone."""
    if traits is None:
        return ProfileChanged(WORKSPACE, name(profile), None)
    folded = Profile(
        workspace_id=WORKSPACE,
        profile_id=name(profile),
        identifiers=(("member_id", profile),),
        traits={key: Trait(value, "shop", NOON) for key, value in traits.items()},
        tags=tuple(tags),
        consents=(),
        friends=(),
        first_seen_at=NOON,
    )
    return ProfileChanged(WORKSPACE, name(profile), folded)


def moved(node: str, left: str, joined: str) -> Moved:
    """Return a node's change of profile; `left` is "" for a new node."""
    return Moved(WORKSPACE, name(node), name(left) if left else b"", name(joined))


def batch(
    log_offset: int,
    events: Sequence[Identified] = (),
    profiles: Sequence[ProfileChanged] = (),
    moves: Sequence[Moved] = (),
) -> HistoryBatch:
    """Return what one batch of the stream adds to history."""
    tables: tuple[pa.Table, ...] = (
        rows.events(events),
        rows.profiles(profiles, log_offset),
        rows.moves(moves),
    )
    return HistoryBatch(log_offset, *tables)


@asynccontextmanager
async def undone(unit: Transaction) -> AsyncIterator[None]:
    """Let what happens inside fail as a whole in the end."""
    with suppress(_UndoneError):
        async with unit.transaction():
            yield
            raise _UndoneError


class _UndoneError(Exception):
    pass
