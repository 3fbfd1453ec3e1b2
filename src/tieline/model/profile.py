"""What is known about a person, folded from facts that belong to identifiers."""

from collections.abc import Mapping
from datetime import datetime
from enum import IntEnum
from typing import Any

import msgspec


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
