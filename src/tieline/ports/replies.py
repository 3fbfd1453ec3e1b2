"""Auto-replies and the answers they give."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from tieline.model.reply import AutoReply, DueReply, RepliedTo, Reply
from tieline.model.send import Answer, TrackedLink


class AnswerStore(Protocol):
    """The rules, and what they ask about people."""

    async def rules(self) -> list[AutoReply]:
        """Return the rules of all workspaces that are switched on."""
        ...

    async def edition(self) -> str:
        """Return a text that is another one after any rule was saved or switched."""
        ...

    async def bound(self, workspace_id: int, node_ids: Sequence[bytes]) -> set[bytes]:
        """Return those of `node_ids` whose person is known as a member."""
        ...


class ReplyStore(Protocol):
    """Answers from plan to settlement. What was called is never called again."""

    async def plan(self, replies: Sequence[Reply], links: Sequence[TrackedLink]) -> None:
        """Keep replies with their links, each once."""
        ...

    async def claim(self, now: datetime, most: int) -> list[DueReply]:
        """Hand out planned replies, oldest first, as called; what is too late becomes expired.

        What was handed out and never settled becomes unknown after a while: whoever held it is gone.
        """
        ...

    async def settle(self, settled: Sequence[RepliedTo], at: datetime) -> None:
        """Write down what became of calls, and forget their tokens."""
        ...


class ReplyApi(Protocol):
    """The part of the LINE platform that takes replies."""

    async def reply(self, workspace_id: int, account: str, body: bytes) -> Answer:
        """Answer an event; must never be repeated after doubt."""
        ...
