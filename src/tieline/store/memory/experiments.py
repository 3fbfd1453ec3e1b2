"""Counts of steps, parts in experiments and rounds of journeys in memory."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from tieline.model.event import JOURNEY_START_ASKED
from tieline.model.identity import Placed
from tieline.model.signal import ArmRow, Reached, Signal, SignalKind
from tieline.ports import Round, Tally
from tieline.store.memory.signals import MemorySignals
from tieline.store.memory.unit import Dictionaries

EXPERIMENTS: tuple[str, ...] = ("counts", "arms", "goals", "clicks", "winners", "rounds", "segments")


class MemoryExperiments(Dictionaries):
    """What journeys count and compare, and when those begin that begin by the clock: a part of JourneyStore."""

    _placed: Callable[[int], Sequence[Placed]]
    _signals: MemorySignals

    @property
    def counts(self) -> Mapping[tuple[int, str, int, str, date], int]:
        """How many people reached each step, by (workspace_id, journey, version, step, day)."""
        counts: Mapping[tuple[int, str, int, str, date], int] = self._state["counts"]
        return counts

    def define(self, workspace_id: int, key: str, definition: Any) -> None:
        """Let a segment be known to the conditions of journeys."""
        self._state["segments"][workspace_id, key] = definition

    async def segment_definitions(self) -> dict[int, dict[str, Any]]:
        """Return the conditions of segments as they were written, by workspace and key."""
        found: dict[int, dict[str, Any]] = {}
        for (workspace_id, key), definition in self._state["segments"].items():
            found.setdefault(workspace_id, {})[key] = definition
        return found

    async def rounds(self) -> dict[tuple[int, str], Round]:
        """Return when journeys that begin by the clock begin next."""
        return dict(self._state["rounds"])

    async def set_round(self, workspace_id: int, key: str, said: Round) -> None:
        """Write down when a journey begins next."""
        self._state["rounds"][workspace_id, key] = said

    async def begin_round(
        self, workspace_id: int, key: str, profile_ids: Sequence[bytes], at: datetime
    ) -> None:
        """Signal for each of these people that the journey is to start."""
        data = {"journey": key, "data": {"scheduled_at": at.isoformat()}}
        await self._signals.put(
            [
                Signal(workspace_id, SignalKind.EVENT, JOURNEY_START_ASKED, one, one, at, 0, data)
                for one in profile_ids
            ]
        )

    async def count(self, reached: Sequence[Reached]) -> None:
        """Add to the counts of steps reached."""
        for one in reached:
            name = (one.workspace_id, one.journey, one.version, one.step, one.day)
            self._state["counts"][name] = self._state["counts"].get(name, 0) + one.people

    async def assigned(self, arms: Sequence[ArmRow], goals: Sequence[tuple[int, bytes, datetime]]) -> None:
        """Write down parts in experiments, and which enrolments reached their goal."""
        for arm in arms:
            self._state["arms"].setdefault((arm.workspace_id, arm.enrolment_id, arm.step), arm)
        for workspace_id, enrolment_id, at in goals:
            self._state["goals"].setdefault((workspace_id, enrolment_id), at)

    async def clicked(self, workspace_id: int, journey: str, profile_id: bytes, at: datetime) -> None:
        """Note a click for every part in experiments of a journey that this person had before it."""
        mine = {place.node.node_id for place in self._placed(workspace_id) if place.profile_id == profile_id}
        for name, arm in self._state["arms"].items():
            if name[0] == workspace_id and arm.journey == journey and arm.person in mine and arm.at <= at:
                self._state["clicks"].setdefault(name, at)

    async def arms(
        self, workspace_id: int, journey: str, version: int, step: str, by: str
    ) -> tuple[dict[str, Tally], datetime | None]:
        """Return how each arm has done, and when the first person came."""
        wanted = (workspace_id, journey, version, step)
        found: dict[str, Tally] = {}
        began: datetime | None = None
        for name, arm in self._state["arms"].items():
            if (arm.workspace_id, arm.journey, arm.version, arm.step) != wanted:
                continue
            done = name[:2] in self._state["goals"] if by == "goal" else name in self._state["clicks"]
            known = found.get(arm.arm, Tally(0, 0))
            found[arm.arm] = Tally(known.people + 1, known.successes + done)
            began = arm.at if began is None else min(began, arm.at)
        return found, began

    async def won(
        self, workspace_id: int, journey: str, version: int, step: str, arm: str, at: datetime
    ) -> None:
        """Write down which arm won."""
        del at
        self._state["winners"].setdefault((workspace_id, journey, version, step), arm)

    async def winners(self) -> dict[tuple[int, str, int, str], str]:
        """Return every arm that won."""
        return dict(self._state["winners"])
