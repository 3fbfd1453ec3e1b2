"""An answer to what somebody just wrote or tapped: free at LINE, good for about a minute, tried once."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec


class ReplyState(StrEnum):
    """Where a reply stands.

    CALLED means that a call may have been made. LINE takes no retry key for replies, so such a reply is never tried
    again: when nobody comes back to settle it, it is UNKNOWN for good.
    """

    PLANNED = "planned"
    CALLED = "called"
    ACCEPTED = "accepted"
    FAILED = "failed"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


class AutoReply(msgspec.Struct, frozen=True):
    """A rule of a brand as it is stored. `definition` is JSON that `answer.parse` reads."""

    workspace_id: int
    key: str
    definition: Mapping[str, Any]


class ReplyRequest(msgspec.Struct, frozen=True, gc=False):
    """What is to be answered to one event.

    Attributes:
        reply_id: 16 bytes that name the event, so that it is answered once.
        origins: Keys of the rules that answer, in the order of their messages.
        person: Node of whoever is answered.
        user: LINE user id of whoever is answered.
        messages: LINE message templates of all rules together.
        tags: Tags to put on once the answer was accepted.
        token: LINE's reply token. Not for keeping.
        expires_at: When LINE may have forgotten the token.
    """

    workspace_id: int
    reply_id: bytes
    account: str
    origins: tuple[str, ...]
    person: bytes
    namespace: str
    user: str
    messages: tuple[Mapping[str, Any], ...]
    tags: tuple[str, ...]
    token: str
    expires_at: datetime


class Reply(msgspec.Struct, frozen=True, gc=False):
    """A reply as it is planned. `body`: JSON list of messages, empty if they could not be filled."""

    request: ReplyRequest
    body: bytes
    state: ReplyState
    reason: str
    created_at: datetime


class DueReply(msgspec.Struct, frozen=True, gc=False):
    """A reply that this worker alone may call, once."""

    workspace_id: int
    reply_id: bytes
    account: str
    origins: tuple[str, ...]
    namespace: str
    user: str
    body: bytes
    tags: tuple[str, ...]
    token: str


class RepliedTo(msgspec.Struct, frozen=True, gc=False):
    """What became of a reply."""

    workspace_id: int
    reply_id: bytes
    state: ReplyState
    reason: str = ""
