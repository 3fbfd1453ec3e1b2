"""How far LINE is with a narrowcast that it took: what its answer says, and when it is asked again. Pure.

Source: https://developers.line.biz/en/reference/messaging-api/#get-narrowcast-progress-status
"""

from datetime import datetime, timedelta
from typing import Literal

import msgspec

from tieline.model.narrowcast import Ended, NarrowcastState
from tieline.model.send import Answer

TOLD_FOR = timedelta(days=14)
"""LINE tells of a narrowcast for so long."""
LOOK_FIRST_SECONDS = 5.0
LOOK_LONGEST_SECONDS = 600.0
LOOK_DOUBLINGS = 10
FAILURES = {
    1: "line_broke",
    2: "too_few_recipients",
    3: "repeated_request",
    4: "audience_too_small",
    5: "quota_too_small",
}
"""LINE's numbers for why nobody got it."""


class _Progress(msgspec.Struct):
    phase: Literal["waiting", "sending", "succeeded", "failed"]
    successCount: int | None = None  # noqa: N815 - LINE's name
    failureCount: int | None = None  # noqa: N815 - LINE's name
    targetCount: int | None = None  # noqa: N815 - LINE's name
    failedDescription: str = ""  # noqa: N815 - LINE's name
    errorCode: int | None = None  # noqa: N815 - LINE's name


def look_after(looks: int) -> timedelta:
    """Return how long LINE is left in peace after so many questions."""
    return timedelta(seconds=min(LOOK_FIRST_SECONDS * 2 ** min(looks, LOOK_DOUBLINGS), LOOK_LONGEST_SECONDS))


def ended(answer: Answer, most: int, accepted_at: datetime, now: datetime) -> Ended | None:
    """Return what became of a narrowcast, None while LINE works on it or does not say.

    When LINE tells nothing any more, all it may have sent counts: what is in doubt counts.
    """
    said = _decoded(answer)
    if said is None or said.phase in {"waiting", "sending"}:
        if now - accepted_at > TOLD_FOR:
            return Ended(NarrowcastState.PARKED, "progress_lost", billed=most)
        return None
    success = said.successCount or 0
    done = said.phase == "succeeded"
    return Ended(
        NarrowcastState.SUCCEEDED if done else NarrowcastState.FAILED,
        "" if done else FAILURES.get(said.errorCode or 0, "line_failed"),
        said.failedDescription[:200],
        target=said.targetCount,
        success=success,
        failure=said.failureCount,
        billed=success,
    )


def _decoded(answer: Answer) -> _Progress | None:
    if answer.status != 200:
        return None
    try:
        return msgspec.json.decode(answer.body, type=_Progress)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
