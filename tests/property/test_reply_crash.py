"""A reply is tried at most once, whatever breaks and wherever the process dies."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tieline.clock import FakeClock
from tieline.deliver.reply import Replier
from tieline.model.event import MESSAGE_SENT
from tieline.model.reply import Reply, ReplyRequest, ReplyState
from tieline.model.send import Answer
from tieline.model.signal import Said
from tieline.store.memory.replies import MemoryReplies
from tieline.store.memory.unit import Dictionaries, MemoryUnit
from tieline.testing.build import NOON, WORKSPACE, name

ANSWERS = {
    "accepted": Answer(200, b'{"sentMessages":[]}'),
    "refused": Answer(400, b'{"message":"Invalid reply token"}'),
    "broken": Answer(500, b"{}"),
    "silent": Answer(0, problem="timeout"),
    "not started": Answer(0, started=False, problem="no_route"),
    "too fast": Answer(429, b'{"message":"The API rate limit has been exceeded."}'),
}


class Killed(BaseException):
    """The process is gone."""


class Told(Dictionaries):
    def __init__(self) -> None:
        self._state: dict[str, Any] = {"said": []}

    @property
    def heard(self) -> list[Said]:
        heard: list[Said] = self._state["said"]
        return heard

    async def said(self, events: Sequence[Said]) -> None:
        self._state["said"].extend(events)


class Dying:
    """A transaction that dies before its n-th commit or right after it."""

    def __init__(self, unit: MemoryUnit, dies_at: int) -> None:
        self._unit, self._left = unit, dies_at

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        async with self._unit.transaction():
            yield
            self._pass()
        self._pass()

    def _pass(self) -> None:
        self._left -= 1
        if self._left == 0:
            raise Killed


class Line:
    def __init__(self, answers: Sequence[str]) -> None:
        self._answers = iter(answers)
        self.called: list[str] = []

    async def reply(self, workspace_id: int, account: str, body: bytes) -> Answer:
        assert (workspace_id, account) == (WORKSPACE, "main")
        self.called.append(msgspec.json.decode(body)["replyToken"])
        await asyncio.sleep(0)
        return ANSWERS[next(self._answers)]


def planned(number: int) -> Reply:
    request = ReplyRequest(
        WORKSPACE, name(str(number)), "main", ("any",), name("u"), "line:900", "U1", (), ("asked",), str(number),
        NOON + timedelta(seconds=50),
    )  # fmt: skip
    return Reply(request, b"[]", ReplyState.PLANNED, "", NOON + timedelta(milliseconds=number))


async def live(
    line: Line, replies: MemoryReplies, told: Told, clock: FakeClock, deaths: Sequence[int]
) -> None:
    for dies_at in [*deaths, 0]:
        replier = Replier(Dying(MemoryUnit(replies, told), dies_at), replies, line, told)
        try:
            for _ in range(6):
                await replier.step(clock.now())
                await replier.land(0.01)
        except Killed:
            clock.advance(timedelta(seconds=1))
    clock.advance(timedelta(minutes=10))
    await Replier(MemoryUnit(replies, told), replies, line, told).step(clock.now())


@given(
    st.lists(st.sampled_from(sorted(ANSWERS)), min_size=1, max_size=5),
    st.lists(st.integers(1, 6), max_size=4),
)
def test_no_reply_is_called_twice_and_each_has_an_end(answers: list[str], deaths: list[int]) -> None:
    replies, told, line = MemoryReplies(), Told(), Line(answers)

    async def run() -> None:
        await replies.plan([planned(number) for number in range(len(answers))], [])
        await live(line, replies, told, FakeClock(NOON), deaths)

    asyncio.run(run())

    assert len(line.called) == len(set(line.called))
    ends = {row.state for row in replies.rows.values()}
    assert ends <= {ReplyState.ACCEPTED, ReplyState.FAILED, ReplyState.UNKNOWN, ReplyState.EXPIRED}
    accepted = [row for row in replies.rows.values() if row.state is ReplyState.ACCEPTED]
    assert len([said for said in told.heard if said.name == MESSAGE_SENT]) == len(accepted)
    if not deaths:
        assert len(accepted) == answers.count("accepted")


def test_after_doubt_the_outcome_stays_unknown() -> None:
    replies, told, line = MemoryReplies(), Told(), Line(["silent", "broken", "refused"])

    async def run() -> None:
        await replies.plan([planned(number) for number in range(3)], [])
        await live(line, replies, told, FakeClock(NOON), [])

    asyncio.run(run())

    states = {number: replies.rows[WORKSPACE, name(str(number))].state for number in range(3)}
    assert states == {0: ReplyState.UNKNOWN, 1: ReplyState.UNKNOWN, 2: ReplyState.FAILED}
    assert told.heard == []
