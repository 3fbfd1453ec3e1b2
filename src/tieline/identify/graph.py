"""Who is one person, as a pure function of the set of facts: neither order, nor batches, nor repeats can change it."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from tieline.identify.clusters import Clusters, Forest, Pair
from tieline.identify.rules import RULES, Rules
from tieline.model.event import Proof
from tieline.model.identity import CUT, Assertion, Link, Node

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Rejected(NamedTuple):
    """Two identifiers that were seen together and are not one person, with what would make them one.

    Attributes:
        limits: (namespace, how many one profile would hold) for each limit in the way.
        cuts: The pairs that a person cut and that are in the way.
    """

    a: bytes
    b: bytes
    limits: tuple[tuple[str, int], ...]
    cuts: tuple[Pair, ...]

    @property
    def reason(self) -> str:
        """A stable name: "cut" or, for example, "limit:member_id"."""
        return "cut" if self.cuts else f"limit:{self.limits[0][0]}"


class Resolution(NamedTuple):
    """The people behind some nodes.

    Attributes:
        profile_of: Profile by node. It bears the id of its oldest node, so a profile that comes back has its old id.
        zone_of: Zone by node: everyone whom links would bring together if no rule stood against it.
        decisions: The links that join nobody, in the order of their pairs.
    """

    profile_of: dict[bytes, bytes]
    zone_of: dict[bytes, bytes]
    decisions: list[Rejected]


class _Claim(NamedTuple):
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
    nodes: Iterable[Node], links: Iterable[Link], assertions: Iterable[Assertion], rules: Rules = RULES
) -> Resolution:
    """Decide who is one person among `nodes`; links to other nodes are left out.

    Claims are decided in one total order, and each is accepted unless a rule would break for the two sides together.
    Whatever fits as a whole fits in every part, so a zone that fits needs no order at all.
    """
    known = {node.node_id: node for node in nodes}
    cuts, joins = in_force(assertions)
    seen = _pairs(known, links)
    claims = [*_joined(known, joins, rules), *_linked(known, seen, rules, {*cuts, *joins})]
    zones = Forest(known)
    for claim in claims:
        zones.union(*claim.pair)
    members = zones.sets()
    clusters = Clusters({node_id: node.namespace for node_id, node in known.items()}, cuts, rules)
    divided = _divided(known, members, cuts, rules, zones)
    for root, zone in members.items():
        if root not in divided:
            for node_id in zone:
                clusters.merge(root, node_id)
    for claim in sorted(claim for claim in claims if zones.find(claim.pair[0]) in divided):
        if not clusters.together(*claim.pair) and not any(clusters.obstacles(*claim.pair)):
            clusters.merge(*claim.pair)
    return Resolution(
        _named(known, clusters),
        _named(known, members.values()),
        [
            Rejected(*pair, *clusters.obstacles(*pair))
            for pair in sorted({*seen, *(claim.pair for claim in claims)})
            if not clusters.together(*pair)
        ],
    )


def in_force(assertions: Iterable[Assertion]) -> tuple[dict[Pair, Assertion], dict[Pair, Assertion]]:
    """Return the cuts and the joins that hold now, by pair: of several about one pair the latest counts."""
    latest: dict[Pair, Assertion] = {}
    for assertion in assertions:
        pair = min(assertion.a, assertion.b), max(assertion.a, assertion.b)
        other = latest.get(pair)
        if assertion.revoked_at is None and (other is None or _moment(assertion) > _moment(other)):
            latest[pair] = assertion
    cuts = {pair: assertion for pair, assertion in latest.items() if assertion.kind == CUT}
    return cuts, {pair: assertion for pair, assertion in latest.items() if pair not in cuts}


def oldest(nodes: Iterable[Node]) -> bytes:
    """Return the id of the node that was seen first; it names the profile or zone that the nodes make."""
    return min((node.first_at, node.node_id) for node in nodes)[1]


def day(at: datetime) -> int:
    """Return the number of the UTC day of `at`; links are compared by the day they were last seen."""
    return (at - _EPOCH).days


def _moment(assertion: Assertion) -> tuple[datetime, int]:
    return assertion.at, assertion.assertion_id


def _pairs(known: Mapping[bytes, Node], links: Iterable[Link]) -> dict[Pair, Link]:
    """Fold the sources of each pair into one: best proof, earliest first, latest last."""
    seen: dict[Pair, Link] = {}
    for link in links:
        if link.a not in known or link.b not in known:
            continue
        other = seen.get((link.a, link.b), link)
        seen[link.a, link.b] = Link(
            link.a,
            link.b,
            "",
            max(link.proof, other.proof),
            min(link.first_at, other.first_at),
            max(link.last_at, other.last_at),
        )
    return seen


def _weaker(known: Mapping[bytes, Node], pair: Pair, rules: Rules) -> tuple[int, bool]:
    rule = max((rules.of(known[node_id].namespace) for node_id in pair), key=lambda rule: rule.tier)
    return rule.tier, rule.weak


def _joined(known: Mapping[bytes, Node], joins: Mapping[Pair, Assertion], rules: Rules) -> list[_Claim]:
    return [
        _Claim(False, _weaker(known, pair, rules)[0], -Proof.VERIFIED, 0, assertion.at, pair)
        for pair, assertion in joins.items()
        if pair[0] in known and pair[1] in known
    ]


def _linked(
    known: Mapping[bytes, Node], seen: Mapping[Pair, Link], rules: Rules, decided: Collection[Pair]
) -> list[_Claim]:
    claims = []
    for pair, link in seen.items():
        if pair not in decided:
            tier, weak = _weaker(known, pair, rules)
            claims.append(
                _Claim(True, tier, -link.proof, -day(link.last_at) if weak else 0, link.first_at, pair)
            )
    return claims


def _divided(
    known: Mapping[bytes, Node],
    members: Mapping[bytes, list[bytes]],
    cuts: Iterable[Pair],
    rules: Rules,
    zones: Forest,
) -> set[bytes]:
    """Return the zones that cannot be one profile."""
    crowded = {
        root
        for root, zone in members.items()
        if rules.exceeded(Counter(known[node_id].namespace for node_id in zone))
    }
    apart = {zones.find(a) for a, b in cuts if a in known and b in known and zones.find(a) == zones.find(b)}
    return crowded | apart


def _named(known: Mapping[bytes, Node], groups: Iterable[list[bytes]]) -> dict[bytes, bytes]:
    named: dict[bytes, bytes] = {}
    for group in groups:
        named.update(dict.fromkeys(group, oldest(known[node_id] for node_id in group)))
    return named
