"""History in memory, and the oracle that evaluates conditions over it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from tieline.condition.match import HistoryEvent, Person, match, rankings
from tieline.condition.node import Node
from tieline.model.event import MESSAGE_LINK_CLICKED
from tieline.ports import HistoryBatch
from tieline.store.memory.unit import Dictionaries

NOWHERE = b"\0" * 16


class MemoryHistory(Dictionaries):
    """History and Evaluator: every event under its node, every profile as its newest row."""

    def __init__(self) -> None:
        self._state: dict[str, Any] = {"mark": 0, "events": [], "profiles": {}, "now_at": {}}

    async def append(self, batches: Sequence[HistoryBatch], at: datetime) -> None:
        """Add batches once each."""
        for batch in batches:
            if batch.log_offset <= self._state["mark"]:
                continue
            self._state["events"] += batch.events.to_pylist()
            for row in batch.profiles.to_pylist():
                self._state["profiles"][row["workspace_id"], row["profile_id"]] = row
            for row in batch.moves.to_pylist():
                if row["from_id"] != NOWHERE:
                    self._state["now_at"][row["workspace_id"], row["node_id"]] = row["profile_id"]
            self._state["mark"] = batch.log_offset

    async def mark(self) -> int:
        """Return the log offset up to which history is complete."""
        return int(self._state["mark"])

    async def query(self, sql: str, parameters: Mapping[str, Any]) -> Any:
        """Memory speaks no SQL."""
        raise NotImplementedError(sql)

    async def which(
        self,
        workspace_id: int,
        conditions: Mapping[str, Node],
        profile_ids: Sequence[bytes],
        now: datetime,
        time_zone: str,
    ) -> dict[bytes, set[str]]:
        """Return the names of the conditions that hold, for each of `profile_ids` that exists."""
        people = self._people(workspace_id)
        first = {
            leaf: ids
            for node in conditions.values()
            for leaf, ids in rankings(node, people.values(), now, time_zone).items()
        }
        return {
            profile_id: {
                name
                for name, node in conditions.items()
                if match(node, people[profile_id], now, time_zone, first)
            }
            for profile_id in profile_ids
            if profile_id in people
        }

    async def members(self, workspace_id: int, condition: Node, now: datetime, time_zone: str) -> set[bytes]:
        """Return every profile for which a condition holds."""
        people = self._people(workspace_id)
        first = rankings(condition, people.values(), now, time_zone)
        return {
            profile_id
            for profile_id, person in people.items()
            if match(condition, person, now, time_zone, first)
        }

    def events(self, workspace_id: int) -> list[dict[str, Any]]:
        """Return every event of a workspace with the profile it belongs to now."""
        now_at = self._state["now_at"]
        return [
            {**row, "profile_id": now_at.get((workspace_id, row["node_id"]), row["profile_id"])}
            for row in self._state["events"]
            if row["workspace_id"] == workspace_id
        ]

    async def by_step(self, workspace_id: int, origin: str) -> dict[str, int]:
        """Return how many people opened a link of the messages of an origin, by step."""
        found: defaultdict[str, set[bytes]] = defaultdict(set)
        for row in self.events(workspace_id):
            said = msgspec.json.decode(row["properties"])
            if row["event"] == MESSAGE_LINK_CLICKED and said.get("origin") == origin:
                found[str(said.get("step", ""))].add(row["profile_id"])
        return {step: len(people) for step, people in found.items()}

    def _people(self, workspace_id: int) -> dict[bytes, Person]:
        by_profile: defaultdict[bytes, list[HistoryEvent]] = defaultdict(list)
        for row in self.events(workspace_id):
            said = HistoryEvent(row["event"], row["at"], msgspec.json.decode(row["properties"]))
            by_profile[row["profile_id"]].append(said)
        return {
            profile_id: Person(
                traits=msgspec.json.decode(row["traits"]),
                tags=frozenset(row["tags"]),
                consents=frozenset(row["consents"]),
                friends=frozenset(row["friends"]),
                namespaces=frozenset(row["namespaces"]),
                events=by_profile.get(profile_id, []),
                profile_id=profile_id,
            )
            for (owner, profile_id), row in self._state["profiles"].items()
            if owner == workspace_id and not row["gone"]
        }
