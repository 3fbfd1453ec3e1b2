from datetime import UTC, datetime, timedelta

import pytest

from tieline.deliver import protocol
from tieline.deliver.policy import Reason
from tieline.deliver.protocol import Meaning, Verdict, classify
from tieline.model.send import Answer, SendState

RATE = b'{"message":"The API rate limit has been exceeded. Try again later."}'
MONTH = b'{"message":"You have reached your monthly limit."}'
NOW = datetime(2026, 11, 20, tzinfo=UTC)


def decide(answer: Answer, earlier: int = 0, members: int = 1) -> Verdict:
    return protocol.decide(answer, earlier=earlier, members=members, chance=lambda: 0.5)


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [
        (Answer(200, b'{"sentMessages":[]}'), Meaning.ACCEPTED),
        (Answer(202, b"{}"), Meaning.ACCEPTED),
        (Answer(409, b"{}", accepted_id="a"), Meaning.ACCEPTED),
        (Answer(409, b"{}"), Meaning.REFUSED),
        (Answer(200, b"<html>"), Meaning.UNKNOWN),
        (Answer(200, b'{"sentMessages":[{"id"\x00\xff'), Meaning.UNKNOWN),
        (Answer(200, b""), Meaning.UNKNOWN),
        (Answer(200, b"[]"), Meaning.UNKNOWN),
        (Answer(302, b""), Meaning.UNKNOWN),
        (Answer(408, b""), Meaning.UNKNOWN),
        (Answer(500, b"{}"), Meaning.UNKNOWN),
        (Answer(503, b"{}"), Meaning.UNKNOWN),
        (Answer(0, problem="timeout"), Meaning.UNKNOWN),
        (Answer(0, started=False), Meaning.NOT_STARTED),
        (Answer(500, started=False), Meaning.NOT_STARTED),
        (Answer(401, started=False), Meaning.UNAUTHORIZED),
        (Answer(401, b"{}"), Meaning.UNAUTHORIZED),
        (Answer(400, b"{}"), Meaning.REFUSED),
        (Answer(403, b"{}"), Meaning.REFUSED),
        (Answer(404, b"{}"), Meaning.REFUSED),
        (Answer(413, b"{}"), Meaning.REFUSED),
        (Answer(429, RATE), Meaning.TOO_FAST),
        (Answer(429, MONTH), Meaning.OUT_OF_QUOTA),
        (Answer(429, b""), Meaning.TOO_FAST),
    ],
)
def test_an_answer_means_what_line_says_it_means(answer: Answer, meaning: Meaning) -> None:
    assert classify(answer) is meaning


def test_a_refused_send_fails_with_the_status_as_reason() -> None:
    assert decide(Answer(404, b"{}"))[:2] == (SendState.FAILED, "http_404")


def test_a_refused_group_is_tried_in_halves() -> None:
    verdict = decide(Answer(400, b"{}"), members=9)
    assert (verdict.state, verdict.split, verdict.called) == (SendState.PLANNED, True, False)


def test_a_group_refused_after_doubt_is_parked_because_some_may_have_it() -> None:
    assert decide(Answer(400, b"{}"), earlier=1, members=9)[:2] == (
        SendState.PARKED,
        "http_400_after_unknown",
    )


def test_a_forbidden_call_lets_the_account_rest() -> None:
    assert decide(Answer(403, b"{}")).rest == protocol.REST_UNAUTHORIZED


def test_a_revoked_token_takes_the_attempt_back_and_lets_the_account_rest() -> None:
    verdict = decide(Answer(401, b"{}"))
    assert (verdict.state, verdict.called, verdict.rest) == (
        SendState.PLANNED,
        False,
        protocol.REST_UNAUTHORIZED,
    )


def test_a_call_that_never_left_stays_planned_but_earlier_doubt_remains() -> None:
    answer = Answer(0, started=False)
    assert [decide(answer, earlier).state for earlier in (0, 1)] == [SendState.PLANNED, SendState.UNKNOWN]


def test_an_unclear_429_waits_longer_than_the_rate_limit() -> None:
    assert decide(Answer(429, b"too many for this user")).delay > decide(Answer(429, RATE)).delay


def test_the_monthly_limit_parks_what_certainly_did_not_leave() -> None:
    assert decide(Answer(429, MONTH))[:3] == (SendState.PARKED, Reason.QUOTA, False)
    assert decide(Answer(429, MONTH), earlier=1).state is SendState.UNKNOWN


def test_waits_double_up_to_an_hour_and_never_fall_below_half() -> None:
    waits = [protocol.backoff(earlier, 0.0).total_seconds() for earlier in range(20)]
    assert waits[:4] == [1, 2, 4, 8]
    assert max(waits) == 1_800
    assert protocol.backoff(30, 0.999).total_seconds() < 3_600


def test_a_key_is_too_old_after_23_hours() -> None:
    assert not protocol.too_old(None, NOW)
    assert not protocol.too_old(NOW - timedelta(hours=23), NOW)
    assert protocol.too_old(NOW - timedelta(hours=23, seconds=1), NOW)


def test_a_refusal_after_doubt_keeps_both_facts() -> None:
    assert protocol.withheld(Reason.NO_CONSENT, earlier=2)[:2] == (
        SendState.PARKED,
        "no_consent_after_unknown",
    )
    assert protocol.withheld(Reason.NO_CONSENT, earlier=0)[:2] == (SendState.SUPPRESSED, "no_consent")
    assert protocol.withheld(Reason.EXPIRED, earlier=0).state is SendState.EXPIRED
