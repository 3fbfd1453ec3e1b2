"""Try a journey on the days that are past: nothing is stored, nothing is sent."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
from fastapi import APIRouter, Body, Request
from msgspec.structs import replace

from tieline.api.costing import find_account, hold, read_month
from tieline.api.doors import Doors, rows
from tieline.api.journey_answers import Rehearsed
from tieline.api.scope import about_everybody
from tieline.api.segment_counts import definitions_of
from tieline.condition import sql
from tieline.condition.match import HistoryEvent, Person
from tieline.condition.node import Node
from tieline.condition.reads import reads
from tieline.condition.rewrite import rewrite
from tieline.errors import InvalidInputError, NotFoundError
from tieline.journey.definition import Condition, Journey, SendLine, subscriptions
from tieline.journey.library import parsed
from tieline.journey.parse import parse
from tieline.journey.plan import by_clock, next_round
from tieline.journey.rehearsal import Origin, Past, Rehearsal, Stage, crossings
from tieline.journey.trigger import Keyword, SegmentEntered, SegmentExited, heard_by
from tieline.store.clickhouse.written import WRITTEN_BY
from tieline.store.postgres.habits import habits
from tieline.store.postgres.journey_reports import PostgresJourneyReports
from tieline.store.postgres.outreach import PostgresOutreach
from tieline.store.postgres.workspaces import PostgresWorkspaces

DAYS_MAX = 90
PEOPLE_MAX = 20_000
PEOPLE_TOGETHER = 1_000
LOOKS = 48
"""So often a segment that moves with the clock is looked at in the days that are past; else events say who entered when."""
_NOW_AT = (
    "toFixedString(dictGetOrDefault('override_map', 'profile_id', (workspace_id, node_id), profile_id), 16)"
)
_ENTERING = f"""
select distinct {_NOW_AT} as person from event
where workspace_id = {{workspace:UInt32}} and event in {{events:Array(String)}}
  and at >= {{since:DateTime64(3, 'UTC')}} and at <= {{until:DateTime64(3, 'UTC')}}
order by person limit {{most:UInt32}}
"""
_EVENTS = f"""
select {_NOW_AT} as person, node_id, source, event, at, toString(properties) as properties from event
where workspace_id = {{workspace:UInt32}} and event in {{events:Array(String)}} and at <= {{until:DateTime64(3, 'UTC')}}
  and profile_id in (select toFixedString(unhex(arrayJoin({{profiles:Array(String)}})), 16) union distinct {WRITTEN_BY})
  and hex({_NOW_AT}) in {{profiles:Array(String)}}
order by at, log_offset, item
"""
_PROFILES = """
select profile_id, toString(traits) as traits, tags, consents, friends, namespaces from profile final
where workspace_id = {workspace:UInt32} and hex(profile_id) in {profiles:Array(String)}
"""
Json = Annotated[dict[str, Any], Body()]


def router(doors: Doors) -> APIRouter:
    """Build the dry-run routes."""
    routes = APIRouter(prefix="/api/journeys", tags=["journeys"])

    @routes.post("/dry-run")
    async def draft(request: Request, body: Json) -> Rehearsed:
        """Try `{"definition", "days"}` on the last days: who would have entered, which messages, cost, goals.

        Events are as they were; tags, traits, consents and friendships as they are now, so that nobody is seen to enter
        a segment by these alone.
        """
        workspace_id = await doors.keys.workspace(request)
        return await _rehearse(doors, workspace_id, parse(body.get("definition")), _days(body))

    @routes.post("/{key}/dry-run")
    async def saved(request: Request, key: str, body: Json) -> Rehearsed:
        """Try the newest version of a journey on the last `{"days"}`."""
        workspace_id = await doors.keys.workspace(request)
        async with doors.pool.connection() as connection:
            head = await PostgresJourneyReports(connection).head(workspace_id, key)
        if head is None:
            raise NotFoundError(f"There is no journey {key}.")
        return await _rehearse(doors, workspace_id, parse(head["definition"]), _days(body))

    return routes


def _days(body: dict[str, Any]) -> int:
    days = body.get("days", 7)
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= DAYS_MAX:
        raise InvalidInputError(f"days is {days!r}; use 1 to {DAYS_MAX}.", field="/days")
    return days


async def _rehearse(doors: Doors, workspace_id: int, journey: Journey, days: int) -> Rehearsed:
    now = doors.clock.now()
    since = now - timedelta(days=days)
    if isinstance(journey.trigger, Keyword):
        raise InvalidInputError(
            "What people write is not kept, so nobody knows who would have entered by a keyword.",
            field="/definition/trigger",
            way_out="Try the steps with another trigger, such as the event that people with this wish cause.",
        )
    definitions, zone = await definitions_of(doors, workspace_id)
    segments = parsed(definitions)
    async with doors.pool.connection() as connection:
        workspace = await PostgresWorkspaces(connection).find(workspace_id)
        channels = await PostgresOutreach(connection).channels(workspace_id)
        accounts = await PostgresJourneyReports(connection).accounts(workspace_id)
    stage = Stage(journey, since, now, zone, habits(workspace.settings), segments, channels)
    entering = await _entering(doors, workspace_id, journey, since, now, zone, segments)
    crossing = _crossing_of(journey, segments)
    looked = await _looked(doors, workspace_id, crossing, since, now, zone) if crossing else {}
    known = entering.keys() | looked.keys()
    people = sorted(known)[:PEOPLE_MAX]
    names = subscriptions(journey) | _read(journey, segments)
    if crossing is not None:
        names |= reads(crossing.node).events
    for some in _parts(people):
        pasts = await _pasts(doors, workspace_id, some, sorted(names), now, entering, accounts)
        stage.play([_let_in(crossing, looked, one, since, zone) for one in pasts] if crossing else pasts)
    found = stage.found
    shown = {
        "key": journey.key,
        "since": since,
        "until": now,
        "people": len(people),
        "complete": len(known) <= PEOPLE_MAX,
        **_shown(found),
        "cost": await _cost(doors, workspace_id, journey, found),
        "channels": [
            {"channel": key, "messages": count, "money": float(channels[key].price * count)}
            for key, count in sorted(found.by_channel.items())
        ],
        "as_of": now,
    }
    return Rehearsed.model_validate(shown)


def _shown(found: Rehearsal) -> dict[str, Any]:
    return {
        "entered": found.entered,
        "refused": dict(sorted(found.refused.items())),
        "steps": dict(sorted(found.steps.items())),
        "messages": dict(sorted(found.messages.items())),
        "suppressed": [
            {"step": step, "reason": reason, "messages": count}
            for (step, reason), count in sorted(found.suppressed.items())
        ],
        "ends": dict(sorted(found.ends.items())),
        "running": found.running,
        "goals": {
            arm or "all": {"people": people, "goals": found.goals[arm]}
            for arm, people in sorted(found.people.items())
        },
    }


async def _cost(doors: Doors, workspace_id: int, journey: Journey, found: Rehearsal) -> list[dict[str, Any]]:
    """Return what the messages would cost now, by account."""
    by_account: defaultdict[str, int] = defaultdict(int)
    for step_id, count in found.messages.items():
        step = journey.steps[step_id]
        if isinstance(step, SendLine):
            by_account[step.account] += count
    costs = []
    for key, messages in sorted(by_account.items()):
        async with doors.pool.connection() as connection:
            month = await read_month(
                doors, connection, await find_account(doors, connection, workspace_id, key)
            )
        cost = hold(month, messages, f"journey:{journey.key}")
        costs.append(
            {
                "account": key,
                "messages": messages,
                "currency": month.plan.currency,
                "money": float(cost.money),
                "month_money": float(cost.month_money),
            }
        )
    return costs


async def _entering(
    doors: Doors,
    workspace_id: int,
    journey: Journey,
    since: datetime,
    until: datetime,
    zone: str,
    segments: dict[str, Node],
) -> dict[bytes, list[datetime]]:
    """Return who may enter by what they did, or by the clock: these with the moments at which it would have let them in."""
    heard = heard_by(journey.trigger)
    if heard:
        return {person: [] for person in await _doing(doors, workspace_id, heard, since, until)}
    entering: defaultdict[bytes, list[datetime]] = defaultdict(list)
    trigger = by_clock(journey)
    if trigger is not None:
        at = next_round(trigger, since, ZoneInfo(zone))
        while at <= until:
            for person in await _members(doors, workspace_id, rewrite(trigger.who, segments), at, zone):
                entering[person].append(at)
            at = next_round(trigger, at, ZoneInfo(zone))
    return dict(entering)


async def _looked(
    doors: Doors, workspace_id: int, crossing: "_Crossing", since: datetime, until: datetime, zone: str
) -> dict[bytes, list[datetime]]:
    """Return who may have entered the segment of a trigger, or left it, with the looks at it that saw a change."""
    found: defaultdict[bytes, list[datetime]] = defaultdict(list)
    read = reads(crossing.node)
    if not read.others:
        for person in await _doing(doors, workspace_id, read.events, since, until):
            found[person] = []
    if read.relative_time or read.others:
        before = await _members(doors, workspace_id, crossing.node, since, zone)
        for number in range(1, LOOKS + 1):
            at = since + (until - since) * number / LOOKS
            after = await _members(doors, workspace_id, crossing.node, at, zone)
            ways = (after - before, before - after)
            for person in ways[not crossing.entered] if read.others else ways[0] | ways[1]:
                found[person].append(at)
            before = after
    return dict(found)


async def _doing(
    doors: Doors, workspace_id: int, events: Iterable[str], since: datetime, until: datetime
) -> list[bytes]:
    """Return who did any of these in the days."""
    parameters = {
        "workspace": workspace_id,
        "events": sorted(events),
        "since": since,
        "until": until,
        "most": PEOPLE_MAX + 1,
    }
    found = await doors.history.query(_ENTERING, parameters)
    return [bytes(person) for person in found["person"].to_pylist()]


class _Crossing(NamedTuple):
    """A trigger that waits for a segment to be entered, or left."""

    node: Node
    entered: bool


def _crossing_of(journey: Journey, segments: Mapping[str, Node]) -> _Crossing | None:
    trigger = journey.trigger
    if not isinstance(trigger, SegmentEntered | SegmentExited) or trigger.segment not in segments:
        return None
    return _Crossing(rewrite(segments[trigger.segment], segments), isinstance(trigger, SegmentEntered))


def _let_in(
    crossing: _Crossing, looked: Mapping[bytes, list[datetime]], past: Past, since: datetime, zone: str
) -> Past:
    """Return a person with the moments at which a segment let them in."""
    looks = looked.get(past.person.profile_id, [])
    if reads(crossing.node).others:  # only all together say who is among the first
        return replace(past, entering=tuple(looks))
    at = crossings(past.person, crossing.node, since, looks, zone, entered=crossing.entered)
    return replace(past, entering=tuple(at))


async def _members(doors: Doors, workspace_id: int, node: Node, at: datetime, zone: str) -> set[bytes]:
    scope = await about_everybody(doors, workspace_id, at, zone)
    query = sql.compile_members(node, replace(scope, past=True))
    table = await doors.history.query(query.sql, query.parameters)
    return set(table["profile_id"].to_pylist())


async def _pasts(
    doors: Doors,
    workspace_id: int,
    people: Sequence[bytes],
    names: Sequence[str],
    until: datetime,
    entering: dict[bytes, list[datetime]],
    accounts: Mapping[str, str],
) -> list[Past]:
    """Load profiles and the events that the journey can hear or ask for; `accounts` is by the source of their webhooks."""
    hexes = [one.hex().upper() for one in people]
    parameters = {"workspace": workspace_id, "profiles": hexes}
    events: defaultdict[bytes, list[HistoryEvent]] = defaultdict(list)
    origins: defaultdict[bytes, list[Origin]] = defaultdict(list)
    said = rows(await doors.history.query(_EVENTS, {**parameters, "events": list(names), "until": until}))
    for row in said:
        event = HistoryEvent(row["event"], row["at"], msgspec.json.decode(row["properties"]))
        events[row["person"]].append(event)
        origins[row["person"]].append(Origin(row["node_id"], accounts.get(row["source"], "")))
    known = {row["profile_id"]: row for row in rows(await doors.history.query(_PROFILES, parameters))}
    return [
        Past(
            one,  # the clock and a segment name people by their profile
            Person(
                traits=msgspec.json.decode(known[one]["traits"]),
                tags=frozenset(known[one]["tags"]),
                consents=frozenset(known[one]["consents"]),
                friends=frozenset(known[one]["friends"]),
                namespaces=frozenset(known[one]["namespaces"]),
                events=tuple(events[one]),
                profile_id=one,
            ),
            tuple(entering.get(one, ())),
            tuple(origins[one]),
        )
        for one in people
        if one in known
    ]


def _read(journey: Journey, segments: dict[str, Node]) -> frozenset[str]:
    """Return the events that conditions of the journey read."""
    tests = [step.test for step in journey.steps.values() if isinstance(step, Condition)]
    if journey.settings is not None and journey.settings.only_while is not None:
        tests.append(journey.settings.only_while)
    return frozenset(name for test in tests for name in reads(rewrite(test, segments)).events)


def _parts(people: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    return (people[start : start + PEOPLE_TOGETHER] for start in range(0, len(people), PEOPLE_TOGETHER))
