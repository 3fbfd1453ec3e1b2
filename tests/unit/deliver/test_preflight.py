import asyncio
from datetime import timedelta

from deliver_world import PERSONAL, START, World

from tieline.deliver.preflight import QUESTIONS_MAX, Preflight
from tieline.deliver.sender import LEASE, Sender
from tieline.model.send import Answer, SendState
from tieline.ports.refusals import Refusal

BRAND = (1, "brand")


class Slow:
    """A validator that says nothing of "slow" messages until it is told to."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.may_answer = asyncio.Event()
        self.asked = 0

    async def validate(self, _workspace_id: int, _account: str, _kind: str, body: bytes) -> Answer:
        self.asked += 1
        if b"slow" in body:
            await self.may_answer.wait()
        return Answer(self.status, b'{"message":"no","details":[]}')


class Kept:
    def __init__(self) -> None:
        self.refusals: list[Refusal] = []

    async def refused(self, refusal: Refusal, _at: object) -> None:
        self.refusals.append(refusal)


async def world_with(line: Slow, kept: Kept | None = None) -> tuple[World, Sender]:
    world = World(3)
    await world.befriend()
    slow = world.request(0, [{"type": "text", "text": "slow {{ profile.name }}"}], origin="broadcast:slow")
    fast = [world.request(number, PERSONAL, origin="broadcast:fast") for number in (1, 2)]
    await world.plan_these([slow, *fast])
    sender = world.sender()
    sender.outlet.preflight = Preflight(line, kept or Kept())
    return world, sender


async def test_what_line_is_slow_to_judge_holds_nothing_else_up() -> None:
    line = Slow()
    world, sender = await world_with(line)
    for _ in range(6):
        await sender.step(world.clock.now())
        await sender.land(0.05)
    assert world.states() == {SendState.PREPARED: 1, SendState.ACCEPTED: 2}

    line.may_answer.set()
    await world.run(sender)

    assert world.states() == {SendState.ACCEPTED: 3}
    assert line.asked == 2


async def test_what_line_never_judges_is_given_back_before_its_lease_ends() -> None:
    line = Slow()
    world, sender = await world_with(line)
    for _ in range(6):
        await sender.step(world.clock.now())
        await sender.land(0.05)
    world.clock.advance(LEASE / 2 + timedelta(seconds=1))
    await sender.step(world.clock.now())
    assert world.states() == {SendState.PLANNED: 1, SendState.ACCEPTED: 2}
    await sender.close(world.clock.now())


async def test_a_refusal_is_kept_and_nobody_gets_the_message() -> None:
    line, kept = Slow(400), Kept()
    line.may_answer.set()
    world, sender = await world_with(line, kept)
    await world.run(sender)
    assert world.states() == {SendState.PARKED: 3}
    assert {one.origin for one in kept.refusals} == {"broadcast:slow", "broadcast:fast"}
    assert world.started == []


async def test_no_more_questions_are_open_than_a_few() -> None:
    line = Slow()
    preflight = Preflight(line, Kept())
    for number in range(QUESTIONS_MAX + 3):
        body = b'[{"type":"text","text":"slow"}]'
        assert preflight.refuses(BRAND, f"broadcast:{number}", "", "push", body, START) is None
    await asyncio.sleep(0)
    assert line.asked == QUESTIONS_MAX
    await preflight.close()
