"""Who may be written to, read the same from every SendStore: the gate and the plan depend on it."""

from datetime import timedelta
from typing import Any, cast

import pytest
from msgspec.structs import replace
from psycopg.types.json import Jsonb
from send_outbox import (
    BROWSER,
    LATER,
    NODES,
    OTHER,
    START,
    USER,
    WORKSPACE,
    Outbox,
    claim,
    consent,
    friendship,
    name,
    plan,
    send,
)

from tieline.model.profile import Fact, FactKind
from tieline.profile.fold import fold
from tieline.store.memory.deliver import MemorySends
from tieline.store.postgres.unit import PostgresUnit


async def test_the_gate_sees_the_fence_and_whether_the_account_is_live(outbox: Outbox) -> None:
    await plan(outbox, send(1), send(2, account="closed"))
    claimed = await claim(outbox, LATER)
    if isinstance(outbox.sends, MemorySends):
        outbox.sends._paused = {(WORKSPACE, "closed")}
    async with outbox.transaction():
        held = await outbox.sends.gate(claimed, LATER)
    assert {held[WORKSPACE, one.send_id].fence for one in claimed} == {1}
    assert [held[WORKSPACE, one.send_id].account_live for one in claimed] == [True, False]


async def test_the_gate_sees_a_withdrawal_at_once(outbox: Outbox) -> None:
    await plan(outbox, send(1))
    claimed = await claim(outbox, LATER)
    async with outbox.transaction():
        await outbox.facts.save_consents(WORKSPACE, [consent("ann@", True)])
        before = await outbox.sends.gate(claimed, LATER)
        await outbox.facts.save_consents(WORKSPACE, [consent("ann", False, 1)])
        after = await outbox.sends.gate(claimed, LATER)
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


async def test_what_nobody_proved_to_be_a_person_gives_no_consent_and_may_refuse(outbox: Outbox) -> None:
    async with outbox.transaction():
        await outbox.facts.save_consents(WORKSPACE, [consent("ann#", True)])
        granted = (await outbox.sends.standing(WORKSPACE, [name("ann")]))[name("ann")]
        await outbox.facts.save_consents(WORKSPACE, [consent("ann", True, 1)])
        proven = (await outbox.sends.standing(WORKSPACE, [name("ann")]))[name("ann")]
        await outbox.facts.save_consents(WORKSPACE, [consent("ann#", False, 2)])
        refused = (await outbox.sends.standing(WORKSPACE, [name("ann")]))[name("ann")]
    assert [one.consents for one in (granted, proven, refused)] == [set(), {"marketing:line"}, set()]


async def test_what_nobody_proved_to_be_a_person_is_not_shown_to_them(outbox: Outbox) -> None:
    stated = Fact(name("ann#"), FactKind.TRAIT, "points", "web", 3_000, START + timedelta(hours=9))
    own = Fact(name("ann"), FactKind.TRAIT, "tier", "crm", "gold", START)
    async with outbox.transaction():
        await outbox.facts.save_facts(WORKSPACE, [stated, own])
        shown = await outbox.sends.traits(WORKSPACE, [name("ann"), name("ann#")])
    assert shown == {name("ann"): {"tier": "gold"}, name("ann#"): {"tier": "gold"}}


async def test_what_a_browser_says_gives_way_to_what_was_said_with_a_secret(outbox: Outbox) -> None:
    forged = Fact(name("ann"), FactKind.TRAIT, "points", BROWSER, 999_999, START + timedelta(hours=9))
    own = Fact(name("ann@"), FactKind.TRAIT, "points", "crm", 3_000, START)
    alone = Fact(name("ann"), FactKind.TRAIT, "size", BROWSER, "M", START)
    async with outbox.transaction():
        await outbox.facts.save_facts(WORKSPACE, [forged, own, alone])
        shown = await outbox.sends.traits(WORKSPACE, [name("ann")])
        taken_back = Fact(name("ann@"), FactKind.TRAIT, "points", "crm", None, START + timedelta(seconds=1))
        await outbox.facts.save_facts(WORKSPACE, [taken_back])
        after = await outbox.sends.traits(WORKSPACE, [name("ann")])
    assert shown == {name("ann"): {"points": 3_000, "size": "M"}}
    assert after == {name("ann"): {"size": "M"}}


@pytest.mark.parametrize(
    ("trusted", "shown"), [(["crm"], "Crm"), (["import"], "List"), (["till", "import"], "List")]
)
async def test_a_message_shows_what_the_golden_rule_of_the_profile_believes(
    outbox: Outbox, trusted: list[str], shown: str
) -> None:
    await golden(outbox, {"name": {"sources": trusted}})
    said = [("crm", "Crm", 0), ("import:7", "List", 1), ("other", "Newest", 2)]
    facts = [
        Fact(name("ann"), FactKind.TRAIT, "name", source, value, START + timedelta(seconds=seconds))
        for source, value, seconds in said
    ]
    async with outbox.transaction():
        await outbox.facts.save_facts(WORKSPACE, facts)
        found = await outbox.sends.traits(WORKSPACE, [name("ann")])
    assert found == {name("ann"): {"name": shown}}


async def golden(outbox: Outbox, rules: dict[str, Any]) -> None:
    if isinstance(outbox.sends, MemorySends):
        outbox.sends.golden[WORKSPACE] = rules
        return
    async with outbox.transaction():
        await cast("PostgresUnit", outbox.unit).connection.execute(
            "update workspace set settings = jsonb_set(settings, '{golden}', %s) where workspace_id = %s",
            (Jsonb(rules), WORKSPACE),
        )


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
