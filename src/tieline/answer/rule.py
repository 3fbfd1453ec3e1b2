"""What a brand answers to what."""

from collections.abc import Mapping
from datetime import time
from typing import Any, Literal, NamedTuple

import msgspec

Match = Literal["exact", "contains", "starts", "words"]
MATCHES: tuple[Match, ...] = ("exact", "contains", "starts", "words")
ACTS = ("unbind",)
RANK = 100
"""Where a rule stands that says nothing of it; the lowest is asked first."""


class Keyword(msgspec.Struct, frozen=True):
    """What a message must say.

    Attributes:
        match: The whole message, part of it, its beginning, or all of these words in any order.
        text: Already in the spelling in which messages are compared.
    """

    match: Match
    text: str


class Hours(msgspec.Struct, frozen=True):
    """When a rule answers, by the clock of the workspace.

    Attributes:
        days: Days of the week, Monday is 0.
        begin: From then on.
        end: Until just before; at or before `begin` it lies in the next day.
        outside: Answer outside of these hours instead.
    """

    days: frozenset[int]
    begin: time
    end: time
    outside: bool = False


class OnMessage(msgspec.Struct, frozen=True):
    """Somebody wrote. Without keywords any message will do: the fallback."""

    keywords: tuple[Keyword, ...] = ()


class OnPostback(msgspec.Struct, frozen=True):
    """Somebody tapped a button that carries exactly this data."""

    data: str


class OnJoin(msgspec.Struct, frozen=True):
    """Somebody came by a join source. `newcomer`: only who became a friend by it, or only who was one before."""

    source: str
    newcomer: bool | None = None


class OnFollow(msgspec.Struct, frozen=True):
    """Somebody became a friend. `returning`: only those who come back after blocking, or only who is new; None: both."""

    returning: bool | None = None


class Rule(msgspec.Struct, frozen=True):
    """One auto-reply.

    Attributes:
        account: Key of the LINE account, "" for every one.
        rank: The lowest answers; of equal ranks one with keywords goes before one without.
        goes_on: Rules after this one may answer too.
        bound: Only for people whose LINE account is bound to a member, or only for others; None: for all.
        act: "unbind" asks, after the messages, whether to cut friend and member apart; "" only answers.
    """

    key: str
    on: OnMessage | OnPostback | OnFollow | OnJoin
    messages: tuple[Mapping[str, Any], ...]
    name: str = ""
    account: str = ""
    rank: int = RANK
    goes_on: bool = False
    bound: bool | None = None
    hours: Hours | None = None
    tags: tuple[str, ...] = ()
    act: str = ""

    @property
    def bubbles(self) -> int:
        """How many messages it answers with."""
        return len(self.messages) + bool(self.act)

    @property
    def order(self) -> tuple[int, bool, str]:
        """Where it stands among others."""
        return self.rank, self.on == OnMessage(), self.key


class Heard(NamedTuple):
    """What somebody did, and what must be known to answer it.

    Attributes:
        name: "line_message_received", "line_postback_received" or "line_followed".
        text: What was written, "" for anything that is no text.
        data: What the button carried.
        bound: Whether the LINE account is bound to a member.
        joined: Key of the join source that the message names, or "".
        newcomer: Whether they became a friend by it.
    """

    account: str
    name: str
    text: str
    data: str
    returning: bool
    bound: bool
    joined: str = ""
    newcomer: bool = False
