"""The definition of who is who, written as plainly as possible, and the engine held against it.

Nothing here is shared with the engine but names, hashes and the reading of marks: it works on single sightings, keeps no
zones, does nothing by steps, and checks every candidate from its raw members.
"""

from collections import Counter, defaultdict
from typing import NamedTuple

from hypothesis import given, settings
from hypothesis import strategies as st
from identify_worlds import name, worlds
from msgspec.structs import replace

from tieline.identify.graph import resolve
from tieline.identify.mark import differ, said_by
from tieline.model.event import Proof
from tieline.model.identity import ALLOW, BLOCK, CUT, JOIN, Link, Mark, Node


class Sighting(NamedTuple):
    """One source saw two identifiers together once."""

    pair: frozenset
    proof: int
    at: object


class Expected(NamedTuple):
    """What the definition says."""

    profiles: dict
    proven: dict
    zones: dict
    shared: dict
    rejected: set

    def core(self, nodes, rules):
        """Whom messages to a profile go to: all that is proven to be one with what names the person."""
        anchors = [node for node in nodes if rules.of(nodes[node].namespace).anchor]
        return {
            node: any(self.proven[anchor] == self.proven[node] for anchor in anchors)
            or not any(self.profiles[anchor] == self.profiles[node] for anchor in anchors)
            for node in nodes
        }


def facts(events, rules):
    """Read nodes and links off events; the pool is already in its normal form."""
    nodes, links = {}, defaultdict(list)
    for event in events:
        ordered = sorted(
            set(event.identifiers), key=lambda i: (rules.of(i.namespace).tier, i.namespace, i.value)
        )
        proven = event.source.proof == Proof.VERIFIED
        said = {Mark(kind, value, event.source.key, proven) for kind, value in said_by(event)}
        for identifier in ordered:
            marks = set() if rules.of(identifier.namespace).weak else said
            first_at = event.at
            known = nodes.get(name(identifier))
            if known is not None:
                first_at, marks = min(known.first_at, event.at), marks | set(known.marks)
            nodes[name(identifier)] = Node(
                name(identifier), identifier.namespace, identifier.value, first_at, tuple(sorted(marks))
            )
        for other in ordered[1:]:
            a, b = sorted((name(ordered[0]), name(other)))
            links[a, b, event.source].append(event.at)
    return nodes, [
        Link(a, b, source.key, source.proof, min(seen), max(seen)) for (a, b, source), seen in links.items()
    ]


def sightings(events, rules):
    """Read off events who was seen with whom, one by one."""
    for event in events:
        ordered = sorted(
            set(event.identifiers), key=lambda i: (rules.of(i.namespace).tier, i.namespace, i.value)
        )
        for other in ordered[1:]:
            yield Sighting(frozenset((name(ordered[0]), name(other))), event.source.proof, event.at)


def verdicts(assertions):
    """Return the latest word on each pair or node, by kind, among decisions that were not taken back."""
    said = sorted((a for a in assertions if a.revoked_at is None), key=lambda a: (a.at, a.assertion_id))
    last = {frozenset((a.a, a.b)): a for a in said}
    return {
        kind: {pair: a for pair, a in last.items() if a.kind == kind} for kind in (CUT, JOIN, BLOCK, ALLOW)
    }


class Definition:
    """Who is who among some nodes, by what was seen: everything is asked of the raw sightings each time."""

    def __init__(self, nodes, seen, assertions, rules, epoch):
        self.nodes, self.seen, self.rules, self.epoch = nodes, list(seen), rules, epoch
        said = verdicts(assertions)
        self.cut = set(said[CUT])
        self.blocked = {node for pair in said[BLOCK] for node in pair}
        self.allowed = {node for pair in said[ALLOW] for node in pair}
        self.joined = {
            pair: a for pair, a in said[JOIN].items() if pair <= set(nodes) and not pair & self.blocked
        }

    def rule(self, node):
        return self.rules.of(self.nodes[node].namespace)

    def space(self, node):
        return self.nodes[node].namespace

    def of(self, pair, *, proven):
        """The sightings of a pair that are heard."""
        strict = proven or any(self.rule(node).proven_only for node in pair)
        return [s for s in self.seen if s.pair == pair and (s.proof == Proof.VERIFIED or not strict)]

    def pairs(self, *, proven):
        return {s.pair for s in self.seen if s.proof == Proof.VERIFIED or not proven}

    def last_day(self, pair, *, proven):
        return max(s.at for s in self.of(pair, proven=proven)).date().toordinal()

    def first_day(self, pair):
        return min(s.at for s in self.of(pair, proven=True)).date().toordinal()

    def fresh(self, pair, *, proven):
        """Whether a pair counts by itself."""
        if pair in self.cut or pair & self.blocked:
            return False
        if not self.of(pair, proven=proven):
            return False
        ages = [self.rule(node).ttl_days for node in pair if self.rule(node).ttl_days]
        if self.epoch is None or not ages:
            return True
        return self.last_day(pair, proven=proven) >= self.epoch.date().toordinal() - min(ages)

    def shared(self, *, proven):
        found = set()
        for node in self.nodes:
            rule = self.rule(node)
            if not rule.shared_above or rule.anchor:
                continue
            if node in self.allowed or self.nodes[node].value in rule.allowed:
                continue
            others = [
                other
                for pair in self.pairs(proven=proven)
                if node in pair and self.fresh(pair, proven=proven)
                for other in pair - {node}
            ]
            anchors = Counter(self.space(other) for other in others if self.rule(other).anchor)
            if any(count > rule.shared_above for count in anchors.values()):
                found.add(node)
        return found

    def touching(self, *, proven):
        """Pairs that could count."""
        shared = self.shared(proven=proven)
        found = {
            pair
            for pair in self.pairs(proven=proven)
            if self.fresh(pair, proven=proven) and not pair & shared
        }
        return found if proven else found | self.touching(proven=True)

    def past(self, pair, *, proven):
        """Whether proof says that a pair is history."""
        for node in pair:
            (other,) = pair - {node}
            mine = [p for p in self.touching(proven=True) if node in p]
            if self.rule(node).succeeds_after_days:
                for namespace in {self.space(o) for p in mine for o in p - {node} if self.rule(o).anchor}:
                    held = {o: p for p in mine for o in p - {node} if self.space(o) == namespace}
                    latest = max(self.first_day(p) for p in held.values())
                    gone = {
                        o
                        for o, p in held.items()
                        if latest - self.last_day(p, proven=True) > self.rule(node).succeeds_after_days
                    }
                    since = min(self.first_day(p) for o, p in held.items() if o not in gone)
                    if gone and (other in gone or self.last_day(pair, proven=proven) < since):
                        return True
            if self.rule(other).replaced and self.rule(node).anchor:
                accounts = [
                    (self.last_day(p, proven=True), min(s.at for s in self.of(p, proven=True)), o)
                    for p in mine
                    for o in p - {node}
                    if self.space(o) == self.space(other) and self.rule(o).tier > self.rule(node).tier
                ]
                if accounts and other in {o for _, _, o in accounts} and max(accounts)[2] != other:
                    return True
        return False

    def contested(self, *, proven):
        found = set()
        for node in self.nodes:
            strong = {
                other
                for pair in self.touching(proven=proven)
                if node in pair
                for other in pair - {node}
                if not self.rule(other).weak
            }
            if self.rule(node).weak and len(strong) > len({self.space(other) for other in strong}):
                found.add(node)
        return found

    def words(self, node, kind, *, proven):
        said = [mark for mark in self.nodes[node].marks if mark.kind == kind]
        if proven or any(mark.proven for mark in said):
            said = [mark for mark in said if mark.proven]
        return frozenset(mark.value for mark in said)

    def sound(self, one, other, how):
        """Return whether one person can be both groups: "pinned", "proven" or "said"."""
        both = one | other
        counts = Counter(self.space(node) for node in both)
        if any(count > self.rules.of(space).limit for space, count in counts.items()):
            return False
        if self.rules.profile_max and len(both) > self.rules.profile_max:
            return False
        providers = {space.partition(":")[2] for space in counts if space.startswith("line:")}
        vouched = any(providers <= set(basis.providers) for basis in self.rules.bases)
        if len(providers) > 1 and self.rules.providers_apart and not vouched:
            return False
        across = [frozenset((a, b)) for a in one for b in other]
        if any(pair in self.cut for pair in across):
            return False
        if how == "said" and all(any(self.rule(node).anchor for node in group) for group in (one, other)):
            return False
        return how == "pinned" or not any(self.unlike(a, b, how) for a in one for b in other)

    def unlike(self, a, b, how):
        for kind in self.rules.vetoes:
            one, two = (self.words(node, kind, proven=how == "proven") for node in (a, b))
            if one and two and differ(kind, one, two):
                return True
        return False

    def huge(self, pair, *, proven):
        """Whether a pair stands in a zone so large that only the strongest proof counts."""
        zones = components(self.nodes, self.touching(proven=proven) | set(self.joined))
        size = len(next(zone for zone in zones if pair <= zone))
        tiers = sorted(rule.tier for rule in (*self.rules.table, self.rules.other))
        strong = max(self.rule(node).tier for node in pair) <= tiers[1]
        strong = strong and pair in self.touching(proven=True)
        return self.rules.zone_max and size > self.rules.zone_max and not strong

    def claims(self, *, proven):
        ranked = []
        for pair in self.touching(proven=proven) - set(self.joined):
            if not self.past(pair, proven=proven) and not self.huge(pair, proven=proven):
                weaker = max((self.rule(node) for node in pair), key=lambda rule: rule.tier)
                proof = max(s.proof for s in self.of(pair, proven=proven))
                newest = self.last_day(pair, proven=proven)
                first_at = min(s.at for s in self.of(pair, proven=proven))
                ranked.append((weaker.tier, -proof, -newest if weaker.weak else 0, first_at, *sorted(pair)))
        return [frozenset(rank[-2:]) for rank in sorted(ranked)]

    def people(self):
        """Return the proven groups and the profiles."""
        groups = {frozenset({node}) for node in self.nodes}
        follows = set()
        pins = sorted(
            (max(self.rule(n).tier for n in pair), a.at, *sorted(pair)) for pair, a in self.joined.items()
        )
        groups = self.merged(groups, [frozenset(pin[-2:]) for pin in pins], "pinned", set(), follows)
        verified = self.claims(proven=True)
        proven = self.merged(groups, verified, "proven", self.contested(proven=True), follows)
        rest = [pair for pair in self.claims(proven=False) if pair not in verified]
        return proven, self.merged(proven, rest, "said", self.contested(proven=False), follows)

    def merged(self, groups, pairs, how, contested, follows):
        for pair in pairs:
            both = [group for group in groups if group & pair]
            if len(both) == 2 and not pair & contested & follows and self.sound(*both, how):
                groups = groups - set(both) | {both[0] | both[1]}
                follows.update(pair)
        return groups

    def expected(self):
        proven, people = self.people()
        zones = components(self.nodes, self.touching(proven=False) | set(self.joined))
        profiles = self.label(people)
        pairs = self.pairs(proven=False) | set(self.joined)
        shared = dict.fromkeys(self.shared(proven=False), 1) | dict.fromkeys(self.shared(proven=True), 2)
        return Expected(
            profiles,
            self.label(proven),
            self.label(zones),
            shared,
            {tuple(sorted(pair)) for pair in pairs if len({profiles[node] for node in pair}) == 2},
        )

    def label(self, groups):
        return {
            node: min(group, key=lambda n: (self.nodes[n].first_at, n)) for group in groups for node in group
        }


def components(nodes, pairs):
    groups = {frozenset({node}) for node in nodes}
    for pair in pairs:
        both = {group for group in groups if group & pair}
        groups = groups - both | {frozenset().union(*both)}
    return groups


def definition(world_events, assertions, rules, epoch=None):
    """Return who is who: one pass over all claims, everyone against everyone."""
    nodes, _ = facts(world_events, rules)
    return Definition(nodes, sightings(world_events, rules), assertions, rules, epoch).expected()


def resolved(world):
    nodes, links = facts(world.events, world.rules)
    return resolve(nodes.values(), links, world.decisions, world.rules, epoch=world.epoch)


@given(worlds())
@settings(max_examples=400, deadline=None)
def test_engine_agrees_with_the_definition(world):
    expected = definition(*world)
    found = resolved(world)
    assert found.shared == expected.shared
    assert found.zone_of == expected.zones
    assert found.proven_of == expected.proven
    assert found.profile_of == expected.profiles
    assert {(r.a, r.b) for r in found.decisions} == expected.rejected


@given(worlds())
@settings(max_examples=400, deadline=None)
def test_a_zone_is_several_people_just_where_somebody_in_it_bears_another_name(world):
    found = resolved(world)
    people = defaultdict(set)
    for node_id, zone_id in found.zone_of.items():
        people[zone_id].add(found.profile_of[node_id])
    several = {zone_id for zone_id, profiles in people.items() if len(profiles) > 1}
    named_otherwise = {zone for node_id, zone in found.zone_of.items() if found.profile_of[node_id] != zone}
    assert named_otherwise == several


@given(worlds(), st.randoms(use_true_random=False))
@settings(max_examples=100, deadline=None)
def test_order_of_facts_does_not_matter(world, chance):
    nodes, links = facts(world.events, world.rules)
    shuffled = [list(nodes.values()), [*links, *links], list(world.decisions)]
    for group in shuffled:
        chance.shuffle(group)
    assert resolve(*shuffled, world.rules, epoch=world.epoch) == resolved(world)


@given(worlds())
@settings(max_examples=200, deadline=None)
def test_what_nobody_proved_changes_nothing_that_is_proven(world):
    nodes, links = facts(world.events, world.rules)
    proofs = [link for link in links if link.proof == Proof.VERIFIED]
    plain = [
        replace(node, marks=tuple(mark for mark in node.marks if mark.proven)) for node in nodes.values()
    ]
    alone = resolve(plain, proofs, world.decisions, world.rules, epoch=world.epoch)
    assert resolved(world).proven_of == alone.proven_of


REASONS = {
    "cut", "blocked", "shared", "expired", "succeeded", "replaced", "limit", "unproven", "veto", "contested", "providers",
    "profile_size", "zone_size",
}  # fmt: skip


def test_the_worlds_make_every_rule_speak():
    heard = set()

    @given(worlds())
    @settings(max_examples=1_500, deadline=None, database=None, derandomize=True)
    def listen(world):
        if not heard >= REASONS:
            heard.update(o.kind for one in resolved(world).decisions for o in one.obstacles)

    listen()
    assert heard == REASONS
