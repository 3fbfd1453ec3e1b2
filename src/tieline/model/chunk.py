"""Up to 500 people who get the same message in one call: what they share on its way to LINE."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar, Self
from uuid import UUID

import msgspec

from tieline.model.limits import FREE, Restraint
from tieline.model.send import Leaving

MEMBERS_MAX = 500
"""LINE's limit for one multicast."""


def request_body(to: bytes, messages: bytes, unit: str) -> bytes:
    """Return the body of a push or multicast: the same bytes at every attempt.

    Args:
        to: JSON of a LINE user id, or of a list of them.
        messages: JSON list of message objects.
        unit: Name under which LINE counts what comes of it, or "".
    """
    counted = b',"customAggregationUnits":["' + unit.encode() + b'"]' if unit else b""
    return b'{"to":' + to + b',"messages":' + messages + counted + b"}"


class ChunkWish(msgspec.Struct, frozen=True, gc=False):
    """One message for many, before anybody looked who may have it.

    Attributes:
        people: Nodes that stand for the people.
        send_ids: The name of each person's send, in the same order.
        messages: JSON list of LINE message objects.
        body_hash: 16 bytes that name `messages`.
    """

    workspace_id: int
    account: str
    origin: str
    step: str
    purpose: str
    people: Sequence[bytes]
    send_ids: Sequence[bytes]
    messages: bytes
    body_hash: bytes
    expires_at: datetime | None
    restraint: Restraint = FREE
    unit: str = ""


class StretchWish(msgspec.Struct, frozen=True, gc=False):
    """One message for many at neighbouring places of a broadcast's list, who were looked at when it was frozen.

    Attributes:
        broadcast: Key of the broadcast.
        first: The person at the first place.
        after: The last place before the stretch.
        through: The last place of it.
        people: How many they are.
        stood_through: Log offset up to which they were seen to be allowed.
        messages: JSON list of LINE message objects.
        body_hash: 16 bytes that name `messages`.
    """

    workspace_id: int
    account: str
    origin: str
    step: str
    purpose: str
    broadcast: str
    first: bytes
    after: int
    through: int
    people: int
    stood_through: int
    messages: bytes
    body_hash: bytes
    expires_at: datetime | None
    restraint: Restraint = FREE
    unit: str = ""


class Chunk(Leaving, frozen=True, gc=False):
    """A chunk that this worker holds.

    Attributes:
        to: The members' LINE user ids as a JSON list, in the order that every attempt has.
        members: How many there were when it was frozen.
        whole: Whether all of them are still in it.
        retry_key: The same at every attempt.
        stood_through: Log offset up to which every member was seen to be allowed.
    """

    many: ClassVar[bool] = True
    endpoint: ClassVar[str] = "multicast"

    chunk_id: bytes
    to: bytes
    members: int
    whole: bool
    retry_key: UUID
    stood_through: int

    @property
    def name(self) -> tuple[int, bytes]:
        """The chunk: (workspace_id, chunk_id)."""
        return self.workspace_id, self.chunk_id

    @property
    def leaves_from(self) -> tuple[int, str]:
        """Workspace and account."""
        return self.workspace_id, self.account

    @property
    def size(self) -> int:
        """Messages that LINE counts."""
        return self.members

    @property
    def earlier(self) -> int:
        """How many earlier attempts are in doubt."""
        return self.attempts

    @property
    def sample(self) -> Self:
        """What all of its messages share."""
        return self

    @property
    def units(self) -> tuple[Self]:
        """What is written down as one: the chunk itself."""
        return (self,)

    def body(self) -> bytes:
        """Return the request body: the same bytes at every attempt."""
        return request_body(self.to, self.messages, self.unit)


class ChunkHeld(msgspec.Struct, frozen=True, gc=False):
    """What the gate sees of a claimed chunk.

    Attributes:
        fence: The fence in force.
        account_live: Whether the account may send.
        halted: Whether somebody stopped what it comes from.
        stands: Whether every member may still have it.
    """

    fence: int
    account_live: bool
    halted: bool
    stands: bool


class ChunkSettled(msgspec.Struct, frozen=True, gc=False):
    """What became of an attempt for a chunk that goes on as one.

    Attributes:
        state: planned, unknown or accepted.
        called: Whether the attempt counts.
    """

    workspace_id: int
    chunk_id: bytes
    fence: int
    state: str
    called: bool
    due_at: datetime
    request_id: str = ""


class Written(msgspec.Struct, frozen=True, gc=False):
    """One member's send, written out after LINE took its chunk."""

    workspace_id: int
    send_id: bytes
    account: str
    origin: str
    step: str
    purpose: str
    namespace: str
    value: str
    settled_at: datetime
