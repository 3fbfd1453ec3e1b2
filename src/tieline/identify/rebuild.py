"""Decide a whole workspace anew from what is stored: all zones at once, and the few where a rule has to choose one by one.

The result is what the engine would have come to fact by fact; the nightly audit compares the two, and a change of rules
computes its result apart before it holds.
"""

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np

from tieline.identify import whole
from tieline.identify.crowded import CrowdedFacts, Details
from tieline.identify.evidence import in_force
from tieline.identify.graph import resolve
from tieline.identify.rules import Rules
from tieline.identify.settle import stand
from tieline.model.columns import Flags, Ids, Ints, Whole
from tieline.model.identity import Assertion

NODES_TOGETHER = 5_000
"""Nodes of crowded zones that are decided at once; a zone that is larger is decided as a whole."""


class Places(NamedTuple):
    """Where every node stands, by the places of nodes."""

    zone: Ints
    profile: Ints
    proven: Ints
    core: Flags
    shared: Any


class Rebuilt(NamedTuple):
    """A workspace decided anew.

    Attributes:
        replayed: Nodes that stand in zones where a rule had to choose.
    """

    read: Whole
    now: Places
    replayed: int

    @property
    def changed(self) -> Ints:
        """Places of the nodes that stand elsewhere than is stored."""
        ids, kept, now = self.read.nodes.ids, self.read.kept, self.now
        same = (kept.core == now.core) & (kept.shared == now.shared)
        for stored, places in ((kept.zone, now.zone), (kept.profile, now.profile), (kept.proven, now.proven)):
            same &= (stored == ids[places]).all(axis=1)
        return np.flatnonzero(~same)

    def signature(self) -> str:
        """Return a name for the result: equal if every node stands where it stands there."""
        ids = self.read.nodes.ids
        return signed(
            ids,
            ids[self.now.zone],
            ids[self.now.profile],
            ids[self.now.proven],
            self.now.core,
            self.now.shared,
        )

    def signature_kept(self) -> str:
        """Return the name of what is stored."""
        return signed(self.read.nodes.ids, *self.read.kept)


def signed(*columns: Any) -> str:
    """Return a name for columns in the order of the nodes' ids."""
    found = hashlib.blake2b(digest_size=16)
    for column in columns:
        found.update(np.ascontiguousarray(column).tobytes())
    return found.hexdigest()


async def rebuild(
    workspace_id: int,
    read: Whole,
    assertions: Sequence[Assertion],
    rules: Rules,
    epoch: datetime | None,
    details: Details,
    progress: Callable[[float], Awaitable[None]],
) -> Rebuilt:
    """Decide all nodes of a workspace.

    Args:
        workspace_id: Whose.
        read: All nodes and links.
        assertions: All decisions of people.
        rules: That are to hold.
        epoch: Links age up to this moment.
        details: Nodes in full.
        progress: Hears the fraction that is done.
    """
    found = whole.stand(read.nodes, read.links, _said(assertions, read), rules, epoch)
    now = Places(
        found.zone.copy(), found.profile.copy(), found.proven.copy(), found.core.copy(), found.shared.copy()
    )
    crowded = np.flatnonzero(found.crowded)
    crowded = crowded[np.argsort(found.zone[crowded], kind="stable")]
    parts = _whole_zones(crowded, found.zone)
    facts = CrowdedFacts(workspace_id, read, rules, details)
    done = 0
    for part, links in zip(parts, facts.links_of(parts), strict=True):
        await _replay(part, links, facts, assertions, epoch, now)
        done += part.size
        await progress(0.8 + 0.2 * done / crowded.size)
    return Rebuilt(read, now, int(crowded.size))


def _said(assertions: Sequence[Assertion], read: Whole) -> whole.Said:
    decided = in_force(assertions)

    def pairs(named: Sequence[tuple[bytes, bytes]]) -> Ints:
        places = _places([end for pair in named for end in pair], read).reshape(-1, 2)
        return places[(places >= 0).all(axis=1)]

    def ones(named: Sequence[bytes]) -> Ints:
        places = _places(list(named), read)
        return places[places >= 0]

    return whole.Said(
        pairs(list(decided.cuts)),
        pairs(list(decided.joins)),
        ones(sorted(decided.blocked)),
        ones(sorted(decided.allowed)),
    )


def _places(node_ids: Sequence[bytes], read: Whole) -> Ints:
    if not node_ids:
        return np.zeros(0, np.int64)
    rows: Ids = np.frombuffer(b"".join(node_ids), dtype=np.uint8).reshape(-1, read.nodes.ids.shape[1])
    return read.places(rows)


def _whole_zones(crowded: Ints, zone: Ints) -> list[Ints]:
    """Cut places, sorted by zone, into parts that divide no zone."""
    if not crowded.size:
        return []
    zones = zone[crowded]
    starts = np.flatnonzero(np.concatenate(([True], zones[1:] != zones[:-1])))
    _, first = np.unique(starts // NODES_TOGETHER, return_index=True)
    return np.split(crowded, starts[first][1:])


async def _replay(
    part: Ints,
    of_links: Ints,
    facts: CrowdedFacts,
    assertions: Sequence[Assertion],
    epoch: datetime | None,
    now: Places,
) -> None:
    said = facts.read.links
    beside = np.setdiff1d(np.concatenate((said.a[of_links], said.b[of_links])), part)
    inside, outside = await facts.nodes(part), await facts.nodes(beside)
    nodes = inside | outside
    links = facts.links(of_links)
    shared = dict(zip(outside, now.shared[beside].tolist(), strict=True))
    about = [one for one in assertions if one.a in nodes or one.b in nodes]
    resolution = resolve(
        nodes.values(), links, about, facts.rules, epoch=epoch, shared_before=shared, reasons=False
    )
    placed = stand(nodes, resolution, facts.rules)
    place_of = dict(zip(inside, part.tolist(), strict=True))
    for node_id, place in place_of.items():
        one = placed[node_id]
        now.zone[place] = place_of[one.zone_id]
        now.profile[place] = place_of[one.profile_id]
        now.proven[place] = place_of[one.proven_id]
        now.core[place] = one.core
        now.shared[place] = one.shared


class Difference(NamedTuple):
    """What a change of rules would do.

    Attributes:
        merging: Profiles that would become a part of another one.
        merged: Profiles that would hold several of today's.
        split: Profiles of today that would be several.
        moved: Identifiers that would change profile.
        merged_examples: Places of the nodes of some that would merge, by profile of today.
        split_examples: Places of the nodes of some that would split, by profile to be.
        moved_examples: Places of some nodes that would go from one person to another, of who stays behind, and of who is
            there already.
    """

    before: int
    after: int
    merging: int
    merged: int
    split: int
    moved: int
    merged_examples: list[list[list[int]]]
    split_examples: list[list[list[int]]]
    moved_examples: list[list[list[int]]]

    @property
    def merging_percent(self) -> float:
        """The share of today's profiles that would merge."""
        return 100 * self.merging / self.before if self.before else 0.0


def difference(before: Ints, after: Ints, examples: int = 5) -> Difference:
    """Compare two ways to put nodes into profiles.

    Args:
        before: Profile of each node, as the place of a node.
        after: The same, as it would be.
        examples: How many of each kind to name.
    """
    pairs = (
        np.unique(np.stack((before, after), axis=1), axis=0) if before.size else np.zeros((0, 2), np.int64)
    )
    old, old_parts = np.unique(pairs[:, 0], return_counts=True)
    new, new_parts = np.unique(pairs[:, 1], return_counts=True)
    merged, split = new[new_parts > 1], old[old_parts > 1]
    # They leave somebody behind and find somebody there: they went from one person to another.
    between = pairs[np.isin(pairs[:, 0], split) & np.isin(pairs[:, 1], merged)]
    return Difference(
        before=int(old.size),
        after=int(new.size),
        merging=int(np.unique(pairs[np.isin(pairs[:, 1], merged), 0]).size),
        merged=int(merged.size),
        split=int(split.size),
        moved=int((before != after).sum()),
        merged_examples=[_groups(after, before, int(one)) for one in merged[:examples]],
        split_examples=[_groups(before, after, int(one)) for one in split[:examples]],
        moved_examples=[_handed_over(before, after, *one) for one in between[:examples].tolist()],
    )


def _handed_over(before: Ints, after: Ints, one: int, other: int) -> list[list[int]]:
    was, will = before == one, after == other
    return [np.flatnonzero(these).tolist() for these in (was & will, was & ~will, will & ~was)]


def _groups(within: Ints, by: Ints, one: int) -> list[list[int]]:
    members = np.flatnonzero(within == one)
    return [members[by[members] == group].tolist() for group in np.unique(by[members])]
