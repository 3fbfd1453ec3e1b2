"""Broadcasts in memory."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from tieline.model.identity import Placed
from tieline.model.profile import FactKind
from tieline.ports import Started
from tieline.store.memory.facts import MemoryFacts
from tieline.store.memory.segments import MemorySegments
from tieline.store.memory.unit import Dictionaries


class BroadcastRow(msgspec.Struct, frozen=True):
    """A broadcast with how far its planning has come: ready, planning or planned."""

    started: Started
    created_at: datetime
    state: str = "ready"
    planned: int = 0


class MemoryBroadcasts(Dictionaries):
    """BroadcastStore.

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
        self._state: dict[str, Any] = {"broadcasts": {}}

    @property
    def rows(self) -> Mapping[tuple[int, str], BroadcastRow]:
        """Every broadcast by (workspace_id, key)."""
        rows: Mapping[tuple[int, str], BroadcastRow] = self._state["broadcasts"]
        return rows

    async def start(self, broadcast: Started, at: datetime) -> bool:
        """Let a broadcast begin; False if its key was used before."""
        name = (broadcast.workspace_id, broadcast.key)
        if name in self.rows:
            return False
        self._state["broadcasts"][name] = BroadcastRow(broadcast, at)
        return True

    async def next(self) -> Started | None:
        """Return the oldest broadcast that is not planned to its end."""
        waiting = [row for row in self.rows.values() if row.state in {"ready", "planning"}]
        return min(waiting, key=lambda row: row.created_at).started if waiting else None

    async def recipients(self, broadcast: Started, most: int) -> list[bytes]:
        """Return the next profile ids in order: members of the segment, or friends of the account."""
        if broadcast.segment is not None:
            found = await self._segments.all_members(broadcast.workspace_id, broadcast.segment)
        else:
            found = await self._friends(broadcast.workspace_id, broadcast.account)
        return sorted(profile_id for profile_id in found if profile_id > broadcast.after)[:most]

    async def planned(
        self, broadcast: Started, recipients: Sequence[bytes], at: datetime, *, done: bool
    ) -> None:
        """Note how far planning has come."""
        del at
        name = (broadcast.workspace_id, broadcast.key)
        row = self.rows[name]
        self._state["broadcasts"][name] = msgspec.structs.replace(
            row,
            started=broadcast._replace(after=recipients[-1] if recipients else broadcast.after),
            state="planned" if done else "planning",
            planned=row.planned + len(recipients),
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
