"""Who is who, in dictionaries."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from itertools import count
from typing import NamedTuple

from msgspec.structs import replace

from tieline.errors import NotFoundError
from tieline.model.identity import Assertion, Link, Moved, Placed
from tieline.ports import Turn, Zones

_LinkKey = tuple[int, bytes, bytes, str, int]


class _Snapshot(NamedTuple):
    placed: dict[tuple[int, bytes], Placed]
    links: dict[_LinkKey, Link]
    assertions: dict[tuple[int, int], Assertion]
    epochs: dict[int, datetime]
    turns_of: dict[int, int]
    changes: list[tuple[Moved, str, datetime]]


class MemoryIdentity:
    """IdentityStore. `snapshot` and `restore` stand in for a transaction.

    Attributes:
        placed: Node and place by (workspace_id, node_id).
        linked: Link by (workspace_id, a, b, source, proof).
        asserted: Decision by (workspace_id, assertion_id).
        epochs_of: Up to when links have aged, by workspace.
        turns_of: The last turn by workspace.
        changes: The audit trail: (move, cause, at).
    """

    def __init__(self) -> None:
        self._turns = count(1)
        self.restore(_Snapshot({}, {}, {}, {}, {}, []))

    def snapshot(self) -> _Snapshot:
        """Return what is stored now; the values are frozen, so only the maps are copied."""
        return _Snapshot(
            dict(self.placed),
            dict(self.linked),
            dict(self.asserted),
            dict(self.epochs_of),
            dict(self.turns_of),
            list(self.changes),
        )

    def restore(self, snapshot: _Snapshot) -> None:
        """Return to a snapshot, which is used up by that."""
        self.placed, self.linked, self.asserted, self.epochs_of, self.turns_of, self.changes = snapshot
        self._zones: defaultdict[tuple[int, bytes], set[bytes]] = defaultdict(set)
        for (workspace_id, node_id), placed in self.placed.items():
            self._zones[workspace_id, placed.zone_id].add(node_id)
        self._from: defaultdict[tuple[int, bytes], set[_LinkKey]] = defaultdict(set)
        self._to: defaultdict[tuple[int, bytes], set[_LinkKey]] = defaultdict(set)
        for key in self.linked:
            self._from[key[0], key[1]].add(key)
            self._to[key[0], key[2]].add(key)

    def everyone(self, workspace_id: int) -> list[Placed]:
        """Return every node of a workspace with its place."""
        return [placed for (owner, _), placed in self.placed.items() if owner == workspace_id]

    async def epochs(self) -> dict[int, datetime]:
        """Return up to when links have aged, by workspace."""
        return dict(self.epochs_of)

    async def age(self, workspace_id: int, to_at: datetime) -> None:
        """Note up to when links have aged."""
        self.epochs_of[workspace_id] = to_at

    async def last_seen_between(
        self, workspace_id: int, since_at: datetime | None, before_at: datetime
    ) -> set[bytes]:
        """Return the ends of links that were seen last within these times."""
        return {
            end
            for key, link in self.linked.items()
            if key[0] == workspace_id
            and link.last_at < before_at
            and (since_at is None or link.last_at >= since_at)
            for end in (link.a, link.b)
        }

    async def lock(self, workspace_id: int) -> Turn:
        """Be the only one who changes identities of this workspace; in memory nobody else can."""
        last = self.turns_of.get(workspace_id, 0)
        now = self.turns_of[workspace_id] = next(self._turns)
        return Turn(last, now)

    async def zones(self, workspace_id: int, node_ids: Sequence[bytes]) -> Zones:
        """Load the whole zones of `node_ids`; unknown ids are left out, decisions about them are not."""
        asked = [self.placed.get((workspace_id, node_id)) for node_id in node_ids]
        zone_ids = sorted({placed.zone_id for placed in asked if placed is not None})
        found = [
            self.placed[workspace_id, node_id]
            for zone_id in zone_ids
            for node_id in sorted(self._zones[workspace_id, zone_id])
        ]
        about = {placed.node.node_id for placed in found} | set(node_ids)
        return Zones(
            found, await self.assertions(workspace_id, sorted(about)), self.epochs_of.get(workspace_id)
        )

    async def assertions(self, workspace_id: int, node_ids: Sequence[bytes]) -> list[Assertion]:
        """Load every decision about one of `node_ids`."""
        about = set(node_ids)
        return [
            item
            for (workspace, _), item in self.asserted.items()
            if workspace == workspace_id and (item.a in about or item.b in about)
        ]

    async def links(self, workspace_id: int, node_ids: Sequence[bytes]) -> list[Link]:
        """Load every link whose `a` is one of `node_ids`."""
        return [
            self.linked[key]
            for node_id in node_ids
            for key in sorted(self._from.get((workspace_id, node_id), ()))
        ]

    async def touching(self, workspace_id: int, node_ids: Sequence[bytes]) -> list[Link]:
        """Load every link of which an end is one of `node_ids`."""
        found = {
            key
            for node_id in node_ids
            for ends in (self._from, self._to)
            for key in ends.get((workspace_id, node_id), ())
        }
        return [self.linked[key] for key in sorted(found)]

    async def nodes(self, workspace_id: int, node_ids: Sequence[bytes]) -> list[Placed]:
        """Load nodes without their zones; unknown ids are left out."""
        asked = (self.placed.get((workspace_id, node_id)) for node_id in node_ids)
        return [placed for placed in asked if placed is not None]

    async def add(self, workspace_id: int, placed: Sequence[Placed], links: Sequence[Link]) -> None:
        """Insert nodes that were not there, and links that end in one of them."""
        await self.save(workspace_id, placed, links)

    async def save(self, workspace_id: int, placed: Sequence[Placed], links: Sequence[Link]) -> None:
        """Insert nodes or give them another place; of links keep the earliest first and latest last time."""
        for item in placed:
            key = (workspace_id, item.node.node_id)
            was = self.placed.get(key)
            if was is not None:
                self._zones[workspace_id, was.zone_id].discard(item.node.node_id)
            self.placed[key] = item
            self._zones[workspace_id, item.zone_id].add(item.node.node_id)
        for link in links:
            name = (workspace_id, link.a, link.b, link.source, link.proof)
            other = self.linked.get(name, link)
            self.linked[name] = replace(
                link,
                first_at=min(link.first_at, other.first_at),
                last_at=max(link.last_at, other.last_at),
            )
            self._from[workspace_id, link.a].add(name)
            self._to[workspace_id, link.b].add(name)

    async def touch(self, workspace_id: int, links: Sequence[Link]) -> None:
        """Move `last_at` of known links forward."""
        for link in links:
            name = (workspace_id, link.a, link.b, link.source, link.proof)
            known = self.linked.get(name)
            if known is not None:
                self.linked[name] = replace(known, last_at=max(known.last_at, link.last_at))

    async def record(self, moves: Sequence[Moved], cause: str, at: datetime) -> None:
        """Write changes of profile to the audit trail; arrivals of new nodes are left out."""
        self.changes += [(move, cause, at) for move in moves if move.from_id]

    async def add_assertion(self, workspace_id: int, assertion: Assertion) -> int:
        """Store a decision and return its id."""
        assertion_id = len(self.asserted) + 1
        self.asserted[workspace_id, assertion_id] = replace(assertion, assertion_id=assertion_id)
        return assertion_id

    async def revoke_assertion(
        self, workspace_id: int, assertion_id: int, author: str, at: datetime
    ) -> Assertion:
        """Take a decision back and return it; once is enough. Raises NotFoundError."""
        del author
        known = self.asserted.get((workspace_id, assertion_id))
        if known is None:
            raise NotFoundError(f"There is no decision {assertion_id}.")
        revoked = replace(known, revoked_at=known.revoked_at or at)
        self.asserted[workspace_id, assertion_id] = revoked
        return revoked
