"""All zones of a workspace at once, in columns: who is one person wherever no rule has to choose. Pure.

Whatever fits as a whole fits in every part, so a zone in which no rule speaks is one profile, and connected components
say which zones there are. The others are `crowded`: the engine's own `resolve` decides them, one by one.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from tieline.identify.rules import Rules
from tieline.model.columns import Flags, Ints, Links, Nodes

_NEVER = np.iinfo(np.int64).min
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Said(NamedTuple):
    """What people decided, by the places of the nodes: pairs cut and joined, nodes blocked and allowed."""

    cuts: Ints
    joins: Ints
    blocked: Ints
    allowed: Ints


class Standing(NamedTuple):
    """Where each node stands; places of nodes name zones, profiles and proven groups.

    Attributes:
        shared: 0, 1 or 2, as in `Placed`.
        crowded: It is in a zone that `resolve` has to decide.
    """

    zone: Ints
    profile: Ints
    proven: Ints
    core: Flags
    shared: NDArray[np.int8]
    crowded: Flags


class _Pairs(NamedTuple):
    """Each pair once. `verified` and `heard`: it counts among verified links, or among all that are proof enough."""

    a: Ints
    b: Ints
    verified: Flags
    heard: Flags


class _Table(NamedTuple):
    """Rules as columns over the namespaces that occur."""

    limit: Ints
    anchor: Flags
    weak: Flags
    proven_only: Flags
    shared_above: Ints
    replaced: Flags
    ttl: Ints
    is_line: Flags


def stand(nodes: Nodes, links: Links, said: Said, rules: Rules, epoch: datetime | None) -> Standing:
    """Say where every node stands, as far as no rule has to choose.

    Args:
        nodes: All of a workspace.
        links: All of a workspace.
        said: The decisions that hold.
        rules: Of the workspace.
        epoch: Links age up to this moment; None: they do not age.
    """
    table = _table(nodes.namespaces, rules)
    pairs = _counted(nodes, links, said, table, epoch)
    shared = _shared(nodes, pairs, said, table)
    proven = pairs.verified & (shared[pairs.a] < 2) & (shared[pairs.b] < 2)
    touching = proven | (pairs.heard & (shared[pairs.a] == 0) & (shared[pairs.b] == 0))
    joins = said.joins[~_any(said.joins, _marked(len(nodes.ids), said.blocked) | nodes.blocked)]
    groups, group = _components(len(nodes.ids), pairs.a[proven], pairs.b[proven], joins)
    proven_of = _oldest(group, nodes.first_at)
    more = touching & ~proven
    if more.any():  # what is proven lies within a zone, so groups stand for their nodes
        _, together = _components(groups, group[pairs.a[more]], group[pairs.b[more]], said.joins[:0])
        zone, group = _oldest(together[group], nodes.first_at), proven_of
    else:
        zone = group = proven_of

    anchor = table.anchor[nodes.namespace]
    anchored = _marked(len(nodes.ids), zone[anchor])
    has_anchor = _marked(len(nodes.ids), group[anchor])
    crowded = _crowded(nodes, table, zone, group, anchor, rules)
    contested = _contested(nodes, table, pairs, touching)
    crowded[zone[contested]] = True
    if said.cuts.size:
        inside = said.cuts[zone[said.cuts[:, 0]] == zone[said.cuts[:, 1]]]
        crowded[zone[inside[:, 0]]] = True
    return Standing(zone, zone, group, ~anchored[zone] | has_anchor[group], shared, crowded[zone])


def day_of(moment: datetime) -> int:
    """Return the number of the UTC day of a moment."""
    return (moment - _EPOCH).days


def _table(namespaces: Sequence[str], rules: Rules) -> _Table:
    found = [rules.of(namespace) for namespace in namespaces]

    def column(values: Sequence[Any], kind: Any) -> Any:
        return np.array(values, dtype=kind)

    return _Table(
        column([one.limit for one in found], np.int64),
        column([one.anchor for one in found], np.bool_),
        column([one.weak for one in found], np.bool_),
        column([one.proven_only for one in found], np.bool_),
        column([one.shared_above for one in found], np.int64),
        column([one.replaced for one in found], np.bool_),
        column([one.ttl_days for one in found], np.int64),
        column([namespace.startswith("line:") for namespace in namespaces], np.bool_),
    )


def _counted(nodes: Nodes, links: Links, said: Said, table: _Table, epoch: datetime | None) -> _Pairs:
    """Fold the links of each pair, and drop what no rule lets count."""
    count = len(nodes.ids)
    a, b = np.minimum(links.a, links.b), np.maximum(links.a, links.b)
    key = a * count + b
    order = np.argsort(key)
    sorted_key = key[order]
    starts = (
        np.flatnonzero(np.concatenate(([True], sorted_key[1:] != sorted_key[:-1]))) if key.size else order
    )
    pair_a, pair_b = a[order][starts], b[order][starts]
    hearsay_only = table.proven_only[nodes.namespace]
    verified = links.verified[order]
    usable = verified | ~(hearsay_only[a[order]] | hearsay_only[b[order]])
    keep = ~(nodes.blocked | _marked(count, said.blocked))
    keep_pair = keep[pair_a] & keep[pair_b]
    if said.cuts.size:
        cut_key = said.cuts.min(axis=1) * count + said.cuts.max(axis=1)
        keep_pair &= ~np.isin(sorted_key[starts], cut_key)
    fresh_after = _fresh_after(nodes, table, pair_a, pair_b, epoch)
    last_day = links.last_day[order]

    def counts(which: Flags) -> Flags:
        if not key.size:
            return np.zeros(0, np.bool_)
        latest = np.maximum.reduceat(np.where(which, last_day, _NEVER), starts)
        found: Flags = keep_pair & (latest != _NEVER) & (latest >= fresh_after)
        return found

    return _Pairs(pair_a, pair_b, counts(verified), counts(usable))


def _fresh_after(nodes: Nodes, table: _Table, a: Ints, b: Ints, epoch: datetime | None) -> Ints:
    if epoch is None or not table.ttl.any():
        return np.full(a.size, _NEVER + 1, np.int64)
    never = np.iinfo(np.int32).max
    ttl = np.where(table.ttl > 0, table.ttl, never)[nodes.namespace]
    found: Ints = day_of(epoch) - np.minimum(ttl[a], ttl[b])
    return found


def _shared(nodes: Nodes, pairs: _Pairs, said: Said, table: _Table) -> NDArray[np.int8]:
    """Return how widely nodes are shared: by verified links (2), or by all (1)."""
    shared = np.zeros(len(nodes.ids), np.int8)
    most = np.where(table.anchor, 0, table.shared_above)[nodes.namespace]
    if not most.any():
        return shared
    may = (most > 0) & ~nodes.allowed & ~_marked(len(nodes.ids), said.allowed)
    kinds, anchor = len(nodes.namespaces), table.anchor[nodes.namespace]
    for level, counted in ((1, pairs.heard), (2, pairs.verified)):
        named = [(end[counted], other[counted]) for end, other in ((pairs.a, pairs.b), (pairs.b, pairs.a))]
        asked = [may[ends] & anchor[others] for ends, others in named]
        ends, others = (
            np.concatenate([side[n][which] for side, which in zip(named, asked, strict=True)]) for n in (0, 1)
        )
        many = (
            np.bincount(ends, minlength=may.size)[ends] > most[ends]
        )  # few have enough neighbours of all kinds
        keys, held = np.unique(ends[many] * kinds + nodes.namespace[others[many]], return_counts=True)
        found = keys // kinds
        shared[found[held > most[found]]] = level
    return shared


def _contested(nodes: Nodes, table: _Table, pairs: _Pairs, touching: Flags) -> Ints:
    """Return the weak nodes that touch two values of a strong namespace."""
    ends = np.concatenate((pairs.a[touching], pairs.b[touching]))
    others = np.concatenate((pairs.b[touching], pairs.a[touching]))
    asked = table.weak[nodes.namespace[ends]] & ~table.weak[nodes.namespace[others]]
    kinds = len(nodes.namespaces)
    keys, held = np.unique(ends[asked] * kinds + nodes.namespace[others[asked]], return_counts=True)
    return np.unique(keys[held > 1] // max(kinds, 1))


def _crowded(nodes: Nodes, table: _Table, zone: Ints, group: Ints, anchor: Flags, rules: Rules) -> Flags:
    """Return the zones, by the node that names them, in which some rule may keep nodes apart."""
    count, kinds = len(nodes.ids), len(nodes.namespaces)
    crowded: Flags = np.zeros(count, np.bool_)
    most = np.where(table.anchor | table.replaced, np.minimum(table.limit, 1), table.limit)
    keys, held = np.unique(zone * kinds + nodes.namespace, return_counts=True) if kinds else (zone, zone)
    over = held > most[keys % kinds] if kinds else np.zeros(0, np.bool_)
    crowded[keys[over] // max(kinds, 1)] = True
    size = np.bincount(zone, minlength=count)
    for largest in (rules.profile_max, rules.zone_max):
        if largest:
            crowded[size > largest] = True
    if rules.vetoes:
        marked = np.flatnonzero(nodes.marks)
        first = np.zeros(count, np.int64)
        first[zone[marked]] = nodes.marks[marked]
        crowded[zone[marked[first[zone[marked]] != nodes.marks[marked]]]] = True
    if rules.providers_apart:
        lines = keys[table.is_line[keys % kinds]] // kinds if kinds else keys
        crowded[np.bincount(lines, minlength=count) > 1] = True
    # Two who are named may be one only if verified links alone make them one.
    named = np.flatnonzero(anchor)
    first_group = np.full(count, -1, np.int64)
    first_group[zone[named]] = group[named]
    crowded[zone[named[first_group[zone[named]] != group[named]]]] = True
    return crowded


def _components(count: int, a: Ints, b: Ints, joins: Ints) -> tuple[int, Ints]:
    """Return how many sets there are, and the number of the set of each."""
    if joins.size:
        a, b = np.concatenate((a, joins[:, 0])), np.concatenate((b, joins[:, 1]))
    graph = coo_array((np.ones(a.size, np.bool_), (a, b)), shape=(count, count))
    sets, label = connected_components(graph, directed=False)
    return int(sets), label.astype(np.int64)


def _oldest(label: Ints, first_at: Ints) -> Ints:
    """Name each group by the node of it that was seen first; of several the least id, as places are in their order."""
    least = np.full(label.size, np.iinfo(np.int64).max)
    np.minimum.at(least, label, first_at)
    first = np.flatnonzero(first_at == least[label])[::-1]
    name = np.empty(label.size, np.int64)
    name[label[first]] = first  # of several the last stays
    return name[label]


def _marked(count: int, places: Ints) -> Flags:
    found = np.zeros(count, np.bool_)
    found[places] = True
    return found


def _any(pairs: Ints, which: Flags) -> Flags:
    return which[pairs[:, 0]] | which[pairs[:, 1]] if pairs.size else np.zeros(0, np.bool_)
