"""Broadcasts on both stores: whom they reach is frozen once; arms, pace, trial, drift."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from typing import Any

import msgspec
import pytest

from tieline.deliver.broadcast import BroadcastStage
from tieline.model.broadcast import HELD_OUT, UNDECIDED, Broadcast, Recipient, Trial, Variant, arms, best
from tieline.model.limits import Cap, Habits
from tieline.model.signal import SendRequest
from tieline.store.memory.broadcasts import MemoryBroadcasts
from tieline.store.memory.facts import MemoryFacts
from tieline.store.memory.segments import MemorySegments
from tieline.store.memory.unit import MemoryUnit
from tieline.store.postgres.broadcast_desk import PostgresBroadcastDesk
from tieline.store.postgres.broadcasts import PostgresBroadcasts
from tieline.store.postgres.segments import PostgresSegments
from tieline.store.postgres.unit import PostgresUnit
from tieline.testing.build import NOON, WORKSPACE, minutes, name

PEOPLE = [f"p{number}" for number in range(200)]
MESSAGES: tuple[dict[str, Any], ...] = ({"type": "text", "text": "hi"},)
ONE = (Variant(MESSAGES),)
TWO = (Variant(MESSAGES, "a"), Variant(MESSAGES, "b"))


@dataclass
class Doors:
    unit: MemoryUnit | PostgresUnit
    broadcasts: MemoryBroadcasts | PostgresBroadcasts
    segments: MemorySegments | PostgresSegments
    clicks: dict[str, int] = field(default_factory=dict)
    habits: dict[int, Habits] = field(default_factory=dict)

    async def by_step(self, workspace_id: int, origin: str) -> dict[str, int]:
        del workspace_id, origin
        return self.clicks

    @property
    def stage(self) -> BroadcastStage:
        return BroadcastStage(self.broadcasts, self, self.habits)

    async def change(self, entered: list[str], exited: list[str] | None = None, key: str = "all") -> None:
        async with self.unit.transaction():
            await self.segments.save(
                WORKSPACE,
                [(key, name(one)) for one in entered],
                [(key, name(one)) for one in exited or []],
                NOON,
            )

    async def start(self, key: str = "sale", **said: Any) -> None:
        whole = Broadcast(
            **{"account": "main", "purpose": "marketing", "variants": ONE, "segment": "all", **said}
        )
        async with self.unit.transaction():
            if isinstance(self.broadcasts, MemoryBroadcasts):
                await self.broadcasts.start(WORKSPACE, key, whole, NOON)
            else:
                assert isinstance(self.unit, PostgresUnit)
                desk = PostgresBroadcastDesk(self.unit.connection)
                assert await desk.save(WORKSPACE, key, key, whole, "ready", "ann", NOON)

    async def begin(self, at: float = 0) -> int:
        async with self.unit.transaction():
            return await self.stage.begin(minutes(at))

    async def plan(self, at: float = 0) -> list[SendRequest]:
        async with self.unit.transaction():
            return await self.stage.process(minutes(at))

    async def list(self, at: float = 10_000) -> list[Recipient]:
        async with self.unit.transaction():
            begun = await self.broadcasts.next(minutes(at))
            return await self.broadcasts.recipients(begun, minutes(at), 10_000) if begun else []


@pytest.fixture(params=["memory", "postgres"])
async def doors(request: pytest.FixtureRequest) -> AsyncIterator[Doors]:
    if request.param == "memory":
        segments = MemorySegments({WORKSPACE: "Asia/Taipei"})
        facts = MemoryFacts(lambda _: ())
        broadcasts = MemoryBroadcasts(lambda _: (), facts, segments)
        made = Doors(MemoryUnit(segments, facts, broadcasts), broadcasts, segments)
        await made.change(PEOPLE)
        yield made
        return
    unit = await PostgresUnit.open(request.getfixturevalue("postgres_url"))
    async with unit.transaction():
        await unit.connection.execute(
            "insert into workspace (key, name, identity_key, created_at) values ('b', 'B', 'x', %s)", (NOON,)
        )
    made = Doors(unit, PostgresBroadcasts(unit.connection), PostgresSegments(unit.connection))
    await made.change(PEOPLE)
    yield made
    await unit.close()


async def test_whoever_comes_or_goes_while_it_runs_changes_nothing(doors: Doors) -> None:
    await doors.start(per_minute=100)
    await doors.begin()
    first = await doors.plan()
    await doors.change(["new"], PEOPLE[:100])
    rest = [one for at in range(1, 5) for one in await doors.plan(at)]

    told = Counter(one.person for one in [*first, *rest])
    assert told == Counter(name(one) for one in PEOPLE)
    assert await doors.plan(10) == []


async def test_every_recipient_has_one_place_and_the_order_of_places_is_that_of_moments(doors: Doors) -> None:
    await doors.start(variants=TWO, holdout=20, trial=Trial(50, 60), per_minute=50)
    await doors.begin()
    found = await doors.list()

    assert [one.place for one in found] == list(range(1, 201))
    assert [one.due_at for one in found] == sorted(one.due_at for one in found)
    assert len({one.person for one in found}) == 200


async def test_at_one_moment_a_list_goes_once_around_all_names_and_each_broadcast_begins_elsewhere(
    doors: Doors,
) -> None:
    begins = []
    for key in ("one", "two", "three"):
        await doors.start(key)
        await doors.begin()
        people = [one.person for one in await doors.plan()]
        breaks = [at for at, (before, after) in enumerate(pairwise(people), 1) if before > after]
        assert len(breaks) <= 1
        assert sorted(people) == sorted(name(one) for one in PEOPLE)
        begins.append(people[0])
    assert len(set(begins)) == 3


async def test_sends_are_named_in_the_order_of_people(doors: Doors) -> None:
    await doors.start()
    await doors.begin()
    told = await doors.plan()

    assert sorted(told, key=lambda one: one.send_id) == sorted(told, key=lambda one: one.person)
    assert len({one.send_id for one in told}) == len(told)


async def test_both_stores_draw_the_same_arms(doors: Doors) -> None:
    await doors.start(variants=TWO, holdout=20)
    await doors.begin()
    found = {one.person: one.arm for one in await doors.list()}

    counted = Counter(found.values())
    assert set(counted) == {HELD_OUT, "a", "b"}
    assert 20 <= counted[HELD_OUT] <= 60
    # Written down once, so that neither store may ever draw otherwise.
    assert [found[name(one)] for one in PEOPLE[:6]] == [HELD_OUT, HELD_OUT, "b", "a", "a", "b"]


async def test_who_is_kept_out_is_not_told(doors: Doors) -> None:
    await doors.start(holdout=50)
    await doors.begin()
    kept_out = {one.person for one in await doors.list() if one.arm == HELD_OUT}
    told = {one.person for one in await doors.plan()}

    assert kept_out
    assert told == {name(one) for one in PEOPLE} - kept_out


async def test_a_pace_spreads_people_over_minutes(doors: Doors) -> None:
    await doors.start(per_minute=60)
    await doors.begin()
    by_minute = [len(await doors.plan(at + 0.99)) for at in range(4)]

    assert by_minute == [60, 60, 60, 20]


async def test_after_a_trial_everybody_else_gets_what_was_clicked_most(doors: Doors) -> None:
    await doors.start(variants=TWO, trial=Trial(20, 120))
    await doors.begin()
    tried = await doors.plan()
    doors.clicks["b"] = 3
    waiting = await doors.plan(119)
    rest = await doors.plan(120)

    assert {one.step for one in tried} == {"a", "b"}
    assert waiting == []
    assert {one.step for one in rest} == {"b"}
    assert len(tried) + len(rest) == 200


async def test_members_of_excluded_segments_are_left_out(doors: Doors) -> None:
    await doors.change(PEOPLE[:50], key="recent")
    await doors.start(exclude=("recent",))
    await doors.begin()

    assert {one.person for one in await doors.plan()} == {name(one) for one in PEOPLE[50:]}


@pytest.mark.parametrize(("expected", "drift", "planned"), [(200, None, 200), (182, 0.1, 200), (181, 0.1, 0)])
async def test_more_drift_than_allowed_since_the_preview_stops_it(
    doors: Doors, expected: int, drift: float | None, planned: int
) -> None:
    await doors.start(expected=expected, drift=drift)
    assert await doors.begin() == 1
    assert len(await doors.plan()) == planned
    assert await doors.begin() == 0


async def test_a_broadcast_waits_for_its_moment(doors: Doors) -> None:
    await doors.start(start_at=minutes(30))

    assert [await doors.begin(29.9), await doors.begin(30), await doors.begin(30)] == [0, 1, 0]


async def test_an_empty_segment_is_planned_at_once(doors: Doors) -> None:
    await doors.start(segment="nobody")

    assert await doors.begin() == 1
    assert await doors.plan() == []


async def test_a_message_carries_the_cap_of_the_workspace(doors: Doors) -> None:
    doors.habits[WORKSPACE] = Habits(cap=Cap(2, 7))
    await doors.start(priority=7)
    await doors.begin()

    assert {one.restraint.cap for one in await doors.plan()} == {Cap(2, 7)}


async def test_each_person_gets_it_by_the_clock_on_the_persons_wall(doors: Doors) -> None:
    if not isinstance(doors.unit, PostgresUnit):
        pytest.skip("time zones of people are facts in the database")
    async with doors.unit.transaction():
        for who, zone in (("p0", "Asia/Tokyo"), ("p1", "Asia/Taipei"), ("p2", "No/Where")):
            await doors.unit.connection.execute(
                "insert into node values (1, %s, 'member_id', %s, %s, %s, %s)",
                (name(who), who, NOON, name(who), name(who)),
            )
            await doors.unit.connection.execute(
                "insert into fact values (1, %s, 1, 'time_zone', 'shop', %s, %s)",
                (name(who), msgspec.json.encode(zone).decode(), NOON),
            )
    await doors.change([], PEOPLE[3:])
    await doors.start(local="2026-11-23T10:00:00")
    await doors.begin()
    found = {one.person: one.due_at - NOON for one in await doors.list()}

    taipei = timedelta(hours=14)  # 10:00 in Taipei is 02:00 in UTC
    assert found == {name("p0"): taipei - timedelta(hours=1), name("p1"): taipei, name("p2"): taipei}


@pytest.mark.parametrize(
    ("proven", "source"), [(False, "till"), (True, "page")], ids=["no proof", "a browser"]
)
async def test_a_time_zone_that_nobody_vouches_for_moves_no_message(
    doors: Doors, proven: bool, source: str
) -> None:
    if not isinstance(doors.unit, PostgresUnit):
        pytest.skip("time zones of people are facts in the database")
    async with doors.unit.transaction():
        run = doors.unit.connection.execute
        await run(
            "insert into source (workspace_id, key, kind, name, write_key, created_at)"
            " values (1, 'page', 'web', 'page', 'wk_page', %s)",
            (NOON,),
        )
        for node, core in (("p0", True), ("p0 elsewhere", proven)):
            await run(
                "insert into node (workspace_id, node_id, namespace, value, first_at, zone_id, profile_id, core)"
                " values (1, %s, 'member_id', %s, %s, %s, %s, %s)",
                (name(node), node, NOON, name("p0"), name("p0"), core),
            )
        for node, said_by, zone, at in (
            ("p0", "till", "Asia/Tokyo", NOON),
            ("p0 elsewhere", source, "America/New_York", NOON + timedelta(hours=1)),
        ):
            await run(
                "insert into fact values (1, %s, 1, 'time_zone', %s, %s, %s)",
                (name(node), said_by, msgspec.json.encode(zone).decode(), at),
            )
    await doors.change([], PEOPLE[1:])
    await doors.start(local="2026-11-23T10:00:00")
    await doors.begin()

    assert [one.due_at - NOON for one in await doors.list()] == [timedelta(hours=13)]


def test_arms_fill_everything_between_nobody_and_everybody() -> None:
    said = Broadcast("main", "marketing", TWO, holdout=10, trial=Trial(20, 60))
    names, ends = arms(said)

    assert list(names) == [HELD_OUT, "a", "b", UNDECIDED]
    assert ends == pytest.approx([0.1, 0.19, 0.28, 1.0])


def test_the_variant_with_the_most_clicks_for_its_people_is_best() -> None:
    said = Broadcast("main", "marketing", TWO)

    assert best(said, {"a": 100, "b": 10}, {"a": 20, "b": 3}) == "b"
    assert best(said, {"a": 100, "b": 100}, {}) == "a"
