"""The definition of who is who, written as plainly as possible, and the engine held against it.

Nothing here is shared with the engine but names and hashes: no zones are kept, nothing is incremental, and every
candidate is checked from its raw members.
"""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import combinations
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st

from tieline.identify.graph import resolve
from tieline.identify.rules import RULES, Rule, Rules
from tieline.ids import keyed_hash
from tieline.model.event import Event, Identifier, Proof, Source
from tieline.model.identity import CUT, JOIN, Assertion, Link, Node

KEY = b"k" * 32
DAY_0 = datetime(2026, 3, 1, tzinfo=UTC)
SOURCES = {
    "web": Source(1, 1, "web", "web"),
    "pos": Source(1, 2, "pos", "pos"),
    "crm": Source(1, 3, "crm", "server"),
}
TIGHT = Rules(
    (
        Rule("member_id", tier=0, limit=1),
        Rule("line", tier=1, limit=1),
        Rule("phone", tier=3, limit=1),
        Rule("email", tier=4, limit=2),
        Rule("anonymous_id", tier=9, limit=2, weak=True),
    ),
    other=Rule("", tier=5, limit=1),
    version=0,
)
POOL = [
    *(Identifier("member_id", f"m{n}") for n in range(3)),
    *(Identifier("line:p1", f"U{n:032x}".replace("U0", "Ub")) for n in (1, 2)),
    Identifier("line:p2", "U" + "cd" * 16),
    *(Identifier("phone", f"+8869876543{n}1") for n in range(2)),
    *(Identifier("email", f"p{n}@mail.tw") for n in range(2)),
    *(Identifier("anonymous_id", f"browser-{n}") for n in range(4)),
    Identifier("shopify", "s1"),
]


class Expected(NamedTuple):
    """What the definition says."""

    profiles: dict[bytes, bytes]
    zones: dict[bytes, bytes]
    rejected: set[tuple[bytes, bytes]]


def name(identifier):
    return keyed_hash(KEY, identifier.namespace, identifier.value)


def facts(events, rules):
    """Read nodes and links off events; the pool is already in its normal form."""
    nodes, links = {}, {}
    for event in events:
        ordered = sorted(
            set(event.identifiers), key=lambda i: (rules.of(i.namespace).tier, i.namespace, i.value)
        )
        for identifier in ordered:
            first_at = (
                min(nodes[name(identifier)].first_at, event.at) if name(identifier) in nodes else event.at
            )
            nodes[name(identifier)] = Node(name(identifier), identifier.namespace, identifier.value, first_at)
        for other in ordered[1:]:
            a, b = sorted((name(ordered[0]), name(other)))
            links.setdefault((a, b, event.source), []).append(event.at)
    return nodes, [
        Link(a, b, source.key, source.proof, min(seen), max(seen)) for (a, b, source), seen in links.items()
    ]


def verdicts(assertions):
    """Return who was cut and who was joined last, among decisions that were not taken back."""
    said = sorted((a for a in assertions if a.revoked_at is None), key=lambda a: (a.at, a.assertion_id))
    last = {frozenset((a.a, a.b)): a for a in said}
    return {pair: a for pair, a in last.items() if a.kind == CUT}, {
        pair: a for pair, a in last.items() if a.kind == JOIN
    }


def sound(members, nodes, cut, rules):
    """Return whether one person can be all of `members`."""
    counts = Counter(nodes[m].namespace for m in members)
    if any(count > rules.of(namespace).limit for namespace, count in counts.items()):
        return False
    return not any(frozenset(pair) in cut for pair in combinations(sorted(members), 2))


def claims(nodes, links, cut, joined, rules):
    """Return pairs in the order in which they are decided."""
    pairs = {}
    for link in links:
        pairs.setdefault(frozenset((link.a, link.b)), []).append(link)
    ranked = []
    for pair, said in pairs.items():
        if pair not in cut and pair not in joined:
            weaker = max((rules.of(nodes[n].namespace) for n in pair), key=lambda rule: rule.tier)
            newest = max(link.last_at for link in said).date().toordinal()
            proof = max(link.proof for link in said)
            first_at = min(link.first_at for link in said)
            ranked.append((1, weaker.tier, -proof, -newest if weaker.weak else 0, first_at, *sorted(pair)))
    for pair, assertion in joined.items():
        if pair <= set(nodes):
            tier = max(rules.of(nodes[n].namespace).tier for n in pair)
            ranked.append((0, tier, -Proof.VERIFIED, 0, assertion.at, *sorted(pair)))
    return [set(rank[-2:]) for rank in sorted(ranked)]


def merged(groups, pair, *, allowed):
    """Return the groups with those of `pair` made one, if that is allowed."""
    both = [group for group in groups if group & pair]
    union = frozenset().union(*both)
    return groups - set(both) | {union} if allowed(union) else groups


def definition(nodes, links, assertions, rules):
    """Return who is who: one pass over all claims, everyone against everyone."""
    cut, joined = verdicts(assertions)
    people = zones = {frozenset({node}) for node in nodes}
    for pair in claims(nodes, links, cut, joined, rules):
        people = merged(people, pair, allowed=lambda union: sound(union, nodes, cut, rules))
        zones = merged(zones, pair, allowed=lambda _: True)

    def label(groups):
        return {node: min(group, key=lambda n: (nodes[n].first_at, n)) for group in groups for node in group}

    profiles = label(people)
    pairs = [(link.a, link.b) for link in links]
    pairs += [tuple(sorted(pair)) for pair in joined if pair <= set(nodes)]
    return Expected(
        profiles, label(zones), {pair for pair in pairs if profiles[pair[0]] != profiles[pair[1]]}
    )


moments = st.builds(
    lambda days, minutes: DAY_0 + timedelta(days=days, minutes=minutes),
    st.integers(0, 3),
    st.sampled_from((0, 0, 1, 719, 1439)),
)


class World(NamedTuple):
    """A few identifiers that meet often, what was seen of them and what people decided about them."""

    events: list[Event]
    decisions: list[Assertion]
    rules: Rules


@st.composite
def worlds(draw, decisions_max=4):
    pool = st.sampled_from(draw(st.lists(st.sampled_from(POOL), min_size=2, max_size=6, unique=True)))
    few = st.lists(pool, min_size=1, max_size=3).map(tuple)
    stars = st.sampled_from(draw(st.lists(few, min_size=1, max_size=5)))
    seen = [
        happened(draw(moments), draw(stars), draw(st.sampled_from(tuple(SOURCES))))
        for _ in range(draw(st.integers(0, 12)))
    ]
    decided = [
        Assertion(
            draw(st.sampled_from((CUT, JOIN))),
            *draw(pairs(pool)),
            DAY_0 + timedelta(hours=number),
            number + 1,
        )
        for number in range(draw(st.integers(0, decisions_max)))
    ]
    return World(seen, decided, draw(st.sampled_from((RULES, TIGHT, TIGHT))))


def pairs(pool):
    return st.lists(pool, min_size=2, max_size=2, unique=True).map(
        lambda two: [name(identifier) for identifier in two]
    )


def happened(at, identifiers, source="web"):
    return Event(1, SOURCES[source], 1, 0, "track", "seen", "", at, at, tuple(identifiers), {}, {})


@given(worlds())
@settings(max_examples=300, deadline=None)
def test_engine_agrees_with_the_definition(world):
    seen, decided, rules = world
    nodes, links = facts(seen, rules)
    expected = definition(nodes, links, decided, rules)
    found = resolve(nodes.values(), links, decided, rules)
    assert found.profile_of == expected.profiles
    assert found.zone_of == expected.zones
    assert {(r.a, r.b) for r in found.decisions} == expected.rejected


@given(worlds(), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_order_of_facts_does_not_matter(world, chance):
    seen, decided, rules = world
    nodes, links = facts(seen, rules)
    first = resolve(nodes.values(), links, decided, rules)
    shuffled = [list(nodes.values()), [*links, *links], list(decided)]
    for group in shuffled:
        chance.shuffle(group)
    assert resolve(*shuffled, rules) == first


@given(worlds())
@settings(max_examples=200, deadline=None)
def test_a_rejection_names_exactly_what_stands_in_the_way(world):
    seen, decided, rules = world
    nodes, links = facts(seen, rules)
    cut, _ = verdicts(decided)
    found = resolve(nodes.values(), links, decided, rules)
    for rejected in found.decisions:
        sides = {found.profile_of[rejected.a], found.profile_of[rejected.b]}
        both = [node for node, profile in found.profile_of.items() if profile in sides]
        counts = Counter(nodes[node].namespace for node in both)
        lifted = Rules(
            [
                Rule(ns, rules.of(ns).tier, dict(rejected.limits).get(ns, rules.of(ns).limit))
                for ns in counts
                if ":" not in ns
            ],
            Rule("", 5, 99),
            0,
        )
        assert rejected.reason
        assert {ns for ns, _ in rejected.limits} == {ns for ns, n in counts.items() if n > rules.of(ns).limit}
        assert all(counts[ns] == needed for ns, needed in rejected.limits)
        allowed = {pair: a for pair, a in cut.items() if tuple(sorted(pair)) not in rejected.cuts}
        plain = {node: n for node, n in nodes.items() if ":" not in n.namespace}
        assert sound([n for n in both if n in plain], plain, allowed, lifted)
        assert not sound(both, nodes, cut, rules)
