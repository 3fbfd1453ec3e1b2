"""Foresee what taking back a source would change, or giving it back: zones are decided as they would be, nothing is written."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple, cast

from msgspec.structs import replace

from tieline.errors import NotFoundError
from tieline.identify.retract import nodes_of, parts, reaching
from tieline.identify.rules import RuleBook
from tieline.identify.settle import Settler
from tieline.model.identity import Assertion, Link, Mark, Node, Placed, fold_marks
from tieline.ports import Aside, IdentityStore, RetractStore, Zones

LOOKED_AT_MAX = 20_000
EXAMPLES = 10
_NOTHING = Aside([], {})


class Foreseen(NamedTuple):
    """What a retraction would change, or its end.

    Attributes:
        links: Claims it is about.
        identifiers: The identifiers it is about.
        looked_at: How many of these were looked at; with more, the rest of the figures are about a part.
        people_before: How many people the zones of these are now, and after it.
        moved: Identifiers that would stand in another profile.
        examples: (before, after) of some of them: who is together in one profile, as nodes.
    """

    links: int
    identifiers: int
    looked_at: int
    people_before: int
    people_after: int
    moved: int
    examples: list[tuple[list[list[Node]], list[list[Node]]]]


class Preview:
    """Says what a retraction would change; nothing is changed.

    Args: see RetractStage.
    """

    def __init__(self, store: RetractStore, identity: IdentityStore, rules: RuleBook | None = None) -> None:
        self._store = store
        self._identity = identity
        self._rules = rules

    async def retract(self, workspace_id: int, source: str) -> Foreseen:
        """Say what would be if what `source` says counted for nothing."""
        said = await self._store.said_by(workspace_id, source)
        supposed = _Supposed(self._identity, without=source)
        return await self._foresee(workspace_id, said, supposed)

    async def restore(self, workspace_id: int, retraction_id: int) -> Foreseen:
        """Say what would be if a retraction were taken back.

        Raises:
            NotFoundError: No such retraction holds.
        """
        held = await self._store.find(workspace_id, retraction_id)
        if held is None or held.revoked_at is not None:
            raise NotFoundError(f"No retraction {retraction_id} holds.")
        aside = await self._store.aside(workspace_id, retraction_id)
        if reaching(await self._store.in_force(), workspace_id, held) is not None:
            aside = _NOTHING
        return await self._foresee(workspace_id, aside, _Supposed(self._identity, also=aside))

    async def _foresee(self, workspace_id: int, said: Aside, supposed: "_Supposed") -> Foreseen:
        # Explaining only reads.
        settler, nodes = Settler(cast("IdentityStore", supposed), self._rules), sorted(nodes_of(said))
        looked_at = nodes[:LOOKED_AT_MAX]
        before: dict[bytes, bytes] = {}
        after: dict[bytes, bytes] = {}
        known: dict[bytes, Node] = {}
        for part in parts(looked_at):
            found = await settler.explain(workspace_id, part)
            for placed in found.zones.placed:
                node_id = placed.node.node_id
                known[node_id], before[node_id] = placed.node, placed.profile_id
                after[node_id] = found.resolution.profile_of[node_id]
        moved = sorted(node_id for node_id, profile_id in before.items() if after[node_id] != profile_id)
        return Foreseen(
            len(said.links), len(nodes), len(looked_at), len(set(before.values())), len(set(after.values())),
            len(moved), list(_examples(moved, before, after, known)),
        )  # fmt: skip


class _Supposed:
    """The store as it would be: without what a source says, or with what was set aside."""

    def __init__(self, store: IdentityStore, without: str = "", also: Aside = _NOTHING) -> None:
        self._store = store
        self._without = without
        self._also = also

    async def zones(self, workspace_id: int, node_ids: Sequence[bytes]) -> Zones:
        found = await self._store.zones(workspace_id, node_ids)
        return found._replace(placed=[self._placed(one) for one in found.placed])

    async def nodes(self, workspace_id: int, node_ids: Sequence[bytes]) -> list[Placed]:
        return [self._placed(one) for one in await self._store.nodes(workspace_id, node_ids)]

    async def touching(self, workspace_id: int, node_ids: Sequence[bytes]) -> list[Link]:
        found = await self._store.touching(workspace_id, node_ids)
        about = set(node_ids)
        return [link for link in found if link.source != self._without] + [
            link for link in self._also.links if link.a in about or link.b in about
        ]

    async def assertions(self, workspace_id: int, node_ids: Sequence[bytes]) -> list[Assertion]:
        return await self._store.assertions(workspace_id, node_ids)

    def _placed(self, placed: Placed) -> Placed:
        node = placed.node
        marks: Sequence[Mark] = [mark for mark in node.marks if mark.source != self._without]
        marks = fold_marks([*marks, *self._also.marks.get(node.node_id, ())])
        return placed if marks == node.marks else replace(placed, node=replace(node, marks=marks))


def _examples(
    moved: Sequence[bytes],
    before: Mapping[bytes, bytes],
    after: Mapping[bytes, bytes],
    known: Mapping[bytes, Node],
) -> Iterator[tuple[list[list[Node]], list[list[Node]]]]:
    """Yield some groups of people that a change touches, as they are and as they would be."""
    seen: set[bytes] = set()
    given = 0
    members: dict[bytes, set[bytes]] = {}
    for where in (before, after):
        for node_id, profile_id in where.items():
            members.setdefault(profile_id, set()).add(node_id)
    for node_id in moved:
        if node_id in seen or given == EXAMPLES:
            continue
        group = members[before[node_id]] | members[after[node_id]]
        seen |= group
        given += 1
        yield _people(group, before, known), _people(group, after, known)


def _people(
    group: Collection[bytes], profile_of: Mapping[bytes, bytes], known: Mapping[bytes, Node]
) -> list[list[Node]]:
    people: dict[bytes, list[Node]] = {}
    for node_id in sorted(group, key=lambda one: (known[one].namespace, known[one].value)):
        people.setdefault(profile_of[node_id], []).append(known[node_id])
    return list(people.values())
