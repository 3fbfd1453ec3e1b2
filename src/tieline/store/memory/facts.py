"""Traits, tags, friendships and consents in memory."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from tieline.model.identity import Node, Placed
from tieline.model.profile import ConsentEvent, Fact
from tieline.ports import ProfileFacts
from tieline.store.memory.unit import Dictionaries


class MemoryFacts(Dictionaries):
    """FactStore.

    Args:
        placed: Returns all nodes of a workspace with the profile each belongs to now.
    """

    def __init__(self, placed: Callable[[int], Sequence[Placed]]) -> None:
        self._placed = placed
        self._state: dict[str, Any] = {"facts": {}, "consents": {}}

    async def save_facts(self, workspace_id: int, facts: Sequence[Fact]) -> None:
        """Keep the latest word per node, name and source; of two at once the greater text."""
        held = self._state["facts"]
        for fact in facts:
            name = (workspace_id, fact.node_id, fact.kind, fact.name, fact.source)
            if name not in held or _rank(fact) > _rank(held[name]):
                held[name] = fact

    async def save_consents(self, workspace_id: int, events: Sequence[ConsentEvent]) -> None:
        """Append to the ledger; the same event counts once."""
        for event in events:
            name = (workspace_id, event.event_key, event.purpose, event.channel)
            self._state["consents"].setdefault(name, event)

    async def load(self, workspace_id: int, profile_ids: Sequence[bytes]) -> ProfileFacts:
        """Load nodes, facts and consents of profiles as they stand now."""
        wanted = set(profile_ids)
        mine = [place for place in self._placed(workspace_id) if place.profile_id in wanted]
        profile_of = {place.node.node_id: place.profile_id for place in mine}
        nodes: defaultdict[bytes, list[Node]] = defaultdict(list)
        known: defaultdict[bytes, list[Fact]] = defaultdict(list)
        consents: defaultdict[bytes, list[ConsentEvent]] = defaultdict(list)
        for place in mine:
            nodes[place.profile_id].append(place.node)
        for (owner, node_id, *_), fact in self._state["facts"].items():
            if owner == workspace_id and node_id in profile_of:
                known[profile_of[node_id]].append(fact)
        for (owner, *_), event in self._state["consents"].items():
            if owner == workspace_id and event.node_id in profile_of:
                consents[profile_of[event.node_id]].append(event)
        return ProfileFacts(nodes, known, consents)


def _rank(fact: Fact) -> tuple[Any, str]:
    return fact.at, msgspec.json.encode(fact.value).decode()
