from datetime import UTC, datetime

import msgspec
import pytest

from tieline.collect.inspect import look
from tieline.collect.repair import Change, mended
from tieline.collect.wire import Refused
from tieline.errors import InvalidInputError
from tieline.model.event import Event, LogKind, LogRow, Source

CAME = datetime(2026, 11, 1, 12, tzinfo=UTC)
SERVER = Source(1, 7, "server", "server")


def row(body, kind=LogKind.BATCH):
    raw = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return LogRow(41, 1, 7, kind, 2, CAME, raw)


def said(new):
    assert not isinstance(new, Refused), new
    (item,) = msgspec.json.decode(new.body)["batch"]
    return item


GOOD = {"type": "track", "event": "Order Completed", "userId": "M1", "messageId": "m1"}


def test_each_item_of_a_request_is_seen_with_what_became_of_it():
    seen = look(row({"batch": [GOOD, {"type": "track", "userId": "M1"}, 7]}), SERVER)
    assert [one.event.name if isinstance(one.event, Event) else one.event.reason for one in seen] == [
        "Order Completed", "missing_event", "wrong_type",
    ]  # fmt: skip
    assert msgspec.json.decode(seen[1].raw) == {"type": "track", "userId": "M1"}


def test_what_is_no_json_is_seen_as_it_came():
    (seen,) = look(row(b'{"batch": [{]}'), SERVER)
    assert isinstance(seen.event, Refused)
    assert seen.raw == b'{"batch": [{]}'


def test_a_mended_item_says_when_it_really_happened():
    body = {
        "sentAt": "2026-11-01T11:00:10Z",
        "batch": [{"type": "track", "userId": "M1", "timestamp": "2026-11-01T11:00:00Z"}],
    }
    new = mended(row(body), 0, SERVER, [Change("/event", "Liked")])
    item = said(new)
    assert item["event"] == "Liked"
    assert item["timestamp"] == "2026-11-01T11:59:50+00:00"
    assert item["messageId"] == "replay-41-0"
    (again,) = look(LogRow(90, 1, 7, new.kind, 1, datetime(2026, 11, 9, tzinfo=UTC), new.body), SERVER)
    assert again.event.at == datetime(2026, 11, 1, 11, 59, 50, tzinfo=UTC)


def test_one_item_of_a_batch_is_said_without_its_neighbours():
    item = said(mended(row({"batch": [GOOD, {"type": "track", "userId": "M2", "properties": {"a": [1, 2]}}]}), 1, SERVER, [
        Change("/event", "X"), Change("/properties/a/0", 5), Change("/properties/b/c", True), Change("/userId", remove=True), Change("/anonymousId", "w"),
    ]))  # fmt: skip
    assert (item["anonymousId"], item["properties"]) == ("w", {"a": [5, 2], "b": {"c": True}})
    assert "userId" not in item


def test_a_single_call_keeps_its_kind():
    new = mended(
        row({"userId": "M1", "traits": {"name": "A"}, "timestamp": "yesterday"}, LogKind.IDENTIFY),
        0,
        SERVER,
        [Change("/timestamp", "2026-10-31T00:00:00Z")],
    )
    assert (said(new)["type"], new.kind) == ("identify", LogKind.BATCH)


def test_what_is_still_wrong_is_refused_with_its_reason():
    still = mended(row({"batch": [{"type": "track", "userId": "M1"}]}), 0, SERVER, [])
    assert isinstance(still, Refused)
    assert still.reason == "missing_event"
    broken = mended(row(b"{"), 0, SERVER, [Change("/event", "X")])
    assert isinstance(broken, Refused)
    assert broken.reason == "unreadable"


def test_mending_gives_a_browser_no_right_it_had_not():
    web = Source(1, 7, "web", "web")
    wish = {"type": "track", "event": "consent_updated", "userId": "M1", "properties": {"state": "granted"}}
    refused = mended(row({"batch": [wish]}), 0, web, [])
    assert isinstance(refused, Refused)
    assert refused.reason == "consent_grant_forbidden"


@pytest.mark.parametrize("pointer", ["", "event", "/", "/userId/x", "/properties/9"])
def test_a_pointer_that_leads_nowhere_is_refused(pointer):
    item = {**GOOD, "properties": [1]}
    if pointer == "/":
        assert said(mended(row({"batch": [GOOD]}), 0, SERVER, [Change("/", 1)]))[""] == 1
        return
    with pytest.raises(InvalidInputError):
        mended(row({"batch": [item]}), 0, SERVER, [Change(pointer, 1)])


def test_a_webhook_event_is_said_again_alone():
    body = {"destination": "Ub", "events": [{"type": "follow"}, {"type": "message", "webhookEventId": "01A"}]}
    new = mended(row(body, LogKind.LINE_WEBHOOK), 1, SERVER, [])
    assert not isinstance(new, Refused)
    assert msgspec.json.decode(new.body) == {
        "destination": "Ub",
        "events": [{"type": "message", "webhookEventId": "replay-41-1"}],
    }
