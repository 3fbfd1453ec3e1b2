"""What is said to keep two identifiers apart is true of them, and with it gone they are one.

A reason may hide another: a link that was cut or does not count contests no browser and passes on no number. All are
told at once, none twice; with all of them gone the link joins.
"""

from collections import Counter
from datetime import timedelta

from hypothesis import given, settings
from identify_worlds import DAY_0, worlds
from msgspec.structs import replace
from test_identify_reference import facts

from tieline.identify.bars import Facts, every_bar
from tieline.identify.graph import resolve
from tieline.identify.rules import LinkingBasis
from tieline.model.event import Proof
from tieline.model.identity import ALLOW, BLOCK, CUT, JOIN, Assertion

LATER = DAY_0 + timedelta(days=30)


class Two:
    """The two people of a link that joins nobody, alone: what holds each together, and that link."""

    def __init__(self, world, rejected, profile_of):
        nodes, links = facts(world.events, world.rules)
        self.pair, self.rules, self.epoch = (rejected.a, rejected.b), world.rules, world.epoch
        theirs = {profile_of[node_id] for node_id in self.pair}
        self.nodes = {one: node for one, node in nodes.items() if profile_of[one] in theirs}
        self.links = [
            link
            for link in links
            if (link.a, link.b) == self.pair
            or (link.a in self.nodes and link.b in self.nodes and profile_of[link.a] == profile_of[link.b])
        ]
        self.decisions = [
            one
            for one in world.decisions
            if profile_of.get(one.a) == profile_of.get(one.b)
            or one.kind == CUT
            or {one.a, one.b} == set(self.pair)
        ]

    def obstacles(self):
        """Return what keeps the two apart now; nothing if they are one."""
        found = resolve(self.nodes.values(), self.links, self.decisions, self.rules, epoch=self.epoch)
        return [o for one in found.decisions if (one.a, one.b) == self.pair for o in one.obstacles]

    def stands(self, obstacle):
        """Say, from the two people themselves, whether a reason is true of them."""
        held = Counter(node.namespace for node in self.nodes.values())
        match obstacle.kind:
            case "cut":
                return any(
                    one.kind == CUT and {one.a, one.b} == set(obstacle.nodes) for one in self.decisions
                )
            case "limit":
                return held[obstacle.about] == obstacle.held > self.rules.of(obstacle.about).limit
            case "profile_size":
                return len(self.nodes) == obstacle.held > self.rules.profile_max
            case "veto":
                said = [{mark.kind for mark in self.nodes[one].marks} for one in obstacle.nodes]
                return all(obstacle.about in kinds for kinds in said)
            case "providers":
                return sum(name.startswith("line:") for name in held) > 1
        return True

    def remove(self, obstacle):
        getattr(self, f"_{obstacle.kind}")(obstacle)

    def _cut(self, obstacle):
        self._without(CUT, set(obstacle.nodes))

    def _blocked(self, obstacle):
        self._without(BLOCK, set(obstacle.nodes))

    def _without(self, kind, ends):
        self.decisions = [one for one in self.decisions if not (one.kind == kind and {one.a, one.b} == ends)]

    def _shared(self, obstacle):
        (node_id,) = obstacle.nodes
        self.decisions.append(Assertion(ALLOW, node_id, node_id, LATER, 100))

    def _expired(self, _):
        self._pair_links(last_at=LATER)  # again is later than all that was seen

    def _unproven(self, _):
        self._pair_links(proof=Proof.VERIFIED)

    def _succeeded(self, _):
        self._pair_links(proof=Proof.VERIFIED, last_at=LATER)

    _replaced = _succeeded

    def _contested(self, _):
        self.decisions.append(Assertion(JOIN, *self.pair, LATER, 101))

    def _pair_links(self, **said):
        self.links = [replace(link, **said) if (link.a, link.b) == self.pair else link for link in self.links]

    def _veto(self, obstacle):
        one = self.nodes[obstacle.nodes[0]]
        marks = tuple(mark for mark in one.marks if mark.kind != obstacle.about)
        self.nodes[one.node_id] = replace(one, marks=marks)

    def _limit(self, obstacle):
        rule = self.rules.of(obstacle.about)
        raised = replace(rule, limit=max(rule.limit, obstacle.held))
        table = tuple(raised if one is rule else one for one in self.rules.table)
        self.rules = replace(
            self.rules, table=table, other=raised if rule is self.rules.other else self.rules.other
        )

    def _providers(self, _):
        names = {node.namespace for node in self.nodes.values() if node.namespace.startswith("line:")}
        basis = LinkingBasis(
            tuple(name.removeprefix("line:") for name in names), "https://a.tw", "ann", "2026-01-01"
        )
        self.rules = replace(self.rules, bases=(*self.rules.bases, basis))

    def _profile_size(self, obstacle):
        self.rules = replace(self.rules, profile_max=obstacle.held)

    def _zone_size(self, obstacle):
        self.rules = replace(self.rules, zone_max=obstacle.held)


@given(worlds())
@settings(max_examples=200, deadline=None)
def test_every_refused_link_names_all_that_bars_it_and_without_it_joins(world):
    nodes, links = facts(world.events, world.rules)
    found = resolve(nodes.values(), links, world.decisions, world.rules, epoch=world.epoch)
    facts_of = Facts(nodes, links, world.decisions, world.rules, world.epoch)
    for rejected in found.decisions:
        assert rejected.obstacles
        told = every_bar(rejected, facts_of, found.profile_of).obstacles
        assert told[: len(rejected.obstacles)] == rejected.obstacles
        assert len(set(told)) == len(told)
        two = Two(world, rejected, found.profile_of)
        assert all(two.stands(one) for one in rejected.obstacles), rejected
        for obstacle in told:
            two.remove(obstacle)
        assert not two.obstacles(), (rejected, told)
