"""A person asks to be erased: in log order, what is known about them goes, and what they were is refused from then on.

The stream deletes what PostgreSQL knows and suppresses the identifiers in one transaction; from then on nobody can be
written to, looked up or found in a segment by them. The log and history are searched afterwards, piece by piece, by
`pipeline.Erase`, which a crash only interrupts.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from tieline.identify.rules import RuleBook
from tieline.identify.settle import Settler
from tieline.identify.suppress import suppression_of
from tieline.model.erasure import Kept, Suppressed
from tieline.model.event import PERSON_ERASED, Event, LogKind, LogRow
from tieline.model.identity import Moved
from tieline.ports import ErasureStore, IdentityStore

PROOF_KEPT = timedelta(days=366)
"""Japan's act on specified e-mail wants the record of a consent a year after the last message that followed an order."""
_BEGINNING = b'{"batch":[{"type":"track","event":"%b",' % PERSON_ERASED.encode()


class Erased(NamedTuple):
    """What an erasure changed for others: nodes that stood beside the person and changed profile."""

    moves: list[Moved]


class EraseStage:
    """`person_erased` in; whoever stood beside the person may move.

    Args:
        store: What is known of people.
        identity: Nodes, links and decisions.
        keys: Identity key by workspace.
        regions: Country by workspace.
        rules: The rules of each workspace.
    """

    def __init__(
        self,
        store: ErasureStore,
        identity: IdentityStore,
        keys: Mapping[int, bytes],
        regions: Mapping[int, str],
        rules: RuleBook | None = None,
    ) -> None:
        self._store = store
        self._identity = identity
        self._settler = Settler(identity, rules)
        self._keys = keys
        self._regions = regions

    async def process(self, event: Event) -> Erased | None:
        """Erase the person that `event` is about; None if it is no such event or it was carried out already."""
        if event.name != PERSON_ERASED or event.source.kind != "tieline":
            return None
        workspace_id = event.workspace_id
        erasure = await self._store.open(workspace_id, str(event.properties.get("erasure_id")))
        if erasure is None:
            return None
        await self._identity.lock(workspace_id)
        nodes = list(erasure.nodes) or await self._store.person(workspace_id, erasure.target)
        node_ids = [node.node_id for node in nodes]
        beside = await self._store.neighbours(workspace_id, node_ids)
        key, region = self._keys[workspace_id], self._regions.get(workspace_id, "TW")
        kept = [
            Kept(node.node_id, name)
            for node in nodes
            if (name := suppression_of(key, node.namespace, node.value, region)) is not None
        ]
        namespaces = {node.node_id: node.namespace for node in nodes}
        suppressed = [Suppressed(one.hash, namespaces[one.node_id], event.received_at) for one in kept]
        await self._store.begin(erasure, nodes, event.log_offset, suppressed)
        until = event.received_at + PROOF_KEPT
        await self._store.count(
            erasure, {"consent_proof": await self._store.keep_proof(workspace_id, kept, until)}
        )
        await self._store.count(erasure, await self._store.forget(workspace_id, nodes, event.received_at))
        if not beside:
            return Erased([])
        cause = f"{PERSON_ERASED}:{erasure.erasure_id}"
        return Erased((await self._settler.anew(workspace_id, beside, cause, event.received_at)).moves)


def is_erasure(row: LogRow) -> bool:
    """Say whether a log row erases a person; it says nothing else then."""
    return row.kind == LogKind.OWN and row.body.startswith(_BEGINNING)


def next_alone(rows: Sequence[LogRow]) -> Sequence[LogRow]:
    """Return the rows before the first erasure, or it alone: what comes before and after it are other batches."""
    for index, row in enumerate(rows):
        if is_erasure(row):
            return rows[: index or 1]
    return rows
