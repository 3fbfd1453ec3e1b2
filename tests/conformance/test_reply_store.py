"""Answers: memory and PostgreSQL keep the same promises."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import NamedTuple

import pytest

from tieline.model.reply import RepliedTo, Reply, ReplyRequest, ReplyState
from tieline.store.memory.replies import MemoryReplies
from tieline.store.memory.unit import MemoryUnit
from tieline.store.postgres.replies import PostgresReplies
from tieline.store.postgres.unit import PostgresUnit
from tieline.testing.build import NOON, WORKSPACE, minutes, name


class Doors(NamedTuple):
    unit: MemoryUnit | PostgresUnit
    replies: MemoryReplies | PostgresReplies


@pytest.fixture(params=["memory", "postgres"])
async def doors(request: pytest.FixtureRequest) -> AsyncIterator[Doors]:
    if request.param == "memory":
        replies = MemoryReplies()
        yield Doors(MemoryUnit(replies), replies)
        return
    unit = await PostgresUnit.open(request.getfixturevalue("postgres_url"))
    yield Doors(unit, PostgresReplies(unit.connection))
    await unit.close()


def planned(key: str, minute: float = 0.0, state: ReplyState = ReplyState.PLANNED) -> Reply:
    at = minutes(minute)
    request = ReplyRequest(
        WORKSPACE, name(key), "main", ("hours", "any"), name("u1"), "line:900", "U1", (), ("asked",), f"token-{key}",
        at + timedelta(seconds=50),
    )  # fmt: skip
    return Reply(request, b'[{"type":"text","text":"hi"}]', state, "", at)


async def test_a_reply_is_handed_out_once_as_it_was_planned(doors: Doors) -> None:
    async with doors.unit.transaction():
        await doors.replies.plan([planned("b", 0.1), planned("a")], [])
        await doors.replies.plan([planned("a")], [])
    async with doors.unit.transaction():
        first = await doors.replies.claim(minutes(0.2), 10)
        second = await doors.replies.claim(minutes(0.2), 10)

    assert sorted(one.reply_id for one in first) == sorted([name("a"), name("b")])
    one = next(reply for reply in first if reply.reply_id == name("a"))
    assert (one.account, one.origins, one.namespace, one.user) == ("main", ("hours", "any"), "line:900", "U1")
    assert (one.body, one.tags, one.token) == (b'[{"type":"text","text":"hi"}]', ("asked",), "token-a")
    assert second == []


async def test_the_oldest_go_first(doors: Doors) -> None:
    async with doors.unit.transaction():
        await doors.replies.plan([planned("late", 0.2), planned("early", 0.1)], [])
        due = await doors.replies.claim(minutes(0.3), 1)

    assert [one.reply_id for one in due] == [name("early")]


async def test_a_reply_whose_token_is_too_old_is_not_handed_out(doors: Doors) -> None:
    async with doors.unit.transaction():
        await doors.replies.plan([planned("a")], [])

        assert await doors.replies.claim(minutes(1), 10) == []
        assert await doors.replies.claim(NOON, 10) == []


async def test_what_was_called_and_lost_is_never_handed_out_again(doors: Doors) -> None:
    async with doors.unit.transaction():
        await doors.replies.plan([planned("a")], [])
        await doors.replies.claim(NOON, 10)
    async with doors.unit.transaction():
        assert await doors.replies.claim(minutes(10), 10) == []
        await doors.replies.settle([RepliedTo(WORKSPACE, name("a"), ReplyState.ACCEPTED)], minutes(10))
        assert await doors.replies.claim(minutes(20), 10) == []


async def test_a_reply_that_could_not_be_filled_is_kept_and_not_handed_out(doors: Doors) -> None:
    async with doors.unit.transaction():
        await doors.replies.plan([planned("a", state=ReplyState.FAILED)], [])

        assert await doors.replies.claim(NOON, 10) == []
