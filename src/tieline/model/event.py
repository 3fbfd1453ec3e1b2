"""What happened, to whom, as the stages hand it on."""

from collections.abc import Mapping
from datetime import datetime
from enum import IntEnum
from typing import Any

import msgspec

# Events that Tieline itself understands; every other name is the brand's own.
CONSENT_UPDATED = "consent_updated"
TAG_ADDED = "tag_added"
TAG_REMOVED = "tag_removed"
TRAITS_SET = "traits_set"
LINE_FOLLOWED = "line_followed"
LINE_UNFOLLOWED = "line_unfollowed"
LINE_FRIEND_KNOWN = "line_friend_known"
LINE_ACCOUNT_LINKED = "line_account_linked"
LINE_ACCOUNT_UNLINKED = "line_account_unlinked"
LINE_MESSAGE_RECEIVED = "line_message_received"
LINE_POSTBACK_RECEIVED = "line_postback_received"
MESSAGE_SENT = "message_sent"
MESSAGE_SUPPRESSED = "message_suppressed"
MESSAGE_FAILED = "message_failed"
MESSAGE_LINK_CLICKED = "message_link_clicked"
COUPON_ISSUED = "coupon_issued"
COUPON_REDEEMED = "coupon_redeemed"
EXPERIMENT_ASSIGNED = "experiment_assigned"
JOURNEY_START_ASKED = "journey_start_asked"
JOURNEY_LEAVE_ASKED = "journey_leave_asked"
JOIN_SOURCE_CREDITED = "join_source_credited"
IDENTITY_DECIDED = "identity_decided"
IMPORT_UNDONE = "import_undone"
PROFILE_REFOLDED = "profile_refolded"
PERSON_ERASED = "person_erased"
RULES_CHANGED = "identity_rules_changed"
SOURCE_RETRACTED = "source_retracted"
RESERVED = frozenset(
    {
        LINE_FOLLOWED, LINE_UNFOLLOWED, LINE_FRIEND_KNOWN, LINE_ACCOUNT_LINKED, LINE_ACCOUNT_UNLINKED,
        LINE_MESSAGE_RECEIVED, LINE_POSTBACK_RECEIVED, MESSAGE_SENT, MESSAGE_SUPPRESSED, MESSAGE_FAILED,
        MESSAGE_LINK_CLICKED, COUPON_ISSUED, EXPERIMENT_ASSIGNED, JOURNEY_START_ASKED, JOURNEY_LEAVE_ASKED,
        JOIN_SOURCE_CREDITED, IDENTITY_DECIDED, IMPORT_UNDONE, PROFILE_REFOLDED, PERSON_ERASED, RULES_CHANGED,
        SOURCE_RETRACTED,
    }
)  # fmt: skip
"""What LINE or Tieline itself says. With the key of a browser, which anybody can read, nobody says it for them."""


class Proof(IntEnum):
    """How well a source proves that identifiers belong together."""

    TYPED = 1
    STATED = 2
    VERIFIED = 3


class LogKind(IntEnum):
    """What the body of a log row is."""

    BATCH = 1
    TRACK = 2
    IDENTIFY = 3
    PAGE = 4
    SCREEN = 5
    GROUP = 6
    ALIAS = 7
    LINE_WEBHOOK = 20
    IMPORT = 30
    OWN = 40


class Source(msgspec.Struct, frozen=True, gc=False):
    """Where events come from, and what that place may say.

    Attributes:
        kind: web, server, pos, crm, line, import or tieline.
        account: Key of the LINE account, for sources of kind line.
        provider: LINE provider id, for sources of kind line.
        user_id_namespace: Namespace of `userId` in calls of Segment's API.
    """

    workspace_id: int
    source_id: int
    key: str
    kind: str
    name: str = ""
    account: str = ""
    provider: str = ""
    user_id_namespace: str = "member_id"
    consent_required: bool = False

    @property
    def proof(self) -> Proof:
        """A browser may state, a clerk may type, a server and LINE know."""
        if self.kind == "web":
            return Proof.STATED
        return Proof.TYPED if self.kind == "pos" else Proof.VERIFIED

    @property
    def may_grant_consent(self) -> bool:
        """A browser's write key is public: it can withdraw but never grant."""
        return self.kind != "web"


def import_source(import_id: str) -> str:
    """Return the key under which everything that one import says is filed."""
    return f"import:{import_id}"


# What a request says that may take back a permission: LINE's and our own names for it, as they stand in the body.
WITHDRAWING = (
    b"unfollow",
    b"withdrawn",
    IMPORT_UNDONE.encode(),
    IDENTITY_DECIDED.encode(),
    PERSON_ERASED.encode(),
    SOURCE_RETRACTED.encode(),
)


class LogRow(msgspec.Struct, frozen=True, gc=False):
    """One request as it came: raw bytes, and the offset under which they are stored for ever."""

    log_offset: int
    workspace_id: int
    source_id: int
    kind: LogKind
    items: int
    received_at: datetime
    body: bytes


class NewLogRow(msgspec.Struct, frozen=True, gc=False):
    """A log row before it has an offset."""

    workspace_id: int
    source_id: int
    kind: LogKind
    items: int
    received_at: datetime
    body: bytes


class Identifier(msgspec.Struct, frozen=True, gc=False):
    """A name that a source uses for a person, as it was sent."""

    namespace: str
    value: str


class Event(msgspec.Struct, frozen=True, gc=False):
    """One thing that happened.

    Attributes:
        item: Position within its log row.
        type: track, identify, page, screen, group, alias or line.
        name: Name of a track event; the type itself for the others.
        at: When it happened, corrected for the sender's clock.
        traits: What the event says about the person, as opposed to about itself.
        reply_token: LINE's right to answer this event once, within a minute; "" if there is none. Not for keeping.
        written: What somebody wrote to a LINE account, for whoever answers it. Not for keeping.
    """

    workspace_id: int
    source: Source
    log_offset: int
    item: int
    type: str
    name: str
    message_id: str
    at: datetime
    received_at: datetime
    identifiers: tuple[Identifier, ...]
    properties: Mapping[str, Any]
    traits: Mapping[str, Any]
    reply_token: str = ""
    written: str = ""


class Identified(msgspec.Struct, frozen=True, gc=False):
    """An event with the node it belongs to and the profile that node has now."""

    event: Event
    node_id: bytes
    profile_id: bytes


class Parked(msgspec.Struct, frozen=True, gc=False):
    """Something that could not be processed: kept with its reason, never dropped.

    Attributes:
        reason: Stable name, in snake case.
        detail: One sentence without personal data.
    """

    workspace_id: int
    log_offset: int
    item: int
    stage: str
    reason: str
    detail: str
