from datetime import UTC, datetime, timedelta

import pytest

from tieline.collect.normalize import corrected, normalize, parse_time
from tieline.collect.wire import Item, Refused
from tieline.model.event import RESERVED, Event, Identifier, LogKind, LogRow, Source

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ROW = LogRow(7, 1, 1, LogKind.BATCH, 1, NOON, b"")
WEB = Source(1, 1, "web", "web")
POS = Source(1, 2, "store-1", "pos")


def event(item: Item, source: Source = WEB, sent_at: str | None = None) -> Event:
    found = normalize(item, source, ROW, 0, sent_at)
    assert isinstance(found, Event)
    return found


def test_a_clock_that_is_an_hour_ahead_is_corrected_from_sent_at() -> None:
    item = Item(type="track", event="x", userId="u", timestamp="2026-11-22T12:59:30Z")
    assert event(item, sent_at="2026-11-22T13:00:00Z").at == NOON - timedelta(seconds=30)


def test_an_event_of_last_year_keeps_its_time_if_the_clock_is_right() -> None:
    item = Item(type="track", event="x", userId="u", timestamp="2025-11-22T12:00:00Z")
    assert event(item, sent_at="2026-11-22T12:00:00Z").at == datetime(2025, 11, 22, 12, tzinfo=UTC)


def test_nothing_happens_after_it_was_received() -> None:
    assert corrected(NOON + timedelta(days=1), None, NOON) == NOON


@pytest.mark.parametrize("value", ["yesterday", "2026-13-01", True and "x", 1e300, float("inf")])
def test_a_timestamp_that_cannot_be_read_is_refused(value: str | float) -> None:
    found = normalize(Item(type="track", event="x", userId="u", timestamp=value), WEB, ROW, 0, None)
    assert isinstance(found, Refused)
    assert found.reason == "bad_timestamp"


def test_times_are_read_from_seconds_milliseconds_and_text() -> None:
    assert parse_time(1_700_000_000) == parse_time(1_700_000_000_000) == parse_time("2023-11-14T22:13:20Z")


def test_identify_names_the_person_by_everything_it_knows() -> None:
    item = Item(
        type="identify", userId=17, anonymousId="a", traits={"email": "A@x.tw", "phone": "0912 345 600"},
        context={"externalIds": [{"type": "pos_card", "id": "C1"}, {"type": 3}, "odd"]},
    )  # fmt: skip
    assert event(item).identifiers == (
        Identifier("member_id", "17"),
        Identifier("email", "A@x.tw"),
        Identifier("phone", "0912 345 600"),
        Identifier("pos_card", "C1"),
        Identifier("anonymous_id", "a"),
    )


def test_alias_joins_the_previous_anonymous_id() -> None:
    item = Item(type="alias", userId="M1", previousId="a-1")
    assert event(item).identifiers == (Identifier("member_id", "M1"), Identifier("anonymous_id", "a-1"))


@pytest.mark.parametrize("state", ["granted", "", None, "yes"])
def test_a_browser_cannot_grant_consent(state: str | None) -> None:
    item = Item(type="track", event="consent_updated", userId="u", properties={"state": state})
    found = normalize(item, WEB, ROW, 0, None)
    assert isinstance(found, Refused)
    assert found.reason == "consent_grant_forbidden"
    assert isinstance(normalize(item, POS, ROW, 0, None), Event)


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_a_browser_says_nothing_for_line_or_for_tieline(name: str) -> None:
    item = Item(type="track", event=name, userId="u")
    found = normalize(item, WEB, ROW, 0, None)
    assert isinstance(found, Refused)
    assert found.reason == "reserved_event"
    assert isinstance(normalize(item, POS, ROW, 0, None), Event)


def test_a_browser_can_withdraw_consent() -> None:
    item = Item(type="track", event="consent_updated", userId="u", properties={"state": "withdrawn"})
    assert isinstance(normalize(item, WEB, ROW, 0, None), Event)
