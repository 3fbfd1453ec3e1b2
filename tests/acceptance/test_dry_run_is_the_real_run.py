"""A dry-run over past days says of random journeys what the real run did on the same days, step by step.

The real run is every loop there is, with the simulated LINE, while it happens; the dry-run knows what history kept of it.
"""

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tieline.condition.match import HistoryEvent, Person, match
from tieline.condition.node import Node
from tieline.condition.parse import parse as parse_condition
from tieline.condition.rewrite import rewrite
from tieline.journey.definition import Journey
from tieline.journey.parse import parse
from tieline.journey.plan import by_clock, next_round
from tieline.journey.rehearsal import Origin, Past, Rehearsal, Stage, crossings
from tieline.journey.trigger import SegmentEntered, SegmentExited
from tieline.model.limits import Habits
from tieline.model.send import SendState
from tieline.testing import scenario
from tieline.testing.story import Story

NINE = datetime(2026, 3, 2, 9, tzinfo=ZoneInfo("Asia/Taipei"))
PEOPLE, DAYS = 3, 6
NAMES = ("Added", "Bought", "Seen")


class Deed(NamedTuple):
    """What somebody does, so many minutes after the beginning."""

    after: int
    who: int
    event: str
    said: dict[str, Any]


class Case(NamedTuple):
    journey: dict[str, Any]
    deeds: list[Deed]
    friends: list[bool]
    agreed: list[bool]


def step(  # noqa: C901 - one shape per kind
    kind: str, number: int, onward: str | None, other: str | None, choice: int
) -> dict[str, Any]:
    ways: dict[str, Any] = {"next": onward}
    match kind:
        case "wait":
            rest: dict[str, Any] = {"for": ("PT1H", "PT90M", "P1D")[choice]}
        case "wait_until_time":
            rest = {"time": ("08:00", "10:00", "23:30")[choice]}
        case "wait_for_event":
            rest = {"event": NAMES[choice], "timeout": ("PT1H", "PT12H", "P2D")[choice]}
            ways["on_timeout"] = other
        case "split_by_button":
            buttons = [
                {"name": one, "data": one, **({"next": way} if way else {})}
                for one, way in (("yes", onward), ("no", other))
            ]
            rest, ways = {"buttons": buttons, "timeout": "P1D"}, {"on_timeout": other}
        case "condition":
            asked = (
                {"event": "Seen"},
                {"event": "Bought", "window": {"last": "PT2H"}},
                {"not": {"event": "Seen", "op": "gte", "value": 2}},
            )
            rest, ways = {"if": asked[choice]}, {"then": onward, "else": other}
        case "coupon":
            rest = {"pool": "gifts"}
            ways["on_empty"] = other
        case "random_split":
            shares = [("a", onward, 30), ("b", other, 70)]
            rest = {
                "branches": [
                    {"name": name, "share": share, **({"next": way} if way else {})}
                    for name, way, share in shares
                ]
            }
            ways = {}
        case "holdout":
            rest = {"share": 50, "observe": "P1D"}
        case "send_line":
            purpose = ("marketing", "marketing", "transactional")[choice]
            rest = {
                "account": "main",
                "purpose": purpose,
                "messages": [{"type": "text", "text": f"s{number}"}],
            }
        case "goal" | "exit":
            rest, ways = {}, {}
        case _:
            rest = {"add": ["x"]}
    return {
        "id": f"s{number}",
        "kind": kind,
        **rest,
        **{key: way for key, way in ways.items() if way is not None},
    }


KINDS = ("wait", "wait", "wait_until_time", "wait_for_event", "split_by_button", "condition", "coupon")
KINDS += ("random_split", "holdout", "send_line", "send_line", "send_line", "tag")
ENDS = ("send_line", "goal", "exit", "wait")
triggers = st.sampled_from(
    (
        {"kind": "event", "event": "Added"},
        {"kind": "event", "event": "Added"},
        {"kind": "event", "event": "Added", "where": {"property": "cart", "op": "eq", "value": "c1"}},
        {"kind": "postback", "data": "join", "account": "main"},
        {"kind": "schedule", "if": {"event": "Added"}, "time": "10:00"},
        {"kind": "schedule", "if": {"not": {"event": "Bought"}}, "time": "23:00", "weekdays": ["tue", "fri"]},
        {"kind": "segment_entered", "segment": "keen"},
        {"kind": "segment_exited", "segment": "keen"},
    )
)
SEGMENTS = {"keen": {"all": [{"event": "Added"}, {"not": {"event": "Bought"}}]}}
reentries = st.sampled_from(
    (
        {"mode": "always"},
        {"mode": "always", "key": "cart"},
        {"mode": "once"},
        {"mode": "after", "after": "P1D"},
    )
)
caps = st.sampled_from(
    ({}, {}, {"frequency_cap": {"messages": 1, "days": 1}}, {"frequency_cap": {"messages": 2, "days": 7}})
)
quiet = st.sampled_from(("off", "off", {"from": "22:00", "until": "09:00"}))
only_while = st.sampled_from(({}, {}, {"only_while": {"not": {"event": "Bought"}}}))


@st.composite
def journeys(draw: st.DrawFn) -> dict[str, Any]:
    """Steps in a chain, with second ways onward."""
    kinds = [*draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=5)), draw(st.sampled_from(ENDS))]
    steps = []
    for number, kind in enumerate(kinds):
        later = [None, *(f"s{index}" for index in range(number + 1, len(kinds)))]
        onward = f"s{number + 1}" if number + 1 < len(kinds) else None
        steps.append(step(kind, number, onward, draw(st.sampled_from(later)), draw(st.integers(0, 2))))
    ends = {"exit_on": [{"event": "Bought"}]} if draw(st.booleans()) else {}
    goal = {"goal": {"event": "Bought"}} if draw(st.booleans()) else {}
    trigger, reentry = draw(triggers), dict(draw(reentries))
    if trigger["kind"] not in {"event", "postback"}:
        reentry.pop("key", None)  # nothing came with the trigger
    kept = {"quiet_hours": draw(quiet), **draw(caps), **draw(only_while)}
    return {
        "key": "j",
        "name": "j",
        "trigger": trigger,
        "reentry": reentry,
        "start": "s0",
        "steps": steps,
        **ends,
        **goal,
        "settings": kept,
    }


minutes = st.one_of(st.integers(0, DAYS * 24).map(lambda hours: hours * 60), st.integers(0, DAYS * 1440))
deeds = st.one_of(
    st.builds(
        Deed,
        minutes,
        st.integers(0, PEOPLE - 1),
        st.sampled_from(("Added", "Added", "Added", "Bought", "Seen")),
        st.sampled_from(({"cart": "c1"}, {"cart": "c2"}, {})),
    ),
    st.builds(
        Deed,
        minutes,
        st.integers(0, PEOPLE - 1),
        st.just("pressed"),
        st.sampled_from(({"data": "join"}, {"data": "yes"}, {"data": "no"})),
    ),
)
cases = st.builds(
    Case,
    journeys(),
    st.lists(deeds, min_size=4, max_size=14, unique_by=lambda one: one.after),
    st.lists(st.sampled_from((True, True, True, False)), min_size=PEOPLE, max_size=PEOPLE),
    st.lists(st.sampled_from((True, True, True, False)), min_size=PEOPLE, max_size=PEOPLE),
)


AT_THE_BEGINNING = Case(
    {
        "key": "j",
        "name": "j",
        "trigger": {"kind": "segment_entered", "segment": "keen"},
        "reentry": {"mode": "always"},
        "start": "s0",
        "steps": [{"id": "s0", "kind": "wait", "for": "PT1H"}],
        "settings": {"quiet_hours": "off"},
    },
    [Deed(0, 0, "Added", {"cart": "c1"})],
    [True] * PEOPLE,
    [True] * PEOPLE,
)
"""Somebody enters the segment at the very moment from which the dry-run looks."""


@example(case=AT_THE_BEGINNING)
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(case=cases)
def test_a_dry_run_is_what_the_real_run_did(case: Case) -> None:
    asyncio.run(compare(case))


async def compare(case: Case) -> None:
    story = Story(NINE, people=PEOPLE)
    for number in range(PEOPLE):
        await story.befriend(number, f"M{number}", consent=case.agreed[number])
    await story.pool("gifts", *(f"CODE{number}" for number in range(50)))
    for number, friend in enumerate(case.friends):
        if not friend:
            await story.block(number)
    for key, condition in SEGMENTS.items():
        await story.segment(key, condition)
    await story.journey(case.journey)
    began_at = story.clock.now() + timedelta(minutes=1)
    for deed in sorted(case.deeds, key=lambda one: one.after):
        # What happens at the very moment of a timer is known before the timer is looked at.
        moment = began_at + timedelta(minutes=deed.after)
        await pass_by(story, moment - timedelta(seconds=1))
        story.clock.advance(max(moment - story.clock.now(), timedelta(0)))
        if deed.event != "pressed":
            await story.track(deed.event, f"M{deed.who}", **deed.said)
        elif case.friends[deed.who]:
            await story.press(deed.said["data"], deed.who)
    await pass_by(story, began_at + timedelta(days=DAYS + 1))

    said = rehearsed(story, case.journey, began_at)
    assert really(story) == told(said)


async def pass_by(story: Story, at: datetime) -> None:
    """Let time pass, and everything be looked at on every full hour, when journeys begin by the clock."""
    while (hour := story.clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)) < at:
        await story.until(hour)
    await story.until(at)


def entering(journey: Journey, person: Person, since: datetime, until: datetime) -> list[datetime]:
    """Return when the clock or a segment would have let a person in."""
    zone = ZoneInfo(scenario.ZONE)

    def holds(node: Node, at: datetime) -> bool:
        then = msgspec.structs.replace(person, events=[one for one in person.events if one.at <= at])
        return match(node, then, at, scenario.ZONE)

    found: list[datetime] = []
    clock = by_clock(journey)
    if clock is not None:
        at = next_round(clock, since, zone)
        while at <= until:
            found += [at] if holds(rewrite(clock.who), at) else []
            at = next_round(clock, at, zone)
    if isinstance(journey.trigger, SegmentEntered | SegmentExited):
        node, entered = (
            rewrite(parse_condition(SEGMENTS["keen"])),
            isinstance(journey.trigger, SegmentEntered),
        )
        found += crossings(person, node, since, (), scenario.ZONE, entered=entered)
    return found


def rehearsed(story: Story, definition: dict[str, Any], since: datetime) -> Rehearsal:
    """Try the journey on what history kept."""
    journey, until = parse(definition), story.clock.now()
    segments = {key: parse_condition(condition) for key, condition in SEGMENTS.items()}
    stage = Stage(journey, since, until, scenario.ZONE, Habits(), segments)
    events: dict[bytes, list[HistoryEvent]] = {}
    origins: dict[bytes, list[Origin]] = {}
    for row in sorted(story.stores.history.events(scenario.WORKSPACE), key=lambda one: one["at"]):
        said = HistoryEvent(row["event"], row["at"], msgspec.json.decode(row["properties"]))
        events.setdefault(row["profile_id"], []).append(said)
        account = "main" if row["source"] == scenario.LINE_SOURCE.key else ""
        origins.setdefault(row["profile_id"], []).append(Origin(row["node_id"], account))
    people = story.stores.history._people(scenario.WORKSPACE)
    for one, known in sorted(people.items()):
        person = msgspec.structs.replace(known, events=tuple(events.get(one, ())))
        stage.play([Past(one, person, entering(journey, person, since, until), origins.get(one, ()))])
    return stage.found


def really(story: Story) -> dict[str, Any]:
    """Say what became of everybody."""
    rows = story.stores.journeys.enrolments.values()
    steps: Counter[str] = Counter()
    for (_, _, _, name, _), count in story.stores.journeys.counts.items():
        steps[name] += count
    sends = [row for row in story.sends if row.send.origin == "journey:j"]
    over = [row for row in rows if row.state in {"done", "exited", "expired"}]
    return {
        "entered": len(rows),
        "steps": {
            name: count for name, count in steps.items() if name.startswith("s") and name[1:].isdigit()
        },
        "messages": Counter(row.send.step for row in sends if row.state is SendState.ACCEPTED),
        "suppressed": Counter(
            (row.send.step, str(row.reason)) for row in sends if row.state is not SendState.ACCEPTED
        ),
        "ends": Counter(row.body["reason"] for row in over),
        "running": len(rows) - len(over),
    }


def told(said: Rehearsal) -> dict[str, Any]:
    return {
        "entered": said.entered,
        "steps": {name: count for name, count in said.steps.items() if count},
        "messages": said.messages,
        "suppressed": said.suppressed,
        "ends": said.ends,
        "running": said.running,
    }
