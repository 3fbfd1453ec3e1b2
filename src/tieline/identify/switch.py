"""Other rules begin to hold, in log order: at once for everybody who reads, or not at all.

What the rules come to is computed apart, by another process, while the stream waits; events that arrive meanwhile wait
in the log. One transaction then puts every node where it stands by the new rules, and the rules in force.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

import msgspec

from tieline.identify.rules import Rules
from tieline.model.event import RULES_CHANGED, Event, LogKind, LogRow
from tieline.model.identity import Moved
from tieline.ports import Computed, IdentityStore, RuleStore

Compute = Callable[[int, Rules], Awaitable[Computed]]
_BEGINNING = b'{"batch":[{"type":"track","event":"%b",' % RULES_CHANGED.encode()


class Switched(NamedTuple):
    """What a change of rules moved."""

    moves: list[Moved]


class SwitchStage:
    """`identity_rules_changed` in, moves out.

    Args:
        store: Versions of the rules.
        identity: Nodes, links and decisions.
        compute: Decides a workspace by other rules, apart from what holds.

    Attributes:
        stale: Rules changed that were read before: read them anew once the transaction has committed.
    """

    def __init__(self, store: RuleStore, identity: IdentityStore, compute: Compute) -> None:
        self._store = store
        self._identity = identity
        self._compute = compute
        self.stale = False

    async def process(self, event: Event) -> Switched | None:
        """Switch to the version that `event` names; None if it is no such event or the version is not ready any more."""
        if event.name != RULES_CHANGED or event.source.kind != "tieline":
            return None
        workspace_id = event.workspace_id
        change = await self._store.ready(workspace_id, int(event.properties.get("version", 0)))
        if change is None:
            return None
        await self._identity.lock(workspace_id)
        self.stale = True
        elsewhere = (await self._compute(workspace_id, msgspec.convert(change.rules, Rules))).elsewhere
        await self._store.place(workspace_id, elsewhere)
        moves = [
            Moved(workspace_id, node_id.tobytes(), left.tobytes(), profile_id.tobytes())
            for node_id, left, profile_id in zip(
                elsewhere.ids, elsewhere.left, elsewhere.profile, strict=True
            )
            if (left != profile_id).any()
        ]
        await self._identity.record(moves, f"{RULES_CHANGED}:{change.version}", event.received_at)
        await self._store.switched(change, event.received_at)
        return Switched(moves)


def is_switch(row: LogRow) -> bool:
    """Say whether a log row changes rules; it says nothing else then."""
    return row.kind == LogKind.OWN and row.body.startswith(_BEGINNING)


def next_switch(rows: Sequence[LogRow]) -> Sequence[LogRow]:
    """Return the rows before the first change of rules, or it alone: what comes before and after are other batches."""
    for index, row in enumerate(rows):
        if is_switch(row):
            return rows[: index or 1]
    return rows
