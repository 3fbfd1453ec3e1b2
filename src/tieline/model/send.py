"""One message to one person on its way to LINE: how it is kept, called and answered."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

import msgspec

from tieline.model.cost import Reserved
from tieline.model.limits import FREE, Restraint


class SendState(StrEnum):
    """Where a send stands. A claim is a lease with a fence, not a state of its own.

    PREPARED means that a call may have been made; UNKNOWN that one was made and nobody knows what became of it.
    GROUPED sends go the way of their chunk until it has come to an end.
    PARKED sends are neither repeated nor forgotten: a person or a rule decides.
    """

    PLANNED = "planned"
    GROUPED = "grouped"
    PREPARED = "prepared"
    UNKNOWN = "unknown"
    ACCEPTED = "accepted"
    SUPPRESSED = "suppressed"
    FAILED = "failed"
    EXPIRED = "expired"
    PARKED = "parked"


OPEN = frozenset({SendState.PLANNED, SendState.GROUPED, SendState.PREPARED, SendState.UNKNOWN})


class Send(msgspec.Struct, frozen=True, gc=False):
    """A send as it is planned, body frozen.

    Attributes:
        person: Node that stands for the person.
        line_user: LINE user id, "" if the person has none.
        messages: JSON list of LINE message objects, or None when it was refused before it was rendered.
        body_hash: 16 bytes that name `messages`; equal bodies may travel together.
        due_at: When it is due; earlier ones go first.
        restraint: What holds it back until it has left.
        unit: Name under which LINE counts what comes of it, or "".
    """

    workspace_id: int
    send_id: bytes
    account: str
    origin: str
    step: str
    person: bytes
    line_user: str
    purpose: str
    messages: bytes | None
    body_hash: bytes | None
    state: SendState
    reason: str
    due_at: datetime
    expires_at: datetime | None
    created_at: datetime
    restraint: Restraint = FREE
    unit: str = ""


class Recent(msgspec.Struct, frozen=True, gc=False):
    """A marketing message that a person may have had, or may still get.

    Attributes:
        profile_id: The person, as of now.
        settled_at: When it was accepted; None while it is open.
        free: Whether it is certain that no call was made for it.
    """

    send_id: bytes
    profile_id: bytes
    priority: int
    settled_at: datetime | None
    free: bool


class TrackedLink(msgspec.Struct, frozen=True, gc=False):
    """A link of one send that is counted when it is opened."""

    token: str
    workspace_id: int
    send_id: bytes
    url: str


class Leaving(msgspec.Struct, frozen=True, gc=False):
    """What a worker knows of a message that it holds until its lease ends, be it one person's or the same for many.

    Attributes:
        messages: JSON list of LINE message objects.
        attempts: Calls that may have been made before this claim; above 0 the outcome of one is in doubt.
        fence: Grows with every claim; a settlement under an older fence is refused.
        reserved: What budgets count for it already; None if it has to be counted before a call.
    """

    workspace_id: int
    account: str
    origin: str
    step: str
    purpose: str
    messages: bytes
    first_attempt_at: datetime | None
    attempts: int
    fence: int
    expires_at: datetime | None
    restraint: Restraint
    unit: str
    reserved: Reserved | None


class Claimed(Leaving, frozen=True, gc=False):
    """A send that this worker holds.

    Attributes:
        namespace: Namespace of the person's node, "" if it was erased.
        value: Value of the person's node.
        chunk_id: The frozen group it travels with, or None.
    """

    many: ClassVar[bool] = False
    size: ClassVar[int] = 1

    send_id: bytes
    person: bytes
    namespace: str
    value: str
    line_user: str
    body_hash: bytes
    chunk_id: bytes | None

    @property
    def name(self) -> tuple[int, bytes]:
        """The send: (workspace_id, send_id)."""
        return self.workspace_id, self.send_id


class Prepared(msgspec.Struct, frozen=True, gc=False):
    """What is committed before the first byte of a call: under which key, in which group."""

    workspace_id: int
    send_id: bytes
    fence: int
    retry_key: UUID
    chunk_id: bytes | None


class Settled(msgspec.Struct, frozen=True, gc=False):
    """What became of one attempt.

    Attributes:
        called: Whether the attempt counts; False takes it back as if it had never begun.
        chunk_id: The group it belongs to from now on.
        due_at: When an open send is due again.
        billed: Messages that LINE counts against the quota.
    """

    workspace_id: int
    send_id: bytes
    fence: int
    state: SendState
    called: bool
    chunk_id: bytes | None
    due_at: datetime
    reason: str = ""
    request_id: str = ""
    billed: int = 0


class Standing(msgspec.Struct, frozen=True, gc=False):
    """Whether and where a person may be written to, as it stands now.

    Attributes:
        namespace: Namespace of the node that was asked for.
        value: Its value.
        on_line: Whether any LINE user is known for this person.
        friends: LINE user ids by account key, of those who are friends of it now; the newest friendship first.
        consents: "purpose:channel" for each consent that is granted now.
    """

    namespace: str
    value: str
    on_line: bool
    friends: Mapping[str, tuple[str, ...]]
    consents: frozenset[str]


class Held(msgspec.Struct, frozen=True, gc=False):
    """What the gate sees of a claimed send.

    Attributes:
        fence: The fence in force.
        account_live: Whether the account may send.
        standing: The person's standing.
        halted: Whether somebody stopped what this send comes from.
        had: Marketing messages the person has had in the days of the send's cap.
    """

    fence: int
    account_live: bool
    standing: Standing | None
    halted: bool = False
    had: int = 0


class Answer(msgspec.Struct, frozen=True, gc=False):
    """How one call to LINE ended.

    Attributes:
        status: HTTP status, or 0 if there was none.
        body: Body as received.
        request_id: LINE's name for this request, or "".
        accepted_id: LINE's name for the earlier request that was accepted under the same key, or "".
        started: False only if it is certain that the request never left.
        problem: What broke, when there is no status: a stable word.
    """

    status: int
    body: bytes = b""
    request_id: str = ""
    accepted_id: str = ""
    started: bool = True
    problem: str = ""
