"""One suite for every SendStore: the outbox in PostgreSQL and the one in memory promise the same."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from msgspec.structs import replace

from tieline.ids import keyed_hash, retry_key
from tieline.model.identity import Node, Placed
from tieline.model.profile import ConsentEvent, Fact, FactKind
from tieline.model.send import Claimed, Prepared, Send, SendState, Settled, TrackedLink
from tieline.ports import FactStore, SendStore, Transaction
from tieline.profile.fold import fold
from tieline.store.memory.deliver import MemorySends
from tieline.store.memory.facts import MemoryFacts
from tieline.store.memory.unit import MemoryUnit
from tieline.store.postgres.deliver import PostgresSends
from tieline.store.postgres.facts import PostgresFacts
from tieline.store.postgres.unit import PostgresUnit

WORKSPACE = 1
START = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
LEASE = timedelta(seconds=120)
USER = "U" + "1" * 32
OTHER = "U" + "2" * 32


def name(text: str) -> bytes:
    return keyed_hash(b"k", text)


# Ann has two LINE users and a mail address; Ben has an address only.
NODES = (
    Placed(Node(name("ann"), "line:900", USER, START), name("ann"), name("ann")),
    Placed(Node(name("ann2"), "line:900", OTHER, START), name("ann"), name("ann")),
    Placed(Node(name("ann@"), "email", "ann@brand.test", START), name("ann"), name("ann")),
    Placed(Node(name("ben@"), "email", "ben@brand.test", START), name("ben@"), name("ben@")),
)


def nodes_of(workspace_id: int) -> Sequence[Placed]:
    return NODES if workspace_id == WORKSPACE else ()


@dataclass
class Outbox:
    sends: SendStore
    facts: FactStore
    unit: Transaction

    def transaction(self) -> AbstractAsyncContextManager[None]:
        return self.unit.transaction()


@pytest.fixture(params=["memory", "postgres"])
async def outbox(request: pytest.FixtureRequest) -> AsyncIterator[Outbox]:
    if request.param == "memory":
        facts = MemoryFacts(nodes_of)
        sends = MemorySends(nodes_of, facts)
        yield Outbox(sends, facts, MemoryUnit(sends, facts))
        return
    url = request.getfixturevalue("postgres_url")
    with psycopg.connect(url) as admin:
        fill(admin)
    unit = await PostgresUnit.open(url)
    yield Outbox(PostgresSends(unit.connection), PostgresFacts(unit.connection), unit)
    await unit.close()


def fill(admin: psycopg.Connection) -> None:
    """Store what the outbox reads and others write."""
    admin.execute(
        "insert into workspace (key, name, identity_key, created_at) values ('brand', 'Brand', 'x', %s)",
        (START,),
    )
    admin.execute(
        """
        insert into line_account (workspace_id, key, name, provider_id, channel_id, channel_secret, bot_user_id, source_id,
                                  created_at)
        values (1, 'brand', 'Brand', '900', '100', 'x', 'U', 1, %s)
        """,
        (START,),
    )
    for place in NODES:
        node = place.node
        admin.execute(
            "insert into node values (1, %s, %s, %s, %s, %s, %s)",
            (node.node_id, node.namespace, node.value, node.first_at, place.zone_id, place.profile_id),
        )


def friendship(node: str, value: bool, seconds: int = 0, account: str = "brand") -> Fact:  # noqa: FBT001 - a value
    at = START + timedelta(seconds=seconds)
    return Fact(name(node), FactKind.FRIENDSHIP, account, f"line-{account}", value, at)


def consent(node: str, granted: bool, seconds: int = 0) -> ConsentEvent:  # noqa: FBT001 - a value
    at = START + timedelta(seconds=seconds)
    key = keyed_hash(b"e", node, str(granted), str(seconds))
    return ConsentEvent(name(node), "marketing", "line", granted, "test", "", {}, "web", key, at, at)


def send(number: int, **changes: Any) -> Send:
    planned = Send(
        workspace_id=WORKSPACE,
        send_id=name(f"send {number}"),
        account="brand",
        origin="broadcast:sale",
        step="",
        person=name("ann"),
        line_user=USER,
        purpose="marketing",
        messages=b'[{"type":"text","text":"Sale"}]',
        body_hash=name("body"),
        state=SendState.PLANNED,
        reason="",
        due_at=START + timedelta(seconds=number),
        expires_at=None,
        created_at=START,
    )
    return replace(planned, **changes)


async def plan(outbox: Outbox, *sends: Send) -> None:
    async with outbox.transaction():
        await outbox.sends.add(sends, [])


async def claim(
    outbox: Outbox, at: datetime, sends_max: int = 10, *, chunk: bytes | None = None, prepare: bool = True
) -> list[Claimed]:
    async with outbox.transaction():
        claimed = await outbox.sends.claim(at, sends_max, [])
        if prepare:
            await outbox.sends.prepare(
                [prepared(one, chunk or one.chunk_id) for one in claimed], at, at + LEASE
            )
    return claimed


def prepared(one: Claimed, chunk: bytes | None) -> Prepared:
    return Prepared(one.workspace_id, one.send_id, one.fence, retry_key(one.send_id.hex()), chunk)


async def settle(outbox: Outbox, claimed: Sequence[Claimed], **changes: Any) -> set[tuple[int, bytes]]:
    fields: dict[str, Any] = {
        "state": SendState.ACCEPTED,
        "called": True,
        "due_at": START + LEASE,
        **changes,
    }
    outcomes = [
        Settled(
            workspace_id=one.workspace_id,
            send_id=one.send_id,
            fence=one.fence,
            chunk_id=one.chunk_id,
            **fields,
        )
        for one in claimed
    ]
    async with outbox.transaction():
        return await outbox.sends.settle(outcomes, START + LEASE)


LATER = START + timedelta(minutes=1)


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


async def test_the_gate_sees_the_fence_and_whether_the_account_is_live(outbox: Outbox) -> None:
    await plan(outbox, send(1), send(2, account="closed"))
    claimed = await claim(outbox, LATER)
    if isinstance(outbox.sends, MemorySends):
        outbox.sends._paused = {(WORKSPACE, "closed")}
    async with outbox.transaction():
        held = await outbox.sends.gate(claimed)
    assert {held[WORKSPACE, one.send_id].fence for one in claimed} == {1}
    assert [held[WORKSPACE, one.send_id].account_live for one in claimed] == [True, False]


async def test_the_gate_sees_a_withdrawal_at_once(outbox: Outbox) -> None:
    await plan(outbox, send(1))
    claimed = await claim(outbox, LATER)
    async with outbox.transaction():
        await outbox.facts.save_consents(WORKSPACE, [consent("ann@", True)])
        before = await outbox.sends.gate(claimed)
        await outbox.facts.save_consents(WORKSPACE, [consent("ann", False, 1)])
        after = await outbox.sends.gate(claimed)
    standings = [held[WORKSPACE, name("send 1")].standing for held in (before, after)]
    assert [standing and standing.consents for standing in standings] == [{"marketing:line"}, frozenset()]


async def test_of_two_words_at_the_same_moment_the_refusal_counts(outbox: Outbox) -> None:
    async with outbox.transaction():
        await outbox.facts.save_consents(WORKSPACE, [consent("ann", True), consent("ann", False)])
        await outbox.facts.save_facts(WORKSPACE, [friendship("ann", True)])
        standing = (await outbox.sends.standing(WORKSPACE, [name("ann")]))[name("ann")]
    assert standing.consents == frozenset()
    assert standing.friends == {"brand": (USER,)}


async def test_a_grant_in_a_file_counts_only_where_nothing_else_was_said(outbox: Outbox) -> None:
    imported = replace(consent("ann", True, 9), method="import")
    async with outbox.transaction():
        await outbox.facts.save_consents(WORKSPACE, [imported])
        alone = (await outbox.sends.standing(WORKSPACE, [name("ann")]))[name("ann")]
        await outbox.facts.save_consents(WORKSPACE, [consent("ann@", False, 1)])
        against = (await outbox.sends.standing(WORKSPACE, [name("ann")]))[name("ann")]
    assert (alone.consents, against.consents) == ({"marketing:line"}, frozenset())


async def test_a_person_with_two_line_users_is_written_to_where_the_friendship_is_newest(
    outbox: Outbox,
) -> None:
    facts = [
        friendship("ann", True),
        friendship("ann2", True, 5),
        friendship("ann", False, 9, account="other"),
    ]
    async with outbox.transaction():
        await outbox.facts.save_facts(WORKSPACE, facts)
        standing = (await outbox.sends.standing(WORKSPACE, [name("ann@")]))[name("ann@")]
    assert standing.friends == {"brand": (OTHER, USER)}
    assert (standing.namespace, standing.value, standing.on_line) == ("email", "ann@brand.test", True)


async def test_someone_without_line_stands_nowhere_and_a_stranger_is_left_out(outbox: Outbox) -> None:
    async with outbox.transaction():
        found = await outbox.sends.standing(WORKSPACE, [name("ben@"), name("nobody")])
        elsewhere = await outbox.sends.standing(WORKSPACE + 1, [name("ann")])
    assert set(found) == {name("ben@")}
    assert (found[name("ben@")].on_line, found[name("ben@")].friends) == (False, {})
    assert elsewhere == {}


async def test_standing_and_traits_agree_with_the_profile(outbox: Outbox) -> None:
    facts = [
        friendship("ann", True),
        friendship("ann2", False, 3),
        Fact(name("ann"), FactKind.TRAIT, "name", "web", "Ann", START),
        Fact(name("ann@"), FactKind.TRAIT, "name", "crm", "Anne", START + timedelta(seconds=1)),
        Fact(name("ann@"), FactKind.TRAIT, "gone", "crm", None, START),
        Fact(name("ann"), FactKind.TAG, "vip", "crm", True, START),
    ]
    consents = [consent("ann", True), consent("ann2", False, 2), consent("ann@", True, 4)]
    async with outbox.transaction():
        await outbox.facts.save_facts(WORKSPACE, facts)
        await outbox.facts.save_consents(WORKSPACE, consents)
        standing = (await outbox.sends.standing(WORKSPACE, [name("ann")]))[name("ann")]
        traits = await outbox.sends.traits(WORKSPACE, [name("ann"), name("ann@"), name("ben@")])
    profile = fold(WORKSPACE, name("ann"), [place.node for place in NODES[:3]], facts, consents)
    assert standing.consents == frozenset(profile.consents)
    assert (
        traits[name("ann")] == {key: trait.value for key, trait in profile.traits.items()} == {"name": "Anne"}
    )
    assert traits[name("ann@")] == traits[name("ann")]
    assert not traits.get(name("ben@"))


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
