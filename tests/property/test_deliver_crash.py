import asyncio
from collections import Counter
from itertools import product
from typing import Any
from uuid import UUID, uuid4

import pytest
from deliver_world import PERSONAL, PLAIN, Killed, World, drop
from hypothesis import given, settings
from hypothesis import strategies as st

from tieline.deliver import outcome
from tieline.model.send import SendState
from tieline.simulator.faults import FaultKind, FaultSwitch

BOUNDARIES = 34
BODIES = {"one body for all": PLAIN, "a body each": PERSONAL}
Schedule = dict[int, tuple[str, int]]


async def deliver(world: World, schedule: Schedule, faults: list[FaultSwitch], messages: Any = PLAIN) -> None:
    """Deliver everything; at the numbered boundaries the process dies ("kill") or a person withdraws."""
    await world.befriend()
    await world.plan(messages)
    world.line.faults.extend(faults)
    left = dict(schedule)

    def at_boundary(number: int, _name: str) -> None:
        what, person = left.pop(number, ("", 0))
        if what == "withdraw":
            world.withdraw(person % len(world.users))
        elif what == "kill":
            raise Killed

    world.at_boundary = at_boundary
    sender = world.sender()
    for _ in range(1 + sum(what == "kill" for what, _ in schedule.values())):
        try:
            await world.run(sender)
        except Killed:
            await drop(sender)
            sender = world.sender()
    await world.run(sender)
    await world.client.close()


def assert_promises(world: World) -> None:
    assert world.doubles() == 0
    assert world.late_calls() == []
    assert world.open() == []
    final = {SendState.ACCEPTED, SendState.SUPPRESSED, SendState.FAILED, SendState.EXPIRED}
    told = Counter(said.properties["send_id"] for said in world.heard.said)
    assert told == Counter(
        send_id.hex() for (_, send_id), row in world.store.rows.items() if row.state in final
    )
    for row in world.store.rows.values():
        if row.state is SendState.ACCEPTED:
            assert delivered(world, row.send.line_user) == 1
        if row.state is SendState.SUPPRESSED:
            assert delivered(world, row.send.line_user) == 0


def delivered(world: World, user: str) -> int:
    return len(world.line.friends[user].screen)


def _faults(kind: FaultKind, calls: int) -> list[FaultSwitch]:
    return [FaultSwitch(kind, next_calls=calls)]


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("kind", FaultKind)
def test_a_kill_at_any_boundary_under_any_fault_sends_nobody_two_messages(body: str, kind: FaultKind) -> None:
    for at in range(1, BOUNDARIES):
        world = World(3)
        asyncio.run(deliver(world, {at: ("kill", 0)}, _faults(kind, 2), BODIES[body]))
        assert_promises(world)


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("kind", FaultKind)
def test_a_withdrawal_at_any_boundary_stops_every_call_that_has_not_begun(body: str, kind: FaultKind) -> None:
    for at, person in product(range(1, BOUNDARIES), (0, 2)):
        world = World(3)
        asyncio.run(deliver(world, {at: ("withdraw", person)}, _faults(kind, 2), BODIES[body]))
        assert_promises(world)


_STEPS = st.dictionaries(
    st.integers(1, 60), st.tuples(st.sampled_from(["kill", "withdraw"]), st.integers(0, 5)), max_size=5
)
_FAULTS = st.lists(
    st.builds(FaultSwitch, st.sampled_from(FaultKind), probability=st.floats(0.05, 0.7)), max_size=3
)


@settings(max_examples=400, deadline=None)
@given(st.integers(1, 6), _STEPS, _FAULTS, st.sampled_from(sorted(BODIES)), st.integers(0, 1_000))
def test_any_mixture_of_kills_withdrawals_and_faults_keeps_every_promise(
    people: int, steps: Schedule, faults: list[FaultSwitch], body: str, seed: int
) -> None:
    world = World(people, seed)
    asyncio.run(deliver(world, steps, faults, BODIES[body]))
    assert_promises(world)


def test_a_fresh_key_per_attempt_would_send_twice() -> None:
    world = World(2)
    world.key_of = _fresh
    asyncio.run(deliver(world, {}, _faults(FaultKind.ACCEPT_THEN_HANG, 1), PERSONAL))
    assert world.doubles() > 0


def test_without_the_gate_a_withdrawn_person_would_be_called(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outcome, "at_gate", lambda *_: None)
    world = World(2)
    asyncio.run(deliver(world, {1: ("withdraw", 0)}, [], PERSONAL))
    assert world.late_calls()


def _fresh(_: UUID) -> UUID:
    return uuid4()
