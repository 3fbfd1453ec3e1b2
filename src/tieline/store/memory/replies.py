"""Auto-replies and answers in memory."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec.structs import replace

from tieline.model.identity import MEMBER, Placed
from tieline.model.reply import AutoReply, DueReply, RepliedTo, Reply, ReplyState
from tieline.model.send import TrackedLink
from tieline.store.memory.unit import Dictionaries

GIVEN_UP_AFTER = timedelta(minutes=5)


class ReplyRow(msgspec.Struct, frozen=True):
    """A reply with what became of it."""

    reply: Reply
    state: ReplyState
    reason: str = ""
    called_at: datetime | None = None


class MemoryAutoReplies(Dictionaries):
    """AnswerStore, and the definitions behind it.

    Args:
        placed: Return every node of a workspace with its place.
    """

    def __init__(self, placed: Callable[[int], Sequence[Placed]]) -> None:
        self._placed = placed
        self._state: dict[str, Any] = {"rules": {}}

    async def put(self, rule: AutoReply) -> None:
        """Create a rule or replace it."""
        self._state["rules"][rule.workspace_id, rule.key] = rule

    async def rules(self) -> list[AutoReply]:
        """Return the rules of all workspaces that are switched on."""
        rules: dict[tuple[int, str], AutoReply] = self._state["rules"]
        return [rule for _, rule in sorted(rules.items())]

    async def edition(self) -> str:
        """Return a text that is another one after any rule was saved or switched."""
        return repr(sorted(self._state["rules"].items()))

    async def bound(self, workspace_id: int, node_ids: Sequence[bytes]) -> set[bytes]:
        """Return those of `node_ids` whose person is known as a member."""
        profile_of = {one.node.node_id: one.profile_id for one in self._placed(workspace_id)}
        members = {one.profile_id for one in self._placed(workspace_id) if one.node.namespace == MEMBER}
        return {node_id for node_id in node_ids if profile_of.get(node_id) in members}


class MemoryReplies(Dictionaries):
    """ReplyStore."""

    def __init__(self) -> None:
        self._state: dict[str, Any] = {"replies": {}, "links": {}}

    @property
    def rows(self) -> dict[tuple[int, bytes], ReplyRow]:
        """Every reply by (workspace_id, reply_id)."""
        rows: dict[tuple[int, bytes], ReplyRow] = self._state["replies"]
        return rows

    async def plan(self, replies: Sequence[Reply], links: Sequence[TrackedLink]) -> None:
        """Keep replies with their links, each once."""
        for reply in replies:
            name = (reply.request.workspace_id, reply.request.reply_id)
            self.rows.setdefault(name, ReplyRow(reply, reply.state, reply.reason))
        self._state["links"].update({link.token: link for link in links})

    async def claim(self, now: datetime, most: int) -> list[DueReply]:
        """Hand out planned replies, oldest first, as called; what is too late becomes expired, what is lost unknown."""
        for name, row in self.rows.items():
            if row.state is ReplyState.PLANNED and row.reply.request.expires_at <= now:
                self.rows[name] = replace(row, state=ReplyState.EXPIRED, reason="expired")
            if row.state is ReplyState.CALLED and row.called_at and row.called_at <= now - GIVEN_UP_AFTER:
                self.rows[name] = replace(row, state=ReplyState.UNKNOWN, reason="abandoned")
        planned = [
            (row.reply.created_at, name) for name, row in self.rows.items() if row.state is ReplyState.PLANNED
        ]
        due = []
        for _, name in sorted(planned)[:most]:
            row = self.rows[name]
            self.rows[name] = replace(row, state=ReplyState.CALLED, called_at=now)
            asked = row.reply.request
            due.append(
                DueReply(
                    asked.workspace_id, asked.reply_id, asked.account, asked.origins, asked.namespace, asked.user,
                    row.reply.body, asked.tags, asked.token,
                )
            )  # fmt: skip
        return due

    async def settle(self, settled: Sequence[RepliedTo], at: datetime) -> None:
        """Write down what became of calls."""
        del at
        for one in settled:
            row = self.rows[one.workspace_id, one.reply_id]
            if row.state is ReplyState.CALLED:
                self.rows[one.workspace_id, one.reply_id] = replace(row, state=one.state, reason=one.reason)
