"""What sources claim about pairs of nodes, and what of it counts. Pure.

Everything is asked twice: of verified links alone, and of all links. The first answer never looks at the second, so
what nobody proved can add to what is proven and never change it.
"""

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from datetime import UTC, datetime, timedelta
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


class Known(NamedTuple):
    """Some nodes, each with the rule of its namespace.

    Attributes:
        rule: By node; asked for every pair several times, so it is looked up once.
    """

    nodes: Mapping[bytes, Node]
    rule: Mapping[bytes, Rule]

    @classmethod
    def by(cls, rules: Rules, nodes: Mapping[bytes, Node]) -> "Known":
        """Return `nodes` with their rules."""
        return cls(nodes, {node_id: rules.of(node.namespace) for node_id, node in nodes.items()})

    def namespace(self, node_id: bytes) -> str:
        """Return what a node is."""
        return self.nodes[node_id].namespace


class Evidence(NamedTuple):
    """What counts among verified links, or among all.

    Attributes:
        seen: Every pair.
        touching: The pairs along which a zone extends: all that could ever count with the facts there are.
        barred: Why a pair of these and others joins nobody whatever the people look like.
        shared: Nodes that too many anchors share.
        contested: Weak nodes that touch two values of a strong namespace: they follow one neighbour and bridge nothing.
    """

    seen: Mapping[Pair, Sight | Link]
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
    known: Known,
    links: Iterable[Link],
    decided: Decided,
    epoch: datetime | None,
    shared_before: Container[bytes],
    proven: "Evidence | None" = None,
) -> Evidence:
    """Return what counts among `links`, whose ends are all known.

    Args:
        known: The nodes.
        links: What sources claim: the verified ones only, or all.
        decided: Decisions of people.
        epoch: Links age up to this moment; None: they do not age.
        shared_before: Nodes that were shared already. More facts never make them less so.
        proven: What counts among verified links; None if `links` are these.
    """
    rule = known.rule
    usable: list[Link] = []
    hearsay: list[Link] = []
    for link in links:
        (usable if proves(rule[link.a], rule[link.b], link.proof) else hearsay).append(link)
    barred: dict[Pair, Obstacle] = {}
    seen = fold(usable)
    if decided.blocked or epoch is not None:
        for pair, sight in seen.items():
            bar = _bar(known, pair, sight, decided, epoch)
            if bar is not None:
                barred[pair] = bar
    for pair, sight in fold(hearsay).items() if hearsay else ():
        if pair not in seen:
            seen[pair] = sight
            about = next(end for end in pair if rule[end].proven_only)
            barred[pair] = Obstacle("unproven", known.namespace(about))
    counted = [pair for pair in seen if pair not in barred and pair not in decided.cuts]
    shared = _shared(known, counted, decided, shared_before)
    touching = set(proven.touching) if proven is not None else set()
    for pair in counted:
        if pair[0] not in shared and pair[1] not in shared:
            touching.add(pair)
        elif pair not in touching:
            bridge = pair[0] if pair[0] in shared else pair[1]
            barred[pair] = Obstacle("shared", known.namespace(bridge), 0, (bridge,))
    found = Evidence(seen, touching, barred, shared, _contested(known, touching))
    _bar_past(known, proven or found, found)
    return found


def blocking(decided: Decided, nodes: Iterable[Node], rules: Rules) -> Decided:
    """Return the decisions with the nodes whose values the rules block: they are not there from then on, and were before."""
    if not rules.blocks:
        return decided
    blocked = {node.node_id for node in nodes if node.value in rules.of(node.namespace).blocked}
    return decided._replace(blocked=decided.blocked | blocked) if blocked else decided


def fold(links: Iterable[Link]) -> dict[Pair, "Sight | Link"]:
    """Fold what sources say about each pair: best proof, earliest first, latest last."""
    seen: dict[Pair, Sight | Link] = {}
    for link in links:
        pair = (link.a, link.b)
        other = seen.setdefault(pair, link)
        if other is not link:
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


def never_expired_since(rules: Rules, epoch: datetime | None) -> datetime:
    """Return a moment since which whatever was seen has not aged, whoever it links."""
    if epoch is None or not rules.ttl_days_min:
        return datetime.min.replace(tzinfo=UTC)
    return _EPOCH + timedelta(days=day(epoch) - rules.ttl_days_min)


def _bar(
    known: Known, pair: Pair, sight: Sight | Link, decided: Decided, epoch: datetime | None
) -> Obstacle | None:
    for end in pair:
        if end in decided.blocked:
            return Obstacle("blocked", known.namespace(end), 0, (end,))
    a, b = (known.rule[end] for end in pair)
    if not expired(a, b, sight.last_at, epoch):
        return None
    return Obstacle("expired", known.namespace(pair[0] if a.ttl_days else pair[1]))


def _around(pairs: Iterable[Pair]) -> dict[bytes, list[bytes]]:
    around: defaultdict[bytes, list[bytes]] = defaultdict(list)
    for a, b in pairs:
        around[a].append(b)
        around[b].append(a)
    return around


def _shared(
    known: Known, counted: Iterable[Pair], decided: Decided, shared_before: Container[bytes]
) -> set[bytes]:
    """Return the nodes that more anchors of one namespace share than their rule allows."""
    found = {node_id for node_id in known.nodes if node_id in shared_before}
    for node_id, others in _around(counted).items():
        rule = known.rule[node_id]
        if not rule.shared_above or len(others) <= rule.shared_above or rule.anchor:
            continue
        if node_id in decided.allowed or known.nodes[node_id].value in rule.allowed:
            continue
        held: dict[str, int] = {}
        for other in others:
            if known.rule[other].anchor:
                namespace = known.namespace(other)
                held[namespace] = held.get(namespace, 0) + 1
        if held and max(held.values()) > rule.shared_above:
            found.add(node_id)
    return found


def _contested(known: Known, touching: Iterable[Pair]) -> set[bytes]:
    strong: dict[tuple[bytes, str], bytes] = {}
    found = set()
    for a, b in touching:
        if known.rule[a].weak == known.rule[b].weak:
            continue
        weak, other = (a, b) if known.rule[a].weak else (b, a)
        if strong.setdefault((weak, known.namespace(other)), other) != other:
            found.add(weak)
    return found


def _bar_past(known: Known, proven: Evidence, evidence: Evidence) -> None:
    """Bar what is history by what is `proven`: former owners, and accounts that were replaced."""
    passed: dict[bytes, tuple[set[bytes], int]] = {}
    for node_id, others in _around(proven.touching).items():
        if len(others) < 2:
            continue
        if known.rule[node_id].anchor:
            for former in _replaced(known, node_id, others, proven):
                obstacle = Obstacle("replaced", known.namespace(former), 0, (former,))
                evidence.barred.setdefault(_pair(node_id, former), obstacle)
        if known.rule[node_id].succeeds_after_days:
            former_owners, since = _succession(known, node_id, others, proven)
            if former_owners:
                passed[node_id] = former_owners, since
    if passed:
        _bar_former(known, passed, evidence)


def _bar_former(known: Known, passed: Mapping[bytes, tuple[set[bytes], int]], evidence: Evidence) -> None:
    for pair, sight in evidence.seen.items():
        for node_id, other in (pair, pair[::-1]):
            if node_id in passed:
                former_owners, since = passed[node_id]
                if other in former_owners or day(sight.last_at) < since:
                    obstacle = Obstacle("succeeded", known.namespace(node_id), 0, (node_id,))
                    evidence.barred.setdefault(pair, obstacle)


def _succession(
    known: Known, node_id: bytes, others: Iterable[bytes], proven: Evidence
) -> tuple[set[bytes], int]:
    """Return the owners who were silent for so long that a later one succeeded them, and the day of the latter."""
    silence = known.rule[node_id].succeeds_after_days
    owners: defaultdict[str, dict[bytes, Sight | Link]] = defaultdict(dict)
    for other in others:
        if known.rule[other].anchor:
            owners[known.namespace(other)][other] = proven.seen[_pair(node_id, other)]
    former: set[bytes] = set()
    since = 0
    for held in owners.values():
        if len(held) < 2:
            continue
        latest = max(day(sight.first_at) for sight in held.values())
        gone = {owner for owner, sight in held.items() if latest - day(sight.last_at) > silence}
        if gone:
            former |= gone
            since = max(since, min(day(sight.first_at) for owner, sight in held.items() if owner not in gone))
    return former, since


def _replaced(known: Known, node_id: bytes, others: Iterable[bytes], proven: Evidence) -> set[bytes]:
    """Return the accounts of the person `node_id` names that a newer one of theirs replaced."""
    tier = known.rule[node_id].tier
    held: defaultdict[str, list[tuple[int, datetime, bytes]]] = defaultdict(list)
    for other in others:
        rule = known.rule[other]
        if rule.replaced and rule.tier > tier:
            sight = proven.seen[_pair(node_id, other)]
            held[known.namespace(other)].append((day(sight.last_at), sight.first_at, other))
    return {other for accounts in held.values() for _, _, other in sorted(accounts)[:-1]}


def _pair(a: bytes, b: bytes) -> Pair:
    return (a, b) if a < b else (b, a)


def _moment(assertion: Assertion) -> tuple[datetime, int]:
    return assertion.at, assertion.assertion_id
