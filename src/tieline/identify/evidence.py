"""What sources claim about pairs of nodes, and what of it counts. Pure.

Everything is asked twice: of verified links alone, and of all links. The first answer never looks at the second, so
what nobody proved can add to what is proven and never change it.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from tieline.identify.rules import Rule, Rules
from tieline.model.event import Proof
from tieline.model.identity import ALLOW, BLOCK, CUT, Assertion, Link, Node

Pair = tuple[bytes, bytes]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Obstacle(NamedTuple):
    """One thing that keeps two identifiers apart.

    Attributes:
        kind: cut, blocked, shared, expired, succeeded, replaced, unproven, contested, veto, providers, limit,
            profile_size or zone_size.
        about: The namespace it is about; of a veto, what differs.
        held: How many one profile would hold, for what has a limit.
        nodes: The nodes it is about: the ends of a cut, the two that differ, the one that many share.
    """

    kind: str
    about: str = ""
    held: int = 0
    nodes: tuple[bytes, ...] = ()


class Sight(NamedTuple):
    """When a pair was seen together."""

    proof: Proof
    first_at: datetime
    last_at: datetime


class Decided(NamedTuple):
    """The decisions that hold now.

    Attributes:
        cuts: By pair.
        joins: By pair.
        blocked: Nodes that name nobody.
        allowed: Nodes that count however many share them.
    """

    cuts: dict[Pair, Assertion]
    joins: dict[Pair, Assertion]
    blocked: frozenset[bytes]
    allowed: frozenset[bytes]


class Evidence(NamedTuple):
    """What counts among verified links, or among all.

    Attributes:
        seen: Every pair.
        touching: The pairs along which a zone extends: all that could ever count with the facts there are.
        barred: Why a pair of these and others joins nobody whatever the people look like.
        shared: Nodes that too many anchors share.
        contested: Weak nodes that touch two values of a strong namespace: they follow one neighbour and bridge nothing.
    """

    seen: dict[Pair, Sight]
    touching: set[Pair]
    barred: dict[Pair, Obstacle]
    shared: set[bytes]
    contested: set[bytes]


def in_force(assertions: Iterable[Assertion]) -> Decided:
    """Return the decisions that hold now: of several about the same the latest counts."""
    latest: dict[Pair, Assertion] = {}
    for assertion in assertions:
        pair = min(assertion.a, assertion.b), max(assertion.a, assertion.b)
        other = latest.get(pair)
        if assertion.revoked_at is None and (other is None or _moment(assertion) > _moment(other)):
            latest[pair] = assertion
    if not latest:
        return _NOTHING
    cuts: dict[Pair, Assertion] = {}
    joins: dict[Pair, Assertion] = {}
    alone: dict[str, set[bytes]] = {BLOCK: set(), ALLOW: set()}
    for pair, assertion in latest.items():
        if assertion.kind in alone:
            alone[assertion.kind].add(pair[0])
        else:
            (cuts if assertion.kind == CUT else joins)[pair] = assertion
    return Decided(cuts, joins, frozenset(alone[BLOCK]), frozenset(alone[ALLOW]))


_NOTHING = Decided({}, {}, frozenset(), frozenset())


def day(at: datetime) -> int:
    """Return the number of the UTC day of `at`; links are compared by the day they were last seen."""
    return (at - _EPOCH).days


def weigh(
    known: Mapping[bytes, Node],
    links: Iterable[Link],
    decided: Decided,
    rules: Rules,
    epoch: datetime | None,
    shared_before: Container[bytes],
    proven: "Evidence | None" = None,
) -> Evidence:
    """Return what counts among `links`, whose ends are all known.

    Args:
        known: The nodes.
        links: What sources claim: the verified ones only, or all.
        decided: Decisions of people.
        rules: What counts.
        epoch: Links age up to this moment; None: they do not age.
        shared_before: Nodes that were shared already. More facts never make them less so.
        proven: What counts among verified links; None if `links` are these.
    """
    usable: list[Link] = []
    hearsay: list[Link] = []
    for link in links:
        (
            usable
            if proves(rules.of(known[link.a].namespace), rules.of(known[link.b].namespace), link.proof)
            else hearsay
        ).append(link)
    barred: dict[Pair, Obstacle] = {}
    seen = fold(usable)
    for pair, sight in seen.items():
        bar = _bar(known, pair, sight, decided, rules, epoch)
        if bar is not None:
            barred[pair] = bar
    for pair, sight in fold(hearsay).items() if hearsay else ():
        if pair not in seen:
            seen[pair] = sight
            about = next(end for end in pair if rules.of(known[end].namespace).proven_only)
            barred[pair] = Obstacle("unproven", known[about].namespace)
    counted = [pair for pair in seen if pair not in barred and pair not in decided.cuts]
    shared = _shared(known, counted, decided, rules, shared_before)
    touching = set(proven.touching) if proven is not None else set()
    for pair in counted:
        bridge = next((end for end in pair if end in shared), None)
        if bridge is None:
            touching.add(pair)
        elif pair not in touching:
            barred[pair] = Obstacle("shared", known[bridge].namespace, 0, (bridge,))
    found = Evidence(seen, touching, barred, shared, _contested(known, touching, rules))
    _bar_past(known, proven or found, found, rules)
    return found


def blocking(decided: Decided, nodes: Iterable[Node], rules: Rules) -> Decided:
    """Return the decisions with the nodes whose values the rules block: they are not there from then on, and were before."""
    if not rules.blocks:
        return decided
    blocked = {node.node_id for node in nodes if node.value in rules.of(node.namespace).blocked}
    return decided._replace(blocked=decided.blocked | blocked) if blocked else decided


def fold(links: Iterable[Link]) -> dict[Pair, Sight]:
    """Fold what sources say about each pair: best proof, earliest first, latest last."""
    seen: dict[Pair, Sight] = {}
    for link in links:
        pair = (link.a, link.b)
        other = seen.get(pair)
        if other is None:
            seen[pair] = Sight(link.proof, link.first_at, link.last_at)
        else:
            seen[pair] = Sight(
                max(link.proof, other.proof),
                min(link.first_at, other.first_at),
                max(link.last_at, other.last_at),
            )
    return seen


def proves(rule_a: Rule, rule_b: Rule, proof: Proof) -> bool:
    """Say whether a link is proof enough to be heard."""
    return proof == Proof.VERIFIED or not (rule_a.proven_only or rule_b.proven_only)


def expired(rule_a: Rule, rule_b: Rule, last_at: datetime, epoch: datetime | None) -> bool:
    """Say whether a pair was not seen for so long that it joins nobody any more."""
    if epoch is None or not (rule_a.ttl_days or rule_b.ttl_days):
        return False
    ttl_days = min(rule.ttl_days for rule in (rule_a, rule_b) if rule.ttl_days)
    return day(last_at) < day(epoch) - ttl_days


def _bar(
    known: Mapping[bytes, Node],
    pair: Pair,
    sight: Sight,
    decided: Decided,
    rules: Rules,
    epoch: datetime | None,
) -> Obstacle | None:
    for end in pair:
        if end in decided.blocked:
            return Obstacle("blocked", known[end].namespace, 0, (end,))
    a, b = (known[end].namespace for end in pair)
    if not expired(rules.of(a), rules.of(b), sight.last_at, epoch):
        return None
    return Obstacle("expired", a if rules.of(a).ttl_days else b)


def _around(pairs: Iterable[Pair]) -> dict[bytes, list[bytes]]:
    around: defaultdict[bytes, list[bytes]] = defaultdict(list)
    for a, b in pairs:
        around[a].append(b)
        around[b].append(a)
    return around


def _shared(
    known: Mapping[bytes, Node],
    counted: Iterable[Pair],
    decided: Decided,
    rules: Rules,
    shared_before: Container[bytes],
) -> set[bytes]:
    """Return the nodes that more anchors of one namespace share than their rule allows."""
    found = {node_id for node_id in known if node_id in shared_before}
    for node_id, others in _around(counted).items():
        node = known[node_id]
        rule = rules.of(node.namespace)
        if not rule.shared_above or rule.anchor or len(others) <= rule.shared_above:
            continue
        if node_id in decided.allowed or node.value in rule.allowed:
            continue
        held: dict[str, int] = {}
        for other in others:
            namespace = known[other].namespace
            if rules.of(namespace).anchor:
                held[namespace] = held.get(namespace, 0) + 1
        if held and max(held.values()) > rule.shared_above:
            found.add(node_id)
    return found


def _contested(known: Mapping[bytes, Node], touching: Iterable[Pair], rules: Rules) -> set[bytes]:
    strong: defaultdict[bytes, dict[str, bytes]] = defaultdict(dict)
    found = set()
    for a, b in touching:
        for weak, other in ((a, b), (b, a)):
            namespace = known[other].namespace
            if rules.of(namespace).weak or not rules.of(known[weak].namespace).weak:
                continue
            if strong[weak].setdefault(namespace, other) != other:
                found.add(weak)
    return found


def _bar_past(known: Mapping[bytes, Node], proven: Evidence, evidence: Evidence, rules: Rules) -> None:
    """Bar what is history by what is `proven`: former owners, and accounts that were replaced."""
    around = _around(proven.touching)
    passing = {node_id for node_id in around if rules.of(known[node_id].namespace).succeeds_after_days}
    sights: defaultdict[bytes, list[tuple[bytes, Pair]]] = defaultdict(list)
    for pair in evidence.seen if passing else ():
        for end, other in (pair, pair[::-1]):
            if end in passing:
                sights[end].append((other, pair))
    for node_id, others in around.items():
        if rules.of(known[node_id].namespace).anchor:
            for former in _replaced(known, node_id, others, proven, rules):
                pair = _pair(node_id, former)
                evidence.barred.setdefault(pair, Obstacle("replaced", known[former].namespace, 0, (former,)))
        if node_id in passing:
            former_owners, since = _succession(known, node_id, others, proven, rules)
            for other, pair in sights[node_id] if former_owners else ():
                if other in former_owners or day(evidence.seen[pair].last_at) < since:
                    about = known[node_id].namespace
                    evidence.barred.setdefault(pair, Obstacle("succeeded", about, 0, (node_id,)))


def _succession(
    known: Mapping[bytes, Node],
    node_id: bytes,
    others: Iterable[bytes],
    proven: Evidence,
    rules: Rules,
) -> tuple[set[bytes], int]:
    """Return the owners who were silent for so long that a later one succeeded them, and the day of the latter."""
    silence = rules.of(known[node_id].namespace).succeeds_after_days
    owners: defaultdict[str, dict[bytes, Sight]] = defaultdict(dict)
    for other in others:
        if rules.of(known[other].namespace).anchor:
            owners[known[other].namespace][other] = proven.seen[_pair(node_id, other)]
    former: set[bytes] = set()
    since = 0
    for held in owners.values():
        latest = max(day(sight.first_at) for sight in held.values())
        gone = {owner for owner, sight in held.items() if latest - day(sight.last_at) > silence}
        if gone:
            former |= gone
            since = max(since, min(day(sight.first_at) for owner, sight in held.items() if owner not in gone))
    return former, since


def _replaced(
    known: Mapping[bytes, Node],
    node_id: bytes,
    others: Iterable[bytes],
    proven: Evidence,
    rules: Rules,
) -> set[bytes]:
    """Return the accounts of the person `node_id` names that a newer one of theirs replaced."""
    tier = rules.of(known[node_id].namespace).tier
    held: defaultdict[str, list[tuple[int, datetime, bytes]]] = defaultdict(list)
    for other in others:
        rule = rules.of(known[other].namespace)
        if rule.replaced and rule.tier > tier:
            sight = proven.seen[_pair(node_id, other)]
            held[known[other].namespace].append((day(sight.last_at), sight.first_at, other))
    return {other for accounts in held.values() for _, _, other in sorted(accounts)[:-1]}


def _pair(a: bytes, b: bytes) -> Pair:
    return (a, b) if a < b else (b, a)


def _moment(assertion: Assertion) -> tuple[datetime, int]:
    return assertion.at, assertion.assertion_id
