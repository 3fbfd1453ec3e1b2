"""What names an erased person leaves the log; everything else keeps its place and its words."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tieline.collect.scrub import may_name, scrub
from tieline.collect.wire import read
from tieline.identify.suppress import Gone, hashes_of
from tieline.model.erasure import spellings
from tieline.model.event import LogKind, LogRow, Source

KEY = b"k" * 32
WHO = [("member_id", "M1"), ("phone", "+886922333444"), ("email", "a@b.example"), ("line:p1", "U" + "0f" * 16),
       ("anonymous_id", "b-1")]  # fmt: skip
GONE = Gone(hashes_of(WHO, KEY, "TW"), KEY, "TW")
SERVER = Source(1, 1, "server", "server")
LINE = Source(1, 2, "line", "line", account="main", provider="p1")
ERASED = {"type": "erased"}


def row(body: Any, kind: LogKind = LogKind.BATCH) -> LogRow:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return LogRow(1, 1, 1, kind, 1, datetime(2026, 1, 1, tzinfo=UTC), raw)


def left(body: Any, kind: LogKind = LogKind.BATCH, source: Source = SERVER) -> Any:
    found = scrub(row(body, kind), source, GONE, spellings(WHO))
    return None if found is None else json.loads(found.body)


@pytest.mark.parametrize(
    "item",
    [
        {"type": "track", "event": "X", "userId": "M1"},
        {"type": "identify", "userId": "M1", "traits": {"phone": "0911222333"}},
        {"type": "identify", "traits": {"phone": "０９２２-333-444"}},
        {"type": "track", "event": "X", "context": {"traits": {"email": "A@B.example"}}},
        {"type": "track", "event": "X", "context": {"externalIds": [{"type": "line:p1", "id": "U" + "0f" * 16}]}},
        {"type": "track", "event": "X", "anonymousId": "b-1"},
        {"type": "alias", "previousId": "b-1"},
        {"type": "track", "event": "identity_decided",
         "properties": {"a": {"namespace": "phone", "value": "0911000222"}, "b": {"namespace": "member_id", "value": "M1"}}},
        {"type": "identify", "userId": "M1", "timestamp": "never"},
    ],
)  # fmt: skip
def test_an_item_about_the_person_goes_and_keeps_its_place(item: dict[str, Any]) -> None:
    other = {"type": "track", "event": "Y", "userId": "M2"}

    assert left({"batch": [other, item, other], "sentAt": "2026-01-01"}) == {
        "batch": [other, ERASED, other], "sentAt": "2026-01-01",
    }  # fmt: skip


def test_another_persons_item_loses_only_the_name() -> None:
    item = {
        "type": "identify", "userId": "M2", "anonymousId": "b-1", "traits": {"phone": "0922333444", "size": "M1"},
        "properties": {"note": "打給 0922-333-444 或 a@b.example", "referrer": 886922333444, "total": 100},
        "context": {"externalIds": [{"type": "line:p1", "id": "U" + "0f" * 16}]},
    }  # fmt: skip

    (found,) = left({"batch": [item]})["batch"]

    assert found == {
        "type": "identify", "userId": "M2", "anonymousId": None, "traits": {"phone": "[erased]", "size": "M1"},
        "properties": {"note": "打給 [erased] 或 [erased]", "referrer": "[erased]", "total": 100},
        "context": {"externalIds": []},
    }  # fmt: skip


def test_what_does_not_name_them_is_not_touched() -> None:
    assert left({"batch": [{"type": "identify", "userId": "M2", "traits": {"phone": "0911222333"}}]}) is None
    assert (
        left(
            {"events": [{"type": "follow", "source": {"userId": "U" + "1" * 32}}]}, LogKind.LINE_WEBHOOK, LINE
        )
        is None
    )


def test_a_single_call_goes_as_a_whole_and_is_read_as_erased() -> None:
    found = scrub(row({"userId": "M1", "event": "X"}, LogKind.TRACK), SERVER, GONE)

    assert found is not None
    assert json.loads(found.body) == ERASED
    assert [one.reason for one in read(found.body, LogKind.TRACK).items] == ["erased"]


def test_a_line_webhook_loses_the_events_of_the_friend() -> None:
    mine = {
        "type": "message",
        "source": {"type": "user", "userId": "U" + "0f" * 16},
        "message": {"text": "hi"},
    }
    other = {"type": "follow", "source": {"type": "user", "userId": "U" + "1" * 32}}
    group = {
        "type": "memberJoined",
        "source": {"type": "group"},
        "joined": {"members": [{"userId": "U" + "0f" * 16}]},
    }

    found = left({"destination": "Ub", "events": [mine, other, group]}, LogKind.LINE_WEBHOOK, LINE)

    assert found["events"][:2] == [ERASED, other]
    assert found["events"][2]["joined"]["members"] == [{"userId": "[erased]"}]


@pytest.mark.parametrize(
    "body", [b'{"batch": [{"userId": "M2", "note": "0922333444" ', b"\xff a@b.example", b"[0922333444]"]
)
def test_what_nobody_can_read_goes_as_a_whole_if_they_stand_in_it(body: bytes) -> None:
    assert left(body) == ERASED


@pytest.mark.parametrize(
    "body",
    [
        b'{"userId": "M1"}',
        b'{"p": "0922-333-444"}',
        b'{"p": "\\uff10"}',
        '{"p": "０９２２"}'.encode(),
        b'{"e": "A@B.Example"}',
    ],
)
def test_the_fast_look_misses_no_spelling(body: bytes) -> None:
    assert may_name(body, WHO)


def test_the_fast_look_passes_over_others() -> None:
    assert not may_name(b'{"userId": "M2", "phone": "0911222333", "email": "x@y.example"}', WHO[:3])
