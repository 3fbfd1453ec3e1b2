from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from tieline.journey.definition import Journey
from tieline.journey.enrolment import Enrolment, State
from tieline.journey.entry import TRIGGER_AGE_MAX, doubled, enrol, refusal, starts
from tieline.journey.parse import parse
from tieline.model.signal import Signal, SignalKind

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
DAY = timedelta(days=1)
PERSON = b"p" * 16
EVENT = {"kind": "event", "event": "Product Added", "where": {"property": "price", "op": "gte", "value": 500}}


def journey(trigger: dict[str, Any] | None = None, reentry: dict[str, Any] | None = None) -> Journey:
    steps = [{"id": "a", "kind": "wait", "for": "P1D"}]
    changes = {"reentry": reentry} if reentry else {}
    return parse(
        {"key": "j", "name": "j", "trigger": trigger or EVENT, "start": "a", "steps": steps, **changes}
    )


def signal(kind: SignalKind, name: str, **data: Any) -> Signal:
    return Signal(1, kind, name, PERSON, PERSON, NOON, 1, data)


STARTS = pytest.mark.parametrize(
    ("trigger", "heard", "expected"),
    [
        (EVENT, signal(SignalKind.EVENT, "Product Added", price=500), True),
        (EVENT, signal(SignalKind.EVENT, "Product Added", price=499), False),
        (EVENT, signal(SignalKind.EVENT, "Product Removed", price=500), False),
        (EVENT, signal(SignalKind.SEGMENT_ENTERED, "Product Added", price=500), False),
        ({"kind": "segment_entered", "segment": "vip"}, signal(SignalKind.SEGMENT_ENTERED, "vip"), True),
        ({"kind": "segment_entered", "segment": "vip"}, signal(SignalKind.SEGMENT_EXITED, "vip"), False),
        ({"kind": "segment_exited", "segment": "vip"}, signal(SignalKind.SEGMENT_EXITED, "vip"), True),
        ({"kind": "segment_exited", "segment": "vip"}, signal(SignalKind.SEGMENT_EXITED, "new"), False),
        ({"kind": "line_followed"}, signal(SignalKind.EVENT, "line_followed", account="second"), True),
        (
            {"kind": "line_followed", "account": "main"},
            signal(SignalKind.EVENT, "line_followed", account="main"),
            True,
        ),
        (
            {"kind": "line_followed", "account": "main"},
            signal(SignalKind.EVENT, "line_followed", account="b"),
            False,
        ),
        ({"kind": "line_followed", "account": "main"}, signal(SignalKind.EVENT, "line_followed"), False),
        ({"kind": "line_followed"}, signal(SignalKind.EVENT, "line_unfollowed"), False),
    ],
)


@STARTS
def test_only_what_the_trigger_names_starts_a_journey(
    trigger: dict[str, Any],
    heard: Signal,
    expected: bool,
) -> None:
    assert starts(journey(trigger), heard) is expected


def entered(to: Journey, at: datetime, state: State = State.DONE, **trigger: Any) -> Enrolment:
    return replace(enrol(to, PERSON, trigger, at, at), state=state, step="a")


def refused(to: Journey, at: datetime, *before: Enrolment, **trigger: Any) -> str:
    last = max((one.entered_at for one in before), default=None)
    return refusal(to, trigger, at, at, before, last)


def test_whoever_was_never_there_may_enter() -> None:
    assert refused(journey(), NOON) == ""


def test_once_means_once_even_years_later() -> None:
    to = journey()
    assert refused(to, NOON + 900 * DAY, entered(to, NOON)) == "once"


@pytest.mark.parametrize("mode", [{"mode": "always"}, {"mode": "after", "after": "PT1M"}, {"mode": "once"}])
def test_nobody_is_in_a_journey_twice_at_once(mode: dict[str, str]) -> None:
    to = journey(reentry=mode)
    assert refused(to, NOON + 9 * DAY, entered(to, NOON, State.WAITING_TIME)) == "running"


def test_always_means_again_as_soon_as_it_is_over() -> None:
    to = journey(reentry={"mode": "always"})
    assert refused(to, NOON + DAY, entered(to, NOON)) == ""


def test_after_counts_from_the_last_entry() -> None:
    to = journey(reentry={"mode": "after", "after": "P7D"})
    assert refused(to, NOON + 7 * DAY - timedelta(seconds=1), entered(to, NOON)) == "too_soon"
    assert refused(to, NOON + 7 * DAY, entered(to, NOON)) == ""
    assert refused(to, NOON + 8 * DAY, entered(to, NOON), entered(to, NOON + 5 * DAY)) == "too_soon"


def test_each_cart_has_its_own_enrolment_but_only_one() -> None:
    to = journey(reentry={"mode": "always", "key": "cart_id"})
    first = entered(to, NOON, State.WAITING_TIME, cart_id="c1")
    assert refused(to, NOON + DAY, first, cart_id="c1") == "running"
    assert refused(to, NOON + DAY, first, cart_id="c2") == ""
    assert refused(to, NOON + DAY, first, entered(to, NOON, State.WAITING_TIME), cart_id=None) == "running"


def test_a_version_more_does_not_open_the_door_again() -> None:
    old = journey()
    new = replace(old, version=2)
    assert refused(new, NOON + DAY, entered(old, NOON, State.WAITING_TIME)) == "running"
    assert refused(new, NOON + DAY, entered(old, NOON)) == "once"


def test_what_happened_long_ago_starts_nothing() -> None:
    to = journey()
    assert refusal(to, {}, NOON, NOON + TRIGGER_AGE_MAX, (), None) == ""
    assert refusal(to, {}, NOON, NOON + TRIGGER_AGE_MAX + timedelta(seconds=1), (), None) == "too_old"


def test_the_same_signal_enrols_once() -> None:
    to = journey(reentry={"mode": "always", "key": "cart_id"})
    one = enrol(to, PERSON, {"cart_id": "c1"}, NOON, NOON)
    assert one.id == enrol(to, PERSON, {"cart_id": "c1"}, NOON, NOON + DAY).id
    others = [
        enrol(to, PERSON, {"cart_id": "c2"}, NOON, NOON),
        enrol(to, PERSON, {"cart_id": "c1"}, NOON + DAY, NOON + DAY),
        enrol(to, b"q" * 16, {"cart_id": "c1"}, NOON, NOON),
        enrol(replace(to, key="k"), PERSON, {"cart_id": "c1"}, NOON, NOON),
    ]
    assert len({one.id, *(other.id for other in others)}) == 5


def test_the_correlation_is_the_value_of_the_key() -> None:
    to = journey(reentry={"mode": "always", "key": "cart.id"})
    assert enrol(to, PERSON, {"cart": {"id": 7}}, NOON, NOON).correlation == "7"
    assert enrol(to, PERSON, {}, NOON, NOON).correlation == ""


def test_of_two_on_the_same_way_the_older_goes_on_in_whatever_order_they_are_found() -> None:
    keyed = journey(reentry={"mode": "always", "key": "cart"})
    older = enrol(keyed, PERSON, {"cart": 1}, NOON, NOON + DAY)
    younger = enrol(keyed, b"q" * 16, {"cart": 1}, NOON + DAY, NOON + DAY)
    elsewhere = enrol(keyed, PERSON, {"cart": 2}, NOON + DAY, NOON + DAY)

    assert doubled([younger, elsewhere, older]) == doubled([older, younger, elsewhere]) == [younger]
