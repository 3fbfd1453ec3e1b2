"""Laws of who is who: sharing only grows with facts, and nothing is lost by any move."""

from collections import Counter
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from identify_worlds import worlds
from test_identify_history import Run
from test_identify_reference import facts

from tieline.identify.graph import resolve
from tieline.model.identity import Assertion


@given(worlds())
@settings(max_examples=150, deadline=None)
def test_what_is_shared_stays_shared_whatever_else_is_seen(world):
    before = {}
    for count in range(len(world.events) + 1):
        nodes, links = facts(world.events[:count], world.rules)
        shared = resolve(nodes.values(), links, world.decisions, world.rules, epoch=world.epoch).shared
        assert all(shared.get(node_id, 0) >= level for node_id, level in before.items())
        before = shared


@given(worlds(0), st.data())
@settings(max_examples=100, deadline=None)
def test_the_stage_never_takes_back_that_a_value_is_shared(world, data):
    run, before = Run(world.rules, epoch=world.epoch), {}
    left = list(world.events)
    while left:
        size = data.draw(st.integers(1, 4))
        run.take(left[:size])
        left = left[size:]
        shared = {placed.node.node_id: placed.shared for placed in run.store.everyone(1)}
        assert all(shared[node_id] >= level for node_id, level in before.items())
        before = shared


class Ledger:
    """Counts the events of each profile by moves alone, as history does."""

    def __init__(self, run):
        self.run, self.of_node, self.of_profile, self.taken = run, Counter(), Counter(), 0

    def step(self, act):
        was = dict(self.run.profiles)
        said = act()
        for node_id, profile_id in self.run.profiles.items():
            if was.get(node_id, profile_id) != profile_id:
                self.of_profile[was[node_id]] -= self.of_node[node_id]
                self.of_profile[profile_id] += self.of_node[node_id]
        for item in getattr(said, "identified", ()):
            self.taken += 1
            self.of_node[item.node_id] += 1
            self.of_profile[item.profile_id] += 1
        self.check()

    def check(self):
        members = Counter()
        for placed in self.run.store.everyone(1):
            members[placed.profile_id] += self.of_node[placed.node.node_id]
            assert self.run.profiles[placed.profile_id] == placed.profile_id
        assert +self.of_profile == +members
        assert self.of_profile.total() == self.taken


@given(worlds(), st.randoms(use_true_random=False), st.data())
@settings(max_examples=120, deadline=None)
def test_no_merge_and_no_parting_loses_or_doubles_an_event(world, chance, data):
    run = Run(world.rules, epoch=world.epoch)
    ledger, ids = Ledger(run), []
    steps = [*world.events, *world.decisions]
    chance.shuffle(steps)
    for step in steps:
        if isinstance(step, Assertion):
            ledger.step(lambda one=step: ids.append(run.decide(one).assertion_id))
        else:
            ledger.step(lambda one=step: run.take([one]))
        if ids and data.draw(st.integers(0, 2)) == 0:
            ledger.step(lambda: run.undo(data.draw(st.sampled_from(ids))))
    if world.epoch is not None:
        ledger.step(lambda: run.age(world.epoch + timedelta(days=data.draw(st.integers(1, 4)))))
    assert ledger.taken == len(world.events)
