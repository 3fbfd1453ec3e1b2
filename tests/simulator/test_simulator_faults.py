"""A fault breaks the answer, never the truth about what was accepted."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieline.simulator.faults import BEFORE, FaultKind, FaultSwitch
from tieline.simulator.wire import Fault, SimResponse

KEY = "123e4567-e89b-12d3-a456-426655440000"


def push(line, text="嗨", key=KEY):
    body = {"to": line.people[0], "messages": [{"type": "text", "text": text}]}
    return line.call("POST", "/v2/bot/message/push", body, x_line_retry_key=key)


@pytest.mark.parametrize("kind", FaultKind)
def test_a_fault_accepts_or_refuses_as_it_says_and_a_retry_sends_once(line, kind):
    line.account.faults = [FaultSwitch(kind, next_calls=1)]
    push(line)
    assert len(line.received(line.people[0])) == (0 if kind in BEFORE else 1)
    assert push(line).status == (200 if kind in BEFORE else 409)
    assert line.received(line.people[0]) == ["嗨"]
    assert line.facts()["duplicate_deliveries"] == 0
    assert line.facts()["faults"] == {kind: 1}


@pytest.mark.parametrize(
    ("kind", "seen"),
    [
        (FaultKind.DROP_BEFORE, "cut"),
        (FaultKind.ACCEPT_THEN_RESET, "cut"),
        (FaultKind.ACCEPT_THEN_HANG, "hang"),
        (FaultKind.ERROR_REFUSED, 500),
        (FaultKind.ERROR_AFTER_ACCEPT, 500),
        (FaultKind.RATE_LIMIT, 429),
        (FaultKind.UNAUTHORIZED, 401),
        (FaultKind.CONFLICT_WITHOUT_ID, 409),
        (FaultKind.GARBAGE_BODY, 200),
        (FaultKind.SLOW, 200),
    ],
)
def test_a_fault_looks_as_it_says(line, kind, seen):
    line.account.faults = [FaultSwitch(kind, next_calls=1, delay_seconds=7)]
    outcome = push(line)
    if isinstance(outcome, Fault):
        assert outcome.kind == seen
        return
    assert outcome.status == seen
    assert "x-line-accepted-request-id" not in outcome.headers
    assert outcome.delay_seconds == (7 if kind is FaultKind.SLOW else 0)


def test_a_fault_leaves_other_endpoints_alone(line):
    line.account.faults = [FaultSwitch(FaultKind.ERROR_REFUSED, probability=1)]
    assert push(line).status == 500
    assert line.answer("GET", "/v2/bot/info").status == 200


def test_a_fault_waits_for_a_request_that_is_accepted(line):
    line.account.faults = [FaultSwitch(FaultKind.ERROR_AFTER_ACCEPT, next_calls=1)]
    assert push(line, text="").status == 400
    assert push(line).status == 500


@settings(max_examples=60)
@given(
    kinds=st.lists(st.sampled_from(FaultKind), max_size=4),
    probability=st.floats(0, 1),
    attempts=st.lists(st.integers(0, 4), max_size=30),
    seed=st.integers(0, 2**32),
)
def test_whatever_breaks_no_retry_key_delivers_twice(new_line, kinds, probability, attempts, seed):
    line = new_line()
    line.platform.world.ids.chance.seed(seed)
    line.account.faults = [FaultSwitch(kind, probability=probability) for kind in kinds]
    said_yes = set()
    for number in attempts:
        outcome = push(line, f"message {number}", f"00000000-0000-0000-0000-{number:012d}")
        if isinstance(outcome, SimResponse) and outcome.ok:
            said_yes.add(f"message {number}")
    received = line.received(line.people[0])
    assert len(received) == len(set(received))
    assert said_yes <= set(received)
