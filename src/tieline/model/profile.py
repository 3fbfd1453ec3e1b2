"""What is known about a person, folded from facts that belong to identifiers."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import IntEnum
from typing import Any

import msgspec

from tieline.model.event import IMPORT_UNDONE


class FactKind(IntEnum):
    """What a fact speaks about."""

    TRAIT = 1
    TAG = 2
    FRIENDSHIP = 3


class Fact(msgspec.Struct, frozen=True, gc=False):
    """One source's latest word on one thing about one identifier."""

    node_id: bytes
    kind: FactKind
    name: str
    source: str
    value: Any
    at: datetime


class ConsentEvent(msgspec.Struct, frozen=True, gc=False):
    """One line of the consent ledger."""

    node_id: bytes
    purpose: str
    channel: str
    granted: bool
    method: str
    notice_version: str
    evidence: Mapping[str, Any]
    source: str
    event_key: bytes
    at: datetime
    received_at: datetime


IMPORTED = "import"
"""Method of a consent that came with a file."""


def granted(events: Iterable[ConsentEvent]) -> tuple[str, ...]:
    """Return "purpose:channel" for each consent in force: the newest word counts, and of two at once the refusal.

    A grant in a file is as old as the list it was exported from, whatever its date says: it counts only where nothing
    else was said. What a file granted that was taken back is as if it had never been said; its refusals stay. The one
    rule for what a profile shows and for what a send is allowed.
    """
    said = list(events)
    undone = {event.source for event in said if event.method == IMPORT_UNDONE}
    latest: dict[tuple[str, str], ConsentEvent] = {}
    for event in said:
        if event.source in undone and (event.granted or event.method == IMPORT_UNDONE):
            continue
        name = (event.purpose, event.channel)
        held = latest.get(name)
        if held is None or _weight(event) > _weight(held):
            latest[name] = event
    return tuple(
        f"{purpose}:{channel}" for (purpose, channel), event in sorted(latest.items()) if event.granted
    )


def _weight(event: ConsentEvent) -> tuple[bool, datetime, bool]:
    return not (event.granted and event.method == IMPORTED), event.at, not event.granted


class Trait(msgspec.Struct, frozen=True, gc=False):
    """A value with where it came from and when."""

    value: Any
    source: str
    at: datetime


class Profile(msgspec.Struct, frozen=True, gc=False):
    """A view over the nodes of one person.

    Attributes:
        identifiers: (namespace, value) pairs, sorted.
        tags: Names of the tags in force.
        consents: "purpose:channel" for each consent that is granted now.
        friends: Keys of the LINE accounts this person is a friend of.
    """

    workspace_id: int
    profile_id: bytes
    identifiers: tuple[tuple[str, str], ...]
    traits: Mapping[str, Trait]
    tags: tuple[str, ...]
    consents: tuple[str, ...]
    friends: tuple[str, ...]
    first_seen_at: datetime

    def identifier(self, namespace: str) -> str | None:
        """Return the first value of `namespace`, or None."""
        return next((value for name, value in self.identifiers if name == namespace), None)


class ProfileChanged(msgspec.Struct, frozen=True, gc=False):
    """A profile reads differently than before, or is gone because its nodes moved."""

    workspace_id: int
    profile_id: bytes
    profile: Profile | None
