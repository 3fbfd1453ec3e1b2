from datetime import UTC, datetime

from tieline.model.signal import SignalKind
from tieline.segment.membership import carry, difference

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
A, B = b"a" * 16, b"b" * 16
VIP = frozenset({"vip"})


def compare(stored, carried, after, evaluated=VIP):
    return difference(
        1, stored=stored, carried=carried, after=after, evaluated=evaluated, at=NOON, log_offset=9
    )


def test_who_fulfils_a_condition_now_has_entered() -> None:
    found = compare({}, {}, {A: {"vip"}})
    assert found.entered == [("vip", A)]
    assert [(signal.kind, signal.profile_id) for signal in found.signals] == [(SignalKind.SEGMENT_ENTERED, A)]


def test_who_stays_says_nothing() -> None:
    found = compare({A: {"vip"}}, {A: {"vip"}}, {A: {"vip"}})
    assert found == ([], [], [])


def test_a_merge_moves_membership_without_an_entry() -> None:
    stored = {A: set(), B: {"vip"}}
    found = compare(stored, carry(stored, [(B, A)]), {A: {"vip"}})
    assert found.entered == [("vip", A)]
    assert found.exited == [("vip", B)]
    assert found.signals == []


def test_a_merge_that_makes_someone_fulfil_a_condition_is_an_entry() -> None:
    stored = {A: set(), B: set()}
    found = compare(stored, carry(stored, [(B, A)]), {A: {"vip"}})
    assert [signal.kind for signal in found.signals] == [SignalKind.SEGMENT_ENTERED]


def test_a_split_keeps_membership_silent_on_both_sides() -> None:
    stored = {A: {"vip"}}
    found = compare(stored, carry(stored, [(A, B)]), {A: {"vip"}, B: {"vip"}})
    assert found.entered == [("vip", B)]
    assert found.signals == []


def test_segments_that_were_not_evaluated_stay_as_they_are() -> None:
    found = compare({A: {"vip", "new"}}, {A: {"vip", "new"}}, {A: set()})
    assert found.exited == [("vip", A)]
