"""A send whose lease ran out can be called again, and both calls can land in one round."""

from datetime import timedelta

from deliver_world import World

from tieline.deliver.groups import group
from tieline.deliver.outcome import for_all
from tieline.deliver.protocol import Verdict
from tieline.model.event import MESSAGE_SENT
from tieline.model.send import SendState


async def test_only_the_younger_of_two_landings_is_told() -> None:
    world = World(1)
    await world.befriend()
    await world.plan()
    calls = []
    for _ in range(2):
        async with world.unit.transaction():
            now = world.clock.now()
            made = group(await world.store.claim(now, 10, []))
            await world.store.prepare([one for call in made for one in call.prepared()], now, now)
        calls += made
        world.clock.advance(timedelta(seconds=1))
    older, younger = calls
    assert older.sample.fence < younger.sample.fence

    late = for_all(older, Verdict(SendState.FAILED, "http_400"))
    done = for_all(younger, Verdict(SendState.ACCEPTED))
    await world.sender()._settle([late, done], world.clock.now())

    assert world.states() == {SendState.ACCEPTED: 1}
    assert [said.name for said in world.heard.said] == [MESSAGE_SENT]
