"""A withdrawal that was answered stops a call although the stream has not come to it."""

from datetime import timedelta
from typing import Any

import pytest
from deliver_world import START, WORKSPACE, World, drop

from tieline.model.event import LogKind, NewLogRow
from tieline.model.send import SendState


async def answered(world: World, workspace_id: int = WORKSPACE) -> int:
    """Store the block of the first person, as the webhook's answer promises."""
    body = b'{"events":[{"type":"unfollow","source":{"userId":"%b"}}]}' % world.users[0].encode()
    return await world.log.append([NewLogRow(workspace_id, 1, LogKind.LINE_WEBHOOK, 1, START, body)])


async def step(world: World, sender: Any, seconds: float) -> None:
    for _ in range(20):
        await sender.step(world.clock.now())
        await sender.land(0.01)
        world.clock.advance(timedelta(seconds=seconds / 20))


@pytest.mark.parametrize("seconds", [0.5, 300.0])
async def test_a_block_that_waits_to_be_absorbed_holds_marketing_and_then_stops_it(seconds: float) -> None:
    world = World(3)
    await world.befriend()
    await world.plan()
    sender = world.sender()
    offset = await answered(world)

    await step(world, sender, seconds)
    assert world.started == []
    assert world.states().keys() <= {SendState.PLANNED, SendState.PREPARED}

    world.withdraw(0)
    await world.log.save_position("stream", offset, world.clock.now())
    await world.run(sender)
    assert world.states() == {SendState.SUPPRESSED: 1, SendState.ACCEPTED: 2}
    assert world.late_calls() == []


async def test_a_withdrawal_stored_between_the_claim_and_the_gate_is_heard() -> None:
    world = World(2)
    await world.befriend()
    await world.plan()
    sender = world.sender()
    arrived: list[int] = []

    def at_boundary(_number: int, name: str) -> None:
        if name == "prepare done":
            row = NewLogRow(WORKSPACE, 1, LogKind.LINE_WEBHOOK, 1, START, b'{"type":"unfollow"}')
            world.log._state["rows"].append(row)
            arrived.append(len(world.log._state["rows"]))

    world.at_boundary = at_boundary
    await step(world, sender, 0.5)

    assert arrived
    assert world.started == []
    await drop(sender)


async def test_what_a_person_asked_for_does_not_wait_for_a_withdrawal() -> None:
    world = World(1)
    await world.befriend()
    await world.plan(purpose="transactional")
    await answered(world)

    await world.run(world.sender())
    assert world.states() == {SendState.ACCEPTED: 1}


async def test_a_withdrawal_in_one_workspace_holds_nobody_in_another() -> None:
    world = World(1)
    await world.befriend()
    await world.plan()
    await answered(world, workspace_id=WORKSPACE + 1)

    await world.run(world.sender())
    assert world.states() == {SendState.ACCEPTED: 1}
