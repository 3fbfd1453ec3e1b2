"""Journeys that begin by the clock: at a time of day, everybody enters for whom a condition holds then."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

import structlog

from tieline.condition.node import Node
from tieline.condition.rewrite import rewrite
from tieline.errors import InvalidConditionError
from tieline.journey.definition import Journey
from tieline.journey.library import parsed
from tieline.journey.timers import next_local_time
from tieline.journey.trigger import Schedule, TraitDate
from tieline.ports import Evaluator, JourneyStore, Round

_log = structlog.get_logger()
LATE_MAX = timedelta(hours=6)
"""A round that could not begin for so long is left out: a greeting for yesterday is none."""
MONTHS_MAX = 400
"""Days that are looked through for the next one that a schedule names."""


class Plan:
    """Starts the rounds of journeys that begin by the clock.

    Args:
        store: When each journey's next round is, and who enters.
        evaluator: Finds the people.
    """

    def __init__(self, store: JourneyStore, evaluator: Evaluator) -> None:
        self._store = store
        self._evaluator = evaluator

    async def step(
        self, journeys: Sequence[tuple[int, Journey]], zones: Mapping[int, str], now: datetime
    ) -> int:
        """Start the rounds that are due; return how many people enter."""
        timed = [(one, journey) for one, journey in journeys if by_clock(journey) is not None]
        if not timed:
            return 0
        rounds = await self._store.rounds()
        entering = 0
        for workspace_id, journey in timed:
            zone = zones.get(workspace_id, "UTC")
            entering += await self._one(
                workspace_id, journey, rounds.get((workspace_id, journey.key)), zone, now
            )
        return entering

    async def _one(
        self, workspace_id: int, journey: Journey, known: Round | None, zone: str, now: datetime
    ) -> int:
        trigger = by_clock(journey)
        if trigger is None or (known is not None and known.version == journey.version and now < known.at):
            return 0
        if known is None or known.version != journey.version:
            first = Round(journey.version, next_round(trigger, now, ZoneInfo(zone)), None)
            await self._store.set_round(workspace_id, journey.key, first)
            return 0
        onward = next_round(trigger, max(known.at, now - LATE_MAX), ZoneInfo(zone))
        if now - known.at > LATE_MAX:
            await self._store.set_round(workspace_id, journey.key, Round(journey.version, onward, None))
            return 0
        if known.needs_offset is None:  # what is known now has to reach history before history is asked
            known = known._replace(needs_offset=await self._store.head())
            await self._store.set_round(workspace_id, journey.key, known)
        if await self._evaluator.mark() < (known.needs_offset or 0):
            return 0
        people = await self._people(workspace_id, journey.key, trigger.who, now, zone)
        await self._store.begin_round(workspace_id, journey.key, people, known.at)
        await self._store.set_round(workspace_id, journey.key, Round(journey.version, onward, None))
        return len(people) + 1

    async def _people(self, workspace_id: int, key: str, who: Node, now: datetime, zone: str) -> list[bytes]:
        """Return who enters; nobody where a segment that the condition names is gone."""
        segments = parsed((await self._store.segment_definitions()).get(workspace_id, {}))
        try:
            asked = rewrite(who, segments)
        except InvalidConditionError as error:
            _log.error("journey round left out", workspace=workspace_id, journey=key, reason=error.code)
            return []
        return sorted(await self._evaluator.members(workspace_id, asked, now, zone))


def by_clock(journey: Journey) -> Schedule | TraitDate | None:
    """Return the trigger of a journey that begins by the clock."""
    return journey.trigger if isinstance(journey.trigger, Schedule | TraitDate) else None


def next_round(trigger: Schedule | TraitDate, after: datetime, zone: tzinfo) -> datetime:
    """Return the first moment strictly after `after` at which a round begins."""
    weekdays = trigger.weekdays if isinstance(trigger, Schedule) else ()
    days = trigger.days if isinstance(trigger, Schedule) else ()
    moment = after
    for _ in range(MONTHS_MAX):
        moment = next_local_time(moment, trigger.time, weekdays, zone)
        if not days or moment.astimezone(zone).day in days:
            return moment
    # A 31st that is also a Monday is at most some years away; until then it is looked for again.
    return moment
