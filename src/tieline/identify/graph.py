"""Who is one person, as a pure function of the set of facts: neither order, nor batches, nor repeats can change it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from tieline.identify.clusters import Claim, Clusters, Forest
from tieline.identify.evidence import Decided, Evidence, Known, Obstacle, Pair, blocking, day, in_force, weigh
from tieline.identify.rules import RULES, Rules
from tieline.model.event import Proof
from tieline.model.identity import Assertion, Link, Node

_FIRST = (
    "cut", "blocked", "shared", "expired", "succeeded", "replaced", "limit", "providers", "unproven", "veto",
    "contested", "profile_size", "zone_size",
)  # fmt: skip


class Rejected(NamedTuple):
    """Two identifiers that were seen together and are not one person, with all that stands against it."""

    a: bytes
    b: bytes
    obstacles: tuple[Obstacle, ...]

    @property
    def reason(self) -> str:
        """A stable name: "cut" or, for example, "limit:member_id"."""
        return f"{self.first.kind}:{self.first.about}" if self.first.about else self.first.kind

    @property
    def first(self) -> Obstacle:
        """The obstacle that says most."""
        return min(self.obstacles, key=lambda one: (_FIRST.index(one.kind), one.about))

    @property
    def limits(self) -> tuple[tuple[str, int], ...]:
        """(namespace, how many one profile would hold) for each limit in the way."""
        return tuple((one.about, one.held) for one in self.obstacles if one.kind == "limit")

    @property
    def cuts(self) -> tuple[Pair, ...]:
        """The pairs that a person cut and that are in the way."""
        return tuple((one.nodes[0], one.nodes[1]) for one in self.obstacles if one.kind == "cut")


class Resolution(NamedTuple):
    """The people behind some nodes.

    Attributes:
        profile_of: Profile by node. It bears the id of its oldest node, so a profile that comes back has its old id.
        proven_of: The same by verified links alone.
        zone_of: Zone by node: everyone whom links would bring together if no rule stood against it.
        shared: How widely a node is shared, where it is: 1 or 2, see `Placed`.
        decisions: The links that join nobody, in the order of their pairs.
    """

    profile_of: dict[bytes, bytes]
    proven_of: dict[bytes, bytes]
    zone_of: dict[bytes, bytes]
    shared: dict[bytes, int]
    decisions: list[Rejected]


class _Asked(NamedTuple):
    """What all sources say about one pair. In the order of its fields, the least claim is decided first.

    Attributes:
        by_machine: False if a person joined the pair.
        tier: Of the weaker end.
        minus_proof: The best proof any source gave.
        minus_day: The last day a weak pair was seen together, so that whoever used a device last keeps it.
    """

    by_machine: bool
    tier: int
    minus_proof: int
    minus_day: int
    first_at: datetime
    pair: Pair


def resolve(
    nodes: Iterable[Node],
    links: Iterable[Link],
    assertions: Iterable[Assertion],
    rules: Rules = RULES,
    *,
    epoch: datetime | None = None,
    shared_before: Mapping[bytes, int] | None = None,
    reasons: bool = True,
) -> Resolution:
    """Decide who is one person among `nodes`; links to other nodes are left out.

    First verified links are decided, as if there were no others; then the rest may add to that. Claims of each kind are
    decided in one total order, and each is accepted unless a rule would break for the two sides together.

    Args:
        nodes: Whole zones.
        links: What sources claim about them.
        assertions: What people decided about them.
        rules: Of their workspace.
        epoch: Links age up to this moment; None: they do not age.
        shared_before: How widely nodes are shared whose links are not all here.
        reasons: Also say why the links that join nobody do not; else there are no `decisions`.
    """
    inside = {node.node_id: node for node in nodes}
    known = Known.by(rules, inside)
    decided = blocking(in_force(assertions), inside.values(), rules)
    joins = {
        pair: assertion
        for pair, assertion in decided.joins.items()
        if pair[0] in inside and pair[1] in inside and decided.blocked.isdisjoint(pair)
    }
    here = [link for link in links if link.a in inside and link.b in inside]
    proven, evidence = _weighed(known, here, decided, epoch, shared_before or {})
    zones = _zones(known, {*evidence.touching, *joins})
    _bar_beyond(known, proven, evidence, joins, zones, rules)

    clusters = Clusters(inside, decided.cuts, (proven.contested, evidence.contested), rules)
    pinned = [_Asked(False, _tier(known, pair), 0, 0, one.at, pair) for pair, one in joins.items()]
    verified = _asked(known, proven, proven.touching - joins.keys())
    rest = _asked(known, evidence, evidence.touching - joins.keys() - {one.pair for one in verified})
    _decide(clusters, pinned, Claim.PINNED)
    _decide(clusters, verified, Claim.VERIFIED)
    proven_of = named(inside, clusters)
    _decide(clusters, rest, Claim.UNPROVEN)

    ways = {one.pair: Claim.UNPROVEN for one in rest} | {one.pair: Claim.VERIFIED for one in verified}
    ways |= dict.fromkeys(joins, Claim.PINNED)
    return Resolution(
        named(inside, clusters),
        proven_of,
        named(inside, zones),
        {node_id: 2 if node_id in proven.shared else 1 for node_id in evidence.shared},
        [
            Rejected(*pair, tuple(_against(pair, clusters, proven, evidence, ways.get(pair))))
            for pair in (sorted(evidence.seen.keys() | joins.keys()) if reasons else ())
            if not clusters.together(*pair)
        ],
    )


def oldest(nodes: Iterable[Node]) -> bytes:
    """Return the id of the node that was seen first; it names the profile or zone that the nodes make."""
    return min((node.first_at, node.node_id) for node in nodes)[1]


def named(known: Mapping[bytes, Node], groups: Iterable[list[bytes]]) -> dict[bytes, bytes]:
    """Return the name of each node's group."""
    found: dict[bytes, bytes] = {}
    for group in groups:
        if len(group) == 1:
            found[group[0]] = group[0]
        else:
            found.update(dict.fromkeys(group, oldest(known[node_id] for node_id in group)))
    return found


def cores(known: Mapping[bytes, Node], resolution: Resolution, rules: Rules) -> dict[bytes, bool]:
    """Return for each node whether its profile is written to there and shows what is known there.

    All that is proven to be one with what names the person. Links that nobody proved never join two who are named, so
    it is one group; a profile that nothing names has no other.
    """
    anchored = [node_id for node_id, node in known.items() if rules.of(node.namespace).anchor]
    groups = {resolution.proven_of[node_id] for node_id in anchored}
    named_ones = {resolution.profile_of[node_id] for node_id in anchored}
    return {
        node_id: resolution.profile_of[node_id] not in named_ones or resolution.proven_of[node_id] in groups
        for node_id in known
    }


def _weighed(
    known: Known,
    links: list[Link],
    decided: Decided,
    epoch: datetime | None,
    before: Mapping[bytes, int],
) -> tuple[Evidence, Evidence]:
    verified = [link for link in links if link.proof == Proof.VERIFIED]
    widely = {node_id for node_id, shared in before.items() if shared > 1}
    proven = weigh(known, verified, decided, epoch, widely)
    somewhat = {node_id for node_id, shared in before.items() if shared}
    if len(verified) == len(links) and somewhat == widely:
        return proven, proven
    return proven, weigh(known, links, decided, epoch, somewhat, proven)


def _zones(known: Known, pairs: Iterable[Pair]) -> list[list[bytes]]:
    zones = Forest(known.nodes)
    for pair in pairs:
        zones.union(*pair)
    return list(zones.sets().values())


def _bar_beyond(
    known: Known,
    proven: Evidence,
    evidence: Evidence,
    joins: Iterable[Pair],
    zones: list[list[bytes]],
    rules: Rules,
) -> None:
    """In a zone that is too large let only the strongest proof count."""
    # What is proven is a part of all, so its zones are no larger.
    if not rules.zone_max or max(map(len, zones), default=0) <= rules.zone_max:
        return
    for found, here in ((proven, _zones(known, {*proven.touching, *joins})), (evidence, zones)):
        size = {node_id: len(zone) for zone in here for node_id in zone}
        for pair in found.touching:
            held = size[pair[0]]
            strong = pair in proven.touching and _tier(known, pair) <= rules.strong_tier
            if held > rules.zone_max and not strong:
                found.barred.setdefault(pair, Obstacle("zone_size", held=held))


def _tier(known: Known, pair: Pair) -> int:
    return max(known.rule[pair[0]].tier, known.rule[pair[1]].tier)


def _asked(known: Known, evidence: Evidence, pairs: Iterable[Pair]) -> list[_Asked]:
    asked = []
    for pair in pairs:
        if pair not in evidence.barred:
            a, b = known.rule[pair[0]], known.rule[pair[1]]
            rule = a if a.tier >= b.tier else b
            sight = evidence.seen[pair]
            minus_day = -day(sight.last_at) if rule.weak else 0
            asked.append(_Asked(True, rule.tier, -sight.proof, minus_day, sight.first_at, pair))
    return asked


def _decide(clusters: Clusters, asked: list[_Asked], how: int) -> None:
    for one in sorted(asked):
        if not clusters.together(*one.pair) and clusters.may_join(*one.pair, how):
            clusters.accept(*one.pair)


def _against(
    pair: Pair,
    clusters: Clusters,
    proven: Evidence,
    evidence: Evidence,
    way: int | None,
) -> list[Obstacle]:
    """Return what stands against a pair: of one that never became a claim also why not."""
    if way is not None:
        return clusters.obstacles(*pair, way)
    bar = evidence.barred.get(pair) or proven.barred.get(pair)
    way = Claim.VERIFIED if pair in proven.seen else Claim.UNPROVEN
    return ([bar] if bar is not None else []) + clusters.obstacles(*pair, way)
