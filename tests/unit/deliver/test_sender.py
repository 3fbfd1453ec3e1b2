"""The faults a sender must survive, one by one; the mixtures are in the property tests."""

from collections.abc import AsyncIterator
from datetime import timedelta

import msgspec
import pytest
from deliver_world import ACCOUNT, PERSONAL, PLAIN, START, WORKSPACE, World

from tieline.deliver.sender import LEASE
from tieline.model.send import SendState
from tieline.simulator.faults import FaultKind, FaultSwitch


@pytest.fixture
async def world() -> AsyncIterator[World]:
    made = World(4)
    await made.befriend()
    yield made
    await made.client.close()


def fault(world: World, kind: FaultKind, calls: int = 1) -> None:
    world.line.faults.append(FaultSwitch(kind, next_calls=calls))


def summary(world: World) -> set[tuple[SendState, str]]:
    return {(row.state, row.reason) for row in world.store.rows.values()}


def calls(world: World, endpoint: str) -> int:
    return int(world.line.ledger.calls[endpoint])


def delivered(world: World) -> int:
    return int(world.line.ledger.delivered)


async def test_one_body_for_all_is_one_call_and_a_body_each_is_a_call_each(world: World) -> None:
    await world.plan(PLAIN)
    await world.run(world.sender())
    assert (calls(world, "multicast"), calls(world, "push"), delivered(world)) == (1, 0, 4)


async def test_everyone_accepted_is_told_once_with_its_origin(world: World) -> None:
    await world.plan(PERSONAL, origin="journey:cart", step="remind")
    await world.run(world.sender())
    assert {said.name for said in world.heard.said} == {"message_sent"}
    assert {said.value for said in world.heard.said} == set(world.users)
    assert {(said.properties["origin"], said.properties["step"]) for said in world.heard.said} == {
        ("journey:cart", "remind")
    }
    assert all(row.request_id and row.billed == 1 for row in world.store.rows.values())


@pytest.mark.parametrize(
    "kind",
    [
        FaultKind.ACCEPT_THEN_HANG,
        FaultKind.ACCEPT_THEN_RESET,
        FaultKind.ERROR_AFTER_ACCEPT,
        FaultKind.GARBAGE_BODY,
    ],
)
async def test_an_accepted_call_without_a_good_answer_is_asked_again_and_counts_once(
    world: World, kind: FaultKind
) -> None:
    await world.plan(PERSONAL)
    fault(world, kind, 4)
    await world.run(world.sender())
    assert summary(world) == {(SendState.ACCEPTED, "")}
    assert (calls(world, "push"), delivered(world), world.doubles()) == (8, 4, 0)


async def test_a_conflict_without_an_accepted_id_fails(world: World) -> None:
    await world.plan(PERSONAL)
    fault(world, FaultKind.CONFLICT_WITHOUT_ID, 4)
    await world.run(world.sender())
    assert summary(world) == {(SendState.FAILED, "http_409")}
    assert {said.name for said in world.heard.said} == {"message_failed"}


async def test_a_rate_limit_waits_and_nothing_is_lost(world: World) -> None:
    await world.plan(PERSONAL)
    fault(world, FaultKind.RATE_LIMIT, 9)
    await world.run(world.sender())
    assert summary(world) == {(SendState.ACCEPTED, "")}
    assert delivered(world) == 4


async def test_a_revoked_token_lets_the_account_rest_and_is_replaced_before_the_next_gate(
    world: World,
) -> None:
    await world.plan(PERSONAL)
    fault(world, FaultKind.UNAUTHORIZED, 1)
    sender = world.sender()
    await sender.step(START)
    await sender.land(1)
    await sender.step(START)
    assert calls(world, "push") == 1
    assert {(row.state, row.attempts) for row in world.store.rows.values()} == {(SendState.PLANNED, 0)}
    assert await sender.step(START + timedelta(seconds=30)) == 0
    await world.run(sender)
    assert (summary(world), delivered(world)) == ({(SendState.ACCEPTED, "")}, 4)


async def test_the_monthly_limit_keeps_the_rest_as_a_list_and_a_person_resumes_it(world: World) -> None:
    world.line.quota = 2
    await world.plan(PERSONAL)
    await world.run(world.sender())
    assert sorted(row.reason for row in world.store.rows.values()) == ["", "", "quota", "quota"]
    assert (calls(world, "push"), delivered(world)) == (2, 2)
    assert len(world.heard.said) == 2
    world.line.quota = 9
    world.clock.advance(timedelta(minutes=2))
    assert await world.store.resume(WORKSPACE, "broadcast:sale", "quota", world.clock.now()) == 2
    await world.run(world.sender())
    assert (summary(world), delivered(world)) == ({(SendState.ACCEPTED, "")}, 4)


async def test_lines_own_word_on_the_monthly_limit_stops_what_follows(world: World) -> None:
    world.line.quota = 2
    await world.plan(PERSONAL, purpose="transactional")
    await world.run(world.sender())
    assert delivered(world) == 2
    assert sorted(row.reason for row in world.store.rows.values()) == ["", "", "quota", "quota"]


@pytest.mark.parametrize("messages", [PERSONAL, PLAIN])
async def test_what_line_keeps_for_a_narrowcast_is_waited_for_and_is_no_used_up_month(
    world: World, messages: object
) -> None:
    world.line.quota, world.line.reserved = 9, 9
    await world.plan(messages)
    sender = world.sender()
    for _ in range(3):
        await sender.step(world.clock.now())
        await sender.land(1)
    assert (summary(world), delivered(world)) == ({(SendState.PLANNED, "")}, 0)
    refused = calls(world, "push") + calls(world, "multicast")
    world.clock.advance(timedelta(seconds=30))
    await sender.step(world.clock.now())
    assert calls(world, "push") + calls(world, "multicast") == refused
    world.line.reserved = 0
    await world.run(sender)
    assert (summary(world), delivered(world)) == ({(SendState.ACCEPTED, "")}, 4)


async def test_a_month_that_line_refuses_for_hours_is_used_up_whatever_its_counters_say(world: World) -> None:
    world.line.quota, world.line.reserved = 9, 9
    await world.plan(PLAIN)
    await world.run(world.sender())
    assert (summary(world), delivered(world)) == ({(SendState.PARKED, "quota")}, 0)
    assert calls(world, "multicast") < 400


async def test_a_user_who_does_not_exist_costs_only_himself(world: World) -> None:
    world.platform.world.settings = msgspec.structs.replace(
        world.platform.world.settings, multicast_refuses_unknown=True
    )
    world.platform.world.people["900"].discard(world.users[2])
    await world.plan(PLAIN)
    await world.run(world.sender())
    states = {row.send.line_user: row.state for row in world.store.rows.values()}
    assert states.pop(world.users[2]) is SendState.FAILED
    assert set(states.values()) == {SendState.ACCEPTED}
    assert (delivered(world), world.doubles()) == (3, 0)


async def test_a_withdrawal_between_plan_and_gate_suppresses(world: World) -> None:
    await world.plan(PLAIN)
    world.withdraw(1)
    await world.run(world.sender())
    states = {row.send.line_user: (row.state, row.reason) for row in world.store.rows.values()}
    assert states.pop(world.users[1]) == (SendState.SUPPRESSED, "no_consent")
    assert set(states.values()) == {(SendState.ACCEPTED, "")}
    assert world.late_calls() == []


async def test_a_withdrawal_in_doubt_stops_the_repetition_and_keeps_both_facts(world: World) -> None:
    await world.plan(PERSONAL)
    fault(world, FaultKind.ACCEPT_THEN_HANG, 4)
    sender = world.sender()
    await sender.step(START)
    await sender.land(1)
    await sender.step(START)
    world.withdraw(0)
    await world.run(sender)
    row = next(row for row in world.store.rows.values() if row.send.line_user == world.users[0])
    assert (row.state, row.reason, row.attempts) == (SendState.PARKED, "no_consent_after_unknown", 1)
    assert calls(world, "push") == 7


async def test_a_member_who_withdraws_in_doubt_parks_the_whole_group(world: World) -> None:
    await world.plan(PLAIN)
    fault(world, FaultKind.ACCEPT_THEN_HANG)
    sender = world.sender()
    await sender.step(START)
    await sender.land(1)
    await sender.step(START)
    world.withdraw(3)
    await world.run(sender)
    assert summary(world) == {
        (SendState.PARKED, "no_consent_after_unknown"),
        (SendState.PARKED, "member_refused_after_unknown"),
    }
    assert (calls(world, "multicast"), world.doubles()) == (1, 0)


async def test_an_unfollow_suppresses_like_a_withdrawal(world: World) -> None:
    await world.plan(PLAIN)
    facts = world.facts._state["facts"]
    for name, fact in list(facts.items()):
        if fact.name == ACCOUNT and fact.node_id == world.nodes[0]:
            facts[name] = msgspec.structs.replace(fact, value=False)
    await world.run(world.sender())
    assert (SendState.SUPPRESSED, "not_friend") in summary(world)


async def test_a_key_older_than_23_hours_is_parked_without_a_call(world: World) -> None:
    await world.plan(PERSONAL)
    fault(world, FaultKind.ERROR_REFUSED, 10_000)
    await world.run(world.sender())
    assert summary(world) == {(SendState.PARKED, "key_expired")}
    last = max(row.settled_at - row.first_attempt_at for row in world.store.rows.values())
    assert timedelta(hours=23) < last < timedelta(hours=24)
    before = calls(world, "push")
    world.clock.advance(timedelta(hours=5))
    await world.sender().step(world.clock.now())
    assert calls(world, "push") == before


async def test_a_worker_that_slept_through_its_lease_may_neither_call_nor_settle(world: World) -> None:
    await world.plan(PERSONAL)
    slow = world.sender(calls_in_flight=1, sends_claimed=4)
    await slow.step(START)
    world.clock.advance(LEASE)
    await world.run(world.sender())
    before = calls(world, "push")
    await slow.step(world.clock.now())
    await slow.step(world.clock.now())
    assert (calls(world, "push"), delivered(world), world.doubles()) == (before, 4, 0)
    assert len(world.heard.said) == 4


async def test_a_paused_account_starts_no_call_and_goes_on_when_it_is_live_again(world: World) -> None:
    await world.plan(PERSONAL)
    world.paused.add((WORKSPACE, ACCOUNT))
    sender = world.sender()
    await sender.step(START)
    assert (calls(world, "push"), summary(world)) == (0, {(SendState.PLANNED, "")})
    world.paused.clear()
    await world.run(sender)
    assert delivered(world) == 4


async def test_a_message_that_became_late_while_waiting_expires(world: World) -> None:
    await world.plan(PERSONAL, expires_at=START + timedelta(minutes=1))
    world.clock.advance(timedelta(minutes=2))
    await world.run(world.sender())
    assert summary(world) == {(SendState.EXPIRED, "expired")}
    assert calls(world, "push") == 0


async def test_a_store_that_does_not_answer_at_the_gate_stops_every_call(world: World) -> None:
    await world.plan(PERSONAL)

    def refuse(_number: int, name: str) -> None:
        if name == "gate":
            raise ConnectionError

    world.at_boundary = refuse
    sender = world.sender()
    with pytest.raises(ConnectionError):
        await sender.step(START)
    assert calls(world, "push") == 0
    world.at_boundary = lambda _number, _name: None
    await world.run(world.sender())
    assert (delivered(world), world.doubles()) == (4, 0)


async def test_closing_gives_back_what_was_not_called(world: World) -> None:
    await world.plan(PERSONAL)
    sender = world.sender(calls_in_flight=1, sends_claimed=4)
    await sender.step(START)
    await sender.close(START)
    assert sorted((row.state.value, row.attempts) for row in world.store.rows.values()) == [
        ("accepted", 1), ("planned", 0), ("planned", 0), ("planned", 0),
    ]  # fmt: skip


async def test_a_broken_client_leaves_doubt_and_not_a_second_message(world: World) -> None:
    await world.plan(PERSONAL)
    world.key_of = lambda _key: 1 // 0  # type: ignore[return-value] - it raises
    sender = world.sender()
    await sender.step(START)
    await sender.land(1)
    await sender.step(START)
    assert summary(world) == {(SendState.UNKNOWN, "broken_client")}


async def test_someone_erased_after_planning_is_not_called_and_not_told_of(world: World) -> None:
    await world.plan(PERSONAL)
    world.placed.pop(0)
    await world.run(world.sender())
    assert (SendState.SUPPRESSED, "unknown_person") in summary(world)
    assert (calls(world, "push"), len(world.heard.said)) == (3, 3)
