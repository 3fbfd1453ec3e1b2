"""All that stands against a link that joins nobody, what is hidden behind the first reason too. Pure.

A link that does not count is asked for nothing else: whether the two names differ shows only once it counts. So the
reasons are taken away in thought, from the two people alone, until the link would join them.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from msgspec.structs import replace

from tieline.identify.evidence import Obstacle, Pair
from tieline.identify.graph import Rejected, resolve
from tieline.identify.rules import LinkingBasis, Rule, Rules
from tieline.model.event import Proof
from tieline.model.identity import ALLOW, BLOCK, CUT, JOIN, Assertion, Link, Node

ROUNDS_MAX = 12
_LATEST = 2**62


class Facts(NamedTuple):
    """What decides who is one person."""

    nodes: Mapping[bytes, Node]
    links: list[Link]
    assertions: list[Assertion]
    rules: Rules
    aged_at: datetime | None


def every_bar(rejected: Rejected, facts: Facts, profile_of: Mapping[bytes, bytes]) -> Rejected:
    """Return a link that joins nobody with all that stands against it.

    Args:
        rejected: As `resolve` found it.
        facts: That it found it in.
        profile_of: Whom it found.
    """
    pair = (rejected.a, rejected.b)
    two = _alone(pair, facts, profile_of)
    told: dict[Obstacle, None] = {}
    left: Iterable[Obstacle] = rejected.obstacles
    for _ in range(ROUNDS_MAX):
        new = [one for one in left if one not in told]
        if not new:
            break
        told.update(dict.fromkeys(new))
        for one in new:
            two = _LIFTED[one.kind](two, pair, one)
        found = resolve(two.nodes.values(), two.links, two.assertions, two.rules, epoch=two.aged_at).decisions
        left = [bar for one in found if (one.a, one.b) == pair for bar in one.obstacles]
    return rejected._replace(obstacles=tuple(told))


def _alone(pair: Pair, facts: Facts, profile_of: Mapping[bytes, bytes]) -> Facts:
    """Return the two people of a link by themselves: what holds each together, and that link."""
    theirs = {profile_of[end] for end in pair}
    nodes = {node_id: node for node_id, node in facts.nodes.items() if profile_of.get(node_id) in theirs}

    def of_one(a: bytes, b: bytes) -> bool:
        return a in nodes and b in nodes and profile_of[a] == profile_of[b]

    links = [link for link in facts.links if (link.a, link.b) == pair or of_one(link.a, link.b)]
    said = [
        one
        for one in facts.assertions
        if of_one(one.a, one.b) or {one.a, one.b} == set(pair) or one.kind == CUT
    ]
    return facts._replace(nodes=nodes, links=links, assertions=said)


def _without(kind: str) -> Callable[[Facts, Pair, Obstacle], Facts]:
    def lifted(facts: Facts, _pair: Pair, bar: Obstacle) -> Facts:
        left = [one for one in facts.assertions if one.kind != kind or {one.a, one.b} != set(bar.nodes)]
        return facts._replace(assertions=left)

    return lifted


def _unblocked(facts: Facts, pair: Pair, bar: Obstacle) -> Facts:
    value = facts.nodes[bar.nodes[0]].value

    def without(rule: Rule) -> Rule:
        return replace(rule, blocked=tuple(one for one in rule.blocked if one != value))

    return _without(BLOCK)(_with_rule(facts, bar.about, without), pair, bar)


def _decided(kind: str) -> Callable[[Facts, Pair, Obstacle], Facts]:
    def lifted(facts: Facts, pair: Pair, bar: Obstacle) -> Facts:
        ends = pair if kind == JOIN else (bar.nodes[0], bar.nodes[0])
        return facts._replace(assertions=[*facts.assertions, Assertion(kind, *ends, _later(facts), _LATEST)])

    return lifted


def _seen(**said: Any) -> Callable[[Facts, Pair, Obstacle], Facts]:
    def lifted(facts: Facts, pair: Pair, bar: Obstacle) -> Facts:
        late = {"last_at": _later(facts)} if bar.kind != "unproven" else {}
        links = [replace(link, **said, **late) if (link.a, link.b) == pair else link for link in facts.links]
        return facts._replace(links=links)

    return lifted


def _later(facts: Facts) -> datetime:
    times = [link.last_at for link in facts.links] + [one.at for one in facts.assertions]
    return max([*times, *([facts.aged_at] if facts.aged_at is not None else [])]) + timedelta(days=1)


def _unsaid(facts: Facts, _pair: Pair, bar: Obstacle) -> Facts:
    one = facts.nodes[bar.nodes[0]]
    marks = tuple(mark for mark in one.marks if mark.kind != bar.about)
    return facts._replace(nodes={**facts.nodes, one.node_id: replace(one, marks=marks)})


def _raised(facts: Facts, _pair: Pair, bar: Obstacle) -> Facts:
    return _with_rule(facts, bar.about, lambda rule: replace(rule, limit=max(rule.limit, bar.held)))


def _with_rule(facts: Facts, namespace: str, change: Callable[[Rule], Rule]) -> Facts:
    old, rules = facts.rules.of(namespace), facts.rules
    new = change(old)
    table = tuple(new if one is old else one for one in rules.table)
    return facts._replace(rules=replace(rules, table=table, other=new if old is rules.other else rules.other))


def _size(name: str) -> Callable[[Facts, Pair, Obstacle], Facts]:
    def lifted(facts: Facts, _pair: Pair, bar: Obstacle) -> Facts:
        return facts._replace(rules=replace(facts.rules, **{name: bar.held}))

    return lifted


def _vouched(facts: Facts, _pair: Pair, _bar: Obstacle) -> Facts:
    names = {node.namespace for node in facts.nodes.values() if node.namespace.startswith("line:")}
    basis = LinkingBasis(tuple(sorted(name.removeprefix("line:") for name in names)), "", "", "")
    return facts._replace(rules=replace(facts.rules, bases=(*facts.rules.bases, basis)))


_LIFTED: dict[str, Callable[[Facts, Pair, Obstacle], Facts]] = {
    "cut": _without(CUT),
    "blocked": _unblocked,
    "shared": _decided(ALLOW),
    "expired": _seen(),
    "unproven": _seen(proof=Proof.VERIFIED),
    "succeeded": _seen(proof=Proof.VERIFIED),
    "replaced": _seen(proof=Proof.VERIFIED),
    "contested": _decided(JOIN),
    "veto": _unsaid,
    "limit": _raised,
    "providers": _vouched,
    "profile_size": _size("profile_max"),
    "zone_size": _size("zone_max"),
}
