"""Take back what a whole live source said about who is who, and give it back, in log order.

A person decides it, with author and reason. What the source saw up to that moment counts for nothing: not its links, and
not the names and dates of birth that it said. It is set aside, not deleted, so the decision can be taken back and
everything is as if it had never been made. What comes late but was seen before goes aside as well: order cannot show.

Traits, events and consents stay with the identifier they were told with. An import is taken back as a whole: `undo`.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from tieline.identify.batch import Evidence
from tieline.identify.rules import RuleBook
from tieline.identify.settle import Settler
from tieline.model.event import SOURCE_RETRACTED, Event, LogKind, LogRow
from tieline.model.identity import Moved, Retraction
from tieline.ports import Aside, IdentityStore, RetractStore

TOGETHER = 5_000
_BEGINNING = b'{"batch":[{"type":"track","event":"%b",' % SOURCE_RETRACTED.encode()


class Retracting:
    """The retractions that hold, and what has to be set aside because of them while events come in."""

    def __init__(self, store: RetractStore) -> None:
        self._store = store
        self._held: dict[tuple[int, str], list[Retraction]] = {}
        self._late: dict[tuple[int, int], Evidence] = {}

    async def learn(self) -> None:
        """Read what holds now."""
        self._late = {}
        self._held = {}
        for workspace_id, one in await self._store.in_force():
            self._held.setdefault((workspace_id, one.source), []).append(one)

    def of(self, event: Event) -> int:
        """Return the retraction that says that `event` links nobody, 0 if there is none."""
        if not self._held:
            return 0
        held = self._held.get((event.workspace_id, event.source.key), ())
        return next((one.retraction_id for one in held if event.at <= one.until_at), 0)

    def late(self, workspace_id: int, retraction_id: int) -> Evidence:
        """Return where the batch of the moment notes what goes aside."""
        return self._late.setdefault((workspace_id, retraction_id), Evidence({}, {}))

    async def save(self) -> None:
        """Set aside what was noted."""
        late, self._late = self._late, {}
        for (workspace_id, retraction_id), said in late.items():
            marks = {node_id: node.marks for node_id, node in said.nodes.items() if node.marks}
            await self._store.put(workspace_id, retraction_id, Aside(list(said.links.values()), marks))


class Retracted(NamedTuple):
    """Whom a retraction moved, or the end of one."""

    moves: list[Moved]


class RetractStage:
    """`source_retracted` in, moves out.

    Args:
        store: What counts and what was set aside.
        identity: Nodes, links and decisions.
        rules: The rules of each workspace.
    """

    def __init__(self, store: RetractStore, identity: IdentityStore, rules: RuleBook | None = None) -> None:
        self._store = store
        self._identity = identity
        self._settler = Settler(identity, rules)

    async def process(self, event: Event) -> Retracted | None:
        """Carry out what `event` asks for; None if it asks for nothing, or it was done already."""
        if event.name != SOURCE_RETRACTED or event.source.kind != "tieline":
            return None
        workspace_id, said = event.workspace_id, event.properties
        by = str(said.get("author", "")), str(said.get("reason", ""))
        await self._identity.lock(workspace_id)
        if said.get("kind") == "retract":
            wish = Retraction(str(said.get("source", "")), event.at, *by, event.at)
            retraction_id = await self._store.add(workspace_id, wish)
            nodes = await self._store.take(workspace_id, wish.source, retraction_id)
            return await self._settle(workspace_id, nodes, f"retract_source:{retraction_id}", event.at)
        retraction_id = int(said.get("retraction_id", 0))
        held = await self._store.find(workspace_id, retraction_id)
        if held is None or held.revoked_at is not None:
            return None
        await self._store.revoke(workspace_id, retraction_id, *by, event.at)
        nodes = await self._give_back(workspace_id, held)
        return await self._settle(workspace_id, nodes, f"restore_source:{retraction_id}", event.at)

    async def _give_back(self, workspace_id: int, held: Retraction) -> set[bytes]:
        """Let what was set aside count again, unless another retraction of the source reaches as far."""
        aside = await self._store.aside(workspace_id, held.retraction_id)
        await self._store.clear(workspace_id, held.retraction_id)
        other = reaching(await self._store.in_force(), workspace_id, held)
        if other is not None:
            await self._store.put(workspace_id, other.retraction_id, aside)
            return set()
        await self._identity.save(workspace_id, [], aside.links)
        await self._store.mark(workspace_id, aside.marks)
        return nodes_of(aside)

    async def _settle(
        self, workspace_id: int, nodes: Collection[bytes], cause: str, at: datetime
    ) -> Retracted:
        moves: list[Moved] = []
        for part in parts(sorted(nodes)):
            moves += (await self._settler.anew(workspace_id, part, cause, at)).moves
        return Retracted(moves)


def is_retraction(row: LogRow) -> bool:
    """Say whether a log row retracts a source or gives it back; it says nothing else then."""
    return row.kind == LogKind.OWN and row.body.startswith(_BEGINNING)


def next_retraction(rows: Sequence[LogRow]) -> Sequence[LogRow]:
    """Return the rows before the first retraction, or it alone: what comes before and after it are other batches."""
    for index, row in enumerate(rows):
        if is_retraction(row):
            return rows[: index or 1]
    return rows


def reaching(
    held: Sequence[tuple[int, Retraction]], workspace_id: int, gone: Retraction
) -> Retraction | None:
    """Return the retraction of the same source that reaches at least as far as `gone`, which holds no more; the nearest."""
    return next(
        (
            one
            for of, one in held
            if of == workspace_id
            and one.source == gone.source
            and one.retraction_id != gone.retraction_id
            and one.until_at >= gone.until_at
        ),
        None,
    )


def nodes_of(aside: Aside) -> set[bytes]:
    """Return the nodes that something set aside is about."""
    return {end for link in aside.links for end in (link.a, link.b)} | aside.marks.keys()


def parts(items: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    """Yield pieces that are decided together."""
    return (items[start : start + TOGETHER] for start in range(0, len(items), TOGETHER))
