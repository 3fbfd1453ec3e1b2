"""A LINE account that two members proved is theirs waits for a person; what is no conflict does not."""

from datetime import UTC, datetime, timedelta

import pytest
from line_brand import serving

from tieline.identify.decide import Decisions
from tieline.identify.rules import RULES
from tieline.identify.stage import IdentifyStage
from tieline.ids import keyed_hash
from tieline.model.event import Event, Identifier, Source
from tieline.store.postgres.conflicts import PostgresConflicts
from tieline.store.postgres.identity import PostgresIdentity
from tieline.testing.build import undone

KEY = b"k" * 32
AT = datetime(2026, 3, 1, tzinfo=UTC)
CRM, WEB = Source(1, 1, "crm", "server"), Source(1, 2, "shop", "web")
LINE, OTHER_LINE = (Identifier("line:900", f"U{letter}0123456789abcdef0123456789abcde") for letter in "ab")
M1, M2, PHONE = (
    Identifier("member_id", "M1"),
    Identifier("member_id", "M2"),
    Identifier("phone", "0987654301"),
)


def node(identifier):
    return keyed_hash(KEY, identifier.namespace, identifier.value)


def seen(days, *identifiers, source=CRM):
    at = AT + timedelta(days=days)
    return Event(1, source, 1, 0, "track", "seen", "", at, at, identifiers, {}, {})


@pytest.fixture
async def world(unit):
    async with undone(unit):
        stage = IdentifyStage(PostgresIdentity(unit.connection), {1: KEY}, {})
        yield stage, PostgresConflicts(unit.connection), Decisions(PostgresIdentity(unit.connection))


async def test_two_members_on_one_line_account_are_a_conflict_that_the_first_holds(world):
    stage, conflicts, _ = world
    await stage.process([seen(0, LINE, M1), seen(2, LINE, M2)])

    (found,) = await conflicts.open(1, RULES.replaced_accounts, RULES.single_owners)

    assert found.node_id == node(LINE)
    assert [(one.value, one.holds, one.sources) for one in found.owners] == [
        ("M1", True, ["crm"]),
        ("M2", False, ["crm"]),
    ]
    assert (await conflicts.open(1, RULES.replaced_accounts, RULES.single_owners, node(OTHER_LINE))) == []


async def test_a_cut_decides_the_conflict_and_its_undoing_opens_it_again(world):
    stage, conflicts, decisions = world
    await stage.process([seen(0, LINE, M1), seen(2, LINE, M2)])

    decided = await decisions.cut(1, node(LINE), node(M1), "amy", "the phone was her sister's", AT)
    closed = await conflicts.open(1, RULES.replaced_accounts, RULES.single_owners)
    await decisions.undo(1, decided.assertion_id, "amy", AT)

    assert closed == []
    assert node(LINE) in {move.node_id for move in decided.moves} or node(M1) in {
        move.node_id for move in decided.moves
    }
    assert len(await conflicts.open(1, RULES.replaced_accounts, RULES.single_owners)) == 1


async def test_what_nobody_proved_or_rules_settle_is_no_conflict(world):
    stage, conflicts, _ = world
    await stage.process(
        [
            seen(0, LINE, M1), seen(1, OTHER_LINE, M1),  # a new account of the same member
            seen(2, LINE, M2, source=WEB),  # a browser says so
            seen(3, PHONE, M1), seen(4, PHONE, M2),  # a family's phone
        ]
    )  # fmt: skip

    assert await conflicts.open(1, RULES.replaced_accounts, RULES.single_owners) == []


@pytest.mark.parametrize("field", ["author", "reason"])
async def test_a_verdict_says_who_decides_and_why(tmp_path, postgres_url, field):
    verdict = {"keep": "", "author": "amy", "reason": "her sister's phone", field: "  "}
    async with serving(tmp_path, postgres_url) as brand:
        refused = await brand.refused("POST", f"/api/identity/conflicts/{node(LINE).hex()}", verdict)

    assert refused == (422, "invalid_input", f"/{field}")
