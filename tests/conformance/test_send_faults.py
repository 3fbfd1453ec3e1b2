"""Faults between consent, quota, tokens and keys, under the numbers of docs/faults.md: counted on the phones and in LINE's record.

Each runs for messages of each person's own, which go by push, and for one text for all, which goes by multicast.
"""

from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from mass_desk import PEOPLE, Desk

from tieline.simulator.faults import FaultKind, FaultSwitch

PLAIN = [{"type": "text", "text": "新品上市"}]
PERSONAL = [{"type": "text", "text": "{{ profile.given_name | default: '您' }}，新品上市"}]
BOTH = pytest.mark.parametrize(
    ("messages", "way"), [(PLAIN, "multicast"), (PERSONAL, "push")], ids=["multicast", "push"]
)
STEPS = 4_000


def when(desk: Desk, happened: Callable[[], bool], then: Callable[[], Awaitable[Any]]) -> None:
    """Let something happen once, at the first step of a sender at which `happened` is true."""
    done: list[bool] = []

    async def look() -> None:
        if not done and happened():
            done.append(True)
            await then()

    desk.everything = True
    desk.does = dict.fromkeys(range(STEPS), look)


async def planned(desk: Desk, messages: Any, people: int = PEOPLE) -> list[str]:
    users = await desk.brand.befriend(people)
    if messages is PERSONAL:  # one text each: the same for several would go to them together
        await desk.brand.rows(
            "insert into fact select workspace_id, node_id, 1, 'given_name', 'crm', to_jsonb(left(value, 9)), now() from node"
            " returning 1"
        )
    await desk.start(messages=messages)
    await desk.plan()
    return users


async def reasons(desk: Desk) -> dict[tuple[str, str], int]:
    rows = await desk.brand.rows("select state, reason, count(*) from send group by 1, 2")
    return {(str(state), str(reason)): int(count) for state, reason, count in rows}


async def change(desk: Desk, statement: str) -> None:
    async with desk.brand.asking, desk.brand.unit.transaction():
        await desk.brand.unit.connection.execute(statement)


def nobody_twice(desk: Desk) -> bool:
    return not desk.brand.line.ledger.duplicates and set(desk.received().values()) <= {1}


def called(desk: Desk, way: str) -> int:
    return desk.brand.line.ledger.calls[way]


@BOTH
async def test_f27_who_withdraws_between_plan_and_gate_gets_nothing_and_the_others_do(
    desk: Desk, messages: Any, way: str
) -> None:
    users = await planned(desk, messages)
    await desk.withdraw(users[0])

    await desk.send()

    assert desk.received() == Counter(users[1:])
    assert await reasons(desk) == {("accepted", ""): PEOPLE - 1, ("suppressed", "no_consent"): 1}
    assert called(desk, way) > 0
    assert nobody_twice(desk)


@BOTH
@pytest.mark.parametrize(
    ("fault", "arrived"),
    [(FaultKind.ACCEPT_THEN_RESET, 1), (FaultKind.ERROR_AFTER_ACCEPT, 1), (FaultKind.ERROR_REFUSED, 0)],
)
async def test_f29_who_withdraws_in_doubt_is_never_asked_for_again_and_both_facts_stay(
    desk: Desk, messages: Any, way: str, fault: FaultKind, arrived: int
) -> None:
    users = await planned(desk, messages, people=1 if way == "push" else PEOPLE)
    desk.brand.line.faults.append(FaultSwitch(fault, endpoints=frozenset({way}), next_calls=1))
    when(desk, lambda: called(desk, way) == 1, lambda: desk.withdraw(users[0]))

    await desk.send()

    (theirs,) = await desk.brand.rows(
        "select state, reason, attempts, first_attempt_at <= settled_at from send where line_user = %s",
        users[0],
    )
    assert called(desk, way) == 1
    assert desk.received() == Counter(users * arrived)
    assert theirs == ("parked", "no_consent_after_unknown", 1, True)
    assert {state for state, _ in await reasons(desk)} == {"parked"}


@BOTH
async def test_f31_while_consent_cannot_be_read_nothing_is_sent_and_then_everything_is(
    desk: Desk, messages: Any, way: str
) -> None:
    users = await planned(desk, messages)
    (other,) = await desk.brand.befriend(1)
    await desk.withdraw(other)  # so that whoever sends must read consent again
    await change(desk, "alter table consent_event rename to consent_away")
    seen: list[int] = []
    desk.outlives = (psycopg.errors.UndefinedTable,)

    async def back() -> None:
        seen.append(called(desk, way))
        await change(desk, "alter table consent_away rename to consent_event")

    desk.everything = True
    desk.does = {12: back}
    await desk.send()

    assert seen == [0]
    assert desk.received() == Counter(users)
    assert nobody_twice(desk)


@BOTH
async def test_f33_a_month_that_is_used_up_on_the_way_stops_it_and_a_person_lets_the_rest_go(
    desk: Desk, messages: Any, way: str
) -> None:
    users = await planned(desk, messages)
    desk.brand.line.quota = PEOPLE // 2

    await desk.send()

    first, listed = desk.received(), await reasons(desk)
    assert sum(first.values()) == listed.get(("accepted", ""), 0) <= PEOPLE // 2
    assert listed[("parked", "quota")] == PEOPLE - sum(first.values())
    before = called(desk, way)
    await desk.send()
    assert called(desk, way) == before

    desk.brand.line.quota = None
    resumed = await desk.brand.call("POST", "/api/cost/budgets/resume", {"origin": "broadcast:sale"})
    desk.clock.ahead += timedelta(minutes=10)
    await desk.send()

    assert resumed == {"resumed": listed[("parked", "quota")]}
    assert desk.received() == Counter(users)
    assert nobody_twice(desk)


@BOTH
async def test_f34_a_token_that_is_revoked_on_the_way_lets_the_account_rest_and_nobody_is_lost_or_doubled(
    desk: Desk, messages: Any, way: str
) -> None:
    users = await planned(desk, messages)
    hit = PEOPLE // 3 if way == "push" else 1
    fault = FaultSwitch(FaultKind.UNAUTHORIZED, endpoints=frozenset({way}), next_calls=hit)
    desk.brand.line.faults.append(fault)

    await desk.send()

    assert fault.next_calls == 0
    assert desk.received() == Counter(users)
    assert await reasons(desk) == {("accepted", ""): PEOPLE}
    assert nobody_twice(desk)


@BOTH
@pytest.mark.parametrize("fault", [FaultKind.ERROR_AFTER_ACCEPT, FaultKind.ERROR_REFUSED])
async def test_f35_a_key_that_line_may_have_forgotten_is_parked_and_never_called_again(
    desk: Desk, messages: Any, way: str, fault: FaultKind
) -> None:
    users = await planned(desk, messages, people=1 if way == "push" else PEOPLE)
    desk.brand.transport._now = desk.clock.now  # LINE forgets its keys by the same clock
    desk.brand.line.faults.append(FaultSwitch(fault, endpoints=frozenset({way}), next_calls=1))

    async def days_pass() -> None:
        desk.clock.ahead += timedelta(hours=25)

    when(desk, lambda: called(desk, way) == 1, days_pass)
    await desk.send()

    assert called(desk, way) == 1
    assert desk.received() == Counter(users if fault is FaultKind.ERROR_AFTER_ACCEPT else [])
    assert await reasons(desk) == {("parked", "key_expired"): len(users)}
