"""Multicasts in chunks: planned, called and settled as one, with every promise of the send protocol for each member."""

from collections import Counter
from typing import Any

import pytest
from mass_desk import PEOPLE, Desk

from tieline.simulator.faults import FaultKind, FaultSwitch
from tieline.store.postgres import chunk_sql
from tieline.store.postgres.standing import HASHED
from tieline.store.postgres.unit import PostgresUnit


async def test_a_plain_broadcast_travels_in_chunks_of_five_hundred(desk: Desk) -> None:
    users = await desk.brand.befriend(1_203)
    await desk.start()
    await desk.plan()
    sizes = await desk.brand.rows("select members from multicast order by 1 desc")

    await desk.send()

    assert [size for (size,) in sizes] == [500, 500, 203]
    assert desk.received() == Counter(users)
    assert await desk.states() == {"accepted": 1_203}
    told = await desk.brand.rows("select coalesce(sum(items), 0) from log where kind = 40")
    assert told == [(1_203,)]


async def test_a_name_in_the_message_makes_it_a_push_each(desk: Desk) -> None:
    await desk.brand.befriend(PEOPLE)
    await desk.start(messages=[{"type": "text", "text": "{{ profile.given_name }} 您好"}])
    await desk.plan()
    assert await desk.brand.rows("select count(*) from multicast") == [(0,)]
    assert await desk.states() == {"planned": PEOPLE}


async def test_a_counted_link_makes_it_a_push_each(desk: Desk) -> None:
    await desk.brand.befriend(PEOPLE)
    action = {"type": "uri", "label": "看", "uri": "https://shop.test/new"}
    template = {"type": "buttons", "text": "新品", "actions": [action]}
    await desk.start(messages=[{"type": "template", "altText": "新品", "template": template}])
    await desk.plan()
    assert await desk.brand.rows("select count(*) from multicast") == [(0,)]


async def test_only_those_who_agreed_are_frozen_into_chunks(desk: Desk) -> None:
    agreed = await desk.brand.befriend(PEOPLE)
    await desk.brand.befriend(PEOPLE, consent=False)
    await desk.start()
    await desk.plan()

    await desk.send()

    assert desk.received() == Counter(agreed)
    assert await desk.states() == {"accepted": PEOPLE, "suppressed": PEOPLE}


async def test_a_malformed_user_never_takes_a_chunk_down(desk: Desk) -> None:
    good = await desk.brand.befriend(PEOPLE)
    await desk.brand.known(["Unot-a-user", "Cgroup"])
    await desk.start()
    await desk.plan()
    assert await desk.brand.rows("select members from multicast") == [(PEOPLE,)]

    await desk.send()

    assert desk.received() == Counter(good)


async def test_a_user_line_does_not_know_never_takes_a_chunk_down(desk: Desk) -> None:
    good = await desk.brand.befriend(PEOPLE)
    await desk.brand.known(["U" + "e" * 32])
    await desk.start()
    await desk.plan()

    await desk.send()

    assert desk.received() == Counter(good)
    assert (await desk.states())["accepted"] >= PEOPLE


async def test_one_user_of_two_people_is_in_a_chunk_once(desk: Desk) -> None:
    users = await desk.brand.befriend(PEOPLE)
    await desk.shared(users[0])
    await desk.start()
    await desk.plan()
    assert await desk.brand.rows("select members from multicast") == [(PEOPLE,)]


async def spent(desk: Desk) -> list[tuple[str, int]]:
    return await desk.brand.rows("select scope, spent::int from budget order by scope")


async def test_a_budget_counts_a_chunk_before_its_call(desk: Desk) -> None:
    users = await desk.brand.befriend(PEOPLE)
    await desk.start()
    await desk.limit(1_000)
    await desk.plan()
    assert await desk.brand.rows("select members from multicast") == [(PEOPLE,)]

    await desk.send()

    assert desk.received() == Counter(users)
    assert await spent(desk) == [("workspace", PEOPLE)]
    assert await desk.brand.rows("select state from multicast") == [("told",)]


@pytest.mark.parametrize("most", [0, 500, 777])
async def test_a_budget_stops_chunks_at_exactly_its_limit(desk: Desk, most: int) -> None:
    await desk.brand.befriend(1_203)
    await desk.start()
    await desk.limit(most)
    await desk.plan()

    await desk.send()

    assert sum(desk.received().values()) == most
    assert set(desk.received().values()) <= {1}
    assert +await desk.states() == +Counter(accepted=most, parked=1_203 - most)
    assert await spent(desk) == [("workspace", most)]


async def test_what_a_budget_stopped_in_chunks_goes_on_when_it_is_raised(desk: Desk) -> None:
    users = await desk.brand.befriend(PEOPLE)
    await desk.start()
    await desk.limit(20, "broadcast:sale")
    await desk.plan()
    await desk.send()
    await desk.limit(PEOPLE, "broadcast:sale")
    await desk.brand.call("POST", "/api/cost/budgets/resume", {"origin": "broadcast:sale"})

    await desk.send()

    assert desk.received() == Counter(users)
    assert await spent(desk) == [("broadcast:sale", PEOPLE)]


async def test_a_budget_in_money_stops_a_chunk_where_its_money_ends(desk: Desk) -> None:
    await desk.brand.befriend(PEOPLE)
    plan = {
        "name": "小", "currency": "TWD", "valid_from": "2020-01-01", "fee": 100, "included": 5,
        "extra": [{"messages": None, "each": 2}],
    }  # fmt: skip
    await desk.brand.call("PUT", "/api/cost/plans/own", plan)
    await desk.brand.call("PUT", "/api/cost/accounts/main", {"plan": "own"})
    await desk.start()
    await desk.limit(20, unit="money")
    await desk.plan()

    await desk.send()

    assert sum(desk.received().values()) == 15
    assert await spent(desk) == [("workspace", 20)]


@pytest.mark.parametrize("dies_at", range(1, 17, 2))
async def test_killed_at_any_step_a_budget_is_neither_overrun_nor_counted_twice(
    desk: Desk, dies_at: int
) -> None:
    users = await desk.brand.befriend(PEOPLE)
    await desk.start()
    await desk.limit(PEOPLE)
    await desk.plan()
    desk.everything = True
    desk.dies_at = dies_at

    await desk.send()

    assert desk.received() == Counter(users)
    assert await spent(desk) == [("workspace", PEOPLE)]


@pytest.mark.parametrize("dies_at", range(1, 17, 2))
async def test_killed_at_any_step_a_budget_that_is_too_small_is_never_overrun(
    desk: Desk, dies_at: int
) -> None:
    await desk.brand.befriend(PEOPLE)
    await desk.start(messages=[{"type": "text", "text": "{{ profile.given_name }} 您好"}])
    await desk.limit(20)
    await desk.plan()
    desk.everything = True
    desk.dies_at = dies_at

    await desk.send()

    received, states = desk.received(), await desk.states()
    assert set(received.values()) <= {1}
    assert sum(received.values()) <= 20
    assert states["accepted"] + states["parked"] == PEOPLE
    assert await spent(desk) == [("workspace", sum(received.values()))]


async def test_what_line_refuses_of_a_chunk_is_given_back_to_the_budget(desk: Desk) -> None:
    await desk.brand.befriend(PEOPLE)
    await desk.start()
    await desk.limit(PEOPLE)
    await desk.plan()
    desk.brand.line.faults.append(FaultSwitch(FaultKind.CONFLICT_WITHOUT_ID, next_calls=2))

    await desk.send()

    assert await desk.states() == {"failed": PEOPLE}
    assert await spent(desk) == [("workspace", 0)]


async def test_a_cap_leaves_out_who_has_had_enough(desk: Desk) -> None:
    await desk.brand.befriend(PEOPLE)
    cap = {"messages": 1, "days": 7}
    await desk.start("first", frequency_cap=cap)
    await desk.plan()
    await desk.start("second", frequency_cap=cap)
    await desk.plan()

    await desk.send()

    assert set(desk.received().values()) == {1}
    assert await desk.states() == {"accepted": PEOPLE, "suppressed": PEOPLE}


async def test_halting_lays_a_planned_chunk_aside_and_lifting_sends_it(desk: Desk) -> None:
    users = await desk.brand.befriend(PEOPLE)
    await desk.start()
    await desk.plan()
    await desk.brand.call("POST", "/api/broadcasts/sale/stop", {})
    await desk.send()
    assert desk.received() == Counter()
    assert await desk.states() == {"parked": PEOPLE}

    await desk.brand.call("POST", "/api/broadcasts/sale/resume", {})
    await desk.send()

    assert desk.received() == Counter(users)


@pytest.mark.parametrize("kind", list(FaultKind))
async def test_every_fault_of_line_ends_with_one_message_each_or_a_parked_one(
    desk: Desk, kind: FaultKind
) -> None:
    await desk.brand.befriend(PEOPLE)
    await desk.start()
    await desk.plan()
    desk.brand.line.faults.append(FaultSwitch(kind, next_calls=1, delay_seconds=0.01))

    await desk.send()

    received = desk.received()
    assert max(received.values(), default=0) <= 1
    states = await desk.states()
    assert sum(states.values()) == PEOPLE
    assert sum(received.values()) >= states["accepted"]


@pytest.mark.parametrize("dies_at", range(14))
async def test_killed_at_any_step_nobody_gets_it_twice_and_nobody_is_lost(desk: Desk, dies_at: int) -> None:
    users = await desk.brand.befriend(PEOPLE)
    await desk.start()
    await desk.plan()
    desk.dies_at = dies_at

    await desk.send()

    assert desk.received() == Counter(users)
    assert await desk.states() == {"accepted": PEOPLE}


@pytest.mark.parametrize("moment", range(6))
async def test_a_withdrawal_at_any_step_before_the_call_holds_for_that_person_alone(
    desk: Desk, moment: int
) -> None:
    users = await desk.brand.befriend(PEOPLE)
    await desk.start()
    await desk.plan()
    calls = []
    multicast_from = desk.brand.line

    async def withdraw() -> None:
        calls.append(len(multicast_from.friends.friend(desk.brand.row(users[0])).deliveries()))
        await desk.withdraw(users[0])

    desk.does[moment] = withdraw
    await desk.send()

    received = desk.received()
    assert {received[user] for user in users[1:]} == {1}
    assert calls
    if moment <= 2:  # before the gate read what stands
        assert received[users[0]] == 0


async def test_a_withdrawal_while_the_outcome_is_unknown_is_never_followed_by_a_call(desk: Desk) -> None:
    users = await desk.brand.befriend(PEOPLE)
    await desk.start()
    await desk.plan()
    desk.brand.line.faults.append(FaultSwitch(FaultKind.ERROR_REFUSED, next_calls=1))
    desk.does[5] = lambda: desk.withdraw(users[0])  # after the call, before its outcome is settled

    await desk.send()

    assert desk.received()[users[0]] == 0
    assert await desk.open() == 0
    states = await desk.states()
    assert states["parked"] == PEOPLE
    reasons = await desk.brand.rows("select reason, count(*) from send group by 1 order by 2")
    assert reasons == [("no_consent_after_unknown", 1), ("member_refused_after_unknown", PEOPLE - 1)]


async def test_a_chunk_in_doubt_is_asked_again_with_the_same_bytes_and_key(desk: Desk) -> None:
    users = await desk.brand.befriend(PEOPLE)
    await desk.start()
    await desk.plan()
    desk.brand.line.faults.append(FaultSwitch(FaultKind.ACCEPT_THEN_RESET, next_calls=1))

    await desk.send()

    assert desk.received() == Counter(users)
    assert await desk.brand.rows("select attempts, count(*) from send group by 1") == [(2, PEOPLE)]


def loops(plan: dict[str, Any]) -> int:
    """Return how often the step that runs most often runs."""
    return max([plan["Actual Loops"], *(loops(inner) for inner in plan.get("Plans", ()))])


async def test_looking_at_everybody_again_costs_each_person_once_even_in_tables_nobody_has_analysed(
    desk: Desk,
) -> None:
    await desk.brand.befriend(1_203)
    await desk.start()
    await desk.plan()
    await desk.brand.rows("delete from pg_statistic returning 1")
    await desk.brand.rows(
        "update pg_class set reltuples = -1, relpages = 0 where relname in ('send', 'multicast') returning 1"
    )
    chunks = [chunk for (chunk,) in await desk.brand.rows("select chunk_id from multicast")]
    asked = {"workspace": desk.brand.workspace_id, "chunks": chunks, "now": desk.clock.now()}
    unit = await PostgresUnit.open(desk.url)

    async with unit.transaction():
        await unit.connection.execute(HASHED)
        cursor = await unit.connection.execute(
            "explain (analyze, timing off, format json) " + chunk_sql.FALLEN, asked
        )
        row = await cursor.fetchone()

    await unit.close()
    assert row is not None
    assert loops(row[0][0]["Plan"]) <= 2 * 1_203
