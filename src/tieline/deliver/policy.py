"""Who may be written to. One function, asked when a message is planned and again just before it leaves. Pure."""

from datetime import datetime
from enum import StrEnum

from tieline.model.send import Standing

TRANSACTIONAL = "transactional"
CHANNEL = "line"


class Reason(StrEnum):
    """Why a message does not leave."""

    EXPIRED = "expired"
    UNKNOWN_PERSON = "unknown_person"
    NO_LINE_ID = "no_line_id"
    NO_ADDRESS = "no_address"
    NOT_FRIEND = "not_friend"
    NO_CONSENT = "no_consent"
    RENDER = "render"
    LIMITS = "limits"
    QUOTA = "quota"
    BUDGET = "budget"
    KEY_EXPIRED = "key_expired"
    CAPPED = "capped"
    OUTRANKED = "outranked"
    STOPPED = "stopped"
    LINE_REFUSES = "line_refuses"
    ADVERTISING = "advertising"


def refusal(
    *,
    account: str,
    purpose: str,
    standing: Standing | None,
    line_user: str | None,
    expires_at: datetime | None,
    now: datetime,
) -> Reason | None:
    """Return why this message may not be sent now, or None if it may.

    Friendship is asked of the LINE user who will be called, not of the person alone: a profile can have two LINE
    users, and can lose one. What is not known counts as no.

    Args:
        account: Key of the LINE account that sends.
        purpose: "transactional" needs friendship alone; every other purpose needs consent for it on LINE.
        standing: The recipient as read last, or None if nobody stands behind the person.
        line_user: The LINE user who will be called; None while it is still to be chosen.
        expires_at: From then on the message is too late.
        now: The present moment.
    """
    if expires_at is not None and now >= expires_at:
        return Reason.EXPIRED
    if standing is None:
        return Reason.UNKNOWN_PERSON
    if not standing.on_line:
        return Reason.NO_LINE_ID
    friends = standing.friends.get(account, ())
    if not friends or (line_user is not None and line_user not in friends):
        return Reason.NOT_FRIEND
    if purpose != TRANSACTIONAL and f"{purpose}:{CHANNEL}" not in standing.consents:
        return Reason.NO_CONSENT
    return None
