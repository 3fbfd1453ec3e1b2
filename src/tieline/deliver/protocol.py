"""What an answer of LINE means, and what becomes of a send. Pure; every rule about doubt lives here.

LINE takes a request at most once per retry key and remembers a key for 24 hours. So an unknown outcome is asked again
with the same key and the same bytes, never with fresh ones, and never later than 23 hours after the first attempt.

Source: https://developers.line.biz/en/docs/messaging-api/retrying-api-request/
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import NamedTuple

import msgspec

from tieline.deliver.policy import Reason
from tieline.model.send import Answer, SendState

RETRY_WINDOW = timedelta(hours=23)
BACKOFF_FIRST_SECONDS = 2.0
BACKOFF_LONGEST_SECONDS = 3_600.0
BACKOFF_DOUBLINGS = 12
WAIT_RATE = timedelta(seconds=1)
WAIT_UNCLEAR = timedelta(seconds=60)
WAIT_UNREACHABLE = timedelta(seconds=5)
REST_UNAUTHORIZED = timedelta(seconds=60)
SENTENCE_MAX = 300


class _Detail(msgspec.Struct):
    message: str = ""
    property: str = ""


class _Error(msgspec.Struct):
    message: str = ""
    details: list[_Detail] = []


class Meaning(Enum):
    """What an answer says about the request."""

    ACCEPTED = auto()
    REFUSED = auto()
    UNAUTHORIZED = auto()
    TOO_FAST = auto()
    OUT_OF_QUOTA = auto()
    NOT_STARTED = auto()
    UNKNOWN = auto()


class Verdict(NamedTuple):
    """What becomes of a send after an attempt.

    Attributes:
        called: Whether the attempt counts as possibly made.
        delay: How long an open send waits.
        rest: How long the whole account rests.
        split: Whether a group must be tried in halves, because one member spoils it for all.
    """

    state: SendState
    reason: str = ""
    called: bool = True
    delay: timedelta = timedelta(0)
    rest: timedelta = timedelta(0)
    split: bool = False


def classify(answer: Answer) -> Meaning:
    """Return what `answer` says; anything unclear is UNKNOWN, for that alone can neither send twice nor lose."""
    status = answer.status
    if not answer.started:
        return Meaning.UNAUTHORIZED if status in {400, 401, 403} else Meaning.NOT_STARTED
    if 200 <= status < 300:
        # A proxy can say 200 with a page of its own; only LINE's JSON proves that LINE took it.
        return Meaning.ACCEPTED if _is_object(answer.body) else Meaning.UNKNOWN
    if status == 409 and answer.accepted_id:
        return Meaning.ACCEPTED
    if status == 429:
        return Meaning.OUT_OF_QUOTA if _says(answer, "monthly limit") else Meaning.TOO_FAST
    special = {401: Meaning.UNAUTHORIZED, 408: Meaning.UNKNOWN}
    return special.get(status, Meaning.REFUSED if 400 <= status < 500 else Meaning.UNKNOWN)


def decide(
    answer: Answer, *, earlier: int, members: int, chance: Callable[[], float], reserved: bool = False
) -> Verdict:
    """Return what becomes of a send (or of a group as one) after `answer`.

    Args:
        answer: How the call ended.
        earlier: Attempts before this one whose outcome is in doubt.
        members: How many people the call was for.
        chance: Returns a number in [0, 1), for jitter.
        reserved: Whether LINE refuses for the month only because it keeps messages back for a narrowcast that runs.
    """
    meaning = classify(answer)
    if meaning is Meaning.ACCEPTED:
        return Verdict(SendState.ACCEPTED)
    if meaning is Meaning.UNKNOWN:
        return Verdict(SendState.UNKNOWN, problem(answer), delay=backoff(earlier, chance()))
    if meaning is Meaning.REFUSED:
        return _refused(answer, earlier=earlier, members=members)
    if meaning is Meaning.OUT_OF_QUOTA and not earlier and not reserved:
        return withheld(Reason.QUOTA, earlier=0)
    delay, rest = _pause(meaning, answer)
    return take_back(earlier, delay * (1 + chance()), rest)


def take_back(earlier: int, delay: timedelta, rest: timedelta = timedelta(0)) -> Verdict:
    """Return the verdict on a call that certainly did nothing: as before, later."""
    state = SendState.UNKNOWN if earlier else SendState.PLANNED
    return Verdict(state, called=False, delay=delay, rest=rest)


def withheld(reason: Reason, *, earlier: int) -> Verdict:
    """Return the verdict on a send that must not be called (again).

    After a call of unknown outcome both facts are kept: it may have been delivered, and it may not be repeated.
    """
    if earlier:
        return Verdict(SendState.PARKED, f"{reason}_after_unknown", called=False)
    if reason in {Reason.QUOTA, Reason.BUDGET}:
        return Verdict(SendState.PARKED, reason, called=False)
    state = SendState.EXPIRED if reason is Reason.EXPIRED else SendState.SUPPRESSED
    return Verdict(state, reason, called=False)


def too_old(first_attempt_at: datetime | None, now: datetime) -> bool:
    """Tell whether LINE may soon have forgotten the key, so that a repetition could be a second message."""
    return first_attempt_at is not None and now - first_attempt_at > RETRY_WINDOW


def backoff(earlier: int, chance: float) -> timedelta:
    """Return a wait that doubles with every attempt, somewhere in its upper half."""
    seconds = min(BACKOFF_FIRST_SECONDS * 2 ** min(earlier, BACKOFF_DOUBLINGS), BACKOFF_LONGEST_SECONDS)
    return timedelta(seconds=seconds * (1 + chance) / 2)


def problem(answer: Answer) -> str:
    """Return a stable word for what went wrong."""
    return f"http_{answer.status}" if answer.status else (answer.problem or "no_answer")


def sentence(answer: Answer) -> str:
    """Return LINE's own words on what is wrong, "" if it gave none."""
    try:
        error = msgspec.json.decode(answer.body, type=_Error)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return ""
    words = [error.message, *(f"{one.property}: {one.message}" for one in error.details)]
    return " · ".join(words)[:SENTENCE_MAX]


def _refused(answer: Answer, *, earlier: int, members: int) -> Verdict:
    rest = REST_UNAUTHORIZED if answer.status == 403 else timedelta(0)
    if members == 1:
        return Verdict(SendState.FAILED, problem(answer), rest=rest)
    if earlier:
        # The group may have been taken by the call in doubt, so its members cannot be tried under other keys.
        return Verdict(SendState.PARKED, f"{problem(answer)}_after_unknown", rest=rest)
    if answer.status == 400:
        return Verdict(SendState.PLANNED, called=False, split=True)
    return Verdict(SendState.FAILED, problem(answer), rest=rest)


def _pause(meaning: Meaning, answer: Answer) -> tuple[timedelta, timedelta]:
    """Return how long a send waits, and its whole account, after a call that certainly did nothing."""
    if meaning is Meaning.UNAUTHORIZED:
        return REST_UNAUTHORIZED, REST_UNAUTHORIZED
    if meaning is Meaning.OUT_OF_QUOTA:
        return WAIT_UNCLEAR, WAIT_UNCLEAR
    if meaning is Meaning.NOT_STARTED:
        return WAIT_UNREACHABLE, WAIT_UNREACHABLE
    if meaning is Meaning.TOO_FAST and _says(answer, "rate limit"):
        return WAIT_RATE, WAIT_RATE
    return WAIT_UNCLEAR, WAIT_RATE


def _is_object(body: bytes) -> bool:
    try:
        msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return False
    return True


def _says(answer: Answer, words: str) -> bool:
    return words.encode() in answer.body.lower()
