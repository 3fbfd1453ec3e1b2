from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from tieline.deliver.policy import Reason, refusal
from tieline.model.send import Standing

NOW = datetime(2026, 11, 20, tzinfo=UTC)
FRIEND = Standing("line:900", "U1", True, {"brand": ("U1", "U2")}, frozenset({"marketing:line"}))


def ask(standing: Standing | None = FRIEND, **changes: Any) -> Reason | None:
    fields: dict[str, Any] = {
        "account": "brand",
        "purpose": "marketing",
        "standing": standing,
        "line_user": "U1",
        "expires_at": None,
        "now": NOW,
        **changes,
    }
    return refusal(**fields)


def test_a_friend_who_agreed_is_written_to() -> None:
    assert ask() is None
    assert ask(line_user=None) is None


@pytest.mark.parametrize(
    ("standing", "reason"),
    [
        (None, Reason.UNKNOWN_PERSON),
        (replace(FRIEND, on_line=False, friends={}), Reason.NO_LINE_ID),
        (replace(FRIEND, friends={}), Reason.NOT_FRIEND),
        (replace(FRIEND, friends={"other": ("U1",)}), Reason.NOT_FRIEND),
        (replace(FRIEND, friends={"brand": ("U2",)}), Reason.NOT_FRIEND),
        (replace(FRIEND, consents=frozenset()), Reason.NO_CONSENT),
        (replace(FRIEND, consents=frozenset({"marketing:email"})), Reason.NO_CONSENT),
    ],
)
def test_whoever_is_no_friend_or_did_not_agree_is_not(standing: Standing | None, reason: Reason) -> None:
    assert ask(standing) is reason


def test_a_transactional_message_needs_friendship_but_no_consent() -> None:
    assert ask(replace(FRIEND, consents=frozenset()), purpose="transactional") is None
    assert ask(replace(FRIEND, friends={}), purpose="transactional") is Reason.NOT_FRIEND


def test_every_other_purpose_needs_a_consent_of_its_own() -> None:
    assert ask(purpose="research") is Reason.NO_CONSENT


def test_a_late_message_is_not_sent() -> None:
    assert ask(expires_at=NOW) is Reason.EXPIRED
    assert ask(expires_at=NOW + timedelta(seconds=1)) is None
