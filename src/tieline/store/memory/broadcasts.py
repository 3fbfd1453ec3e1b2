"""Broadcasts in memory."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from tieline.ids import lot
from tieline.model.broadcast import UNDECIDED, Begun, Broadcast, Recipient, Stretch, arms
from tieline.model.identity import Placed
from tieline.model.profile import FactKind
from tieline.store.memory.facts import MemoryFacts
from tieline.store.memory.segments import MemorySegments
from tieline.store.memory.unit import Dictionaries


class BroadcastRow(msgspec.Struct, frozen=True):
    """A broadcast with how far it has come: ready, planning, drifted or planned."""

    begun: Begun
    created_at: datetime
    planned: int = 0

    @property
    def state(self) -> str:
        """Where it stands."""
        return self.begun.state


class MemoryBroadcasts(Dictionaries):
    """BroadcastStore. People have no time zones of their own here.

    Args:
        placed: Returns all nodes of a workspace with the profile each belongs to now.
        facts: Who is a friend of which account.
        segments: Who is in which segment.
    """

    def __init__(
        self, placed: Callable[[int], Sequence[Placed]], facts: MemoryFacts, segments: MemorySegments
    ) -> None:
        self._placed = placed
        self._facts = facts
        self._segments = segments
        self._state: dict[str, Any] = {"broadcasts": {}, "recipients": {}}

    @property
    def rows(self) -> Mapping[tuple[int, str], BroadcastRow]:
        """Every broadcast by (workspace_id, key)."""
        rows: Mapping[tuple[int, str], BroadcastRow] = self._state["broadcasts"]
        return rows

    async def start(self, workspace_id: int, key: str, said: Broadcast, at: datetime) -> bool:
        """Let a broadcast begin; False if its key was used before."""
        if (workspace_id, key) in self.rows:
            return False
        self._state["broadcasts"][workspace_id, key] = BroadcastRow(
            Begun(workspace_id, key, said, "ready"), at
        )
        return True

    async def due(self, now: datetime) -> Begun | None:
        """Return the oldest broadcast that is ready and whose moment has come."""
        return self._oldest(
            lambda row: row.state == "ready" and (row.begun.said.start_at or row.created_at) <= now
        )

    async def freeze(self, due: Begun, now: datetime, *, look: bool) -> int:
        """Write down who gets it, each with place, arm and moment; return how many. Nobody is looked at here."""
        del look
        said = due.said
        if said.segment is not None:
            found = await self._segments.all_members(due.workspace_id, said.segment)
        else:
            found = await self._friends(due.workspace_id, said.account)
        for key in said.exclude:
            found = found - await self._segments.all_members(due.workspace_id, key)
        names, ends = arms(said)
        drawn = sorted((_lot(person, due.key), person) for person in found)
        armed = [(lot, person, names[bisect_right(ends[:-1], lot)]) for lot, person in drawn]
        waits = timedelta(minutes=said.trial.after_minutes if said.trial else 0)
        first = lot(b"", due.key)
        each = timedelta(minutes=1) / said.per_minute if said.per_minute else timedelta(0)
        dated = [
            (now + (waits if arm == UNDECIDED else timedelta(0)) + each * rank, person < first, person, arm)
            for rank, (_, person, arm) in enumerate(sorted(armed, key=lambda one: (one[2] == UNDECIDED, one)))
        ]
        self._state["recipients"][due.workspace_id, due.key] = tuple(
            Recipient(place, person, arm, due_at)
            for place, (due_at, _, person, arm) in enumerate(sorted(dated), 1)
        )
        return len(dated)

    async def begun(self, due: Begun, frozen: int, at: datetime, state: str) -> None:
        """Note that the recipients are frozen."""
        del at
        done = "planned" if state == "planning" and not frozen else state
        self._change(due, msgspec.structs.replace(due, state=done, frozen=frozen))

    async def next(self, now: datetime) -> Begun | None:
        """Return a broadcast that has recipients due who are not planned, the oldest first."""

        def waits(row: BroadcastRow) -> bool:
            mine = self._recipients(row.begun)
            after = row.begun.after
            return row.state == "planning" and after < len(mine) and mine[after].due_at <= now

        return self._oldest(waits)

    async def recipients(self, begun: Begun, now: datetime, most: int) -> list[Recipient]:
        """Return the next recipients that are due, by place."""
        mine = self._recipients(begun)[begun.after : begun.after + most]
        return [one for one in mine if one.due_at <= now]

    async def stretch(self, begun: Begun, now: datetime, most: int) -> Stretch | None:
        """Return None: nobody was looked at."""
        del begun, now, most
        return None

    async def planned(self, begun: Begun, through: int, people: int, at: datetime) -> None:
        """Note how far planning has come; at the last place the broadcast is planned."""
        del at
        state = "planned" if through >= (begun.frozen or 0) else begun.state
        self._change(begun, msgspec.structs.replace(begun, after=through, state=state), people)

    async def people(self, begun: Begun) -> dict[str, int]:
        """Return how many people each arm has."""
        return dict(Counter(one.arm for one in self._recipients(begun)))

    async def won(self, begun: Begun, winner: str) -> Begun:
        """Write down which variant won the trial."""
        decided = msgspec.structs.replace(begun, winner=winner)
        self._change(begun, decided)
        return decided

    def _recipients(self, begun: Begun) -> Sequence[Recipient]:
        mine: Sequence[Recipient] = self._state["recipients"].get((begun.workspace_id, begun.key), ())
        return mine

    def _oldest(self, wanted: Callable[[BroadcastRow], bool]) -> Begun | None:
        waiting = [row for row in self.rows.values() if wanted(row)]
        return min(waiting, key=lambda row: row.created_at).begun if waiting else None

    def _change(self, before: Begun, after: Begun, people: int = 0) -> None:
        name = (before.workspace_id, before.key)
        row = self.rows[name]
        self._state["broadcasts"][name] = msgspec.structs.replace(
            row, begun=after, planned=row.planned + people
        )

    async def _friends(self, workspace_id: int, account: str) -> set[bytes]:
        profile_ids = {place.profile_id for place in self._placed(workspace_id)}
        loaded = await self._facts.load(workspace_id, sorted(profile_ids))
        return {
            profile_id
            for profile_id, facts in loaded.facts.items()
            if any(
                fact.kind is FactKind.FRIENDSHIP and fact.name == account and fact.value is True
                for fact in facts
            )
        }


def _lot(person: bytes, key: str) -> float:
    """Return the number in [0, 1) that the database draws, too."""
    return int.from_bytes(lot(person, key)[:4]) / 2**32
