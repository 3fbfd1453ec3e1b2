"""Five thousand personalised messages: how long it takes is said, how far it is is seen, and a fall of the pace is told."""

from datetime import UTC, datetime, timedelta

from mass_desk import Desk

from tieline.simulator.faults import FaultKind, FaultSwitch

PEOPLE = 5_000
FIRST = 300
NAMED = [{"type": "text", "text": "{{ profile.given_name }} 您好"}]


async def send(desk: Desk, least: int) -> None:
    """Send until at least so many messages have come to an end, or calls come back without one."""
    async with desk.brand.sender(desk.url) as loop:
        for _ in range(200):
            await loop.step()
            if (await desk.states())["accepted"] >= least:
                return


async def minute_passes(desk: Desk) -> None:
    """Let all that has ended have ended in the minute before this one, however long the test took."""
    await desk.brand.rows(
        "update send set settled_at = now() - interval '90 s' where settled_at is not null returning 1"
    )


async def test_13_five_thousand_personalised_messages_say_when_they_are_done_and_when_they_slow_down(
    desk: Desk,
) -> None:
    await desk.brand.befriend(PEOPLE)
    await desk.start(messages=NAMED)
    await desk.plan()
    frozen = (await desk.brand.call("GET", "/api/broadcasts/sale"))["progress"]

    await send(desk, FIRST)
    going = (await desk.brand.call("GET", "/api/broadcasts/sale"))["progress"]
    said_at = datetime.now(UTC)
    desk.brand.line.faults.append(FaultSwitch(FaultKind.OUTAGE, probability=1.0))
    await send(desk, PEOPLE)
    await minute_passes(desk)
    slow = (await desk.brand.call("GET", "/api/broadcasts/sale"))["progress"]

    nothing = {"done": 0, "left": PEOPLE, "per_minute": 0, "done_at": None, "slow": False}
    assert frozen == {"recipients": PEOPLE, **nothing}
    assert going["done"] >= FIRST
    assert going["left"] == PEOPLE - going["done"]
    to_go = timedelta(minutes=going["left"] / going["per_minute"])
    assert abs(datetime.fromisoformat(going["done_at"]) - said_at - to_go) < timedelta(seconds=20)
    assert (going["slow"], slow["slow"]) == (False, True)
