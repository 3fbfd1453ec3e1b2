"""Who asks: a member of the console with a session, or a program with a secret key."""

from datetime import datetime

import msgspec

MEMBER = "member"
KEY = "key"


class Caller(msgspec.Struct, frozen=True, gc=False):
    """Who makes a request.

    Attributes:
        kind: `member` or `key`.
        caller_id: The number of the member or of the key; it stands in the audit log.
        name: What to call them: the member's address, the key's name.
        role: Of a member; "" for a key.
        permissions: What they may do, from the table.
        session: The hash that names the member's session; empty for a key.
    """

    workspace_id: int
    kind: str
    caller_id: int
    name: str
    role: str
    permissions: frozenset[str]
    session: bytes = b""


class Member(msgspec.Struct, frozen=True, gc=False):
    """Somebody who may log in to the console of one workspace."""

    workspace_id: int
    member_id: int
    email: str
    role: str
    password_hash: str


class Session(msgspec.Struct, frozen=True, gc=False):
    """A log-in that has not ended.

    Attributes:
        seen_at: When it was last used, exact to the minute.
    """

    member: Member
    started_at: datetime
    seen_at: datetime


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One line of the audit log. Nothing in it is personal: people are named by number.

    Attributes:
        actor: `member:3`, `key:2`, `nobody` for who is not logged in, `system`.
        action: The permission that was used, or a name such as `session.failed`.
        thing: What it was done to, as the path of the API names it.
        outcome: `done`, or `refused`.
        detail: More, where it helps; never personal.
    """

    at: datetime
    actor: str
    action: str
    thing: str
    outcome: str
    detail: str = ""
