"""What holds messages back, on both outboxes: caps over everything of a person, budgets, stopped origins."""

from datetime import time, timedelta

import psycopg
from send_outbox import LATER, LEASE, START, WORKSPACE, Outbox, claim, fill, name, plan, send, settle

from tieline.model.limits import Cap, Quiet, Restraint
from tieline.model.send import SendState
from tieline.store.postgres.deliver import PostgresSends
from tieline.store.postgres.facts import PostgresFacts
from tieline.store.postgres.unit import PostgresUnit

SETTLED = START + LEASE
CAPPED = Restraint(quiet=Quiet(time(22), time(9)), cap=Cap(2, 7), priority=7)


async def test_a_restraint_comes_back_as_it_was_planned(outbox: Outbox) -> None:
    await plan(outbox, send(1, restraint=CAPPED))
    (claimed,) = await claim(outbox, LATER)

    assert claimed.restraint == CAPPED


async def test_messages_of_all_of_a_persons_identifiers_count_whoever_sent_them(outbox: Outbox) -> None:
    await plan(
        outbox,
        send(1, person=name("ann"), origin="broadcast:sale"),
        send(2, person=name("ann2"), origin="journey:cart", account="other", restraint=CAPPED),
        send(3, person=name("ann"), purpose="transactional"),
        send(4, person=name("ben@")),
        send(5, person=name("ann"), state=SendState.SUPPRESSED),
    )
    async with outbox.transaction():
        recent = await outbox.sends.recent(WORKSPACE, [name("ann@")], START)

    found = {one.send_id: (one.priority, one.free) for one in recent[name("ann@")]}
    assert found == {name("send 1"): (5, True), name("send 2"): (7, True)}


async def test_what_was_accepted_counts_for_its_days_and_then_no_more(outbox: Outbox) -> None:
    await plan(outbox, send(1))
    await settle(outbox, await claim(outbox, LATER))
    async with outbox.transaction():
        before = await outbox.sends.recent(WORKSPACE, [name("ann")], SETTLED - timedelta(seconds=1))
        after = await outbox.sends.recent(WORKSPACE, [name("ann")], SETTLED + timedelta(seconds=1))

    assert [one.settled_at is not None for one in before[name("ann")]] == [True]
    assert not after.get(name("ann"))


async def test_only_what_was_never_called_can_be_withdrawn(outbox: Outbox) -> None:
    await plan(outbox, send(1))
    (claimed,) = await claim(outbox, LATER)
    await plan(outbox, send(2))
    async with outbox.transaction():
        await outbox.sends.withdraw(WORKSPACE, [name("send 1"), name("send 2")], "outranked", LATER)
        recent = await outbox.sends.recent(WORKSPACE, [name("ann")], START)

    assert [one.send_id for one in recent[name("ann")]] == [claimed.send_id]


async def test_the_gate_knows_what_the_person_has_had_in_the_days_of_the_cap(outbox: Outbox) -> None:
    await plan(outbox, send(1))
    await settle(outbox, await claim(outbox, LATER))
    await plan(outbox, send(2, person=name("ann2"), restraint=CAPPED))
    (claimed,) = await claim(outbox, LATER)
    async with outbox.transaction():
        held = await outbox.sends.gate([claimed], SETTLED)
        later = await outbox.sends.gate([claimed], SETTLED + timedelta(days=8))

    assert held[WORKSPACE, claimed.send_id].had == 1
    assert later[WORKSPACE, claimed.send_id].had == 0


async def test_the_gate_counts_what_came_by_other_channels_too(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as admin:
        fill(admin)
    unit = await PostgresUnit.open(postgres_url)
    outbox = Outbox(PostgresSends(unit.connection), PostgresFacts(unit.connection), unit)
    await plan(outbox, send(1, restraint=CAPPED))
    (claimed,) = await claim(outbox, LATER)
    async with unit.transaction():
        for number, (purpose, state) in enumerate(
            [("marketing", "accepted"), ("transactional", "accepted"), ("marketing", "failed")]
        ):
            await unit.connection.execute(
                """
                insert into channel_send (workspace_id, send_id, channel, kind, origin, step, person, address, purpose,
                                          content, state, cost, not_before, created_at, settled_at)
                values (%(workspace)s, %(send)s, 'mail', 'email', 'journey:x', '', %(person)s, '', %(purpose)s, '{}',
                        %(state)s, 0, %(at)s, %(at)s, %(at)s)
                """,
                {
                    "workspace": WORKSPACE, "send": name(f"mail {number}"), "person": name("ann2"), "purpose": purpose,
                    "state": state, "at": SETTLED - timedelta(hours=1),
                },
            )  # fmt: skip
        held = await outbox.sends.gate([claimed], SETTLED)
        later = await outbox.sends.gate([claimed], SETTLED + timedelta(days=8))
    await unit.close()

    assert held[WORKSPACE, claimed.send_id].had == 1
    assert later[WORKSPACE, claimed.send_id].had == 0
