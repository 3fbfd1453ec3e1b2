"""What is asked about people before they are answered."""

from collections.abc import Sequence

import pytest

from tieline.answer.stage import AnswerStage
from tieline.model.event import Event, Identified, Identifier, Source
from tieline.model.reply import AutoReply
from tieline.model.signal import Said
from tieline.store.memory.bind import MemoryBonds
from tieline.testing.build import NOON, WORKSPACE, name

FRIEND = name("friend")


class Rules:
    """One rule, and a note of who was asked about."""

    def __init__(self, *, bound: bool | None) -> None:
        self._bound = bound
        self.asked: list[bytes] = []

    async def rules(self) -> list[AutoReply]:
        asks = {} if self._bound is None else {"bound": self._bound}
        messages = [{"type": "text", "text": "hello"}]
        return [
            AutoReply(
                WORKSPACE, "all", {"key": "all", "on": {"kind": "message"}, "messages": messages, **asks}
            )
        ]

    async def edition(self) -> str:
        return "1"

    async def bound(self, workspace_id: int, node_ids: Sequence[bytes]) -> set[bytes]:
        self.asked += node_ids
        return set(node_ids) if workspace_id == WORKSPACE else set()


class Silence:
    """News of which there must be none."""

    async def said(self, events: Sequence[Said]) -> None:
        assert not events


def wrote() -> Identified:
    event = Event(
        WORKSPACE,
        Source(WORKSPACE, 1, "line-main", "line", account="main"),
        1,
        0,
        "line",
        "line_message_received",
        "m1",
        NOON,
        NOON,
        (Identifier("line:900", "U1"),),
        {},
        {},
        reply_token="t1",
        written="hi",
    )
    return Identified(event, FRIEND, FRIEND)


@pytest.mark.parametrize(("bound", "asked"), [(None, []), (True, [FRIEND]), (False, [FRIEND])])
async def test_who_is_bound_is_asked_only_where_a_rule_makes_a_difference_of_it(
    bound: bool | None, asked: list[bytes]
) -> None:
    rules = Rules(bound=bound)
    replies = await AnswerStage(rules, {}, MemoryBonds(lambda _: []), Silence(), {}).process([wrote()], NOON)
    assert rules.asked == asked
    assert len(replies) == (bound is not False)
