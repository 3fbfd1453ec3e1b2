"""Whatever way facts arrive, the stage ends where the definition is."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from identify_worlds import DAY_0, KEY, POOL, TIGHT, happened, moments, name, worlds
from msgspec.structs import replace
from test_identify_reference import definition, facts

from tieline.identify.age import Ageing
from tieline.identify.decide import Decisions
from tieline.identify.evidence import day
from tieline.identify.memory import Memory
from tieline.identify.rules import RULES, RuleBook
from tieline.identify.stage import IdentifyStage
from tieline.model.identity import Assertion
from tieline.store.memory.identity import MemoryIdentity


def finish(coroutine):
    """Run what never waits, as nothing in memory does, without a loop."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value
    raise AssertionError("it waits for something")


class Run:
    """A stage over a store in memory, and what it said so far."""

    def __init__(self, rules, memory=None, epoch=None):
        self.store = MemoryIdentity()
        if epoch is not None:
            self.store.epochs_of.update({1: epoch, 2: epoch})
        self.rules = rules
        self.stage = IdentifyStage(
            self.store, {1: KEY, 2: KEY}, {}, rules=RuleBook(default=rules), memory=memory
        )
        self.decisions = Decisions(self.store, RuleBook(default=rules))
        self.ageing = Ageing(self.store, RuleBook(default=rules))
        self.ids_said = set()
        self.profiles = {}

    def take(self, batch):
        said = finish(self.stage.process(batch))
        assert [item.event for item in said.identified] == list(batch)
        self._follow(said.moves)
        for item in said.identified:
            assert self.profiles[item.node_id] == item.profile_id
        return said

    def decide(self, assertion):
        decided = finish(self.decisions.decide(1, replace(assertion, author="ann", reason="seen")))
        self._follow(decided.moves)
        return decided

    def undo(self, assertion_id):
        undone = finish(self.decisions.undo(1, assertion_id, "bob", DAY_0))
        self._follow(undone.moves)
        return undone

    def age(self, to_at):
        moves = finish(self.ageing.advance(1, to_at))
        self._follow(moves)
        return moves

    def _follow(self, moves):
        for move in moves:
            assert self.profiles.get(move.node_id, b"") == move.from_id
            self.profiles[move.node_id] = move.to_id
            self.ids_said.add(move.to_id)
        assert self.profiles == {p.node.node_id: p.profile_id for p in self.store.everyone(1)}

    def state(self):
        links = {
            key: replace(link, last_at=DAY_0 + timedelta(day(link.last_at)))
            for key, link in self.store.linked.items()
        }
        return self.store.placed, links

    def assert_defined(self, seen):
        nodes, _ = facts(seen, self.rules)
        decided = list(self.store.asserted.values())
        expected = definition(seen, decided, self.rules, self.store.epochs_of.get(1))
        everyone = {p.node.node_id: p for p in self.store.everyone(1)}
        assert {node_id: p.node for node_id, p in everyone.items()} == nodes
        assert self.profiles == expected.profiles
        assert {node_id: p.zone_id for node_id, p in everyone.items()} == expected.zones
        assert {node_id: p.proven_id for node_id, p in everyone.items()} == expected.proven
        assert {node_id: p.shared for node_id, p in everyone.items() if p.shared} == expected.shared
        assert {node_id: p.core for node_id, p in everyone.items()} == expected.core(nodes, self.rules)


def batches(items, sizes):
    rest = list(items)
    for size in sizes:
        if rest:
            yield rest[:size]
            rest = rest[size:]
    if rest:
        yield rest


sizes = st.lists(st.integers(1, 4), max_size=14)


@given(worlds(0), sizes)
@settings(max_examples=200, deadline=None)
def test_after_every_batch_the_stage_is_where_the_definition_is(world, cuts):
    run, so_far = Run(world.rules, epoch=world.epoch), []
    for batch in batches(world.events, cuts):
        run.take(batch)
        so_far += batch
        run.assert_defined(so_far)


@given(worlds(0), sizes, sizes, st.randoms(use_true_random=False), st.data())
@settings(max_examples=200, deadline=None)
def test_order_batches_and_repeats_do_not_matter(world, cuts, other_cuts, chance, data):
    one, two = (
        Run(world.rules, epoch=world.epoch),
        Run(world.rules, Memory(stars_max=1, nodes_max=2), epoch=world.epoch),
    )
    seen = world.events
    again = [*seen, *(data.draw(st.lists(st.sampled_from(seen), max_size=6)) if seen else [])]
    chance.shuffle(again)
    for batch in batches(seen, cuts):
        one.take(batch)
    for batch in batches(again, other_cuts):
        two.take(batch)
    assert one.state() == two.state()


@given(worlds(), st.randoms(use_true_random=False), st.data())
@settings(max_examples=200, deadline=None)
def test_decisions_hold_before_and_after_their_links_arrive(world, chance, data):
    run, so_far, ids = Run(world.rules, epoch=world.epoch), [], []
    steps = [*world.events, *world.decisions]
    chance.shuffle(steps)
    for step in steps:
        if isinstance(step, Assertion):
            ids.append(run.decide(step).assertion_id)
        else:
            run.take([step])
            so_far.append(step)
        if ids and data.draw(st.integers(0, 3)) == 0:
            run.undo(data.draw(st.sampled_from(ids)))
        run.assert_defined(so_far)


@given(worlds(2))
@settings(max_examples=200, deadline=None)
def test_what_is_undone_never_was(world):
    run = Run(world.rules, epoch=world.epoch)
    run.take(world.events)
    before = run.store.snapshot()
    ids = [run.decide(assertion).assertion_id for assertion in world.decisions]
    for assertion_id in ids:
        run.undo(assertion_id)
    assert (run.store.placed, run.store.linked) == (before.placed, before.links)


@given(worlds(0), sizes)
@settings(max_examples=150, deadline=None)
def test_every_id_ever_said_names_one_living_profile(world, cuts):
    run = Run(world.rules, epoch=world.epoch)
    for batch in batches(world.events, cuts):
        run.take(batch)
        living = set(run.profiles.values())
        assert all(run.profiles[profile_id] in living for profile_id in run.ids_said)


@given(worlds(), st.integers(0, 12))
@settings(max_examples=200, deadline=None)
def test_a_batch_changes_nobody_outside_the_zones_it_names(world, middle):
    run = Run(world.rules, epoch=world.epoch)
    run.take(world.events[:middle])
    was = dict(run.store.placed)
    batch = world.events[middle:]
    named = {(1, name(identifier)) for event in batch for identifier in event.identifiers}
    touched = {was[key].zone_id for key in named if key in was}
    run.take(batch)
    for key, placed in was.items():
        assert run.store.placed[key] == placed or placed.zone_id in touched


@given(worlds(), sizes, st.integers(0, 5))
@settings(max_examples=100, deadline=None)
def test_forgetting_at_any_moment_changes_nothing(world, cuts, moment):
    plain, forgetful = Run(world.rules, epoch=world.epoch), Run(world.rules, epoch=world.epoch)
    for number, batch in enumerate(batches(world.events, cuts)):
        plain.take(batch)
        if number == moment:
            forgetful.stage.forget()
        forgetful.take(batch)
    assert plain.state() == forgetful.state()


@given(worlds(0), sizes, st.lists(st.integers(3, 9), max_size=3, unique=True).map(sorted))
@settings(max_examples=150, deadline=None)
def test_a_day_that_passes_ages_whatever_came_before_and_after(world, cuts, days):
    run, so_far = Run(world.rules), []
    for batch in batches(world.events, cuts):
        run.take(batch)
        so_far += batch
        if days:
            run.age(DAY_0 + timedelta(days=days.pop(0)))
        run.assert_defined(so_far)


@given(worlds(0))
@settings(max_examples=60, deadline=None)
def test_workspaces_never_meet(world):
    run, alone = Run(world.rules, epoch=world.epoch), Run(world.rules, epoch=world.epoch)
    theirs = [replace(event, workspace_id=2) for event in world.events]
    finish(run.stage.process([event for pair in zip(world.events, theirs, strict=True) for event in pair]))
    alone.take(world.events)
    assert run.store.everyone(1) == alone.store.everyone(1)
    assert run.store.everyone(2) == alone.store.everyone(1)


times = st.lists(moments, min_size=1, max_size=8)


@given(times, times, st.sampled_from((RULES, TIGHT)), sizes)
@settings(max_examples=150, deadline=None)
def test_a_shared_device_goes_to_whoever_used_it_last(first, second, rules, cuts):
    run = Run(rules)
    device, *members = (POOL[-2], POOL[0], POOL[1])
    seen = [
        happened(at, (device, member))
        for member, at_times in zip(members, (first, second), strict=True)
        for at in at_times
    ]
    for batch in batches(seen, cuts):
        run.take(batch)
    run.assert_defined(seen)
    days = [max(at_times).date() for at_times in (first, second)]
    if days[0] != days[1]:
        owner = members[days.index(max(days))]
        assert run.profiles[name(device)] == run.profiles[name(owner)]
