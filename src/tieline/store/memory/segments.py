"""Segments and their members in memory."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

import msgspec

from tieline.condition.node import Node
from tieline.condition.parse import parse
from tieline.condition.rewrite import rewrite
from tieline.errors import InvalidConditionError
from tieline.ports import LiveSegment
from tieline.store.memory.unit import Dictionaries


class SegmentRow(msgspec.Struct, frozen=True):
    """A segment's newest definition, and when it was last computed as a whole; None is never."""

    version: int
    node: Node
    computed_at: datetime | None = None


class MemorySegments(Dictionaries):
    """SegmentStore, and the definitions behind it.

    Args:
        zones: Time zone by workspace, UTC if it is not there.
    """

    def __init__(self, zones: Mapping[int, str]) -> None:
        self._zones = zones
        self._state: dict[str, Any] = {"segments": {}, "members": {}}

    async def put(
        self, workspace_id: int, key: str, name: str, definition: Mapping[str, Any], author: str, at: datetime
    ) -> int:
        """Create a segment or a new version of it; return the version. It is computed as a whole next."""
        del name, author, at
        known = self._state["segments"].get((workspace_id, key))
        version = known.version + 1 if known else 1
        self._state["segments"][workspace_id, key] = SegmentRow(version, parse(definition))
        return version

    async def live(self) -> list[LiveSegment]:
        """Return the live segments of all workspaces."""
        rows: list[tuple[tuple[int, str], SegmentRow]] = sorted(self._state["segments"].items())
        live = []
        for (workspace_id, key), row in rows:
            others = {name: other.node for (owner, name), other in rows if owner == workspace_id}
            with suppress(InvalidConditionError):  # one that refers to nothing does not stop its neighbours
                node = rewrite(row.node, others)
                live.append(LiveSegment(workspace_id, key, row.version, node, row.computed_at is not None))
        return live

    async def time_zone(self, workspace_id: int) -> str:
        """Return the workspace's time zone."""
        return self._zones.get(workspace_id, "UTC")

    async def members(self, workspace_id: int, profile_ids: Sequence[bytes]) -> dict[bytes, set[str]]:
        """Return the segments each of `profile_ids` is in."""
        wanted = set(profile_ids)
        found: defaultdict[bytes, set[str]] = defaultdict(set)
        for owner, key, profile_id in self._state["members"]:
            if owner == workspace_id and profile_id in wanted:
                found[profile_id].add(key)
        return dict(found)

    async def all_members(self, workspace_id: int, key: str) -> set[bytes]:
        """Return every member of one segment."""
        return {
            profile_id
            for owner, name, profile_id in self._state["members"]
            if (owner, name) == (workspace_id, key)
        }

    async def save(
        self,
        workspace_id: int,
        entered: Sequence[tuple[str, bytes]],
        exited: Sequence[tuple[str, bytes]],
        at: datetime,
    ) -> None:
        """Add and remove (segment, profile) memberships."""
        for key, profile_id in entered:
            self._state["members"].setdefault((workspace_id, key, profile_id), at)
        for key, profile_id in exited:
            self._state["members"].pop((workspace_id, key, profile_id), None)

    async def computed(self, workspace_id: int, key: str, at: datetime) -> None:
        """Note when a segment was last computed as a whole; it is live from then on."""
        row = self._state["segments"][workspace_id, key]
        self._state["segments"][workspace_id, key] = msgspec.structs.replace(row, computed_at=at)
