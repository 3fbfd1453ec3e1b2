"""Decisions as they come along the log."""

from datetime import UTC, datetime, timedelta

from tieline.identify.command import DecisionStage
from tieline.identify.stage import IdentifyStage
from tieline.model.event import IDENTITY_DECIDED, Event, Identifier, Source
from tieline.store.memory.identity import MemoryIdentity

AT = datetime(2026, 3, 1, 9, tzinfo=UTC)
KEYS = {1: b"k" * 32}
OWN = Source(1, 9, "tieline", "tieline")
CRM = Source(1, 2, "crm", "server")
MEMBER, OTHER, MAIL = (
    Identifier("member_id", "M1"),
    Identifier("member_id", "M2"),
    Identifier("email", "ann@shop.tw"),
)


def seen(*named: Identifier) -> Event:
    return Event(1, CRM, 1, 0, "track", "seen", "", AT, AT, named, {}, {})


def said(kind: str, *named: Identifier, days: int = 0) -> Event:
    ends = {
        end: {"namespace": one.namespace, "value": one.value} for end, one in zip("ab", named, strict=False)
    }
    at = AT + timedelta(days=days)
    return Event(
        1, OWN, 1, 0, "track", IDENTITY_DECIDED, "", at, at, (), {"kind": kind, "author": "ann", **ends}, {}
    )


async def people(*events: Event) -> list[int]:
    """Return how many people there are before the events and after each."""
    store = MemoryIdentity()
    stage, decide = IdentifyStage(store, KEYS, {}), DecisionStage(store, KEYS, {})
    await stage.process([seen(MEMBER, MAIL), seen(OTHER), seen(MEMBER, Identifier("anonymous_id", "b1"))])
    counts = [len({placed.profile_id for placed in store.everyone(1)})]
    for event in events:
        await decide.process([event])
        counts.append(len({placed.profile_id for placed in store.everyone(1)}))
    return counts


async def test_a_cut_is_carried_out_and_taken_back() -> None:
    assert await people(said("cut", MEMBER, MAIL), said("undo", MEMBER, MAIL)) == [2, 3, 2]


async def test_a_blocked_value_stands_alone_until_the_block_is_taken_back() -> None:
    assert await people(said("block", MAIL), said("undo", MAIL, MAIL)) == [2, 3, 2]


async def test_a_day_that_passes_lets_links_of_browsers_age() -> None:
    assert await people(said("age", days=30), said("age", days=800), said("age", days=40)) == [2, 2, 3, 3]


async def test_a_day_is_about_nobody_and_not_parked() -> None:
    stage = IdentifyStage(MemoryIdentity(), KEYS, {})
    told = await stage.process([said("age"), said("cut")])
    assert [parked.reason for parked in told.parked] == ["no_identifier"]


async def test_what_is_half_said_is_no_decision() -> None:
    assert (
        await people(said("cut", MEMBER), said("cut", MEMBER, MEMBER), said("fly", MEMBER, MAIL)) == [2] * 4
    )
