"""One suite for every SendStore: the outbox in PostgreSQL and the one in memory promise the same."""

from datetime import timedelta

import psycopg
from msgspec.structs import replace
from send_outbox import LATER, LEASE, START, USER, WORKSPACE, Outbox, claim, fill, name, plan, send, settle

from tieline.model.send import SendState, TrackedLink
from tieline.store.postgres.deliver import PostgresSends
from tieline.store.postgres.unit import PostgresUnit


async def test_a_send_is_planned_once_with_its_links(outbox: Outbox) -> None:
    link = TrackedLink("token", WORKSPACE, name("send 1"), "https://shop.test/")
    async with outbox.transaction():
        first = await outbox.sends.add([send(1)], [link])
        again = await outbox.sends.add(
            [send(1, origin="broadcast:other"), send(2)], [replace(link, token="other")]
        )
    assert (first, again) == ({name("send 1")}, {name("send 2")})
    assert [one.origin for one in await claim(outbox, LATER)] == ["broadcast:sale", "broadcast:sale"]


async def test_what_is_due_is_claimed_earliest_first(outbox: Outbox) -> None:
    await plan(outbox, send(3), send(1), send(2), send(99))
    assert [one.send_id for one in await claim(outbox, LATER, 2)] == [name("send 1"), name("send 2")]
    assert [one.send_id for one in await claim(outbox, LATER)] == [name("send 3")]


async def test_a_claim_carries_the_name_of_the_person(outbox: Outbox) -> None:
    await plan(outbox, send(1))
    (claimed,) = await claim(outbox, LATER)
    assert (claimed.namespace, claimed.value, claimed.attempts, claimed.fence) == ("line:900", USER, 0, 1)
    assert claimed.messages == b'[{"type":"text","text":"Sale"}]'


async def test_a_send_to_someone_erased_is_claimed_and_stands_nowhere(outbox: Outbox) -> None:
    await plan(outbox, send(1, person=name("erased")))
    (claimed,) = await claim(outbox, LATER)
    async with outbox.transaction():
        held = await outbox.sends.gate([claimed], LATER)
    assert (claimed.namespace, held[WORKSPACE, claimed.send_id].standing) == ("", None)


async def test_a_suppressed_send_is_never_claimed(outbox: Outbox) -> None:
    await plan(
        outbox, send(1, state=SendState.SUPPRESSED, reason="no_consent", messages=None, body_hash=None)
    )
    assert await claim(outbox, LATER) == []


async def test_an_account_that_rests_is_left_alone(outbox: Outbox) -> None:
    await plan(outbox, send(1))
    async with outbox.transaction():
        assert await outbox.sends.claim(LATER, 10, [(WORKSPACE, "brand")]) == []
        assert len(await outbox.sends.claim(LATER, 10, [(WORKSPACE, "other")])) == 1


async def test_a_lease_that_ended_is_claimed_again_in_doubt(outbox: Outbox) -> None:
    await plan(outbox, send(1))
    await claim(outbox, LATER)
    assert await claim(outbox, LATER + LEASE - timedelta(seconds=1)) == []
    (again,) = await claim(outbox, LATER + LEASE)
    assert (again.attempts, again.fence, again.first_attempt_at) == (1, 2, LATER)


async def test_a_settlement_under_an_old_fence_is_refused(outbox: Outbox) -> None:
    await plan(outbox, send(1))
    slow = await claim(outbox, LATER)
    fresh = await claim(outbox, LATER + LEASE)
    assert await settle(outbox, slow) == set()
    assert await settle(outbox, fresh) == {(WORKSPACE, name("send 1"))}
    assert await settle(outbox, fresh) == set()


async def test_an_attempt_that_was_taken_back_leaves_no_doubt(outbox: Outbox) -> None:
    await plan(outbox, send(1))
    await settle(outbox, await claim(outbox, LATER), state=SendState.PLANNED, called=False, due_at=LATER)
    (again,) = await claim(outbox, LATER)
    assert (again.attempts, again.first_attempt_at) == (0, None)


async def test_an_unknown_outcome_keeps_its_first_attempt(outbox: Outbox) -> None:
    await plan(outbox, send(1))
    await settle(outbox, await claim(outbox, LATER), state=SendState.UNKNOWN, due_at=LATER + LEASE)
    (again,) = await claim(outbox, LATER + LEASE)
    assert (again.attempts, again.first_attempt_at) == (1, LATER)


async def test_a_frozen_group_is_claimed_whole(outbox: Outbox) -> None:
    await plan(outbox, send(1), send(2), send(3))
    group = await claim(outbox, LATER, chunk=name("chunk"))
    await settle(
        outbox,
        [replace(one, chunk_id=name("chunk")) for one in group],
        state=SendState.UNKNOWN,
        due_at=LATER,
    )
    again = await claim(outbox, LATER, 1)
    assert {one.send_id for one in again} == {name("send 1"), name("send 2"), name("send 3")}
    assert {one.chunk_id for one in again} == {name("chunk")}


async def test_what_was_accepted_counts_from_a_moment_on(outbox: Outbox) -> None:
    await plan(outbox, send(1), send(2), send(3, account="other"))
    await settle(outbox, await claim(outbox, LATER), billed=1)
    async with outbox.transaction():
        assert await outbox.sends.accepted_since(WORKSPACE, "brand", START) == 2
        assert await outbox.sends.accepted_since(WORKSPACE, "brand", START + timedelta(days=1)) == 0
        assert await outbox.sends.accepted_since(WORKSPACE, "nobody", START) == 0


async def test_only_what_certainly_did_not_leave_is_resumed(outbox: Outbox) -> None:
    await plan(outbox, send(1), send(2))
    first, second = await claim(outbox, LATER)
    await settle(outbox, [first], state=SendState.PARKED, reason="quota", called=False)
    await settle(outbox, [second], state=SendState.PARKED, reason="quota", called=True)
    async with outbox.transaction():
        assert await outbox.sends.resume(WORKSPACE, "broadcast:other", "quota", LATER) == 0
        assert await outbox.sends.resume(WORKSPACE, "broadcast:sale", "quota", LATER) == 1
    assert [one.send_id for one in await claim(outbox, LATER)] == [first.send_id]


async def test_two_workers_never_claim_the_same_send(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as admin:
        fill(admin)
    one, two = await PostgresUnit.open(postgres_url), await PostgresUnit.open(postgres_url)
    first, second = PostgresSends(one.connection), PostgresSends(two.connection)
    chunk = name("chunk")
    async with one.transaction():
        await first.add([send(number) for number in range(6)], [])
        await one.connection.execute(
            "update send set chunk_id = %s where send_id = any(%s)", (chunk, [name("send 4"), name("send 5")])
        )
    async with one.transaction():
        mine = {claimed.send_id for claimed in await first.claim(LATER, 5, [])}
        async with two.transaction():
            theirs = {claimed.send_id for claimed in await second.claim(LATER, 5, [])}
    assert mine == {name(f"send {number}") for number in range(6)}
    assert theirs == set()
    await one.close()
    await two.close()


async def test_a_group_of_which_another_holds_a_part_is_left_alone(postgres_url: str) -> None:
    with psycopg.connect(postgres_url) as admin:
        fill(admin)
    one, two = await PostgresUnit.open(postgres_url), await PostgresUnit.open(postgres_url)
    async with one.transaction():
        await PostgresSends(one.connection).add([send(1), send(2)], [])
        await one.connection.execute("update send set chunk_id = %s", (name("chunk"),))
    async with one.transaction():
        await one.connection.execute("select 1 from send where send_id = %s for update", (name("send 1"),))
        async with two.transaction():
            assert await PostgresSends(two.connection).claim(LATER, 5, []) == []
    await one.close()
    await two.close()
