"""The journey stage on both stores: starting by hand and by the clock, leaving, errors, experiments, counts."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import Any

import pytest

from tieline.deliver.fill import fill_tree
from tieline.journey import advance
from tieline.journey.draw import HELD_OUT
from tieline.journey.effects import stored
from tieline.journey.enrolment import Enrolment
from tieline.journey.stage import JourneyStage, Moved
from tieline.model.limits import Cap, Habits, Quiet
from tieline.model.signal import EnrolmentRow, Signal
from tieline.store.memory.history import MemoryHistory
from tieline.store.memory.identity import MemoryIdentity
from tieline.store.memory.journeys import MemoryJourneys
from tieline.store.memory.log import MemoryLog
from tieline.store.memory.signals import MemorySignals
from tieline.store.memory.unit import MemoryUnit
from tieline.store.postgres.identity import PostgresIdentity
from tieline.store.postgres.journey_reports import PostgresJourneyReports
from tieline.store.postgres.journeys import PostgresJourneys
from tieline.store.postgres.signals import PostgresSignals
from tieline.store.postgres.unit import PostgresUnit
from tieline.testing.build import NOON, WORKSPACE, identified, minutes, name, placed, signal

SEND = {
    "kind": "send_line",
    "account": "main",
    "purpose": "marketing",
    "messages": [{"type": "text", "text": "hi"}],
}
PEOPLE = ("ann", "bob", "cat", "dan")


def journey(*steps: dict[str, Any], key: str = "one", **rest: Any) -> dict[str, Any]:
    return {
        "key": key,
        "name": key,
        "trigger": {"kind": "event", "event": "Added"},
        "start": steps[0]["id"],
        "steps": list(steps),
        **rest,
    }


WAIT = {"id": "wait", "kind": "wait", "for": "PT30M", "next": "remind"}
REMIND = {"id": "remind", **SEND}


class History(MemoryHistory):
    """History that finds whom it is told to find."""

    found: frozenset[bytes] = frozenset()

    async def members(self, *_: Any) -> set[bytes]:
        return set(self.found)

    async def which(
        self, _workspace: int, conditions: Any, profile_ids: Any, *_: Any
    ) -> dict[bytes, set[str]]:
        return {one: set(conditions) for one in profile_ids if one in self.found}


@dataclass
class Doors:
    unit: MemoryUnit | PostgresUnit
    journeys: MemoryJourneys | PostgresJourneys
    signals: MemorySignals | PostgresSignals
    identity: MemoryIdentity | PostgresIdentity
    history: History = field(default_factory=History)
    habits: dict[int, Habits] = field(default_factory=dict)
    stage: JourneyStage | None = None

    async def put(self, definition: dict[str, Any], state: str = "live") -> None:
        async with self.unit.transaction():
            await self.identity.save(WORKSPACE, [placed(one) for one in PEOPLE], [])
            await self.journeys.put(WORKSPACE, definition["key"], "j", definition, state, "ann", NOON)

    async def run(self, at: float, *signals: Signal) -> Moved:
        if self.stage is None:
            self.restart()
        assert self.stage is not None
        async with self.unit.transaction():
            await self.signals.put(signals)
        async with self.unit.transaction():
            return await self.stage.process(minutes(at), 100)

    def restart(self) -> None:
        self.stage = JourneyStage(
            self.journeys, self.history, fill_tree, {WORKSPACE: "Asia/Taipei"}, self.habits
        )

    async def rows(self) -> list[tuple[str, Enrolment]]:
        async with self.unit.transaction():
            if isinstance(self.journeys, MemoryJourneys):
                return [(row.state, stored(row)) for row in self.journeys.enrolments.values()]
            assert isinstance(self.unit, PostgresUnit)
            ordered = "select state, body from enrolment order by entered_at"
            cursor = await self.unit.connection.execute(ordered)
            return [(state, stored(_body(body))) for state, body in await cursor.fetchall()]


def _body(body: Any) -> EnrolmentRow:
    return EnrolmentRow(1, b"", "", 1, b"", "", "", "", None, None, body, NOON)


@pytest.fixture(params=["memory", "postgres"])
async def doors(request: pytest.FixtureRequest) -> AsyncIterator[Doors]:
    if request.param == "memory":
        identity, signals, log = MemoryIdentity(), MemorySignals(), MemoryLog()
        journeys = MemoryJourneys(identity.everyone, log, signals)
        yield Doors(MemoryUnit(identity, log, signals, journeys), journeys, signals, identity)
        return
    unit = await PostgresUnit.open(request.getfixturevalue("postgres_url"))
    async with unit.transaction():
        await unit.connection.execute(
            "insert into workspace (key, name, identity_key, created_at) values ('b', 'B', 'x', %s)", (NOON,)
        )
    line = unit.connection
    yield Doors(unit, PostgresJourneys(line), PostgresSignals(line), PostgresIdentity(line))
    await unit.close()


def asked(key: str, who: str, at: float, what: str = "journey_start_asked", **data: Any) -> Signal:
    return signal(what, who, minutes(at), journey=key, data=data)


async def test_a_journey_starts_by_hand_with_what_was_said(doors: Doors) -> None:
    await doors.put(journey(WAIT, REMIND, trigger={"kind": "manual"}))
    await doors.run(1, asked("one", "ann", 0, store="A1"), asked("other", "bob", 0))

    ((state, one),) = await doors.rows()
    assert (state, one.person, one.trigger) == ("waiting_time", name("ann"), {"store": "A1"})


async def test_a_journey_hears_what_comes_right_after_it_was_saved(doors: Doors) -> None:
    await doors.put(journey(WAIT, REMIND))
    await doors.run(1)
    await doors.put(journey(WAIT, REMIND, key="two", trigger={"kind": "event", "event": "Paid"}))
    await doors.run(1)
    assert doors.stage is not None

    assert len(doors.stage.listen([identified("Added", "ann"), identified("Paid", "ann")])) == 2


async def test_a_person_who_is_asked_to_leave_gets_nothing_more(doors: Doors) -> None:
    await doors.put(journey(WAIT, REMIND))
    await doors.run(1, signal("Added", "ann"), signal("Added", "bob"))
    await doors.run(2, asked("one", "ann", 2, "journey_leave_asked"))
    moved = await doors.run(40)

    assert [request.person for request in moved.requests] == [name("bob")]


async def test_a_round_begins_once_at_its_time_for_those_who_are_meant_then(doors: Doors) -> None:
    trigger = {"kind": "schedule", "if": {"tag": "x"}, "time": "20:30"}
    await doors.put(journey(REMIND, trigger=trigger, reentry={"mode": "always"}))
    doors.history.found = frozenset({name("ann"), name("bob")})
    early = [await doors.run(at) for at in (0, 29)]  # noon in UTC is 20:00 in Taipei
    doors.restart()
    begun = [await doors.run(at) for at in (30, 30.1, 31)]
    doors.history.found = frozenset({name("cat")})
    next_day = [await doors.run(at) for at in (24 * 60 + 30, 24 * 60 + 31)]

    assert not any(moved.requests for moved in early)
    told = [request.person for moved in begun for request in moved.requests]
    assert sorted(told) == sorted([name("ann"), name("bob")])
    assert [request.person for moved in next_day for request in moved.requests] == [name("cat")]


async def test_a_round_that_is_long_over_is_left_out(doors: Doors) -> None:
    trigger = {"kind": "schedule", "if": {"tag": "x"}, "time": "20:30"}
    await doors.put(journey(REMIND, trigger=trigger))
    doors.history.found = frozenset({name("ann")})
    await doors.run(0)
    late = [await doors.run(at) for at in (30 + 7 * 60, 30 + 7 * 60 + 1)]

    assert not any(moved.requests for moved in late)


async def test_who_drains_finishes_and_nobody_enters(doors: Doors) -> None:
    await doors.put(journey(WAIT, REMIND))
    await doors.run(1, signal("Added", "ann"))
    async with doors.unit.transaction():
        await doors.journeys.set_state(WORKSPACE, "one", "draining", NOON)
    await doors.run(3, signal("Added", "bob", minutes(2)))
    moved = await doors.run(40)

    assert [request.person for request in moved.requests] == [name("ann")]


async def test_who_is_paused_stands_still_and_goes_on(doors: Doors) -> None:
    await doors.put(journey(WAIT, REMIND))
    await doors.run(1, signal("Added", "ann"))
    async with doors.unit.transaction():
        await doors.journeys.set_state(WORKSPACE, "one", "paused", NOON)
    paused = await doors.run(40)
    async with doors.unit.transaction():
        await doors.journeys.set_state(WORKSPACE, "one", "live", NOON)
    going = await doors.run(50)

    assert (len(paused.requests), len(going.requests)) == (0, 1)


async def test_an_error_parks_one_person_and_the_others_go_on(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    await doors.put(journey(WAIT, REMIND))
    await doors.run(1, signal("Added", "ann"), signal("Added", "bob"))
    whole = advance._fire

    def broken(course: Any, enrolment: Enrolment, *rest: Any, **more: Any) -> Any:
        if enrolment.person == name("ann"):
            raise ZeroDivisionError
        return whole(course, enrolment, *rest, **more)

    monkeypatch.setattr(advance, "_fire", broken)
    moved = await doors.run(40)
    again = await doors.run(41)

    assert [request.person for request in moved.requests] == [name("bob")]
    assert again.handled == 0
    parked = [one for state, one in await doors.rows() if state == "parked"]
    assert [(one.person, one.reason) for one in parked] == [(name("ann"), "error: ZeroDivisionError")]


async def test_what_an_error_stopped_goes_on_when_it_is_replayed(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not isinstance(doors.unit, PostgresUnit):
        pytest.skip("replaying is asked of the database")
    heard = {"id": "heard", "kind": "wait_for_event", "event": "Clicked", "timeout": "P1D", "next": "remind"}
    await doors.put(journey(heard, REMIND))
    await doors.run(1, signal("Added", "ann"))
    with monkeypatch.context() as broken:
        broken.setattr(advance, "_see", None)
        await doors.run(5, signal("Clicked", "ann", minutes(5)))
    stopped = await doors.run(6)
    async with doors.unit.transaction():
        done = await PostgresJourneyReports(doors.unit.connection).replay(WORKSPACE, "one", minutes(7))
    moved = await doors.run(8)

    assert (len(stopped.requests), done["people"]) == (0, 1)
    assert [(request.person, request.at) for request in moved.requests] == [(name("ann"), minutes(5))]


async def test_an_enrolment_that_never_began_begins_when_it_is_replayed(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not isinstance(doors.unit, PostgresUnit):
        pytest.skip("replaying is asked of the database")
    await doors.put(journey(WAIT, REMIND))
    with monkeypatch.context() as broken:
        broken.setattr(advance, "_walk", None)
        await doors.run(1, signal("Added", "ann"))
    async with doors.unit.transaction():
        await PostgresJourneyReports(doors.unit.connection).replay(WORKSPACE, "one", minutes(2))
    await doors.run(3)

    ((state, one),) = await doors.rows()
    assert (state, one.due_at) == ("waiting_time", minutes(30))


async def test_a_condition_on_a_segment_that_is_gone_parks_whom_it_is_asked_for(doors: Doors) -> None:
    ask = {"id": "ask", "kind": "condition", "if": {"segment": "gone"}, "then": "remind"}
    await doors.put(journey(ask, REMIND))
    await doors.run(1, signal("Added", "ann"))
    await doors.run(2)

    ((state, _),) = await doors.rows()
    assert state == "parked"


async def test_each_message_is_read_again_for_whom_it_is_meant(doors: Doors) -> None:
    settings = {"quiet_hours": "off", "only_while": {"tag": "x"}}
    await doors.put(journey(WAIT, REMIND, settings=settings))
    await doors.run(1, signal("Added", "ann"), signal("Added", "bob"))
    doors.history.found = frozenset({name("bob")})
    moved = [await doors.run(at) for at in (30, 31)]

    assert [request.person for one in moved for request in one.requests] == [name("bob")]
    ends = {one.person: one.reason for _, one in await doors.rows()}
    assert ends == {name("ann"): "no_longer_meant", name("bob"): "end"}


async def test_a_message_carries_what_holds_it_back(doors: Doors) -> None:
    doors.habits[WORKSPACE] = Habits(cap=Cap(2, 7))
    settings = {"quiet_hours": {"from": "23:00", "until": "06:00"}, "priority": 8}
    await doors.put(journey(REMIND, settings=settings))
    (request,) = (await doors.run(1, signal("Added", "ann"))).requests

    held = request.restraint
    assert held.quiet is not None
    assert isinstance(held.quiet, Quiet)
    assert (held.cap, held.priority) == (Cap(2, 7), 8)


async def test_a_journey_without_hours_of_its_own_carries_those_of_its_workspace(doors: Doors) -> None:
    doors.habits[WORKSPACE] = Habits(quiet=Quiet(time(23), time(6)))
    await doors.put(journey(REMIND))
    (request,) = (await doors.run(1, signal("Added", "ann"))).requests

    assert request.restraint.quiet == Quiet(time(23), time(6))


async def test_a_test_ends_with_the_arm_that_did_best(doors: Doors) -> None:
    split = {
        "id": "tone",
        "kind": "ab_test",
        "branches": [{"name": "warm", "next": "wait"}, {"name": "short", "next": "wait"}],
        "winner": {"by": "goal", "after": "P1D", "people": 1},
    }
    wait = {"id": "wait", "kind": "wait", "for": "P3D"}
    await doors.put(journey(split, wait, goal={"event": "Bought"}))
    await doors.run(1, *(signal("Added", one) for one in ("ann", "bob", "cat")))
    arms = {one.person: one.data["arms"]["tone"] for _, one in await doors.rows()}
    assert set(arms.values()) == {"warm", "short"}
    best = next(who for who in ("ann", "bob", "cat") if list(arms.values()).count(arms[name(who)]) == 1)
    await doors.run(10, signal("Bought", best, minutes(10)))
    for at in (24 * 60 + 5, 24 * 60 + 10):
        await doors.run(at)
    await doors.run(24 * 60 + 20, signal("Added", "dan", minutes(24 * 60 + 20)))

    assert {one.person: one for _, one in await doors.rows()}[name("dan")].data["arms"]["tone"] == arms[
        name(best)
    ]


async def test_a_click_counts_for_the_arm_whose_message_was_clicked(doors: Doors) -> None:
    split = {
        "id": "tone",
        "kind": "ab_test",
        "branches": [{"name": "warm"}, {"name": "short"}],
        "winner": {"by": "click", "after": "P1D", "people": 1},
    }
    await doors.put(journey(split))
    await doors.run(1, signal("Added", "ann"))
    await doors.run(3, signal("message_link_clicked", "ann", minutes(2), origin="journey:one"))
    async with doors.unit.transaction():
        arms, began_at = await doors.journeys.arms(WORKSPACE, "one", 1, "tone", "click")

    assert [tuple(tally) for tally in arms.values()] == [(1, 1)]
    assert began_at == NOON


async def test_who_is_kept_out_gets_nothing_and_is_watched(doors: Doors) -> None:
    hold = {"id": "hold", "kind": "holdout", "share": 50, "next": "remind"}
    await doors.put(journey(hold, REMIND))
    moved = await doors.run(1, *(signal("Added", one) for one in PEOPLE))

    sides = {one.person: one.data["arms"]["hold"] for _, one in await doors.rows()}
    told = {request.person for request in moved.requests}
    assert told == {person for person, side in sides.items() if side != HELD_OUT}
    assert {said.name for said in moved.said} == {"experiment_assigned"}


async def test_every_step_that_is_reached_is_counted_once(doors: Doors) -> None:
    await doors.put(journey(WAIT, REMIND))
    await doors.run(1, signal("Added", "ann"), signal("Added", "bob"))
    await doors.run(40)

    assert await _counts(doors) == {"": 2, "wait": 2, "remind": 2, "!end": 2}


async def test_two_events_in_one_millisecond_let_a_person_through_once(doors: Doors) -> None:
    await doors.put(journey({"id": "tag", "kind": "tag", "add": ["a"]}, reentry={"mode": "always"}))
    await doors.run(1, signal("Added", "ann", sku="A"), signal("Added", "ann", sku="B"))

    assert await _counts(doors) == {"": 1, "tag": 1, "!end": 1}


async def _counts(doors: Doors) -> dict[str, int]:
    async with doors.unit.transaction():
        if isinstance(doors.journeys, MemoryJourneys):
            return {step: people for (*_, step, _), people in doors.journeys.counts.items()}
        assert isinstance(doors.unit, PostgresUnit)
        rows = await PostgresJourneyReports(doors.unit.connection).counts(
            WORKSPACE, "one", (NOON - timedelta(days=1)).date()
        )
        return {row["step"]: row["people"] for row in rows}


async def test_people_go_on_in_another_version_where_their_step_is_the_same(doors: Doors) -> None:
    if not isinstance(doors.unit, PostgresUnit):
        pytest.skip("moving is asked of the database")
    await doors.put(journey(WAIT, REMIND))
    await doors.run(1, signal("Added", "ann"))
    await doors.put(journey(WAIT, {"id": "remind", "kind": "tag", "add": ["a"]}))
    await doors.run(2, signal("Added", "bob", minutes(2)))
    async with doors.unit.transaction():
        moved = await PostgresJourneyReports(doors.unit.connection).move(WORKSPACE, "one", 2, {1: ["wait"]})
    after = await doors.run(40)

    assert moved == 1
    assert (len(after.requests), {said.name for said in after.said}) == (0, {"tag_added"})
