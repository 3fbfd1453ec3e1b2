"""When the demonstration takes place. Every run has the same calendar, so that every run has the same numbers."""

from datetime import UTC, datetime, timedelta

OPENS_AT = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
"""Ten in the morning in Taipei, in a month when LINE's new prices are in force."""
LAST_PURCHASE_AT = OPENS_AT - timedelta(minutes=10)
"""Where the last purchase of the recorded year is moved to."""


def milliseconds(at: datetime) -> int:
    """Return `at` as milliseconds since 1970, as the collect API takes it."""
    return round(at.timestamp() * 1000)


def moment(at_ms: int) -> datetime:
    """Return the moment that lies so many milliseconds after 1970."""
    return datetime.fromtimestamp(at_ms / 1000, UTC)
