"""Segments and their members: memory and PostgreSQL keep the same promises."""

from collections.abc import AsyncIterator
from typing import NamedTuple

import pytest

from tieline.condition.parse import parse
from tieline.condition.rewrite import rewrite
from tieline.store.memory.segments import MemorySegments
from tieline.store.memory.unit import MemoryUnit
from tieline.store.postgres.segments import PostgresSegments
from tieline.store.postgres.unit import PostgresUnit
from tieline.testing.build import NOON, WORKSPACE, minutes, name, undone

GOLD = {"trait": "tier", "op": "eq", "value": "gold"}
BLUE = {"trait": "tier", "op": "eq", "value": "blue"}


class Doors(NamedTuple):
    unit: MemoryUnit | PostgresUnit
    segments: MemorySegments | PostgresSegments


@pytest.fixture(params=["memory", "postgres"])
async def doors(request: pytest.FixtureRequest) -> AsyncIterator[Doors]:
    if request.param == "memory":
        segments = MemorySegments({WORKSPACE: "Asia/Tokyo"})
        yield Doors(MemoryUnit(segments), segments)
        return
    unit = await PostgresUnit.open(request.getfixturevalue("postgres_url"))
    async with unit.transaction():
        await unit.connection.execute(
            "insert into workspace (key, name, time_zone, identity_key, created_at) values ('b', 'B', 'Asia/Tokyo', 'x', %s)",
            (NOON,),
        )
    yield Doors(unit, PostgresSegments(unit.connection))
    await unit.close()


async def put(doors: Doors, key: str, definition: dict) -> int:
    async with doors.unit.transaction():
        return await doors.segments.put(WORKSPACE, key, key, definition, "ann", NOON)


async def test_a_new_segment_is_live_and_not_computed_yet(doors: Doors) -> None:
    await put(doors, "gold", GOLD)

    async with doors.unit.transaction():
        (segment,) = await doors.segments.live()

    assert (segment.key, segment.version, segment.computed) == ("gold", 1, False)
    assert segment.node == rewrite(parse(GOLD), {})


async def test_a_segment_that_was_computed_says_so_until_it_changes(doors: Doors) -> None:
    await put(doors, "gold", GOLD)
    async with doors.unit.transaction():
        await doors.segments.computed(WORKSPACE, "gold", NOON)
        (computed,) = await doors.segments.live()
    version = await put(doors, "gold", BLUE)
    async with doors.unit.transaction():
        (changed,) = await doors.segments.live()

    assert computed.computed
    assert (version, changed.version, changed.computed) == (2, 2, False)
    assert changed.node == rewrite(parse(BLUE), {})


async def test_references_are_replaced_by_what_they_refer_to(doors: Doors) -> None:
    await put(doors, "gold", GOLD)
    await put(doors, "not-gold", {"not": {"segment": "gold"}})

    async with doors.unit.transaction():
        live = {segment.key: segment.node for segment in await doors.segments.live()}

    assert live["not-gold"] == rewrite(parse({"not": {"segment": "gold"}}), {"gold": parse(GOLD)})


async def test_a_reference_to_nothing_does_not_stop_its_neighbours(doors: Doors) -> None:
    await put(doors, "lost", {"segment": "gone"})
    await put(doors, "gold", GOLD)

    async with doors.unit.transaction():
        live = await doors.segments.live()

    assert [segment.key for segment in live] == ["gold"]


async def test_members_are_found_by_profile_and_by_segment(doors: Doors) -> None:
    async with doors.unit.transaction():
        await doors.segments.save(
            WORKSPACE, [("gold", name("a")), ("gold", name("b")), ("new", name("a"))], [], NOON
        )

    async with doors.unit.transaction():
        assert await doors.segments.members(WORKSPACE, [name("a"), name("c")]) == {name("a"): {"gold", "new"}}
        assert await doors.segments.all_members(WORKSPACE, "gold") == {name("a"), name("b")}
        assert await doors.segments.all_members(WORKSPACE + 1, "gold") == set()


async def test_entering_twice_and_leaving_twice_change_nothing(doors: Doors) -> None:
    entered, left = [("gold", name("a"))], [("gold", name("b"))]
    for at in (NOON, minutes(1)):
        async with doors.unit.transaction():
            await doors.segments.save(WORKSPACE, entered, left, at)

    async with doors.unit.transaction():
        assert await doors.segments.all_members(WORKSPACE, "gold") == {name("a")}


async def test_who_left_is_no_member_any_more(doors: Doors) -> None:
    async with doors.unit.transaction():
        await doors.segments.save(WORKSPACE, [("gold", name("a")), ("gold", name("b"))], [], NOON)
        await doors.segments.save(WORKSPACE, [], [("gold", name("a"))], NOON)

    async with doors.unit.transaction():
        assert await doors.segments.all_members(WORKSPACE, "gold") == {name("b")}


async def test_membership_that_was_rolled_back_was_never_there(doors: Doors) -> None:
    async with undone(doors.unit):
        await doors.segments.save(WORKSPACE, [("gold", name("a"))], [], NOON)

    async with doors.unit.transaction():
        assert await doors.segments.all_members(WORKSPACE, "gold") == set()


async def test_the_time_zone_is_the_workspaces(doors: Doors) -> None:
    async with doors.unit.transaction():
        assert await doors.segments.time_zone(WORKSPACE) == "Asia/Tokyo"
        assert await doors.segments.time_zone(WORKSPACE + 1) == "UTC"
