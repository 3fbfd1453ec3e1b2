"""Decisions that people make in the console or over the API, as they come along the log."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from tieline.identify.decide import Decisions
from tieline.identify.normalize import normalize
from tieline.identify.rules import RuleBook
from tieline.identify.stage import REGION
from tieline.ids import keyed_hash
from tieline.model.event import IDENTITY_DECIDED, Event, Identified
from tieline.model.identity import Moved
from tieline.ports import IdentityStore


class DecisionStage:
    """Carries out `identity_decided` events of Tieline's own source, in log order.

    Args:
        store: Identifier nodes, links and decisions.
        keys: Identity key by workspace.
        regions: Country by workspace.
        rules: The rules of each workspace.
    """

    def __init__(
        self,
        store: IdentityStore,
        keys: Mapping[int, bytes],
        regions: Mapping[int, str],
        rules: RuleBook | None = None,
    ) -> None:
        self._store = store
        self._decisions = Decisions(store, rules)
        self._keys = keys
        self._regions = regions

    async def process(self, events: Sequence[Event]) -> list[Moved]:
        """Return which nodes changed profile by decisions among `events`."""
        moves: list[Moved] = []
        for event in events:
            if event.name == IDENTITY_DECIDED and event.source.kind == "tieline":
                moves += await self._decide(event)
        return moves

    def reseated(self, items: Sequence[Identified], moves: Sequence[Moved]) -> list[Identified]:
        """Return `items` with the profile each node has after the decisions of the same batch."""
        if not moves:
            return list(items)
        now_at = {(move.workspace_id, move.node_id): move.to_id for move in moves}
        return [
            replace(item, profile_id=now_at.get((item.event.workspace_id, item.node_id), item.profile_id))
            for item in items
        ]

    async def _decide(self, event: Event) -> list[Moved]:
        said = event.properties
        a, b = self._node(event.workspace_id, said.get("a")), self._node(event.workspace_id, said.get("b"))
        author, reason = str(said.get("author", "")), str(said.get("reason", ""))
        if a is None or b is None or a == b:
            return []
        match said.get("kind"):
            case "cut":
                return (await self._decisions.cut(event.workspace_id, a, b, author, reason, event.at)).moves
            case "join":
                return (await self._decisions.join(event.workspace_id, a, b, author, reason, event.at)).moves
            case "undo":
                zones = await self._store.zones(event.workspace_id, [a, b])
                about = [
                    one for one in zones.assertions if {one.a, one.b} == {a, b} and one.revoked_at is None
                ]
                if about:
                    latest = max(about, key=lambda one: one.assertion_id)
                    done = await self._decisions.undo(
                        event.workspace_id, latest.assertion_id, author, event.at
                    )
                    return done.moves
        return []

    def _node(self, workspace_id: int, named: Any) -> bytes | None:
        if not isinstance(named, Mapping):
            return None
        namespace, value = str(named.get("namespace", "")), str(named.get("value", ""))
        normal = normalize(namespace, value, self._regions.get(workspace_id, REGION))
        return keyed_hash(self._keys[workspace_id], namespace, normal) if isinstance(normal, str) else None
