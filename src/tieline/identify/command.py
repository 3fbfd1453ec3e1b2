"""Decisions that people make in the console or over the API, as they come along the log."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from tieline.identify.age import AGE, Ageing
from tieline.identify.decide import UNDO, Decisions
from tieline.identify.normalize import normalize
from tieline.identify.rules import RuleBook
from tieline.identify.stage import REGION
from tieline.ids import keyed_hash
from tieline.model.event import IDENTITY_DECIDED, LINE_ACCOUNT_LINKED, Event, Identified
from tieline.model.identity import ALLOW, BLOCK, CUT, JOIN, LINE, THEMSELVES, Assertion, Moved
from tieline.ports import IdentityStore

KINDS = frozenset({CUT, JOIN, BLOCK, ALLOW})


class DecisionStage:
    """Carries out `identity_decided` events of Tieline's own source, in log order.

    Who unbound and binds again takes back what they themselves had said; what a steward said of them stands.

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
        self._ageing = Ageing(store, rules)
        self._keys = keys
        self._regions = regions

    async def process(self, events: Sequence[Event]) -> list[Moved]:
        """Return which nodes changed profile by decisions among `events`."""
        moves: list[Moved] = []
        for event in events:
            if _is_decision(event):
                moves += await self._decide(event)
            elif _is_binding(event):
                moves += await self._bound_again(event)
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

    def happened(self, items: Sequence[Identified]) -> list[Identified]:
        """Return `items` without decisions: what a steward decided is nothing that the customer did.

        It stands in the identity graph with author and reason. In a timeline, a count or a trigger it would outlive the
        decision being taken back.
        """
        return [item for item in items if not _is_decision(item.event)]

    async def _decide(self, event: Event) -> list[Moved]:
        said = event.properties
        kind, workspace_id = said.get("kind"), event.workspace_id
        author, reason = str(said.get("author", "")), str(said.get("reason", ""))
        if kind == AGE:
            return await self._ageing.advance(workspace_id, event.at)
        a = self._node(workspace_id, said.get("a"))
        b = a if kind in {BLOCK, ALLOW} else self._node(workspace_id, said.get("b"))
        if a is None or b is None:
            return []
        if kind == UNDO:
            return await self._undo(workspace_id, {a, b}, author, event.at, said.get("decision"))
        if kind in KINDS and (a != b or kind in {BLOCK, ALLOW}):
            decision = Assertion(kind, a, b, event.at, author=author, reason=reason)
            return (await self._decisions.decide(workspace_id, decision)).moves
        return []

    async def _undo(
        self, workspace_id: int, ends: set[bytes], author: str, at: datetime, seen: int | None
    ) -> list[Moved]:
        """Take back the latest decision about two nodes; nothing if `seen` names another: a newer one came since."""
        zones = await self._store.zones(workspace_id, sorted(ends))
        about = [one for one in zones.assertions if {one.a, one.b} == ends and one.revoked_at is None]
        latest = max((one.assertion_id for one in about), default=None)
        if latest is None or seen not in {None, latest}:
            return []
        return (await self._decisions.undo(workspace_id, latest, author, at)).moves

    async def _bound_again(self, event: Event) -> list[Moved]:
        """Take back a friend's own cuts from the person to whom LINE has just proved that they belong."""
        named = [(one.namespace, one.value) for one in event.identifiers]
        friends = {
            self._node(event.workspace_id, _named(*one)) for one in named if one[0].startswith(f"{LINE}:")
        }
        others = {
            self._node(event.workspace_id, _named(*one)) for one in named if not one[0].startswith(f"{LINE}:")
        }
        ends = sorted(node for node in friends | others if node is not None)
        if not ends:
            return []
        zones = await self._store.zones(event.workspace_id, ends)
        profile_of = {one.node.node_id: one.profile_id for one in zones.placed}
        theirs = {profile_of[node] for node in others if node in profile_of}
        moves: list[Moved] = []
        for one in zones.assertions:
            mine = one.kind == CUT and one.author == THEMSELVES and one.revoked_at is None
            for friend, other in ((one.a, one.b), (one.b, one.a)):
                if mine and friend in friends and profile_of.get(other) in theirs:
                    undone = await self._decisions.undo(
                        event.workspace_id, one.assertion_id, THEMSELVES, event.at
                    )
                    moves += undone.moves
        return moves

    def _node(self, workspace_id: int, named: Any) -> bytes | None:
        if not isinstance(named, Mapping):
            return None
        namespace, value = str(named.get("namespace", "")), str(named.get("value", ""))
        normal = normalize(namespace, value, self._regions.get(workspace_id, REGION))
        return keyed_hash(self._keys[workspace_id], namespace, normal) if isinstance(normal, str) else None


def _named(namespace: str, value: str) -> dict[str, str]:
    return {"namespace": namespace, "value": value}


def _is_binding(event: Event) -> bool:
    """LINE's webhook says so of link tokens, and Tieline itself of its own pages; nobody else is believed."""
    return (
        event.name == LINE_ACCOUNT_LINKED
        and event.source.kind in {"line", "tieline"}
        and event.properties.get("result") == "ok"
    )


def _is_decision(event: Event) -> bool:
    return event.name == IDENTITY_DECIDED and event.source.kind == "tieline"
