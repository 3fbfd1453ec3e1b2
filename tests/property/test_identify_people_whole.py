"""Not only who is who comes back when a decision is taken back: profiles, timelines, counters and points do, to the byte."""

from collections import Counter
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from identify_pipeline import Whole, earning
from identify_worlds import worlds

from tieline.model.identity import Assertion


@given(worlds(), st.integers(0, 14), st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_people_are_as_if_what_is_undone_had_never_been(world, middle, chance):
    events = earning(world.events)
    plain, decided = Whole(world), Whole(world)
    for whole in (plain, decided):
        whole.take(events[:middle])
    ids = [decided.decide(decision) for decision in world.decisions]
    for whole in (plain, decided):
        whole.take(events[middle:])
    chance.shuffle(ids)
    for assertion_id in ids:
        decided.undo(assertion_id)

    assert decided.seen() == plain.seen()


@given(worlds(0), st.randoms(use_true_random=False))
@settings(max_examples=30, deadline=None)
def test_people_are_the_same_to_the_byte_in_whatever_order_their_events_came(world, chance):
    events = earning(world.events)
    one, other = Whole(world), Whole(world)
    one.take(events)
    shuffled = list(events)
    chance.shuffle(shuffled)
    for event in shuffled:
        other.take([event])

    assert one.seen() == other.seen()


@given(worlds(), st.randoms(use_true_random=False), st.data())
@settings(max_examples=40, deadline=None)
def test_no_point_is_won_or_lost_whoever_is_joined_or_parted(world, chance, data):
    whole, ids = Whole(world), []
    steps = [*earning(world.events), *world.decisions]
    chance.shuffle(steps)

    def conserved():
        counted = whole.counters()
        total = Counter(
            events=sum(events for events, _ in counted.values()),
            points=sum(points for _, points in counted.values()),
        )
        assert total == whole.earned
        assert set(counted) <= set(whole.run.profiles.values())

    for step in steps:
        if isinstance(step, Assertion):
            ids.append(whole.decide(step))
        else:
            whole.take([step])
        conserved()
        if ids and data.draw(st.integers(0, 2)) == 0:
            whole.undo(data.draw(st.sampled_from(ids)))
            conserved()
    if world.epoch is not None:
        whole.age(world.epoch + timedelta(days=data.draw(st.integers(1, 4))))
        conserved()
